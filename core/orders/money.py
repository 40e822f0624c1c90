"""How an order's money adds up. Pure; whole đồng."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderMoney:
    """`paid - refunded == due - outstanding + overpaid`, always."""

    due: int
    """What the buyer has to pay for it in the end: the total less what was given back for returned goods."""
    paid: int
    """All that came in."""
    refunded: int
    """Gone back to the buyer, or over to an exchange."""
    refund_held: int
    """Promised back and not sent yet."""
    outstanding: int
    overpaid: int

    @property
    def kept(self) -> int:
        return self.paid - self.refunded

    @property
    def refundable(self) -> int:
        """No refund may be larger."""
        return self.paid - self.refunded - self.refund_held


def add_up(
    *, total: int, credited: int, called_off: bool, paid: int, refunded: int, refund_held: int
) -> OrderMoney:
    """Nothing is due for an order that was called off."""
    due = 0 if called_off else max(total - credited, 0)
    kept = paid - refunded
    return OrderMoney(due, paid, refunded, refund_held, max(due - kept, 0), max(kept - due, 0))
