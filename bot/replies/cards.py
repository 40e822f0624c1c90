"""Cards: what a channel shows as a picture, table or button; facts come straight from the core's rows."""

from collections.abc import Mapping
from typing import Any

from bot.replies.texts import say
from core.catalogue.models import Product, Variant
from core.customers.phones import local_phone
from core.money import format_dong
from core.orders.models import Order, Quote
from core.orders.risk import share


def product_name(product: Product, language: str) -> str:
    return product.name if language == "vi" else product.name_en or product.name


def variant_name(product: Product, variant: Variant, language: str) -> str:
    values = variant.option_values if language == "vi" else variant.option_values_en or variant.option_values
    options = ", ".join(values.values())
    return product_name(product, language) + (f" ({options})" if options else "")


def product_card(product: Product, available: dict[str, int], language: str) -> dict[str, Any]:
    prices = sorted({variant.price for variant in product.variants if variant.active})
    english = language != "vi"
    return {
        "type": "product",
        "sku": product.sku,
        "title": product_name(product, language),
        "description": (product.description_en or product.description) if english else product.description,
        "image": product.images[0] if product.images else "",
        "price": prices[0] if prices else 0,
        "price_text": " – ".join(dict.fromkeys(format_dong(p) for p in (prices[:1] + prices[-1:]))),
        "options": [
            {
                "name": (option.get("name_en") or option["name"]) if english else option["name"],
                "values": (option.get("values_en") or option["values"]) if english else option["values"],
            }
            for option in product.options
        ],
        "in_stock": any(available.get(variant.id, 0) > 0 for variant in product.variants),
    }


def line_text(line: dict[str, Any], language: str) -> str:
    english = language != "vi"
    name = (line["name_en"] or line["name"]) if english else line["name"]
    options = line["option_text_en"] if english else line["option_text"]
    return f"{line['quantity']} × {name}" + (f" ({options})" if options else "")


def shipping_text(fee: int, language: str) -> str:
    return format_dong(fee) if fee else say(language, "free")


def summary_text(quote: Quote, language: str) -> str:
    content = quote.content
    lines = "\n".join(
        f"• {line_text(line, language)}: {format_dong(line['unit_price'] * line['quantity'])}"
        for line in content["lines"]
    )
    discount, note = content["discount"], content["delivery_note"]
    return say(
        language,
        "summary",
        lines=lines,
        subtotal=format_dong(content["subtotal"]),
        discount=say(language, "summary_discount", discount=format_dong(discount)) if discount else "",
        shipping=shipping_text(content["shipping_fee"], language),
        total=format_dong(content["total"]),
        name=content["buyer_name"],
        phone=local_phone(content["phone"]),
        address=content["address_text"],
        note=say(language, "summary_note", note=note) if note else "",
        payment=say(language, f"payment_{content['payment_method']}") + _beforehand(content, language),
    )


def _beforehand(content: Mapping[str, Any], language: str) -> str:
    """What is to be paid before the parcel leaves; why is no matter of the buyer's summary."""
    risk = content.get("risk", {})
    if risk.get("level") == "prepay":
        return say(language, "summary_prepay")
    if risk.get("level") != "deposit":
        return ""
    deposit = share(content["total"], risk["deposit_percent"])
    rest = format_dong(content["total"] - deposit)
    return say(language, "summary_deposit", deposit=format_dong(deposit), rest=rest)


def summary_card(quote: Quote, language: str) -> dict[str, Any]:
    content = quote.content
    return {
        "type": "summary",
        "quote_id": quote.id,
        "lines": [
            {
                "sku": line["sku"],
                "text": line_text(line, language),
                "quantity": line["quantity"],
                "unit_price": line["unit_price"],
                "amount": line["amount"],
            }
            for line in content["lines"]
        ],
        "subtotal": content["subtotal"],
        "discount": content["discount"],
        "shipping_fee": content["shipping_fee"],
        "total": content["total"],
        "total_text": format_dong(content["total"]),
        "buyer_name": content["buyer_name"],
        "phone": local_phone(content["phone"]),
        "address": content["address_text"],
        "note": content["delivery_note"],
        "payment_method": content["payment_method"],
        "expires_at": quote.expires_at.isoformat(),
    }


def order_status_key(order: Order) -> str:
    """The one word that says most to the buyer."""
    if order.status in ("cancelled", "returned", "completed"):
        return order.status
    if order.fulfilment_state in ("packed", "shipped", "delivered", "failed"):
        return order.fulfilment_state
    return order.status


def order_card(order: Order, language: str) -> dict[str, Any]:
    return {
        "type": "order",
        "code": order.code,
        "status": order.status,
        "status_text": say(language, f"status_{order_status_key(order)}"),
        "total": order.total,
        "total_text": format_dong(order.total),
    }
