"""The built-in brain's decisions: what to do with one understood message. Pure; follows prompts/policy.md."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nlu import ItemMention, Parse

ORDER_PARTS = frozenset(
    {"item", "variant", "quantity", "name", "phone", "address", "ward", "delivery", "payment"}
)
INVOICE_PARTS = ("tax_code", "company", "company_address", "email")
SURE = 0.5


@dataclass(frozen=True)
class Call:
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Words:
    """Said without a tool: a key of the reply texts."""

    key: str


Step = Call | Words


def decide(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """What this message asks for, in the order in which it is to be done; `[Words("unsure")]` when unclear."""
    for rule in (_hand_over, _agree, _invoice, _order, _own_orders, _ask, _small_talk):
        steps = rule(parse, context)
        if steps:
            return steps
    return _open_question(parse, context)


def _intents(parse: Parse) -> set[str]:
    return {intent.name for intent in parse.intents if intent.confidence >= SURE}


def _hand_over(parse: Parse, context: dict[str, Any]) -> list[Step]:
    asked = _intents(parse) & {
        "handoff",
        "complaint",
        "abuse",
        "wholesale",
        "return_request",
        "exchange_request",
    }
    if asked and not parse.items:
        return [Call("hand_off", {"reason": sorted(asked)[0]})]
    return []


def _agree(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """A yes or no to what was asked; a change in the same message is a change, not a yes."""
    if "confirm" not in context["awaiting"] or _changes(parse, context):
        return []
    pending = context.get("pending")
    if parse.yes and not parse.no:
        if pending:
            return [Call("confirm_cancel")]
        if context.get("quote_id"):
            return [Call("place_order", {"quote_id": context["quote_id"]})]
    if parse.no and not parse.question:
        return [Words("cancel_kept" if pending else "confirm_declined")]
    return []


def _changes(parse: Parse, context: dict[str, Any]) -> bool:
    changing = _intents(parse) & {"add_item", "change_item", "remove_item", "change_details", "restart"}
    return bool(changing or parse.phones or parse.address_span or _ordered(parse) or parse.payment)


def _ordered(parse: Parse) -> list[ItemMention]:
    """Items that are wished for, not only asked about."""
    asking = _intents(parse) & {"ask_price", "ask_stock", "ask_product", "ask_size", "compare", "recommend"}
    wishing = _intents(parse) & {"order", "add_item", "change_item", "remove_item"}
    if parse.question and asking and not wishing:
        return []
    return [item for item in parse.items if wishing or item.quantity or item.change or item.refers]


def _invoice(parse: Parse, context: dict[str, Any]) -> list[Step]:
    awaited = [part for part in context["awaiting"] if part in INVOICE_PARTS]
    if "invoice_request" not in _intents(parse) and not (awaited and "invoice" in context["awaiting"]):
        return []
    fields = {
        "tax_code": parse.tax_code.digits if parse.tax_code else "",
        "company": parse.company or "",
        "email": parse.email or "",
    }
    if awaited and not any(fields.values()) and "invoice_request" not in _intents(parse):
        if parse.question:
            return []
        fields[awaited[0]] = parse.text.strip()
    code = parse.order_codes[0] if parse.order_codes else ""
    return [Call("request_invoice", {"code": code, **fields})]


def _order(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if "restart" in _intents(parse):
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
        if parse.question and "ask_policy" in _intents(parse):
            steps.append(Call("answer_question", {"question": parse.text}))
    elif "show_cart" in _intents(parse) or ("order" in _intents(parse) and not parse.question):
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
    talk = {"give_details", "unknown", "confirm", "chitchat", "change_details"}
    return (
        not parse.question and not parse.items and not (_intents(parse) - talk) and bool(parse.text.strip())
    )


def _own_orders(parse: Parse, context: dict[str, Any]) -> list[Step]:
    code = parse.order_codes[0] if parse.order_codes else ""
    intents = _intents(parse)
    if "cancel_order" in intents:
        if context["cart"] and not code and not context["orders"]:
            return [Call("empty_cart")]
        return [Call("ask_cancel", {"code": code})]
    if "order_status" in intents or (code and not parse.items):
        return [Call("order_status", {"code": code})]
    return []


def _ask(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Questions about goods go to the catalogue, all others to what the shop wrote."""
    intents = _intents(parse)
    about = [m.variant_sku or m.product_sku for m in parse.items if m.variant_sku or m.product_sku]
    candidates = [sku for m in parse.items if not m.product_sku for sku, _ in m.candidates[:4]]
    if "haggle" in intents:
        return [Words("no_discount")]
    if intents & {"ask_policy", "ask_shipping_fee", "ask_delivery_time"} or (
        "ask_size" in intents and not about
    ):
        return [Call("answer_question", {"question": parse.text})]
    if len(set(about)) == 1:
        return [Call("check_product", {"sku": about[0]})]
    if about or candidates:
        return [Call("find_products", {"skus": list(dict.fromkeys([*about, *candidates]))[:6]})]
    if intents & {"ask_price", "ask_stock", "ask_product"} and context["shown"]:
        return [Call("check_product", {"sku": context["shown"][0]})]
    if intents & {"browse_catalogue", "recommend"}:
        return [Call("browse_catalogue", {"category": ""})]
    if "ask_product" in intents:
        return [Call("find_products", {"query": parse.text})]
    return []


def _small_talk(parse: Parse, context: dict[str, Any]) -> list[Step]:
    intents = _intents(parse)
    for name in ("greeting", "thanks", "goodbye"):
        if name in intents:
            return [Words(name)]
    return []


def _open_question(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if parse.question or len(parse.text.split()) >= 4:
        return [Call("answer_question", {"question": parse.text})]
    if parse.yes and context["awaiting"]:
        return [Call("update_order")]
    if context.get("unsure", 0) >= 1:
        return [Call("hand_off", {"reason": "not understood"})]
    return [Words("unsure")]


Decider = Callable[[Parse, dict[str, Any]], list[Step]]
