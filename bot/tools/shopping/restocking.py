"""Tell me when it is back: which variant, noted once, told once."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_variant, open_values
from bot.replies.cards import variant_name
from bot.replies.texts import say
from bot.tools.shopping.finding import nothing_found
from bot.tools.shopping.memory import offer, remember
from bot.tools.shopping.telling import expected_text, fitting, price_text, stock_of
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.stock.watching import cancel_watches, watch
from core.tickets.filing import open_ticket


def notify_restock(
    turn: Turn, *, sku: str, options: Mapping[str, str] | None = None, stop: bool = False
) -> ToolOutcome:
    language, options = turn.language, options or {}
    if stop:
        return _stop(turn)
    with turn.lock, turn.services.db.transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            ask = say(language, "ask_watch_item")
            if sku:
                return nothing_found(session, turn, "notify_restock", sku)
            return turn.note(ToolOutcome("notify_restock", True, "", ask=ask, awaiting=("item",)))
        available = stock_of(session, [product])
        variants = fitting(product, sku, options)
        gone = [v for v in variants if available[v.id] <= 0]
        turn.state["shown"] = [product.sku]
        if variants and not gone:
            return _in_stock(turn, product, variants)
        if len(gone) != 1:
            return _which(turn, product, options)
        remember(turn, watching=None)
        watch_id = watch(
            session, customer_id=turn.actor.id, variant_id=gone[0].id, conversation_id=turn.conversation_id,
            now=turn.services.clock(),
        )  # fmt: skip
        open_ticket(
            session, kind="question", summary=turn.text, conversation_id=turn.conversation_id,
            customer_id=turn.actor.id, skus=[gone[0].sku], details={"watch": watch_id}, now=turn.services.clock(),
        )  # fmt: skip
        state = _state(session, turn, product, gone[0])
    noted = say(language, "restock_noted", name=variant_name(product, gone[0], language))
    said = f"{state}\n{noted}" if state else noted
    return turn.note(
        ToolOutcome("notify_restock", True, said, {"sku": gone[0].sku, "watch": watch_id}, committed=watch_id)
    )


def _state(session: Session, turn: Turn, product: Product, variant: Variant) -> str:
    """Whoever asks whether it is gone, or when it comes, is told so before it is noted."""
    if not turn.parse.question:
        return ""
    name = variant_name(product, variant, turn.language)
    again = expected_text(session, [variant], turn.language, turn.services.clock())
    return f"{say(turn.language, 'out_of_stock', name=name)} {again}".strip()


def _stop(turn: Turn) -> ToolOutcome:
    with turn.lock, turn.services.db.transaction() as session:
        cancelled = cancel_watches(session, customer_id=turn.actor.id)
    remember(turn, watching=None)
    said = say(turn.language, "restock_cancelled" if cancelled else "restock_none")
    committed = turn.actor.id if cancelled else ""
    return turn.note(ToolOutcome("notify_restock", True, said, committed=committed))


def _in_stock(turn: Turn, product: Product, variants: list[Variant]) -> ToolOutcome:
    language = turn.language
    remember(turn, watching=None)
    name = variant_name(product, variants[0], language) if len(variants) == 1 else product.name
    said = say(language, "in_stock", name=name, price=price_text(product, variants, language))
    sku = variants[0].sku if len(variants) == 1 else product.sku
    ask = offer(turn, "item", say(language, "ask_take"), sku=sku, options={}, quantity=None)
    return turn.note(ToolOutcome("notify_restock", True, said, {"sku": sku}, ask=ask))


def _which(turn: Turn, product: Product, options: Mapping[str, str]) -> ToolOutcome:
    remember(turn, watching={"sku": product.sku, "options": dict(options)})
    # Whoever waits for goods may wait for any of them, in stock or not.
    every = {variant.id: 1 for variant in product.variants}
    ask = ask_variant(turn.language, product, open_values(product, options, every))
    return turn.note(
        ToolOutcome("notify_restock", True, "", {"sku": product.sku}, ask=ask, awaiting=("variant",))
    )
