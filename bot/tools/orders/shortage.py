"""What an order cannot have, and what can be had instead."""

from typing import Any

from sqlalchemy.orm import Session

from bot.replies.cards import variant_name
from bot.replies.texts import say
from bot.tools.shopping.showing import other_variants
from core.catalogue.queries import get_product
from core.stock.queries import available_by_variant


def short_text(session: Session, lines: list[dict[str, Any]], language: str) -> str:
    """`lines` as `InsufficientStock` carries them: SKU and available."""
    texts = []
    for line in lines:
        product = get_product(session, line["sku"])
        variant = next(v for v in product.variants if v.sku == line["sku"])
        name = variant_name(product, variant, language)
        if line["available"]:
            texts.append(say(language, "short", name=name, available=line["available"]))
            continue
        available = available_by_variant(session, [v.id for v in product.variants])
        texts += [say(language, "out_of_stock", name=name), other_variants(product, available, language)]
    return " ".join(text for text in texts if text)
