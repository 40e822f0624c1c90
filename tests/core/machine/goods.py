"""Rules for what lies on the shelves: receipts, corrections, transfers, holds, stock-takes, purchases."""

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st

from core.actor import SYSTEM
from core.jobs.worker import Run
from core.purchasing.ordering import Wanted, cancel_purchase, confirm_purchase, draft_purchase
from core.purchasing.receiving import Arrived, receive_purchase
from core.purchasing.returning import return_to_supplier
from core.purchasing.suppliers import add_supplier
from core.stock.counts import CountHurts, cancel_count, enter_counts, open_count, post_count
from core.stock.holds import place_hold, release_hold, run_expiry
from core.stock.levels import adjust, receive
from core.stock.queries import get_warehouse
from core.stock.transfers import (
    cancel_transfer,
    close_transfer,
    draft_transfer,
    receive_transfer,
    send_transfer,
)
from tests.core.machine.base import MANAGER, ShopMachine, happens, places, skus, some
from tests.core.machine.book import TRANSIT, Purchase


class Goods(ShopMachine):
    @happens(weight=2, sku=skus, place=places, pieces=st.integers(1, 20))
    def goods_come(self, sku: str, place: str, pieces: int) -> None:
        self.tried(
            lambda s: receive(s, **self.level(sku, place), quantity=pieces, actor=SYSTEM, now=self.now)
        )
        self.book.on_hand[sku, place] += pieces

    @happens(sku=skus, place=places, change=st.integers(-15, 8).filter(bool))
    def somebody_corrects(self, sku: str, place: str, change: int) -> None:
        def work(session):
            adjust(
                session, **self.level(sku, place), change=change, reason="x", cause="damaged", actor=MANAGER,
                now=self.now,
            )  # fmt: skip
            return True

        done = self.tried(work, "stock_reserved")
        assert bool(done) == (self.book.free(sku, place) + change >= 0)
        if done:
            self.book.on_hand[sku, place] += change

    @happens(source=places, wanted=some, sends=st.booleans())
    def a_transfer_is_drafted(self, source: str, wanted: dict[str, int], sends: bool) -> None:
        destination = "B" if source == "A" else "A"

        def draft(session):
            return draft_transfer(
                session, source=get_warehouse(session, source), quantities=wanted, actor=MANAGER, now=self.now,
                destination=get_warehouse(session, destination),
            ).code  # fmt: skip

        code = self.tried(draft)
        if not sends:
            self.tried(lambda s: cancel_transfer(s, transfer_id=code, actor=MANAGER, now=self.now))
            return
        sent = self.tried(
            lambda s: send_transfer(s, transfer_id=code, actor=MANAGER, now=self.now), "insufficient_stock"
        )
        assert (sent is not None) == all(self.book.free(sku, source) >= n for sku, n in wanted.items())
        if sent is None:
            return
        for sku, pieces in wanted.items():
            self.book.on_hand[sku, source] -= pieces
            self.book.on_hand[sku, TRANSIT] += pieces
        self.book.transfers[code] = (destination, Counter(wanted))

    @happens(when=lambda self: self.book.transfers, data=st.data(), pieces=st.integers(1, 8))
    def a_transfer_arrives(self, data: st.DataObject, pieces: int) -> None:
        code = self.pick(data, self.book.transfers, lambda _: True)
        destination, open_ = self.book.transfers[code]
        sku = data.draw(st.sampled_from(sorted(open_)))
        self.tried(
            lambda s: receive_transfer(
                s, transfer_id=code, quantities={sku: pieces}, reason="thừa", actor=MANAGER, now=self.now
            )
        )
        expected = min(pieces, open_[sku])
        self.book.on_hand[sku, TRANSIT] -= expected
        self.book.on_hand[sku, destination] += pieces
        open_[sku] -= expected
        if not open_.total():
            del self.book.transfers[code]

    @happens(when=lambda self: self.book.transfers, data=st.data())
    def the_rest_of_a_transfer_is_lost(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.transfers, lambda _: True)
        self.tried(lambda s: close_transfer(s, transfer_id=code, reason="mất", actor=MANAGER, now=self.now))
        for sku, pieces in self.book.transfers.pop(code)[1].items():
            self.book.on_hand[sku, TRANSIT] -= pieces

    @happens(sku=skus, place=places, pieces=st.integers(1, 6), hours=st.integers(1, 30))
    def something_is_kept_aside(self, sku: str, place: str, pieces: int, hours: int) -> None:
        until = self.now + timedelta(hours=hours)

        def work(session):
            return place_hold(
                session, **self.level(sku, place), quantity=pieces, reason="x", expires_at=until, actor=MANAGER,
                now=self.now,
            ).code  # fmt: skip

        code = self.tried(work, "insufficient_stock")
        assert (code is not None) == (self.book.free(sku, place) >= pieces)
        if code:
            self.book.aside[code] = ((sku, place), pieces, until)

    @happens(when=lambda self: self.book.aside, data=st.data())
    def what_was_kept_aside_is_released(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.aside, lambda _: True)
        self.tried(lambda s: release_hold(s, hold_id=code, actor=MANAGER, now=self.now))
        del self.book.aside[code]

    @happens(when=lambda self: self.book.aside, hours=st.integers(1, 24))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        run_expiry(Run(self.db, {}, 1, self.now))
        self.book.aside = {c: hold for c, hold in self.book.aside.items() if hold[2] > self.now}

    @happens(weight=1, data=st.data(), place=places)
    def a_stock_take_is_opened(self, data: st.DataObject, place: str) -> None:
        chosen = data.draw(st.lists(skus, min_size=1, max_size=3, unique=True))

        def work(session):
            return open_count(
                session, warehouse=get_warehouse(session, place), skus=chosen, actor=MANAGER, now=self.now
            ).code

        code = self.tried(work, "count_open")
        assert (code is None) == any(other == place for other, _ in self.book.counts.values())
        if code:
            self.book.counts[code] = (place, Counter(dict.fromkeys(chosen, 0)))

    @happens(when=lambda self: self.book.counts, data=st.data(), off=st.integers(-6, 3))
    def somebody_counts(self, data: st.DataObject, off: int) -> None:
        code = self.pick(data, self.book.counts, lambda _: True)
        place, differences = self.book.counts[code]
        sku = data.draw(st.sampled_from(sorted(differences)))
        counted = max(self.book.on_hand[sku, place] + off, 0)
        self.tried(
            lambda s: enter_counts(s, count_id=code, counted={sku: counted}, actor=MANAGER, now=self.now)
        )
        differences[sku] = counted - self.book.on_hand[sku, place]

    @happens(weight=1, when=lambda self: self.book.counts, data=st.data(), posts=st.booleans())
    def a_stock_take_ends(self, data: st.DataObject, posts: bool) -> None:
        code = self.pick(data, self.book.counts, lambda _: True)
        place, differences = self.book.counts[code]
        if not posts:
            self.tried(lambda s: cancel_count(s, count_id=code, actor=MANAGER, now=self.now))
            del self.book.counts[code]
            return
        fits = all(self.book.free(sku, place) + n >= 0 for sku, n in differences.items() if n)
        try:
            self.tried(
                lambda s: post_count(s, count_id=code, leave_uncounted=True, actor=MANAGER, now=self.now)
            )
        except CountHurts:
            assert not fits
            return
        assert fits
        for sku, difference in differences.items():
            self.book.on_hand[sku, place] += difference
        del self.book.counts[code]

    @happens(weight=1, place=places, wanted=some, data=st.data())
    def goods_are_ordered(self, place: str, wanted: dict[str, int], data: st.DataObject) -> None:
        prices = {sku: data.draw(st.integers(0, 40_001)) for sku in wanted}

        def work(session):
            if not hasattr(self, "supplier"):
                self.supplier = add_supplier(
                    session, details={"name": "NCC"}, actor=MANAGER, now=self.now
                ).code
            lines = [Wanted(sku, pieces * 4, prices[sku]) for sku, pieces in wanted.items()]
            order = draft_purchase(
                session,
                supplier_code=self.supplier,
                lines=lines,
                warehouse_code=place,
                actor=MANAGER,
                now=self.now,
            )
            confirm_purchase(
                session, code=order.code, expected_on=(self.now + timedelta(days=2)).date(), actor=MANAGER,
                now=self.now,
            )  # fmt: skip
            return order.code

        code = self.tried(work)
        self.book.purchases[code] = Purchase({s: n * 4 for s, n in wanted.items()}, prices, place)

    @happens(
        weight=3,
        when=lambda self: any(p.state == "confirmed" for p in self.book.purchases.values()),
        data=st.data(),
        pieces=st.integers(1, 26),
        dearer=st.integers(0, 3_000),
    )
    def a_delivery_comes(self, data: st.DataObject, pieces: int, dearer: int) -> None:
        code = self.pick(data, self.book.purchases, lambda p: p.state == "confirmed")
        purchase = self.book.purchases[code]
        sku = data.draw(st.sampled_from(sorted(purchase.lines)))
        price = purchase.prices[sku] + dearer
        received = self.tried(
            lambda s: receive_purchase(
                s, code=code, lines=[Arrived(sku, pieces, price)], actor=MANAGER, now=self.now
            ),
            "over_delivery",
        )
        ordered = purchase.lines[sku]
        too_many = purchase.received[sku] + pieces - ordered > ordered * 5 // 100
        assert (received is None) == too_many
        if too_many:
            return
        self.book.bought(sku, pieces, price)
        self.book.on_hand[sku, purchase.warehouse] += pieces
        purchase.received[sku] += pieces
        if not any(purchase.open(each) for each in purchase.lines):
            purchase.state = "received"

    @happens(
        when=lambda self: any(p.received.total() for p in self.book.purchases.values()),
        data=st.data(),
        pieces=st.integers(1, 8),
    )
    def goods_go_back_to_the_supplier(self, data: st.DataObject, pieces: int) -> None:
        code = self.pick(data, self.book.purchases, lambda p: p.received.total() > 0)
        purchase = self.book.purchases[code]
        sku = data.draw(st.sampled_from(sorted(purchase.received)))
        made = self.tried(
            lambda s: return_to_supplier(
                s, code=code, quantities={sku: pieces}, reason="lỗi", actor=MANAGER, now=self.now
            ),
            "more_than_received",
            "insufficient_stock",
        )
        left = purchase.received[sku] - purchase.returned[sku]
        assert (made is not None) == (pieces <= left and pieces <= self.book.free(sku, purchase.warehouse))
        if made is not None:
            purchase.returned[sku] += pieces
            self.book.on_hand[sku, purchase.warehouse] -= pieces

    @happens(
        weight=1,
        when=lambda self: any(p.state == "confirmed" for p in self.book.purchases.values()),
        data=st.data(),
    )
    def the_rest_of_a_purchase_is_called_off(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.purchases, lambda p: p.state == "confirmed")
        self.tried(lambda s: cancel_purchase(s, code=code, reason="x", actor=MANAGER, now=self.now))
        self.book.purchases[code].state = "ended"
