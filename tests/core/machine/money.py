"""Rules for money: transfers that name an order or do not, staff who assign them, refunds."""

from hypothesis import strategies as st
from sqlalchemy import select

from core.payments.bank_matching import (
    Part,
    assign_transfer,
    dismiss_transfer,
    match_transfer,
    receive_transfers,
)
from core.payments.models import BankTransfer
from core.payments.recording import confirm_bank_transfer
from core.payments.refunds import cancel_refund, pay_refund, request_refund
from core.ports.bank import TransferNews
from tests.core.machine.base import MANAGER, ShopMachine, happens
from tests.core.machine.book import Order, Refund

amounts = st.sampled_from((0, 0, 0, -10_000, 5_000, -1))


class Money(ShopMachine):
    @happens(weight=4, when=lambda self: self.book.orders, data=st.data(), off=amounts, names=st.booleans())
    def a_transfer_comes_in(self, data: st.DataObject, off: int, names: bool) -> None:
        """Only a sure code with no more than is owed is booked by itself; all others wait."""
        code = self.pick(data, self.book.orders, lambda _: True)
        order = self.book.orders[code]
        amount = max(order.owed + off, 1)
        external = f"x{self.now.timestamp()}"
        news = TransferNews(
            external, "in", amount, f"ck {code}" if names else "tien hoa", "1", "FT", self.now
        )
        for _ in range(2):
            self.tried(lambda s: receive_transfers(s, bank="sepay", news=[news], now=self.now))

        def match(session):
            row = session.scalars(select(BankTransfer).where(BankTransfer.external_id == external)).one()
            for _ in range(2):
                match_transfer(session, transfer_id=row.id, now=self.now)
            session.refresh(row)
            return row.code, row.state

        kept, state = self.tried(match) or ("", "")
        sure = names and 0 < amount <= order.owed and _takes_transfers(order)
        assert (state == "matched") == sure
        if sure:
            order.paid += amount
        else:
            self.book.doubtful[kept] = amount

    @happens(
        weight=2,
        when=lambda self: self.book.doubtful and self.book.orders,
        data=st.data(),
        dismissed=st.booleans(),
        share=st.integers(0, 100),
    )
    def staff_decide_about_a_transfer(self, data: st.DataObject, dismissed: bool, share: int) -> None:
        code = self.pick(data, self.book.doubtful, lambda _: True)
        amount = self.book.doubtful.pop(code)
        if dismissed:
            self.tried(
                lambda s: dismiss_transfer(s, code=code, why="not_ours", note="", actor=MANAGER, now=self.now)
            )
            return
        orders = data.draw(
            st.lists(st.sampled_from(sorted(self.book.orders)), min_size=1, max_size=2, unique=True)
        )
        first = min(max(amount * share // 100, 1), amount - 1) if len(orders) == 2 else amount
        if len(orders) == 2 and not first:
            orders, first = orders[:1], amount
        parts = [Part(orders[0], first), *(Part(other) for other in orders[1:])]
        self.tried(lambda s: assign_transfer(s, code=code, parts=parts, actor=MANAGER, now=self.now))
        for order, part in zip(orders, (first, amount - first), strict=False):
            self.book.orders[order].paid += part

    @happens(
        weight=4,
        when=lambda self: any(o.owed for o in self.book.orders.values()),
        data=st.data(),
        off=st.sampled_from((0, 0, -9_999, 1)),
    )
    def staff_confirm_a_transfer(self, data: st.DataObject, off: int) -> None:
        code = self.pick(data, self.book.orders, lambda o: o.owed > 0)
        order = self.book.orders[code]
        amount = order.owed + off
        reference = f"tay {self.now.timestamp()}"

        def work(session):
            return [
                confirm_bank_transfer(
                    session, actor=MANAGER, order_id=code, amount=amount, reference=reference, now=self.now
                )
            ]

        done = self.tried(work, "amount_not_outstanding")
        assert (done is not None) == (0 < amount <= order.owed)
        if done:
            order.paid += amount

    @happens(
        weight=4,
        when=lambda self: any(o.paid for o in self.book.orders.values()),
        data=st.data(),
        amount=st.sampled_from((1, 10_000, 25_001, 10**6, None)),
    )
    def a_refund_is_asked_for(self, data: st.DataObject, amount: int | None) -> None:
        """Never more than what came in and is not promised elsewhere."""
        code = self.pick(data, self.book.orders, lambda o: o.paid > 0)
        order, free = self.book.orders[code], self.book.refundable(code)
        wanted = amount or max(order.overpaid, 1)
        refund = self.tried(
            lambda s: request_refund(
                s, order_id=code, amount=wanted, reason="x", actor=MANAGER, now=self.now
            ),
            "refund_too_much",
        )
        assert (refund is not None) == (wanted <= free)
        if refund is not None:
            over = order.overpaid - self.book.held(code)
            kind = "overpaid" if wanted <= over else "goodwill"
            assert refund.kind == kind
            self.book.refunds[refund.code] = Refund(code, wanted, kind)

    @happens(
        weight=4,
        when=lambda self: any(r.state == "approved" for r in self.book.refunds.values()),
        data=st.data(),
        sent=st.booleans(),
    )
    def a_refund_is_sent_or_called_off(self, data: st.DataObject, sent: bool) -> None:
        code = self.pick(data, self.book.refunds, lambda r: r.state == "approved")
        refund = self.book.refunds[code]
        order = self.book.orders[refund.order]
        if not sent:
            self.tried(lambda s: cancel_refund(s, code=code, actor=MANAGER, now=self.now))
            refund.state = "cancelled"
            return
        self.tried(
            lambda s: pay_refund(s, code=code, method="cash", reference="phiếu", actor=MANAGER, now=self.now)
        )
        if refund.kind == "goodwill":
            order.credited += max(refund.amount - order.overpaid, 0)
        order.refunded += refund.amount
        refund.state = "paid"


def _takes_transfers(order: Order) -> bool:
    at_the_door = order.method == "cod" and order.fulfilment in ("shipped", "failed", "delivered")
    return order.status not in ("cancelled", "returned") and not at_the_door
