"""A yes to a quote becomes an order, once: the quote is single use and stock is promised in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.customers.models import Customer
from core.errors import QuoteExpired
from core.ids import new_id
from core.jobs.events import publish
from core.orders.approving import ask_for_approvals
from core.orders.codes import next_order_code
from core.orders.models import Cart, Order, OrderLine, Quote
from core.orders.queries import get_order
from core.orders.quoting import get_quote
from core.orders.risk import NO_RISK
from core.shop import ShopProfile, shop_profile
from core.stock.allocation import Wanted, plan
from core.stock.levels import reserve
from core.stock.moves import Pick
from core.stock.queries import places

_CLAIM = (
    update(Quote)
    .where(Quote.id == bindparam("quote"), Quote.state == "open", Quote.expires_at > bindparam("now"))
    .values(state="used")
    .returning(Quote.cart_id, Quote.content)
    .execution_options(synchronize_session=False)
)
_CURRENT = select(Variant.id, Variant.sku, Variant.price, Variant.cost, Variant.active).where(
    Variant.id.in_(bindparam("variants", expanding=True))
)
_CLOSE = (
    update(Cart)
    .where(Cart.id == bindparam("cart"))
    .values(status="ordered")
    .returning(Cart.customer_id, Cart.sales_channel, Cart.invoice_request)
    .execution_options(synchronize_session=False)
)


def place_order(session: Session, *, actor: Actor, quote_id: str, now: datetime) -> Order:
    """The order of this quote: made now, or the one that an earlier yes made.

    Raises `QuoteExpired` when the quote was voided by a change, ran out or shows an old price, and
    `InsufficientStock` when somebody else was faster. Nothing is kept of a refused try.
    """
    claimed = session.execute(_CLAIM, {"quote": quote_id, "now": now}).first()
    if claimed is None:
        return _placed_before(session, quote_id)
    content: dict[str, Any] = claimed.content
    costs = _costs_at_shown_prices(session, quote_id, content)
    cart = _close_cart(session, claimed.cart_id)
    order = _insert_order(session, quote_id, content, cart, costs, actor, now)
    _reserve_stock(session, order, shop_profile(session), now)
    _remember_buyer(session, order, now)
    audit.record(
        session,
        actor=actor,
        action="order.placed",
        subject_kind="order",
        subject_id=order.id,
        now=now,
        data={"code": order.code, "total": order.total, "quote_id": quote_id},
    )
    publish(session, "order.placed", {"key": order.id, "order_id": order.id}, now=now)
    percent = int(content.get("discount_percent", 0))
    ask_for_approvals(session, order, discount_percent=percent, actor=actor, now=now)
    return order


def _placed_before(session: Session, quote_id: str) -> Order:
    """What an earlier yes made of this quote; else why there is nothing."""
    existing = session.scalar(select(Order.id).where(Order.quote_id == quote_id))
    if existing is not None:
        return get_order(session, existing)
    get_quote(session, quote_id)
    raise QuoteExpired(
        "quote_expired", "This summary is no longer valid. Ask for a new one.", {"quote_id": quote_id}
    )


def _close_cart(session: Session, cart_id: str) -> Row[tuple[str, str, dict[str, Any]]]:
    """What an order takes from its cart beyond the summary."""
    return session.execute(_CLOSE, {"cart": cart_id}).one()


def _remember_buyer(session: Session, order: Order, now: datetime) -> None:
    """What the next order is offered."""
    customer = session.get_one(Customer, order.customer_id)
    customer.name, customer.phone, customer.address = order.buyer_name, order.phone, order.address
    customer.updated_at = now


def _costs_at_shown_prices(
    session: Session, quote_id: str, content: Mapping[str, Any]
) -> dict[str, int | None]:
    """What each variant of the summary costs the shop, once it is sure that buyers still pay what was shown."""
    lines = {line["variant_id"]: line for line in content["lines"]}
    costs: dict[str, int | None] = {}
    for variant in session.execute(_CURRENT, {"variants": list(lines)}):
        costs[variant.id] = variant.cost
        if variant.price != lines[variant.id]["unit_price"] or not variant.active:
            raise QuoteExpired(
                "price_changed",
                f"{variant.sku} has changed since this summary. Ask for a new one.",
                {"sku": variant.sku, "quote_id": quote_id},
            )
    return costs


def placed_by(actor: Actor) -> dict[str, str]:
    """For an order's columns. Buyers are named by their order, not here."""
    if actor.kind == "customer":
        return {"placed_by_kind": actor.kind}
    return {"placed_by": actor.id, "placed_by_kind": actor.kind, "placed_by_name": actor.name[:100]}


def _insert_order(
    session: Session,
    quote_id: str,
    content: Mapping[str, Any],
    cart: Row[tuple[str, str, dict[str, Any]]],
    costs: Mapping[str, int | None],
    actor: Actor,
    now: datetime,
) -> Order:
    order = Order(
        id=new_id(),
        code=next_order_code(session),
        quote_id=quote_id,
        customer_id=cart.customer_id,
        sales_channel=cart.sales_channel,
        placed_at=now,
        tags=[],
        **_risk_columns(content),
        **placed_by(actor),
        invoice_request=cart.invoice_request,
        invoice_state="requested" if cart.invoice_request else "none",
        invoice_requested_at=now if cart.invoice_request else None,
        **{
            name: content[name]
            for name in (
                "buyer_name", "phone", "address", "address_text", "delivery_note", "payment_method",
                "subtotal", "discount", "shipping_fee", "total",
            )
        },
        lines=_lines(content, costs),
    )  # fmt: skip
    session.add(order)
    session.flush()
    return order


def _lines(content: Mapping[str, Any], costs: Mapping[str, int | None]) -> list[OrderLine]:
    columns = (
        "variant_id", "sku", "name", "name_en", "option_text", "option_text_en", "quantity", "unit_price",
        "discount", "amount", "vat_class", "weight_g",
    )  # fmt: skip
    return [
        OrderLine(
            id=new_id(), position=index, unit_cost=costs[line["variant_id"]],
            **{name: line[name] for name in columns},
        )
        for index, line in enumerate(content["lines"])
    ]  # fmt: skip


def _risk_columns(content: Mapping[str, Any]) -> dict[str, Any]:
    risk = content.get("risk") or NO_RISK.as_dict()
    return {
        "risk_level": risk["level"],
        "risk_refused": risk["refused"],
        "deposit_percent": risk["deposit_percent"],
        "risk_state": "open" if risk["level"] != "none" else "",
    }


def _reserve_stock(session: Session, order: Order, profile: ShopProfile, now: datetime) -> None:
    allocated = plan(
        [Wanted(line.id, line.variant_id, line.sku, line.quantity) for line in order.lines],
        places(session, [line.variant_id for line in order.lines]),
        province_code=order.address.get("province_code", ""),
        may_split=profile.split_orders,
    )
    picks = [Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated]
    reserve(session, order_id=order.id, picks=picks, now=now)
