"""From a wish to a summary to an order: the cart's rules."""

from typing import Any

from bot.agent.policy.steps import ABOUT_GOODS, ABOUT_THE_SHOP, Call, Step, Words, intents_of
from nlu import ItemMention, Parse


def agree(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A yes or no to what was asked; a change in the same message is a change, not a yes."""
    if "confirm" not in context["awaiting"] or _changes(parse, context):
        return []
    if parse.yes and not parse.no and context.get("quote_id"):
        return [Call("place_order", {"quote_id": context["quote_id"]})]
    if parse.no and not parse.question:
        return [Words("confirm_declined")]
    return []


def _changes(parse: Parse, context: dict[str, Any]) -> bool:
    changing = intents_of(parse) & {"add_item", "change_item", "remove_item", "change_details", "restart"}
    return bool(changing or parse.phones or parse.address_span or _ordered(parse) or parse.payment)


def _ordered(parse: Parse) -> list[ItemMention]:
    """Items that are wished for, not only asked about."""
    asking = intents_of(parse) & ABOUT_GOODS
    wishing = intents_of(parse) & {"order", "add_item", "change_item", "remove_item"}
    if parse.question and asking and not wishing:
        return []
    return [item for item in parse.items if wishing or item.quantity or item.change or item.refers]


def order(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if "restart" in intents_of(parse):
        return [Call("empty_cart")]
    arguments: dict[str, Any] = {}
    chosen = [item for mention in _ordered(parse) for item in _items(mention, context)]
    unclear = next((m for m in _ordered(parse) if m.product_sku is None and m.candidates), None)
    if unclear is not None:
        return [Call("find_products", {"skus": [sku for sku, _ in unclear.candidates[:4]]})]
    if not chosen:
        chosen = _draft_item(parse, context)
    if chosen:
        arguments["items"] = chosen
    arguments |= _details(parse, context, bool(chosen))
    steps: list[Step] = []
    if arguments:
        steps.append(Call("update_order", arguments))
        if parse.question and intents_of(parse) & ABOUT_THE_SHOP:
            steps.append(Call("answer_question", {"question": parse.text}))
    elif "show_cart" in intents_of(parse) or ("order" in intents_of(parse) and not parse.question):
        steps.append(Call("update_order"))
    return steps


def _items(mention: ItemMention, context: dict[str, Any]) -> list[dict[str, Any]]:
    """One change of the cart, or two where one variant takes another's place."""
    sku = mention.variant_sku or mention.product_sku
    if sku is None:
        return []
    action = mention.change if mention.change in ("remove", "add") else "set"
    quantity = (
        mention.quantity or _draft_quantity(context) or _cart_quantity(context, mention.replaces or sku)
    )
    item = {"sku": sku, "quantity": quantity, "action": action, "options": dict(mention.options)}
    if mention.replaces is None:
        return [item]
    return [{"sku": mention.replaces, "quantity": None, "action": "remove", "options": {}}, item]


def _cart_quantity(context: dict[str, Any], sku: str) -> int | None:
    lines = context["cart"]["lines"] if context["cart"] else []
    return next((line["quantity"] for line in lines if line["sku"] == sku), None)


def _draft_quantity(context: dict[str, Any]) -> int | None:
    draft = context.get("draft")
    return draft.get("quantity") if draft else None


def _draft_item(parse: Parse, context: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer to "which size?" or "how many?" about the product that was asked about."""
    draft = context.get("draft")
    if not draft or parse.question:
        return []
    options = {**draft.get("options", {}), **(parse.items[0].options if parse.items else {})}
    quantity = parse.quantity or draft.get("quantity")
    told = parse.quantity is not None or (parse.items and parse.items[0].options)
    return [{"sku": draft["sku"], "quantity": quantity, "action": "set", "options": options}] if told else []


def _details(parse: Parse, context: dict[str, Any], ordering: bool) -> dict[str, Any]:
    details: dict[str, Any] = {}
    awaiting = context["awaiting"][0] if context["awaiting"] else ""
    if parse.name is not None:
        details["name"] = parse.name.value
    if parse.phones:
        phone = next((p for p in parse.phones if p.valid), parse.phones[0])
        details["phone"] = phone.value if phone.valid else phone.raw
    if parse.address_span is not None:
        details["address"] = parse.text[slice(*parse.address_span)].strip(" ,.;")
    elif awaiting in ("address", "ward") and _is_plain_answer(parse) and not details and not ordering:
        details["address"] = parse.text.strip()
    if awaiting == "name" and _is_plain_answer(parse) and not details and len(parse.text) <= 60:
        details["name"] = parse.text.strip()
    if parse.payment:
        details["payment_method"] = parse.payment
    if parse.note:
        details["note"] = parse.note
    return details


def _is_plain_answer(parse: Parse) -> bool:
    """Nothing but the thing that was asked for: no question, no yes or no, no other wish."""
    talk = {
        "give_details",
        "unknown",
        "affirm",
        "chitchat",
        "change_details",
        "ask_shop",
        "out_of_scope",
        "order",
    }
    return (
        not parse.question and not parse.items and not (intents_of(parse) - talk) and bool(parse.text.strip())
    )
