"""What a brain is told each turn besides the words: compact, complete, and the same for every brain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.claims.evidence import Standing
from bot.agent.composing import open_question
from bot.agent.turn import Turn
from bot.replies.cards import order_status_key
from bot.tools.ordering.summary import cart_view
from bot.tools.orders.flows import gathered, open_flow
from core.catalogue.models import Product, Variant
from core.customers.models import Customer
from core.orders.models import Cart, Order
from core.orders.queries import customer_orders, open_cart
from core.shop import shop_profile

ORDERS_TOLD = 5


def turn_context(session: Session, turn: Turn) -> dict[str, Any]:
    profile = shop_profile(session)
    cart = open_cart(session, customer_id=turn.actor.id)
    view = cart_view(session, cart, turn.language) if cart is not None and cart.lines else None
    customer = session.get(Customer, turn.actor.id)
    orders = customer_orders(session, customer_id=turn.actor.id, limit=ORDERS_TOLD)
    return {
        "shop": {
            "name": profile.name,
            "payment_methods": profile.payment_methods,
            "wholesale_from": profile.wholesale_from_qty,
        },
        "language": turn.language,
        "cart": view,
        "awaiting": turn.state.get("awaiting", []),
        "shown": turn.state.get("shown", []),
        "talked": turn.state.get("talked"),
        "drafts": turn.state.get("drafts", []),
        "last_item": turn.state.get("last_item", ""),
        "placed": _placed(session, turn),
        "undo": bool(turn.state.get("undo")),
        "question": turn.state.get("question", ""),
        "quote_id": turn.quote_shown_before or None,
        "flow": open_flow(turn.state),
        "invoice_wished": _wants_invoice(turn, cart, orders),
        "unsure": turn.state.get("unsure", 0),
        "offer": turn.offer,
        "selling": turn.state.get("selling", {}),
        "customer": customer.name if customer is not None else "",
        "message": turn.message_id,
        "orders": _orders(session, orders),
    }


def _placed(session: Session, turn: Turn) -> dict[str, Any] | None:
    """The order that was placed last: also one whose answer never left, known by the quote that was shown."""
    quote_id = turn.quote_shown_before
    code = quote_id and session.scalar(
        select(Order.code).where(Order.quote_id == quote_id, Order.customer_id == turn.actor.id)
    )
    known: dict[str, Any] | None = turn.state.get("placed")
    return {"code": code, "quote_id": quote_id} if code else known


def standing(turn: Turn, context: dict[str, Any]) -> Standing:
    """What the guard may know beside the tools' answers."""
    cart = context.get("cart") or {}
    own = [
        str(context.get("customer") or ""),
        *(str(cart.get(part) or "") for part in ("name", "phone", "address")),
    ]
    return Standing(
        customer_text=turn.text,
        own_texts=tuple(text for text in dict.fromkeys([*own, *turn.own_texts]) if text),
        codes=tuple(_codes(context)),
        asked=open_question(context),
        known_words=(context["shop"]["name"], *(line["name"] for line in cart.get("lines", ()))),
        catalogue=_catalogue_names(turn),
        handed_off=bool(turn.state.get("handoff")),
    )


def _codes(context: dict[str, Any]) -> list[str]:
    return [str(order["code"]) for order in context["orders"]]


def _catalogue_names(turn: Turn) -> tuple[str, ...]:
    products = turn.services.lexicon().products.values()
    return tuple(name for product in products for name in product.names[:2])


def _wants_invoice(turn: Turn, cart: Cart | None, orders: Sequence[Order]) -> bool:
    """A tax code or an e-mail that comes later belongs to the wish that was made before."""
    if gathered(turn, "invoice") or (cart is not None and cart.invoice_request):
        return True
    return bool(orders and orders[0].invoice_request)


def _orders(session: Session, orders: Sequence[Order]) -> list[dict[str, Any]]:
    """The latest, with their goods: what "size M" or "the jacket" of an order placed before may mean."""
    if not orders:
        return []
    variants = {line.variant_id for order in orders for line in order.lines}
    rows = session.execute(
        select(Variant.id, Product.sku)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.id.in_(variants))
    )
    products = {row[0]: row[1] for row in rows}
    return [
        {
            "code": order.code,
            "status": order_status_key(order),
            "total": order.total,
            "lines": [
                {"sku": line.sku, "product": products[line.variant_id], "quantity": line.quantity}
                for line in order.lines
            ],
        }
        for order in orders
    ]
