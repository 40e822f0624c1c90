"""What a customer may want of their own orders."""

from typing import Any

from bot.agent.policy.steps import Call, Step, intents_of
from nlu import Parse

INVOICE_PARTS = ("tax_code", "company", "company_address", "email")


def invoice(parse: Parse, context: dict[str, Any]) -> list[Step]:
    awaited = [part for part in context["awaiting"] if part in INVOICE_PARTS]
    if "invoice_request" not in intents_of(parse) and not (awaited and "invoice" in context["awaiting"]):
        return []
    fields = {
        "tax_code": parse.tax_code.digits if parse.tax_code else "",
        "company": parse.company or "",
        "email": parse.email or "",
    }
    if awaited and not any(fields.values()) and "invoice_request" not in intents_of(parse):
        if parse.question:
            return []
        fields[awaited[0]] = parse.text.strip()
    code = parse.order_codes[0] if parse.order_codes else ""
    return [Call("request_invoice", {"code": code, **fields})]


def own_orders(parse: Parse, context: dict[str, Any]) -> list[Step]:
    code = parse.order_codes[0] if parse.order_codes else ""
    intents = intents_of(parse)
    if "cancel_order" in intents:
        if context["cart"] and not code and not context["orders"]:
            return [Call("empty_cart")]
        return [Call("ask_cancel", {"code": code})]
    if "order_status" in intents or (code and not parse.items):
        return [Call("order_status", {"code": code})]
    return []
