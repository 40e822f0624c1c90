"""The sentences of a product's own text that tell what was asked, word for word."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name
from bot.replies.texts import say
from bot.tools.shopping.telling import cards_of, stock_of
from core.catalogue.folding import fold
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.wording import Text, Unit, seems_to_tell, tells, tokens, topic_label, units
from core.errors import NotFound

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
MOST_SENTENCES = 2
_CONTENTS = re.compile(
    r"\b(co|gom|chua|dung|la) (nhung )?(gi|j|nhung gi)\b|\bgom nhung\b"
    r"|\bwhat.{0,4}(in|inside|included|comes with)\b|뭐가? ?들|구성"
)
# Words in which price and stock are asked, and what goes with them in such a question.
_PRICE_OR_STOCK = re.compile(
    r"gia|nhieu|nhiu|bao|bnhieu|bnhiu|tien|bn|con|co|het|hang|mau|loai|size|sz|may|ban|k|ko|hk|hem|hong|z|dz|s|sao|vay|em|e"
    r"|shop|sop|ad|a|c|cai|chiec|nay|do|nao|moi|duoc|dc|them|nua|lay|mua|xem"
    r"|price|cost|costs|much|many|stock|available|left|sell|still|one|have|got|any|colou?rs?|sizes?|get|take|this|that|it"
    r"|얼마\w*|가격\w*|재고\w*|있\w*|남\w*|이거\w*|그거\w*|저거\w*|색상?\w*|사이즈\w*|하나\w*"
)


def quoted_from(turn: Turn, sku: str, question: str) -> ToolOutcome | None:
    """The product's own words on a matter that all goods have (material, origin …); None when it tells nothing."""
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            return None
        available = stock_of(session, [product])
    if asks_contents(question):
        quotes = describe(product, turn.language)
    else:
        quotes = matching_sentences(product, [unit for unit in units(question) if unit.topic], turn.language)
        quotes = quotes or _told_in_other_words(turn, product, question)
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


def _told_in_other_words(turn: Turn, product: Product, question: str) -> list[str]:
    """`bếp từ xài được không`: no matter that all goods have, but most of the words stand in its text."""
    asked = asked_about(product, without_goods(turn, question))
    quotes = matching_sentences(product, asked, turn.language)
    return quotes if quotes and tells_most(quotes, asked) else []


def asks_contents(question: str) -> bool:
    """What is in a set or a box: the whole description tells it."""
    return bool(_CONTENTS.search(fold(question)))


def matching_sentences(product: Product, asked: Sequence[Unit], language: str) -> list[str]:
    """Sentences and specifications that tell what was asked, best first, at most two, in the order of the text."""
    candidates = [*_specifications(product, language), *_sentences(product, language)]
    if language != "vi":
        # An English sentence says more to the customer than a Vietnamese specification.
        candidates.reverse()
    scored: list[tuple[float, int, str]] = []
    for position, sentence in enumerate(candidates):
        text = Text.of(sentence)
        score = sum(_how_well(text, unit) for unit in asked)
        if score:
            scored.append((-score, position, sentence))
    best = min((score for score, _, _ in scored), default=0.0)
    kept = sorted(item for item in scored if item[0] <= best / 2)[:MOST_SENTENCES]
    return [_full_stop(sentence) for _, _, sentence in sorted(kept, key=lambda item: item[1])]


def _how_well(text: Text, unit: Unit) -> float:
    if tells(text, unit):
        return 2.0
    return 1.0 if tells(text, unit, as_answer=True) or seems_to_tell(text, unit) else 0.0


def describe(product: Product, language: str) -> list[str]:
    return [_full_stop(sentence) for sentence in _sentences(product, language)[:3]]


def asked_about(product: Product, question: str) -> list[Unit]:
    """What the question is about besides the product itself."""
    values = [text for option in product.options for text in _option_words(option)]
    named = Text.of(
        product.name, product.name_en, product.category, product.category_en, *product.aliases, *values
    )
    return [
        unit
        for unit in units(question)
        if not unit.soft and (unit.topic or not (tells(named, unit) or _asks_price_or_stock(unit)))
    ]


def names_option(product: Product, question: str) -> bool:
    """`màu be còn không`: a colour is asked for, whether there is such or not."""
    names = Text.of(
        *(str(option.get(key) or "") for option in product.options for key in ("name", "name_en"))
    )
    words = [Unit(frozenset({word})) for word in tokens(fold(question))]
    return any(tells(Text(names.plain, names.plain), unit) for unit in words)


def _option_words(option: Mapping[str, Any]) -> list[str]:
    english = [str(option.get("name_en") or ""), *map(str, option.get("values_en") or ())]
    return [str(option["name"]), *map(str, option["values"]), *english]


def _asks_price_or_stock(unit: Unit) -> bool:
    return all(_PRICE_OR_STOCK.fullmatch(fold(phrase)) for phrase in unit.phrases)


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
    told = [unit for unit in asked if tells(text, unit, as_answer=True) or seems_to_tell(text, unit)]
    return any(unit.topic for unit in told) or 2 * len(told) >= len(asked)


def _sentences(product: Product, language: str) -> list[str]:
    text = (product.description_en or product.description) if language != "vi" else product.description
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]


def _specifications(product: Product, language: str) -> list[str]:
    return [f"{topic_label(spec['name'], language)}: {spec['value']}" for spec in product.specifications]


def _full_stop(sentence: str) -> str:
    return sentence if sentence[-1] in ".!?…" else f"{sentence}."
