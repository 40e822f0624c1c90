"""What a customer wants instead: another size or colour of the same, or another product, if it can be had."""

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import variant_name
from bot.replies.texts import say
from bot.tools.orders.flows import Data, ask
from bot.tools.orders.goods import Meant, line_name, others_of, product_of, variants_meant
from bot.tools.orders.shortage import short_text
from core.catalogue.models import Product, Variant
from core.orders.models import OrderLine
from core.stock.queries import available_by_variant

MOST_OFFERED = 12


def choose_swap(session: Session, turn: Turn, data: Data, line: OrderLine) -> ToolOutcome | None:
    """Writes `exchange_sku` and its name into `data`; else the question that is still to be asked."""
    product, variants = _named(session, data, line)
    if len(variants) != 1:
        return _ask(session, turn, data, line, product)
    variant = variants[0]
    wanted = sum(data["items"].values())
    available = available_by_variant(session, [variant.id])[variant.id]
    if product is None or available < wanted:
        for key in ("exchange_sku", "swap"):
            data.pop(key, None)
        lines = [{"sku": variant.sku, "asked": wanted, "available": available}]
        said = short_text(session, lines, turn.language)
        return ask(
            turn, "ask_return", "return", data, ("exchange",), "ask_exchange_other", before=said, ok=False
        )
    data["exchange_sku"] = variant.sku
    data["exchange_name"] = variant_name(product, variant, turn.language)
    return None


def _named(session: Session, data: Data, line: OrderLine) -> tuple[Product | None, list[Variant]]:
    swap = data.pop("swap", [])
    if swap:
        meant = Meant(**swap[-1])
        product, variants = variants_meant(session, meant)
        if product is not None and len(variants) > 1:
            # Only one option was named: the others stay as they were on the line.
            variants = _as_before(product, variants, meant, line)
        return product, variants
    if data.get("exchange_sku"):
        return variants_meant(session, Meant(data["exchange_sku"]))
    return None, []


def _as_before(product: Product, variants: list[Variant], meant: Meant, line: OrderLine) -> list[Variant]:
    had = next((v for v in product.variants if v.sku == line.sku), None)
    if had is None or not meant.options:
        return variants
    options = {**had.option_values, **meant.options}
    fitting = [v for v in variants if v.option_values == options]
    # The very same again is wished for only when it is said so.
    return fitting if fitting and fitting[0].sku != line.sku else variants


def _ask(session: Session, turn: Turn, data: Data, line: OrderLine, product: Product | None) -> ToolOutcome:
    """With what can be had of the same product (or of the one that was named)."""
    about = product or product_of(session, line.sku)
    offered: list[str] = []
    if about is not None:
        turn.state["shown"] = [about.sku]
        variants = {v.sku: v for v in about.variants}
        values = [
            (v.option_values if turn.language == "vi" else v.option_values_en or v.option_values).values()
            for v in (variants[sku] for sku in others_of(session, about, but=line.sku))
            if v.option_values
        ]
        offered = [", ".join(v) for v in values][:MOST_OFFERED]
    name = line_name(line, turn.language, data["items"][line.sku])
    others = say(turn.language, "others_in_stock", values="; ".join(offered)) if offered else ""
    return ask(
        turn, "ask_return", "return", data, ("exchange",), "ask_exchange", name=name, others=others
    )  # fmt: skip
