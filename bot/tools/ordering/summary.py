"""What is still missing, else the summary with all amounts; the cart as it is told."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_for, ask_for_address
from bot.replies.cards import summary_card, summary_text, variant_name
from bot.replies.texts import say
from bot.tools.ordering.changes import Result
from bot.tools.ordering.items import short_text
from bot.tools.shopping.related import related_offer
from core.catalogue.models import Variant
from core.customers.phones import local_phone
from core.errors import InsufficientStock
from core.orders.models import Cart, CartLine, Quote
from core.orders.queries import get_cart
from core.orders.quoting import missing_parts, quote_cart
from core.ports.addresses import DeliveryAddress


def conclude(session: Session, turn: Turn, cart_id: str, result: Result) -> ToolOutcome:
    """One thing at a time: the first doubt, else the first missing part, else the summary to say yes to."""
    cart = session.get_one(Cart, cart_id)
    session.refresh(cart)
    said = list(result.said)
    if result.added:
        said.insert(0, say(turn.language, "added", items=", ".join(result.added)))
    if result.removed:
        said.insert(0, say(turn.language, "removed", items=", ".join(result.removed)))
    missing = [part for part in missing_parts(_with_lines(session, cart)) if part != "payment"]
    asks = result.asks or [_standing_question(turn, part) for part in missing[:1]]
    if asks:
        turn.state.pop("quote_id", None)
        kind, question = asks[0]
        extra = related_offer(session, turn, result.first) if result.first is not None else None
        said += [extra[0]] if extra else []
        said.append(question)
        awaiting = tuple(dict.fromkeys([kind, *missing]))
        return turn.note(
            ToolOutcome(
                "update_order",
                True,
                " ".join(said),
                {"cart_id": cart_id, "missing": missing},
                (extra[1],) if extra else (),
                awaiting=awaiting,
                committed=cart_id,
            )
        )
    try:
        quote = quote_cart(session, cart_id=cart_id, now=turn.services.clock())
    except InsufficientStock as error:
        text = short_text(session, error.data["lines"], turn.language)
        return turn.note(ToolOutcome("update_order", False, text, error.data, awaiting=("quantity",)))
    return turn.note(_summary(turn, quote, said))


def _standing_question(turn: Turn, part: str) -> tuple[str, str]:
    """An address that was begun is asked on, not anew."""
    begun = turn.state.get("address_text")
    if part == "address" and begun:
        return ask_for_address(turn.language, begun, turn.services.addresses.read(begun))
    return part, ask_for(turn.language, part)


def _summary(turn: Turn, quote: Quote, said: list[str]) -> ToolOutcome:
    turn.state["quote_id"] = quote.id
    text = "\n".join([*said, summary_text(quote, turn.language), say(turn.language, "ask_confirm")])
    return ToolOutcome(
        "update_order",
        True,
        text,
        {"quote_id": quote.id, "total": quote.total, "cart_id": quote.cart_id},
        (summary_card(quote, turn.language),),
        (say(turn.language, "yes_button"),),
        ("confirm",),
        quote.id,
    )


def _with_lines(session: Session, cart: Cart) -> Cart:
    return get_cart(session, cart.id)


def cart_view(session: Session, cart: Cart, language: str) -> dict[str, Any]:
    """The cart as the API tells it."""
    lines = session.execute(
        select(CartLine, Variant)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLine.position)
        .options(joinedload(Variant.product))
    ).all()
    items = [
        {
            "sku": variant.sku,
            "name": variant_name(variant.product, variant, language),
            "quantity": line.quantity,
            "unit_price": variant.price,
            "amount": variant.price * line.quantity,
        }
        for line, variant in lines
    ]
    return {
        "id": cart.id,
        "lines": items,
        "subtotal": sum(item["amount"] for item in items),
        "name": cart.buyer_name,
        "phone": local_phone(cart.phone),
        "address": DeliveryAddress(**cart.address).text if cart.address else "",
        "payment_method": cart.payment_method,
    }
