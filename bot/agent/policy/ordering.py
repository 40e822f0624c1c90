"""From a wish to a summary to an order: the cart's rules."""

import re
from typing import Any

from bot.agent.agreement import agrees, is_only_signs, says
from bot.agent.policy.details import OTHER_TALK, details_of, is_plain_answer
from bot.agent.policy.steps import ABOUT_THE_SHOP, Call, Step, Words, intents_of
from bot.agent.policy.told import asks_a_favour
from bot.agent.policy.wishes import wished_items
from nlu import Parse, fold

AN_ORDER = 2
_OF_THE_CART = frozenset(
    {"item", "variant", "quantity", "name", "phone", "address", "ward", "payment", "confirm", "anything_else"}
)


A_FEW_WORDS = 5
_AS_LAST_TIME = re.compile(
    r"\b(send|order|buy|get|want|need|have|take)\b.{0,30} i (had |have )?(ordered|bought|got|had|took)"
    r" (last|before|previously|the other)\b|\bsame (\w+ )?(again|as (last|before|previous|the last))\b"
    r"|\b(my|the) usual( order| one)?( please| pls)?\W*$|\brepeat (my|the|that) (\w+ )?order\b"
    r"|(지난번|저번|지난달|지난주|전에|예전에|이전에).{0,8}(시킨|시켰|산 |샀|주문한|주문했|구매한|구매했).{0,16}"
    r"(다시|또|그대로|똑같|같은|한 번 더|한번 더)"
)


