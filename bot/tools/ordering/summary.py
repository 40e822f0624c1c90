"""What is still missing, else the summary with all amounts; the cart as it is told."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_for
from bot.replies.cards import product_name, summary_card, summary_text, variant_name
from bot.replies.joining import joined
from bot.replies.texts import say
from bot.tools.ordering import drafts
from bot.tools.ordering.addresses import begun_question
from bot.tools.ordering.changes import Ask, Result
from bot.tools.ordering.drafts import Draft
from bot.tools.ordering.items import draft_question, is_hopeless
from bot.tools.ordering.misses import after_misses
from bot.tools.shopping.related import related_offer
from bot.tools.shopping.telling import expected_text, on_sale
from core.catalogue.models import Variant
from core.catalogue.queries import get_product
from core.customers.phones import local_phone
from core.errors import InsufficientStock
from core.money import format_dong
from core.orders.carts import set_lines
from core.orders.models import Cart, CartLine, Quote
from core.orders.queries import known_cart
from core.orders.quoting import CarrierFee, CarrierFeeUnknown, missing_parts, quote_cart
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile


def conclude(
    session: Session, turn: Turn, cart_id: str, result: Result, carrier_fee: CarrierFee | None = None
) -> ToolOutcome:
    """One thing at a time: the first doubt, else the first missing part, else the summary to say yes to."""
    said = _noted(turn, result)
    if result.wholesale is not None:
        return turn.note(_wholesale(turn, cart_id, result.wholesale, said))
    asks, missing = _open_questions(session, turn, cart_id, result, said)
    if not asks:
        try:
            now = turn.services.clock()
            quote = quote_cart(session, cart_id=cart_id, now=now, carrier_fee=carrier_fee)
            return turn.note(_summary(session, turn, quote, said))
        except CarrierFeeUnknown:
            return turn.note(_fee_unknown(turn, cart_id, said))
        except InsufficientStock as error:
            _keep_short_lines(session, turn, error.data["lines"])
            asks, missing = _open_questions(session, turn, cart_id, result, said)
            asks = asks or [_without_sold_out(session, turn, cart_id, error.data["lines"])]
    turn.state.pop("quote_id", None)
    first = after_misses(turn, asks[0], result)
    if first is None and _set_aside(session, turn, cart_id, result):
        return conclude(session, turn, cart_id, result, carrier_fee)
    if first is None:
        return turn.note(_given_up(turn, cart_id, asks[0].kind, said))
    said = _with_prices(turn, result, said)
    said += _acknowledged(turn, first, result, bool(said))
    extra = related_offer(session, turn, result.first) if result.first is not None else None
    said += [extra[0]] if extra else []
    turn.state["question"] = first.question
    return turn.note(
        ToolOutcome(
            "update_order",
            True,
            joined(*said, first.question),
            {"cart_id": cart_id, "missing": missing},
            (*first.cards, *((extra[1],) if extra else ())),
            first.quick_replies,
            tuple(dict.fromkeys([first.kind, *(ask.kind for ask in asks[1:]), *missing])),
            cart_id,
        )
    )


def _set_aside(session: Session, turn: Turn, cart_id: str, result: Result) -> bool:
    """A wish that was asked about in vain does not hold up the goods that are clear: it is said and let go."""
    waiting = drafts.drafts_of(turn)
    if not waiting or not known_cart(session, cart_id).lines:
        return False
    draft = waiting[0]
    drafts.drop(turn, draft)
    key = "wish_set_aside" if draft.sku else "unclear_wish_set_aside"
    name = product_name(get_product(session, draft.sku), turn.language) if draft.sku else ""
    result.said.append(say(turn.language, key, name=name))
    result.misfit, result.goods_told = "", False
    return True


def _acknowledged(turn: Turn, ask: Ask, result: Result, spoken: bool) -> list[str]:
    """What was told beside the open question is not passed over in silence."""
    if ask.kind == "item" and not drafts.drafts_of(turn):
        told = result.changed and not result.removed
        return [say(turn.language, "noted_details" if told else "cart_empty")]
    again = turn.state.get("question") == ask.question
    return [say(turn.language, "noted")] if again and result.changed and not spoken else []


def _noted(turn: Turn, result: Result) -> list[str]:
    said = list(result.said)
    if result.added:
        said.append(say(turn.language, "added", items=", ".join(result.added)))
    if result.removed:
        said.append(say(turn.language, "removed", items=", ".join(result.removed)))
    return said


def _with_prices(turn: Turn, result: Result, said: list[str]) -> list[str]:
    """What goods cost is told as they are noted; a summary tells it anyway."""
    plain, priced = (
        say(turn.language, "added", items=", ".join(items))
        for items in (result.added, [f"{line}: {format_dong(result.amounts[line])}" for line in result.added])
    )
    return [priced if result.added and text == plain else text for text in said]


def _open_questions(
    session: Session, turn: Turn, cart_id: str, result: Result, said: list[str]
) -> tuple[list[Ask], list[str]]:
    """Wishes that wait first, then what was told wrongly, then what was never told."""
    waiting = _waiting(session, turn, said)
    begun = begun_question(turn)
    asks = [*waiting, *result.problems, *([begun] if begun else [])]
    cart = known_cart(session, cart_id)
    open_kinds = {ask.kind for ask in asks}
    missing = [part for part in missing_parts(cart) if part != "payment"]
    if waiting and "item" in missing:
        missing.remove("item")
    if begun and "address" in missing and begun.kind == "ward":
        missing.remove("address")
    rest = [part for part in missing if part not in open_kinds]
    if not asks:
        asks = [Ask(part, ask_for(turn.language, part)) for part in rest[:1]]
    return asks, missing


def _waiting(session: Session, turn: Turn, said: list[str]) -> list[Ask]:
    """The questions of the open wishes; what nobody can have now is said and let go."""
    asks: list[Ask] = []
    for draft in drafts.drafts_of(turn):
        if is_hopeless(session, draft):
            product = get_product(session, draft.sku)
            said.append(say(turn.language, "out_of_stock", name=product_name(product, turn.language)))
            again = expected_text(session, on_sale(product), turn.language, turn.services.clock())
            said.extend([again] if again else [])
            drafts.drop(turn, draft)
        elif not asks:
            asks.append(draft_question(session, turn, draft))
        else:
            asks.append(Ask(draft.kind, ""))
    return asks


def _keep_short_lines(session: Session, turn: Turn, lines: list[dict[str, Any]]) -> None:
    """Somebody was faster: the lines that can no longer be had as they stand are asked about."""
    for line in lines:
        product = get_product(session, line["sku"])
        variant = next(v for v in product.variants if v.sku == line["sku"])
        left = line["available"]
        drafts.keep(
            turn,
            Draft(
                "quantity" if left else "variant", product.sku, variant.sku, line["asked"],
                dict(variant.option_values), (), "set", variant.sku, left,
            ),
        )  # fmt: skip


def _without_sold_out(session: Session, turn: Turn, cart_id: str, lines: list[dict[str, Any]]) -> Ask:
    """Nothing of it can be had any more: it leaves the cart, and something else may go in."""
    gone = {line["sku"]: 0 for line in lines}
    set_lines(session, cart_id=cart_id, quantities=gone, now=turn.services.clock())
    return Ask("item", ask_for(turn.language, "item"))


def _wholesale(turn: Turn, cart_id: str, limit: int, said: list[str]) -> ToolOutcome:
    turn.state["handoff"] = "wholesale"
    text = " ".join([*said, say(turn.language, "wholesale", quantity=limit)])
    return ToolOutcome(
        "update_order", True, text, {"wholesale_from": limit, "reason": "wholesale"}, (), (), (), cart_id
    )


def _given_up(turn: Turn, cart_id: str, kind: str, said: list[str]) -> ToolOutcome:
    """Asked three times in vain: a person goes on; the cart waits with what it has."""
    turn.state["handoff"] = f"not understood: {kind}"
    text = " ".join([*said, say(turn.language, "handed_off")])
    return ToolOutcome("update_order", True, text, {"reason": kind}, (), (), (), cart_id)


def _other_method(session: Session, turn: Turn, quote: Quote) -> str:
    """Said once a total, where the customer named no way to pay and the shop takes another one: who answers it with
    other goods has not heard it."""
    offered = f"{quote.cart_id} {quote.total}"
    told = turn.state.get("payment_told") in (quote.cart_id, offered)
    if not told:
        turn.state["payment_told"] = offered
    cart = known_cart(session, quote.cart_id)
    others = [m for m in shop_profile(session).payment_methods if m != cart.payment_method]
    return say(turn.language, f"or_{others[0]}") if others and not told else ""


def _fee_unknown(turn: Turn, cart_id: str, said: list[str]) -> ToolOutcome:
    """No total without the fee, and no order without a total: a person goes on, the cart waits as it is."""
    turn.state.pop("quote_id", None)
    turn.state["handoff"] = "carrier_fee"
    text = " ".join([*said, say(turn.language, "carrier_fee_unknown")])
    return ToolOutcome("update_order", True, text, {"reason": "carrier_fee"}, (), (), (), cart_id)


def _summary(session: Session, turn: Turn, quote: Quote, said: list[str]) -> ToolOutcome:
    turn.state["quote_id"] = quote.id
    turn.state["question"] = say(turn.language, "ask_confirm")
    turn.state.pop("misses", None)
    other = _other_method(session, turn, quote)
    text = "\n".join(
        filter(None, [*said, summary_text(quote, turn.language), other, say(turn.language, "ask_confirm")])
    )
    return ToolOutcome(
        "update_order",
        True,
        text,
        {"quote_id": quote.id, "total": quote.total, "cart_id": quote.cart_id},
        (summary_card(quote, turn.language),),
        (say(turn.language, "yes_button"),),
        ("confirm", "payment") if other else ("confirm",),
        quote.id,
    )


_CART_LINES = (
    select(CartLine, Variant)
    .join(Variant, Variant.id == CartLine.variant_id)
    .where(CartLine.cart_id == bindparam("cart"))
    .order_by(CartLine.position)
    .options(joinedload(Variant.product))
)


def cart_view(session: Session, cart: Cart, language: str) -> dict[str, Any]:
    """The cart as the API tells it."""
    lines = session.execute(_CART_LINES, {"cart": cart.id}).all()
    items = [
        {
            "sku": variant.sku,
            "product": variant.product.sku,
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
        "note": cart.delivery_note,
    }
