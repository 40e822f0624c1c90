"""Rules for orders: placed, edited, merged, split, called off, packed, sent, delivered or not."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction

from hypothesis import strategies as st
from sqlalchemy import select

from core.actor import Actor
from core.ids import new_id
from core.jobs.worker import Run
from core.orders.cancellation import cancel_order
from core.orders.carts import set_delivery, set_discount, set_lines, set_payment_method, start_cart
from core.orders.editing import OrderChanges, change_order
from core.orders.fulfilment import complete_if_done, pack_order
from core.orders.models import Order as OrderRow
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import quote_cart
from core.payments.recording import settle_changed_order
from core.payments.regrouping import merge_with_payments, split_with_payments
from core.ports.carrier import TrackingUpdate
from core.returns.undelivered import take_undelivered
from core.shipping.models import Shipment
from core.shipping.tracking import apply_update
from tests.core.machine.base import MANAGER, ShopMachine, happens, skus, some
from tests.core.machine.book import PRICES, Back, Line, Order, fee_for, half_up
from tests.small_shop import PLACE


class Selling(ShopMachine):
    @happens(weight=9, 
        wanted=some, percent=st.sampled_from((0, 0, 3, 7)),
        method=st.sampled_from(("cod", "cod", "bank_transfer")),
    )  # fmt: skip
    def somebody_buys(self, wanted: dict[str, int], percent: int, method: str) -> None:
        def work(session):
            cart = start_cart(session, customer_id=self.customer, sales_channel="chat", now=self.now).id
            set_lines(session, cart_id=cart, quantities=wanted, now=self.now)
            set_delivery(
                session, cart_id=cart, now=self.now, buyer_name="Lan", phone="0901234567", address=PLACE
            )
            set_payment_method(session, cart_id=cart, method=method, now=self.now)
            if percent:
                set_discount(session, cart_id=cart, percent=percent, actor=MANAGER, now=self.now)
            quote = quote_cart(session, cart_id=cart, now=self.now)
            return place_order(
                session, actor=Actor("customer", self.customer), quote_id=quote.id, now=self.now
            ).code

        code = self.tried(work, "insufficient_stock")
        assert (code is not None) == self.book.can_fill(Counter(wanted))
        if code is None:
            return
        lines = [
            Line(sku, n, PRICES[sku], half_up(Fraction(PRICES[sku] * n * percent, 100)))
            for sku, n in wanted.items()
        ]
        self.book.orders[code] = order = Order(method, lines, 0)
        order.fee = fee_for(order.goods)
        self._look(code)
        assert self.is_alone(code)

    @happens(
        weight=4,
        when=lambda self: any(o.is_open for o in self.book.orders.values()),
        data=st.data(),
        sku=skus,
        quantity=st.integers(0, 9),
    )
    def an_order_is_edited(self, data: st.DataObject, sku: str, quantity: int) -> None:
        code = self.pick(data, self.book.orders, lambda o: o.is_open)
        order = self.book.orders[code]
        lines, before = _edited(order.lines, sku, quantity), order.pieces()
        after = Order(order.method, lines, 0).pieces()
        done = self.tried(
            lambda s: change_order(
                s, order_id=self._id(s, code), changes=OrderChanges(quantities={sku: quantity}), actor=MANAGER,
                now=self.now,
            ),
            "insufficient_stock", "order_would_be_empty",
        )  # fmt: skip
        smaller = all(after[each] <= before[each] for each in after)
        assert (done is not None) == (bool(lines) and (smaller or self.book.can_fill(after, order.holds)))
        if done is None:
            return
        order.lines = lines
        order.fee = fee_for(order.goods)
        self._look(code)
        settle_changed_order(Run(self.db, {"order_id": done.id}, 1, self.now))

    @happens(
        weight=1,
        when=lambda self: any(_may_be_cancelled(o) for o in self.book.orders.values()),
        data=st.data(),
    )
    def an_order_is_called_off(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.orders, _may_be_cancelled)
        self.tried(
            lambda s: cancel_order(s, order_id=self._id(s, code), reason="x", actor=MANAGER, now=self.now)
        )
        order = self.book.orders[code]
        order.status = order.fulfilment = "cancelled"
        order.holds = Counter()

    @happens(weight=4, when=lambda self: len(_mergeable(self)) > 1, data=st.data())
    def two_orders_merge(self, data: st.DataObject) -> None:
        both = data.draw(st.permutations(_mergeable(self)))[:2]
        into, other = both
        kept, away = (self.book.orders[code] for code in both)
        done = self.tried(
            lambda s: merge_with_payments(s, into=into, others=[other], actor=MANAGER, now=self.now),
            "orders_differ",
        )
        assert (done is not None) == (kept.method == away.method)
        if done is None:
            return
        kept.lines = kept.lines + away.lines
        kept.fee = fee_for(kept.goods)
        for name in ("paid", "refunded", "credited"):
            setattr(kept, name, getattr(kept, name) + getattr(away, name))
        self.book.orders[other] = Order(away.method, [], 0, "cancelled", "cancelled")
        for refund in self.book.refunds.values():
            if refund.order == other:
                refund.order = into
        self._look(into, other)

    @happens(
        weight=4,
        when=lambda self: any(_may_be_split(o) for o in self.book.orders.values()),
        data=st.data(),
        pieces=st.integers(1, 5),
    )
    def an_order_is_split(self, data: st.DataObject, pieces: int) -> None:
        code = self.pick(data, self.book.orders, _may_be_split)
        order = self.book.orders[code]
        there = order.pieces()
        sku = data.draw(st.sampled_from(sorted(there)))
        pieces = min(pieces, there[sku])
        owed_before = order.due
        done = self.tried(
            lambda s: split_with_payments(
                s, order_id=self._id(s, code), quantities={sku: pieces}, actor=MANAGER, now=self.now
            ),
            "order_would_be_empty",
        )
        assert (done is not None) == (pieces < there.total())
        if done is None:
            return
        stay, go = _split(order.lines, sku, pieces)
        new = Order(order.method, go, 0, order.status)
        order.lines = stay
        new.credited = max(order.credited - order.total, 0)
        order.credited -= new.credited
        over = max(min(order.overpaid, self.book.refundable(code)), 0)
        order.paid, new.paid = order.paid - over, over
        assert order.due + new.due == owed_before
        self.book.orders[done[1].code] = new
        self._look(code, done[1].code)

    @happens(weight=6, when=lambda self: any(o.is_open for o in self.book.orders.values()), data=st.data())
    def an_order_is_packed(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.orders, lambda o: o.is_open)
        order = self.book.orders[code]
        done = self.tried(
            lambda s: pack_order(s, order_id=self._id(s, code), actor=MANAGER, now=self.now),
            "payment_outstanding",
        )
        assert (done is None) == (order.method == "bank_transfer" and order.payment_state != "paid")
        if done is not None:
            order.status, order.fulfilment = "processing", "packed"

    @happens(
        weight=8,
        when=lambda self: any(o.fulfilment == "packed" for o in self.book.orders.values()),
        data=st.data(),
    )
    def a_parcel_leaves(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.orders, lambda o: o.fulfilment == "packed")
        order = self.book.orders[code]

        def work(session):
            session.add(
                Shipment(
                    id=new_id(), order_id=self._id(session, code), warehouse_id=self.warehouses["A"],
                    carrier="ghn", booking_key=new_id(), state="created", tracking_number=new_id(), weight_g=1,
                    length_cm=1, width_cm=1, height_cm=1, cod_amount=order.owed if order.method == "cod" else 0,
                    created_at=self.now, state_at=self.now,
                )
            )  # fmt: skip

        self.tried(work)
        self._parcel(code, "picked_up")
        for shelf, pieces in order.holds.items():
            self.book.on_hand[shelf] -= pieces
        order.holds, order.fulfilment = Counter(), "shipped"

    @happens(
        weight=8,
        when=lambda self: any(_is_out(o) for o in self.book.orders.values()),
        data=st.data(),
        news=st.sampled_from(("delivered", "delivered", "delivery_failed", "picked_up")),
    )
    def the_carrier_tells(self, data: st.DataObject, news: str) -> None:
        """Old news moves nothing; money that was to be collected comes with the delivery, once."""
        code = self.pick(data, self.book.orders, _is_out)
        order = self.book.orders[code]
        collected = self._parcel(code, news)
        if news == "picked_up":
            return
        order.fulfilment = {"delivered": "delivered", "delivery_failed": "failed"}[news]
        if news == "delivered":
            order.paid += collected
            self._parcel(code, "delivered")
            self._worker_completes(code)

    @happens(weight=3, when=lambda self: any(_is_out(o) for o in self.book.orders.values()), data=st.data())
    def nobody_takes_the_parcel(self, data: st.DataObject) -> None:
        code = self.pick(data, self.book.orders, _is_out)
        order = self.book.orders[code]
        self._parcel(code, "returned")
        back = self.tried(
            lambda s: take_undelivered(s, order_id=self._id(s, code), actor=MANAGER, now=self.now).code
        )
        order.fulfilment = "returned"
        for line in order.lines:
            line.asked_back = line.quantity
        lines = [(line, line.quantity, "") for line in order.lines]
        self.book.backs[str(back)] = Back(code, lines, "parcel", "approved")

    @happens(weight=1, hours=st.integers(1, 40))
    def the_worker_completes_what_is_done(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for code in self.book.orders:
            self._worker_completes(code)

    def _worker_completes(self, code: str) -> None:
        order = self.book.orders[code]
        if order.fulfilment != "delivered" or order.status != "processing":
            return
        done = self.tried(lambda s: complete_if_done(s, order_id=self._id(s, code), now=self.now))
        assert done == (order.payment_state == "paid" or not order.total)
        if done:
            order.status = "completed"

    def _parcel(self, code: str, state: str) -> int:
        """What the carrier was told to collect."""

        def work(session):
            shipment = session.scalars(
                select(Shipment).where(Shipment.order_id == self._id(session, code))
            ).one()
            news = TrackingUpdate(
                new_id(), shipment.tracking_number or "", shipment.booking_key, state, state, self.now
            )
            apply_update(session, shipment=shipment, news=news, now=self.now)
            return shipment.cod_amount

        return int(self.tried(work) or 0)

    def _id(self, session, code: str) -> str:
        return str(session.scalars(select(OrderRow.id).where(OrderRow.code == code)).one())

    def _look(self, *codes: str) -> None:
        with self.db.read_transaction() as session:
            for code in codes:
                get_order(session, code)
            self.adopt_holds(session, *codes)


def _may_be_cancelled(order: Order) -> bool:
    return order.status in ("new", "processing") and order.fulfilment in ("unpacked", "packed")


def _may_be_split(order: Order) -> bool:
    return order.is_open and order.pieces().total() > 1


def _is_out(order: Order) -> bool:
    return order.fulfilment in ("shipped", "failed")


def _mergeable(machine: ShopMachine) -> list[str]:
    return [code for code, order in machine.book.orders.items() if order.is_open]


def _edited(lines: list[Line], sku: str, quantity: int) -> list[Line]:
    """Lines that stay keep their price; of two lines of one SKU the first takes it all."""
    found, known = [], False
    for line in lines:
        if line.sku != sku:
            found.append(line)
        elif not known:
            known = True
            found += [line.part(quantity)] if quantity else []
    if not known and quantity:
        found.append(Line(sku, quantity, PRICES[sku]))
    return found


def _split(lines: list[Line], sku: str, pieces: int) -> tuple[list[Line], list[Line]]:
    """What goes takes its part of the discount along; what stays keeps the rest to the đồng."""
    stay: list[Line] = []
    go: list[Line] = []
    for line in lines:
        take = min(pieces, line.quantity) if line.sku == sku else 0
        pieces -= take
        if not take:
            stay.append(line)
            continue
        part = line.part(take)
        go.append(part)
        if take < line.quantity:
            rest = line.discount - part.discount
            stay.append(Line(sku, line.quantity - take, line.price, rest))
    return stay, go
