"""Rules for goods that come back: asked for, looked at piece by piece, settled by a credit, a refund or other goods."""

from collections import Counter

from hypothesis import strategies as st

from core.orders.models import Order as OrderRow
from core.payments.models import Refund as RefundRow
from core.returns.decisions import approve_return, cancel_return, reject_return
from core.returns.inspection import Finding, inspect_return, receive_return
from core.returns.models import Return
from core.returns.requests import Wish, request_return
from core.returns.settlement import settle_return
from tests.core.machine.base import MANAGER, ShopMachine, happens, places, skus
from tests.core.machine.book import FEE, PRICES, Back, Line, Order, Refund

CONDITIONS = ("good", "good", "damaged", "missing")


class GivingBack(ShopMachine):
    @happens(
        weight=7,
        when=lambda self: any(_may_come_back(o) for o in self.book.orders.values()),
        data=st.data(),
        pieces=st.integers(1, 6),
        instead=st.none() | skus,
    )
    def goods_are_asked_back(self, data: st.DataObject, pieces: int, instead: str | None) -> None:
        code = self.pick(data, self.book.orders, _may_come_back)
        order = self.book.orders[code]
        sku = data.draw(st.sampled_from(sorted({line.sku for line in order.lines})))
        left = sum(line.quantity - line.asked_back for line in order.lines if line.sku == sku)
        made = self.tried(
            lambda s: request_return(
                s, order_id=code, kind="exchange" if instead else "return", reason="x", actor=MANAGER,
                now=self.now, wishes=[Wish(sku, pieces, instead or "")],
            ).code,
            "return_quantity_invalid", "insufficient_stock",
        )  # fmt: skip
        enough = not instead or sum(self.book.free(instead, p) for p in ("A", "B")) >= pieces
        assert (made is not None) == (pieces <= left and enough)
        if made is None:
            return
        lines = []
        for line in order.lines:
            take = min(line.quantity - line.asked_back, pieces) if line.sku == sku else 0
            if take:
                line.asked_back += take
                pieces -= take
                lines.append((line, take, instead or ""))
        self.book.backs[made] = Back(code, lines)

    @happens(
        weight=7,
        when=lambda self: any(_may_be_decided(b) for b in self.book.backs.values()),
        data=st.data(),
        step=st.sampled_from(("approve", "approve", "approve", "reject", "cancel")),
    )
    def a_return_is_decided(self, data: st.DataObject, step: str) -> None:
        code = self.pick(data, self.book.backs, _may_be_decided)
        back = self.book.backs[code]
        if step == "approve" and back.state == "requested":
            self.tried(lambda s: approve_return(s, code=code, actor=MANAGER, now=self.now))
            back.state = "approved"
            return
        if step == "reject" and back.state == "requested":
            self.tried(lambda s: reject_return(s, code=code, reason="x", actor=MANAGER, now=self.now))
        elif step == "cancel":
            self.tried(lambda s: cancel_return(s, code=code, actor=MANAGER, now=self.now))
        else:
            return
        back.state = "over"
        for line, pieces, _ in back.lines:
            line.asked_back -= pieces

    @happens(
        weight=8,
        when=lambda self: any(b.state == "approved" for b in self.book.backs.values()),
        data=st.data(),
        place=places,
    )
    def goods_are_here_again(self, data: st.DataObject, place: str) -> None:
        code = self.pick(data, self.book.backs, lambda b: b.state == "approved")
        self.tried(lambda s: receive_return(s, code=code, warehouse_code=place, actor=MANAGER, now=self.now))
        self.book.backs[code].state, self.book.backs[code].warehouse = "received", place

    @happens(
        weight=12,
        when=lambda self: any(b.state == "received" for b in self.book.backs.values()),
        data=st.data(),
        condition=st.sampled_from(CONDITIONS),
        pieces=st.integers(1, 9),
    )
    def pieces_are_looked_at(self, data: st.DataObject, condition: str, pieces: int) -> None:
        """All of a SKU or some; with the last piece it is inspected, and an unpaid parcel is over."""
        code = self.pick(data, self.book.backs, lambda b: b.state == "received")
        back = self.book.backs[code]
        open_ = Counter[str]()
        for at, left in back.left:
            open_[back.lines[at][0].sku] += left
        sku = data.draw(st.sampled_from(sorted(+open_)))
        pieces = min(pieces, open_[sku])
        finding = Finding(sku, pieces, condition, reason="vỡ" if condition == "damaged" else "")
        self.tried(lambda s: inspect_return(s, code=code, findings=[finding], actor=MANAGER, now=self.now))
        if condition == "good":
            self.book.on_hand[sku, back.warehouse] += pieces
        for at, left in back.left:
            take = min(left, pieces) if back.lines[at][0].sku == sku else 0
            back.found[at][condition] += take
            pieces -= take
        if any(left for _, left in back.left):
            return
        back.state = "inspected"
        order = self.book.orders[back.order]
        if back.origin == "parcel" and not order.kept:
            self._settled(back, order, order.due)

    @happens(
        weight=10,
        when=lambda self: any(b.state == "inspected" for b in self.book.backs.values()),
        data=st.data(),
        less=st.sampled_from((0, 0, 0, 7_001, 10**9)),
        exchange=st.booleans(),
        fee=st.booleans(),
    )
    def a_return_is_settled(self, data: st.DataObject, less: int, exchange: bool, fee: bool) -> None:
        code = self.pick(data, self.book.backs, lambda b: b.state == "inspected")
        back = self.book.backs[code]
        order = self.book.orders[back.order]
        worth = _worth(back, order)
        amount = max(worth - less, 0) if less else None
        lines = _instead(back) if exchange else []
        shipping = FEE if fee and lines else 0
        done = self.tried(
            lambda s: settle_return(
                s,
                code=code,
                amount=amount,
                exchange=exchange,
                shipping_fee=shipping,
                actor=MANAGER,
                now=self.now,
            ),
            "insufficient_stock",
        )
        swap = Order(order.method, lines, shipping)
        assert (done is not None) == self.book.can_fill(swap.pieces())
        if done is None:
            return
        credit = worth if amount is None else amount
        self._settled(back, order, credit)
        free = max(min(order.overpaid - self.book.held(back.order), credit), 0)
        with self.db.read_transaction() as session:
            self._follow(session, done.id, back, swap, free)

    def _follow(self, session, return_id: str, back: Back, swap: Order, free: int) -> None:
        """What was paid beyond the new price goes over to the other goods, the rest is to be sent back."""
        row = session.get_one(Return, return_id)
        assert bool(row.exchange_order_id) == bool(swap.lines)
        if row.exchange_order_id:
            placed = session.get_one(OrderRow, row.exchange_order_id).code
            self.book.orders[placed] = swap
            self.adopt_holds(session, placed)
            over = min(free, swap.total)
            self.book.orders[back.order].refunded += over
            swap.paid += over
            free -= over
        assert bool(row.refund_id) == bool(free)
        if row.refund_id:
            refund = session.get_one(RefundRow, row.refund_id)
            self.book.refunds[refund.code] = Refund(back.order, free, "return")

    def _settled(self, back: Back, order: Order, credit: int) -> None:
        back.state = "settled"
        order.credited += credit
        for line, pieces, _ in back.lines:
            line.settled_back += pieces
        if all(line.settled_back == line.quantity for line in order.lines):
            order.status = order.fulfilment = "returned"


def _may_come_back(order: Order) -> bool:
    is_there = order.fulfilment == "delivered" and order.status in ("processing", "completed")
    return is_there and any(line.quantity > line.asked_back for line in order.lines)


def _may_be_decided(back: Back) -> bool:
    return back.origin == "buyer" and back.state in ("requested", "approved")


def _worth(back: Back, order: Order) -> int:
    if back.origin == "parcel":
        return order.due
    parts = (line.amount * back.back(at) // line.quantity for at, (line, _, _) in enumerate(back.lines))
    return min(sum(parts), order.due)


def _instead(back: Back) -> list[Line]:
    """One piece for each that is here again: the same goods at the price of then, others of that price with the
    discount, all others at today's."""
    lines = []
    for at, (line, _, sku) in enumerate(back.lines):
        pieces = back.back(at)
        if not sku or not pieces:
            continue
        price = line.price if sku == line.sku else PRICES[sku]
        discount = line.discount * pieces // line.quantity if price == line.price else 0
        lines.append(Line(sku, pieces, price, discount))
    return lines
