"""Answers to what the assistant just offered or asked about: a yes to an offer, a size's measures, which variant."""

import re
from typing import Any

from bot.agent.policy.ordering import order
from bot.agent.policy.steps import Call, Step, Words, intents_of
from bot.agent.policy.wishes import as_talked_of
from bot.tools.shopping.measures import read_measures
from nlu import Parse, fold

_PLAIN = frozenset(
    {"affirm", "confirm", "deny", "order", "add_item", "chitchat", "thanks", "unknown", "give_details"}
)

_THAT_SIZE = re.compile(r"\b(size|co|sz) (do|day|nay|ay|kia|vua roi)\b|\b(that|this) size\b|그 사이즈|그걸로")


def take_offer(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A plain yes or no to what the last reply offered. Anything else said is more than a yes."""
    offer = context.get("offer")
    if not offer or parse.question:
        return []
    if offer["kind"] == "item" and _tells_where_to(parse, context):
        return _order_offered(parse, context, offer)
    if not _plain_answer(parse, offer):
        return []
    asked = context["awaiting"][:1] in (["name"], ["phone"], ["address"], ["ward"])
    if parse.no or ("deny" in intents_of(parse) and not asked):
        return [Words("all_right")]
    agrees = parse.yes or "affirm" in intents_of(parse)
    if offer["kind"] == "item":
        return _order_offered(parse, context, offer) if agrees or "order" in intents_of(parse) else []
    if not agrees:
        return []
    if offer["kind"] == "staff":
        return [Call("hand_off", {"reason": "asked for after an answer was not known"})]
    return [Call("notify_restock", {"sku": offer["sku"], "options": offer.get("options", {})})]


def _plain_answer(parse: Parse, offer: dict[str, Any]) -> bool:
    """Nothing is named but what was offered (`that one`); "all right, the normal price" takes it, too."""
    pointed = offer["kind"] == "item" and not any(
        item.options or item.quantity or item.change == "remove" or item.refers != "shown"
        for item in parse.items
    )
    harmless = _PLAIN | ({"ask_price", "change_item"} if parse.yes and offer["kind"] == "item" else set())
    return (not parse.items or pointed) and not intents_of(parse) - harmless


def _tells_where_to(parse: Parse, context: dict[str, Any]) -> bool:
    """Name and address in answer to "shall it be this one?" say yes as plainly as a yes."""
    told = bool(parse.phones) and bool(parse.address_span or parse.name)
    return told and not parse.items and not parse.no and not context["cart"] and not context["awaiting"]


def _order_offered(parse: Parse, context: dict[str, Any], offer: dict[str, Any]) -> list[Step]:
    talked = as_talked_of(offer.get("product", offer["sku"]), context)
    quantity = parse.quantity or talked.get("quantity") or offer.get("quantity")
    options = {**talked.get("options", {}), **offer.get("options", {})}
    item = {"sku": offer["sku"], "quantity": quantity, "action": "set", "options": options}
    details = next(
        (s.arguments for s in order(parse, context) if isinstance(s, Call) and s.tool == "update_order"), {}
    )
    return [Call("update_order", {**details, "items": [item]})]


def with_offered_size(parse: Parse, context: dict[str, Any], step: Step) -> Step:
    """The size that was advised is taken unless another is named; "in that size" asks for it by itself."""
    sized = context.get("selling", {}).get("sized")
    if not sized or not isinstance(step, Call) or step.tool not in ("update_order", "check_product"):
        return step
    if step.tool == "check_product":
        named = step.arguments["sku"] == sized["sku"] and _THAT_SIZE.search(fold(parse.text))
        options = {**sized["options"], **step.arguments["options"]} if named else step.arguments["options"]
        return Call(step.tool, {**step.arguments, "options": options})
    items = [
        {**item, "options": {**sized["options"], **item["options"]}} if item["sku"] == sized["sku"] else item
        for item in step.arguments.get("items", ())
    ]
    return Call(step.tool, {**step.arguments, "items": items} if items else step.arguments)


def asked_before(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Measures that were asked for, the product they are for, the variant to watch."""
    selling = context.get("selling", {})
    awaiting = context["awaiting"][0] if context["awaiting"] else ""
    measured = read_measures(parse.text)
    sku = _named(parse)
    sizing = selling.get("sizing")
    if sizing is not None and (measured or (sku and "sku" not in sizing and awaiting == "item")):
        arguments = {"sku": sku or sizing.get("sku", ""), "body": parse.text}
        return [Call("advise_size", arguments)]
    draft = next((draft for draft in context.get("drafts", ()) if draft["kind"] == "variant"), None)
    if draft and awaiting == "variant" and {"height", "weight"} <= measured.keys() and not sku:
        return [Call("advise_size", {"sku": draft["sku"], "body": parse.text})]
    if (
        sizing is not None
        and awaiting == "variant"
        and not intents_of(parse) - {"unknown", "deny", "chitchat"}
    ):
        return [Call("advise_size", {"sku": sizing.get("sku", ""), "question": parse.text})]
    watching = selling.get("watching")
    if watching and awaiting == "variant" and parse.items and not parse.question:
        options = {**watching.get("options", {}), **parse.items[0].options}
        return [
            Call("notify_restock", {"sku": parse.items[0].variant_sku or watching["sku"], "options": options})
        ]
    return []


def _named(parse: Parse) -> str:
    return next((item.product_sku for item in parse.items if item.product_sku and not item.refers), "")
