"""What a customer may want of their own orders: the rules that begin such a talk."""

import re
from typing import Any

from bot.agent.agreement import says, says_swap
from bot.agent.policy.ordering import order
from bot.agent.policy.questions import speaks_of_returns
from bot.agent.policy.steps import ABOUT_GOODS, ABOUT_THE_SHOP, Call, Step, intents_of
from bot.agent.policy.told import (
    asks_a_favour,
    asks_terms,
    change_arguments,
    changed_part,
    gives_back,
    invoice_arguments,
    names_placed_order,
    order_with,
    reason_in,
    return_arguments,
    says_cancel,
    says_invoice,
    says_why,
)
from nlu import Parse, fold

LIKELY = 0.6
CHANGING = frozenset({"change_item", "remove_item", "change_details"})
OPEN = ("new", "processing", "packed", "shipped", "failed")
_MORE_THAN_A_COMPLAINT = frozenset(
    {*ABOUT_GOODS, *ABOUT_THE_SHOP, "haggle", "order", "wholesale", "order_status"}
)
_ORDER_OF = re.compile(r"\b(don( hang)?( co| mua| dat)?|order (of|for|with)( the| my)?)\s*$")
DELIVERED = ("delivered", "completed")


def requests(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Complaint, return, exchange, cancellation, change and payment; a person that is asked for comes first."""
    intents = intents_of(parse)
    if intents & {"handoff", "abuse"} and "complaint" not in intents:
        return []
    for rule in (_return, _cancel, _complain, _change, _paid):
        steps = rule(parse, context, intents)
        if steps:
            return steps
    return []


def invoice(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Beside goods that are ordered the wish is only noted: the order's own question comes first."""
    intents = intents_of(parse)
    told = bool(parse.tax_code or parse.company or parse.email)
    wished = "invoice_request" in intents or (told and says_invoice(parse))
    if parse.question and not told and intents & {"ask_policy", "ask_price"}:
        return []
    if intents & {"handoff", "abuse"} or (not wished and not (told and context["invoice_wished"])):
        return []
    placed = names_placed_order(parse)
    named = [m for m in parse.items if m.product_sku and m.quantity and m.refers is None]
    ordering = order(parse, context) if named and not placed else []
    code = code_of(parse) or (order_with(parse, context, (*OPEN, *DELIVERED)) if placed else "")
    arguments = {"code": code, **invoice_arguments(parse), "quietly": bool(ordering)}
    return [*ordering, Call("request_invoice", arguments)]


def own_orders(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Where an order is; a bare code asks the same."""
    code = code_of(parse)
    if "order_status" in intents_of(parse) or (code and not parse.items):
        return [Call("order_status", {"code": code})]
    return []


def code_of(parse: Parse) -> str:
    return parse.order_codes[0] if parse.order_codes else ""


def _return(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    wished = intents & {"return_request", "exchange_request"}
    own = _swaps_own_goods(parse, context)
    exchanging = own or (says(parse.text, "exchanging") and not context["cart"])
    arrived = not context["cart"] and any(order["status"] in DELIVERED for order in context["orders"])
    back = arrived and gives_back(parse, context)
    swapped = _swap_of_delivered(parse, context, intents) or _likely_swap(parse, context)
    if _asks_only_terms(parse, context, wished=bool(wished)):
        return [Call("answer_question", {"question": parse.text, "topic": "return"})]
    if not (wished or back or swapped or (exchanging and arrived)):
        return []
    if exchanging:
        wished = {"exchange_request"}
    elif back and not wished:
        wished = {"return_request"}
    told_why = reason_in(parse) and bool(order_with(parse, context, DELIVERED))
    ruled = (
        "ask_policy" in intents and not (told_why or own) and not any(item.options for item in parse.items)
    )
    if not code_of(parse) and parse.question and (not context["orders"] or ruled):
        return []
    if wished == {"exchange_request"} and _of_the_cart(parse, context):
        return []
    kind = "return" if wished == {"return_request"} else "exchange"
    if kind == "exchange" and _not_sent(parse, context):
        return _changed(parse, context)
    arguments = return_arguments(parse, context, kind)
    if "complaint" in intents or reason_in(parse) or says_why(parse):
        arguments["reason"] = parse.text.strip()[:1_000]
    code = code_of(parse) or order_with(parse, context, DELIVERED)
    asked = [Call("ask_return", {"kind": kind, "code": code, **arguments})]
    terms = asks_terms(parse) or (own and intents & ABOUT_THE_SHOP)
    if not parse.question or (kind == "exchange" and not terms):
        return list(asked)
    return [Call("answer_question", {"question": parse.text, "topic": "return", "only_sure": True}), *asked]


def _swaps_own_goods(parse: Parse, context: dict[str, Any]) -> bool:
    """`em lỡ mua vòng cổ size S, đổi lên size M được không`, said of goods that have arrived."""
    arrived = order_with(parse, context, DELIVERED)
    open_ones = order_with(parse, context, OPEN)
    if any(item.quantity and item.refers is None for item in parse.items) and "order" in intents_of(parse):
        return False
    return bool(arrived) and not open_ones and not context["cart"] and says_swap(parse.text)


def _asks_only_terms(parse: Parse, context: dict[str, Any], *, wished: bool) -> bool:
    """`교환하는데 수수료 있어요?`: what it would cost, without a word of what is to be exchanged."""
    if not asks_terms(parse) or code_of(parse) or reason_in(parse):
        return False
    return speaks_of_returns(parse) and not (wished and order_with(parse, context, DELIVERED))


def _of_the_cart(parse: Parse, context: dict[str, Any]) -> bool:
    """`rộng quá, đổi size S nha`: of goods that are not ordered yet, where nothing else was ever delivered."""
    delivered = any(order["status"] in DELIVERED for order in context["orders"])
    changed = any(item.refers == "cart" or item.replaces for item in parse.items)
    return bool(context["cart"]) and changed and not delivered and not code_of(parse)


def _not_sent(parse: Parse, context: dict[str, Any]) -> bool:
    """Other goods of an order that is still here are a change, no exchange."""
    code = code_of(parse)
    statuses = {o["status"] for o in context["orders"] if not code or o["code"] == code}
    return bool(statuses & {"new", "processing"}) and not statuses & set(DELIVERED)


def _swap_of_delivered(parse: Parse, context: dict[str, Any], intents: set[str]) -> bool:
    """Another size of goods is an exchange once no order is open any more."""
    statuses = {placed["status"] for placed in context["orders"]}
    return (
        "change_item" in intents
        and not context["cart"]
        and not statuses & set(OPEN)
        and bool(statuses & set(DELIVERED))
    )


def _likely_swap(parse: Parse, context: dict[str, Any]) -> bool:
    """Half an exchange and half a change are one wish, once the goods are with the customer."""
    sure = {intent.name: intent.confidence for intent in parse.intents}
    doubtful = sure.get("exchange_request", 0.0) + sure.get("change_item", 0.0)
    statuses = {placed["status"] for placed in context["orders"]}
    return not context["cart"] and doubtful >= LIKELY and bool(statuses) and statuses <= set(DELIVERED)


def _cancel(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    """The open cart is meant unless an order that was placed is named; goods or a number of pieces are a change."""
    part = parse.quantity is not None or any(m.quantity or m.product_sku for m in parse.items)
    called_off = names_placed_order(parse) and says_cancel(parse) and not parse.question
    if not (called_off or "cancel_order" in intents) or (part and not says_cancel(parse)):
        return []
    if context["cart"] and not names_placed_order(parse):
        return [Call("empty_cart")]
    reason = parse.text.strip() if reason_in(parse) else ""
    code = code_of(parse) or order_with(parse, context, OPEN)
    only_some = _only_some_of(code, parse, context)
    if only_some:
        return [Call("change_order", {"code": code, "items": only_some})]
    return [Call("ask_cancel", {"code": code, "reason": reason})]


def _only_some_of(code: str, parse: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    """The goods to be taken out, where an order has others besides those that are named."""
    held = {line["product"] for o in context["orders"] if o["code"] == code for line in o["lines"]}
    named = {str(m.product_sku) for m in parse.items if m.refers is None and m.product_sku in held}
    if any(_ORDER_OF.search(fold(parse.text[: m.span[0]])) for m in parse.items):
        return []  # `huỷ cái đơn sen đá`: the order that has them
    if parse.order_codes or not named or named == held:
        return []
    plain: dict[str, Any] = {"quantity": None, "options": {}, "action": "remove", "replaces": ""}
    return [{"sku": sku, **plain} for sku in sorted(named)]


def _complain(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    """What is asked or ordered more surely than it is complained of goes before."""
    if says(parse.text, "angry"):
        return [Call("complain", {"code": code_of(parse)})]
    if "complaint" not in intents:
        return []
    sure = {intent.name: intent.confidence for intent in parse.intents}
    others = max((sure.get(name, 0.0) for name in _MORE_THAN_A_COMPLAINT), default=0.0)
    if others > sure["complaint"]:
        return []
    complained = Call("complain", {"code": code_of(parse)})
    if not parse.question:
        return [complained]
    return [complained, Call("answer_question", {"question": parse.text, "only_sure": True})]


def _change(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    """Of a placed order; with an open cart only when the order is named."""
    named = names_placed_order(parse)
    told = bool(change_arguments(parse, context)) or parse.quantity is not None
    wishing = not parse.question or bool(intents & {"order", "add_item"}) or asks_a_favour(parse)
    elsewhere = intents & {"order_status", "ask_shipping_fee", "ask_payment", "ask_shop", "ask_promotion"}
    if says(parse.text, "moving"):
        elsewhere = set()
    moving = named and changed_part(parse) == "address" and not elsewhere
    changing = intents & CHANGING or (named and told and wishing) or moving
    open_orders = [placed for placed in context["orders"] if placed["status"] in OPEN]
    if not changing or (context["cart"] and not named) or not (open_orders or parse.order_codes):
        return []
    return _changed(parse, context)


def _changed(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Goods that are only named, as they are on the order already, tell which order is meant and no change."""
    arguments = change_arguments(parse, context)
    code = code_of(parse) or order_with(parse, context, OPEN)
    held = {line["sku"] for order in context["orders"] for line in order["lines"]}
    products = {line["product"] for order in context["orders"] for line in order["lines"]}
    leading = parse.intents[0].name if parse.intents else ""
    kept = [
        item
        for item in arguments.pop("items", [])
        if item["quantity"] or item["action"] != "set" or item["replaces"]
        or (item["sku"] not in held and (item["options"] or item["sku"] not in products))
    ]  # fmt: skip
    only_there = "address" in arguments and not any(
        item.get("quantity") for item in arguments.get("items", ())
    )
    place = changed_part(parse) == "address" or only_there
    if place and not intents_of(parse) & {"change_item", "add_item", "remove_item"}:
        # "I ordered 1 lamp yesterday, can it go to the new place?"
        kept = []
    if kept:
        arguments["items"] = kept
    part = "" if arguments else "item" if parse.quantity and not place else changed_part(parse)
    about = [m for m in parse.items if m.product_sku in products and m.refers is None]
    if not arguments and not part and about and leading != "order_status":
        part = "item"
        options: dict[str, Any] = {"quantity": None, "options": {}, "action": "set"}
        # Its size is spoken of: which other one is asked.
        arguments["items"] = [
            {"sku": m.product_sku, "replaces": m.variant_sku, **options}
            for m in about[:1] if m.options and m.variant_sku in held
        ]  # fmt: skip
    return [Call("change_order", {"code": code, **arguments, "part": part})]


def _paid(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    return [Call("check_payment", {"code": code_of(parse)})] if "paid_notice" in intents else []
