"""Who wants an invoice made out to them: noted on the order, or on the cart until there is one."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.actor import Actor
from core.errors import Conflict
from core.invoices.checks import InvoiceBuyerInput, check_buyer
from core.orders.models import Cart, Order


def request_invoice_with_cart(
    session: Session, *, actor: Actor, cart_id: str, buyer: InvoiceBuyerInput, now: datetime
) -> None:
    """The wish goes with the cart and stands on the order that is placed from it."""
    checked = check_buyer(buyer)
    noted = session.execute(
        update(Cart)
        .where(Cart.id == cart_id, Cart.status == "open")
        .values(invoice_request=as_request(checked), updated_at=now)
        .returning(Cart.id)
        .execution_options(synchronize_session=False)
    ).first()
    if noted is None:
        raise Conflict("cart_closed", "This cart is no longer open. Ask again with the order's code.", {})


def as_request(buyer: InvoiceBuyerInput) -> dict[str, str]:
    """`buyer` has been checked."""
    return {
        "company": buyer.company,
        "tax_code": buyer.tax_code,
        "address": buyer.address,
        "email": buyer.email,
        "name": buyer.name,
    }


def invoice_requests(
    session: Session, *, before: str | None, limit: int, order_id: str | None = None, state: str | None = None
) -> list[Order]:
    """Orders whose buyer asked for an invoice, newest order first; `before` is the last order's id."""
    statement = (
        select(Order).where(Order.invoice_requested_at.is_not(None)).order_by(Order.id.desc()).limit(limit)
    )
    if order_id is not None:
        statement = statement.where(Order.id == order_id)
    if state is not None:
        statement = statement.where(Order.invoice_state == state)
    if before is not None:
        statement = statement.where(Order.id < before)
    return list(session.scalars(statement))
