"""What the shop wrote about a product, in the shop's words: only the sentences that answer what was asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name
from bot.replies.texts import say
from bot.tools.shopping.answering import answer_about, sure_answer, unanswered
from bot.tools.shopping.finding import nothing_found
from bot.tools.shopping.quoting import (
    asked_about,
    asks_contents,
    describe,
    matching_sentences,
    names_option,
    tells_most,
    without_goods,
)
from bot.tools.shopping.showing import check_product
from bot.tools.shopping.telling import cards_of, format_dong_range, stock_of
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.wording import Unit
from core.errors import NotFound


def product_details(
    turn: Turn,
    *,
    sku: str,
    question: str,
    options: Mapping[str, str] | None = None,
    about: Sequence[str] = (),
    rules_first: bool = False,
) -> ToolOutcome:
    """Quotes the product's own text; else what the shop wrote in general; else says that it is not told.

    `about` is what the question may be after as well, price or stock: told when it asks for nothing else.
    """
    language = turn.language
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            return nothing_found(session, turn, "product_details", sku)
        available = stock_of(session, [product])
    turn.state["shown"] = [product.sku]
    name, cards = product_name(product, language), cards_of([product], available, language)
    asked = asked_about(product, without_goods(turn, question))
    if about and (not asked or ("stock" in about and names_option(product, question))):
        return check_product(turn, sku=sku, options=options, about=about)
    told = sure_answer(turn, question) if rules_first else None
    told = told or _told(turn, product, asked, question, cards) or sure_answer(turn, question)
    told = told or answer_about(turn, name, question)
    if told is not None:
        return told
    if about:
        # Something in the question was not understood: the price is told, and no yes is said to it.
        return check_product(turn, sku=sku, options=options, about=["price"])
    said = say(language, "detail_not_told", name=name)
    return unanswered(
        turn, "product_details", question, said, {"sku": sku, "version": product.version}, cards
    )


def _told(
    turn: Turn, product: Product, asked: list[Unit], question: str, cards: tuple[dict[str, Any], ...]
) -> ToolOutcome | None:
    """A picture, or the product's own words; None when its text does not say."""
    language, name = turn.language, product_name(product, turn.language)
    if any(unit.topic == "picture" for unit in asked):
        key = "picture_here" if product.images else "picture_none"
        return turn.note(
            ToolOutcome("product_details", True, say(language, key, name=name), {"sku": product.sku}, cards)
        )
    whole = not asked or asks_contents(question)
    quotes = describe(product, language) if whole else matching_sentences(product, asked, language)
    data = {"sku": product.sku, "version": product.version, "quotes": quotes}
    if quotes and not whole and not tells_most(quotes, asked):
        # A word in common is little: what the shop wrote on the matter comes first.
        general = sure_answer(turn, question)
        if general is not None:
            return general
    if quotes:
        key = "description" if whole and not asked else "detail_quote"
        said = say(language, key, name=name, text=" ".join(quotes), price=format_dong_range(product))
        return turn.note(ToolOutcome("product_details", True, said, data, cards))
    return None