def agree(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A yes or no to what was asked; a change in the same message is a change, not a yes."""
    awaiting = context["awaiting"]
    yes = agrees(parse, awaiting, context["cart"])
    placed = context.get("placed")
    settled = awaiting[:1] in ([], ["confirm"]) and not _has_lines(context)
    if yes and placed and settled and not _polite(parse):
        return [Call("place_order", {"quote_id": placed["quote_id"]})]
    if _never(parse, context):
        return [Call("empty_cart")]
    if not _has_lines(context) or awaiting[:1] not in (["confirm"], ["anything_else"]):
        return _put_off(parse, context)
    if changes_cart(parse, context):
        return []
    quote_id = context.get("quote_id")
    if yes and quote_id and (awaiting[0] == "confirm" or says(parse.text, "order_now")):
        return [Call("place_order", {"quote_id": quote_id})]
    return _not_yet(parse, context)


def _not_yet(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Asked to agree, and no plain yes came."""
    later = _put_off(parse, context)
    if later or parse.question:
        return later
    if parse.no:
        return [Call("hold_order", {"reason": "change"})]
    if says(parse.text, "hesitating") and not intents_of(parse) - {"affirm", "unknown", "chitchat"}:
        return [Words("need_yes")]
    return []


def _put_off(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """ "Later": the cart waits, and nobody nags."""
    open_cart = _has_lines(context) or bool(context.get("drafts"))
    later = "postpone" in intents_of(parse) or says(parse.text, "later")
    if not open_cart or not later or parse.question or parse.items or parse.phones:
        return []
    return [Call("hold_order", {"reason": "later"})]


def _never(parse: Parse, context: dict[str, Any]) -> bool:
    """The whole cart is not wanted any more; a single product is taken out by its name."""
    open_cart = _has_lines(context) or bool(context.get("drafts"))
    return open_cart and says(parse.text, "never") and not parse.items and not parse.order_codes


def changes_cart(parse: Parse, context: dict[str, Any]) -> bool:
    """Whether the message says anything that the cart does not hold yet."""
    cart = context["cart"] or {"lines": []}
    lines = {line["sku"]: line["quantity"] for line in cart["lines"]}
    for item in wished_items(parse, context):
        held = lines.get(item["sku"])
        same = held is not None and item["action"] == "set" and item["quantity"] in (None, held)
        if not same or item["replaces"]:
            return True
    told = details_of(parse, context)
    if "phone" in told and _digits(told["phone"]) != _digits(cart.get("phone", "")):
        return True
    if "name" in told and told["name"].casefold() != cart.get("name", "").casefold():
        return True
    if "payment_method" in told and told["payment_method"] != cart.get("payment_method"):
        return True
    changing = {"change_item", "remove_item", "add_item", "change_details", "restart"} & intents_of(parse)
    return bool(
        changing or told.keys() & {"address", "note"} or says(parse.text, "undo", "as_before", "reorder")
    )


def order(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if "restart" in intents_of(parse) and not parse.question:
        return [Call("empty_cart")]
    if _has_lines(context) and says(parse.text, "another_order") and not parse.question:
        return [Words("first_order_first"), Call("update_order")]
    items = wished_items(parse, context)
    special = whole_cart(parse, context) or _more_of_the_placed_order(parse, context, items)
    if special or parse.order_codes:
        return special
    arguments: dict[str, Any] = {}
    if items:
        arguments["items"] = items
    arguments |= details_of(parse, context)
    if says(parse.text, "as_before") and (context["awaiting"] or items or _has_lines(context)):
        arguments["as_before"] = True
    if not arguments and _answers(parse, context):
        arguments["answer"] = parse.text.strip()[:500]
    steps: list[Step] = []
    if arguments:
        steps.append(Call("update_order", arguments))
        if parse.question and intents_of(parse) & ABOUT_THE_SHOP:
            steps.append(Call("answer_question", {"question": parse.text}))
    elif _wants_the_cart(parse, context):
        steps.append(_cart_or_search(parse, context))
    return steps


def _more_of_the_placed_order(
    parse: Parse, context: dict[str, Any], items: list[dict[str, Any]]
) -> list[Step]:
    """“One more of it”, with nothing named, right after an order: goes with that one while it can be changed."""
    placed = context.get("placed") or {}
    changeable = any(
        own["code"] == placed.get("code") and own["status"] in ("new", "processing")
        for own in context["orders"]
    )
    named = any(item.refers is None for item in parse.items)
    more = [item for item in items if item["action"] == "add" or "add_item" in intents_of(parse)]
    if not changeable or _has_lines(context) or named or len(more) != 1:
        return []
    item = {"sku": more[0]["sku"], "quantity": more[0]["quantity"] or 1, "action": "add"}
    return [Call("change_order", {"code": placed["code"], "items": [item | {"options": more[0]["options"]}]})]


def whole_cart(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Set turns of phrase about the cart as a whole: as it was, the last order once more."""
    if context.get("undo") and says(parse.text, "undo") and not parse.items:
        return [Call("undo_change")]
    again = (
        says(parse.text, "reorder")
        or bool(_AS_LAST_TIME.search(fold(parse.text)))
        or (says(parse.text, "as_before") and "order" in intents_of(parse) and not _has_lines(context))
    )
    asking = parse.question and not intents_of(parse) & {"order", "add_item"} and not _wishes(parse)
    counted = any(item.quantity or item.options for item in parse.items)
    only_where = bool(_WHERE.search(fold(parse.text))) and _has_lines(context)
    if again and not (counted or asking or only_where) and "order_status" not in intents_of(parse):
        return [Call("reorder")]
    return [Call("update_order")] if _agrees_to_nothing(parse, context) else []


_WHERE = re.compile(r"\b(address|dia chi|dc cu|cho cu)\b|주소")
"""`same address as last time`, of a cart that is filled: where to, and no goods."""


def _wishes(parse: Parse) -> bool:
    """`I want to reorder what I bought` asks nothing, though it has a `what`."""
    return asks_a_favour(parse) or bool(re.search(r"\b(want|like|need) to\b|싶", fold(parse.text)))


def _agrees_to_nothing(parse: Parse, context: dict[str, Any]) -> bool:
    """`chốt đơn` with an empty cart: that it is empty is said, and what to order asked."""
    something = _has_lines(context) or context.get("drafts") or context.get("placed") or context.get("flow")
    told = (
        parse.items or parse.question or parse.no or parse.phones or parse.order_codes or context.get("offer")
    )
    short = len(parse.text.split()) <= A_FEW_WORDS and says(parse.text, "order_now")
    return not something and not told and short


def _answers(parse: Parse, context: dict[str, Any]) -> bool:
    """Words that can only be meant for the open question of the cart."""
    asked = next(iter(context["awaiting"]), "")
    if asked not in _OF_THE_CART - {"confirm", "anything_else"} or is_only_signs(parse.text):
        return False
    if asked in ("variant", "quantity"):
        return not parse.question and not intents_of(parse) & OTHER_TALK
    if asked == "item":
        return bool(context.get("drafts")) and (parse.quantity is not None or parse.no or bool(parse.items))
    if asked == "name" and (parse.yes or parse.no):
        return False
    only_number = asked in ("phone", "address", "ward") and not any(c.isalpha() for c in parse.text)
    return only_number or is_plain_answer(parse)


def _cart_or_search(parse: Parse, context: dict[str, Any]) -> Step:
    """An order of goods that were not recognised is looked for by its words before an empty cart is told."""
    empty = not _has_lines(context) and not context.get("drafts")
    ordered = intents_of(parse) & {"order", "add_item", "change_item"} and "show_cart" not in intents_of(
        parse
    )
    if empty and ordered and len(parse.text.split()) > AN_ORDER:
        return Call("find_products", {"query": parse.text})
    return Call("update_order")


def _wants_the_cart(parse: Parse, context: dict[str, Any]) -> bool:
    intents = intents_of(parse)
    if "show_cart" in intents:
        return True
    if context["awaiting"][:1] == ["anything_else"] and parse.yes:
        return True
    return "order" in intents and not parse.question and not (intents & {"order_status", "cancel_order"})


def _has_lines(context: dict[str, Any]) -> bool:
    return bool(context["cart"] and context["cart"]["lines"])


def _polite(parse: Parse) -> bool:
    return bool({"thanks", "goodbye"} & intents_of(parse))


def _digits(phone: str) -> str:
    """The last nine: `+84901234567` and `0901 234 567` are one number."""
    return "".join(c for c in phone if c.isdigit())[-9:]
