"""A `Parse` as plain data, for the API and for people who look."""

from typing import Any

from nlu.models import ItemMention, Mention, Parse


def describe(parse: Parse) -> dict[str, Any]:
    """JSON-able; spans are [start, end) in the raw text."""
    address = next((m for m in parse.mentions if m.kind == "address"), None)
    return {
        "language": parse.language,
        "language_confidence": parse.language_confidence,
        "intents": [{"name": i.name, "confidence": i.confidence} for i in parse.intents],
        "items": [_item(item) for item in parse.items],
        "phones": [
            {
                "value": p.value,
                "valid": p.valid,
                "text": p.raw,
                "span": list(p.span),
                "confidence": p.confidence,
            }
            for p in parse.phones
        ],
        "name": _named(parse.name.value, parse.name.span, parse.name.confidence) if parse.name else None,
        "address": {"text": address.value, "span": list(address.span), "confidence": address.confidence}
        if address
        else None,
        "payment": _first(parse, "payment"),
        "tax_code": _named(parse.tax_code.digits, parse.tax_code.span, parse.tax_code.confidence)
        if parse.tax_code
        else None,
        "company": _first(parse, "company"),
        "email": _first(parse, "email"),
        "order_codes": [_mention(m) for m in parse.mentions if m.kind == "order_code"],
        "amounts": [_mention(m) | {"value": int(m.value)} for m in parse.mentions if m.kind == "amount"],
        "dates": [
            {"text": d.text, "kind": d.kind, "day": d.day, "span": list(d.span), "confidence": d.confidence}
            for d in parse.dates
        ],
        "quantity": parse.quantity,
        "yes": parse.yes,
        "no": parse.no,
        "question": parse.question,
    }


def _item(item: ItemMention) -> dict[str, Any]:
    return {
        "product_sku": item.product_sku,
        "variant_sku": item.variant_sku,
        "candidates": [{"product_sku": sku, "weight": weight} for sku, weight in item.candidates],
        "options": dict(item.options),
        "quantity": item.quantity,
        "change": item.change,
        "refers": item.refers,
        "replaces": item.replaces,
        "span": list(item.span),
        "confidence": item.confidence,
    }


def _first(parse: Parse, kind: str) -> dict[str, Any] | None:
    return next((_mention(m) for m in parse.mentions if m.kind == kind), None)


def _mention(mention: Mention) -> dict[str, Any]:
    return _named(mention.value, mention.span, mention.confidence)


def _named(value: str, span: tuple[int, int], confidence: float) -> dict[str, Any]:
    return {"value": value, "span": list(span), "confidence": confidence}
