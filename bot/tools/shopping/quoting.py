"""The sentences of a product's own text that tell what was asked, word for word."""

import re
from collections.abc import Sequence

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name
from bot.replies.texts import say
from bot.tools.shopping.telling import cards_of, stock_of
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.wording import Text, Unit, tells, topic_label, units
from core.errors import NotFound

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
MOST_SENTENCES = 2


def quoted_from(turn: Turn, sku: str, question: str) -> ToolOutcome | None:
    """The product's own words on a matter that all goods have (material, origin …); None when it tells nothing."""
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            return None
        available = stock_of(session, [product])
    quotes = matching_sentences(product, [unit for unit in units(question) if unit.topic], turn.language)
    if not quotes:
        return None
    name = product_name(product, turn.language)
    return turn.note(
        ToolOutcome(
            "product_details", True, say(turn.language, "detail_quote", name=name, text=" ".join(quotes)),
            {"sku": product.sku, "version": product.version, "quotes": quotes},
            cards_of([product], available, turn.language),
        )
    )  # fmt: skip


def matching_sentences(product: Product, asked: Sequence[Unit], language: str) -> list[str]:
    """Sentences and specifications that tell what was asked, best first, at most two, in the order of the text."""
    candidates = [*_specifications(product, language), *_sentences(product, language)]
    if language != "vi":
        # An English sentence says more to the customer than a Vietnamese specification.
        candidates.reverse()
    scored: list[tuple[float, int, str]] = []
    for position, sentence in enumerate(candidates):
        text = Text.of(sentence)
        score = sum(
            2.0 if tells(text, unit) else 1.0 if tells(text, unit, as_answer=True) else 0.0 for unit in asked
        )
        if score:
            scored.append((-score, position, sentence))
    best = min((score for score, _, _ in scored), default=0.0)
    kept = sorted(item for item in scored if item[0] <= best / 2)[:MOST_SENTENCES]
    return [_full_stop(sentence) for _, _, sentence in sorted(kept, key=lambda item: item[1])]


def describe(product: Product, language: str) -> list[str]:
    return [_full_stop(sentence) for sentence in _sentences(product, language)[:3]]


def asked_about(product: Product, question: str) -> list[Unit]:
    """What the question is about besides the product itself."""
    named = Text.of(product.name, product.name_en, product.category, product.category_en, *product.aliases)
    return [unit for unit in units(question) if not unit.soft and (unit.topic or not tells(named, unit))]


def without_goods(turn: Turn, question: str) -> str:
    """The question without the words that name goods: `sạc` in `sạc dự phòng` asks nothing about charging."""
    parse = turn.parse
    named = [parse.text[slice(*item.span)] for item in parse.items if item.refers is None]
    for words in sorted(named, key=len, reverse=True):
        if len(words) < len(question):
            question = question.replace(words, " ")
    return question


def tells_most(quotes: Sequence[str], asked: Sequence[Unit]) -> bool:
    """By a matter that all goods have, or by half of the words."""
    text = Text.of(*quotes)
    told = [unit for unit in asked if tells(text, unit, as_answer=True)]
    return any(unit.topic for unit in told) or 2 * len(told) >= len(asked)


def _sentences(product: Product, language: str) -> list[str]:
    text = (product.description_en or product.description) if language != "vi" else product.description
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _specifications(product: Product, language: str) -> list[str]:
    return [f"{topic_label(spec['name'], language)}: {spec['value']}" for spec in product.specifications]


def _full_stop(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
