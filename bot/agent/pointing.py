"""Which of the goods that were shown a word or a figure points to: `con 20000`, `the blue one`."""

from typing import Any

from nlu import Lexicon, fold

SEVERAL = 2


def picked(text: str, context: dict[str, Any], lexicon: Lexicon) -> str:
    """The only one of several shown products that has a word of its own in the text; empty when none has."""
    shown = [sku for sku in context.get("shown", ()) if sku in lexicon.products]
    if len(shown) < SEVERAL:
        return ""
    said = set(fold(text).split())
    names = {sku: {w for name in lexicon.products[sku].names for w in fold(name).split()} for sku in shown}
    own = {
        sku: words - set().union(*(names[other] for other in shown if other != sku))
        for sku, words in names.items()
    }
    hits = [sku for sku in shown if own[sku] & _stripped(said)]
    return hits[0] if len(hits) == 1 else ""


def _stripped(words: set[str]) -> set[str]:
    return {word.strip(".,;:!?") for word in words} - {""}
