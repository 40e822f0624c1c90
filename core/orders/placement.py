"""A yes to a quote becomes an order, once: the quote is single use and stock is promised in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
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
from core.stock.levels import Pick, reserve
from core.stock.queries import places


def place_order(session: Session, *, actor: Actor, quote_id: str, now: datetime) -> Order:
    """The order of this quote: made now, or the one that an earlier yes made.

    Raises `QuoteExpired` when the quote was voided by a change, ran out or shows an old price, and
    `InsufficientStock` when somebody else was faster. Nothing is kept of a refused try.
    """
    quote = get_quote(session, quote_id)
    claimed = session.execute(
        update(Quote)
        .where(Quote.id == quote_id, Quote.state == "open", Quote.expires_at > now)
        .values(state="used")
        .returning(Quote.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        existing = session.scalar(select(Order.id).where(Order.quote_id == quote_id))
        if existing is not None:
            return get_order(session, existing)
        raise QuoteExpired(
            "quote_expired", "This summary is no longer valid. Ask for a new one.", {"quote_id": quote_id}
        )
    costs = _costs_at_shown_prices(session, quote)
    cart = session.get_one(Cart, quote.cart_id)
    order = _insert_order(session, quote, cart, costs, actor, now)
    _reserve_stock(session, order, shop_profile(session), now)
    cart.status = "ordered"
    customer = session.get_one(Customer, cart.customer_id)
    customer.name, customer.phone, customer.address = order.buyer_name, order.phone, order.address
    customer.updated_at = now
    session.flush()
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
    percent = int(quote.content.get("discount_percent", 0))
    ask_for_approvals(session, order, discount_percent=percent, actor=actor, now=now)
    return get_order(session, order.id)


def _costs_at_shown_prices(session: Session, quote: Quote) -> dict[str, int | None]:
    """What each variant of the summary costs the shop, once it is sure that buyers still pay what was shown."""
    lines = {line["variant_id"]: line for line in quote.content["lines"]}
    costs: dict[str, int | None] = {}
    for variant in session.scalars(select(Variant).where(Variant.id.in_(lines))):
        costs[variant.id] = variant.cost
        if variant.price != lines[variant.id]["unit_price"] or not variant.active:
            raise QuoteExpired(
                "price_changed",
                f"{variant.sku} has changed since this summary. Ask for a new one.",
                {"sku": variant.sku, "quote_id": quote.id},
            )
    return costs


def placed_by(actor: Actor) -> dict[str, str]:
    """For an order's columns. Buyers are named by their order, not here."""
    if actor.kind == "customer":
        return {"placed_by_kind": actor.kind}
    return {"placed_by": actor.id, "placed_by_kind": actor.kind, "placed_by_name": actor.name[:100]}


def _insert_order(
    session: Session, quote: Quote, cart: Cart, costs: Mapping[str, int | None], actor: Actor, now: datetime
) -> Order:
    content = quote.content
    order = Order(
        id=new_id(),
        code=next_order_code(session),
        quote_id=quote.id,
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
    )  # fmt: skip
    session.add(order)
    session.flush()
    columns = (
        "variant_id", "sku", "name", "name_en", "option_text", "option_text_en", "quantity", "unit_price",
        "discount", "amount", "vat_class", "weight_g",
    )  # fmt: skip
    session.execute(
        insert(OrderLine),
        [
            {
                "id": new_id(), "order_id": order.id, "position": index, "unit_cost": costs[line["variant_id"]],
                **{c: line[c] for c in columns},
            }
            for index, line in enumerate(content["lines"])
        ],
    )  # fmt: skip
    return order


def _risk_columns(content: Mapping[str, Any]) -> dict[str, Any]:
    risk = content.get("risk") or NO_RISK.as_dict()
    return {
        "risk_level": risk["level"],
        "risk_refused": risk["refused"],
        "deposit_percent": risk["deposit_percent"],
        "risk_state": "open" if risk["level"] != "none" else "",
    }


def _reserve_stock(session: Session, order: Order, profile: ShopProfile, now: datetime) -> None:
    lines = session.execute(
        select(OrderLine.id, OrderLine.variant_id, OrderLine.sku, OrderLine.quantity).where(
            OrderLine.order_id == order.id
        )
    ).all()
    allocated = plan(
        [Wanted(line.id, line.variant_id, line.sku, line.quantity) for line in lines],
        places(session, [line.variant_id for line in lines]),
        province_code=order.address.get("province_code", ""),
        may_split=profile.split_orders,
    )
    picks = [Pick(a.order_line_id, a.variant_id, a.warehouse_id, a.quantity) for a in allocated]
    reserve(session, order_id=order.id, picks=picks, now=now)
