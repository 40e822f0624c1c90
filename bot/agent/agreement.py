"""When a message agrees to what was shown. The gate before every order, whichever brain decides."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from json import loads

from nlu import Parse, fold

_AGREEING_SIGNS = frozenset("👍👌✅☑🆗💯👊🤝")
_CHANGING = frozenset({"add_item", "change_item", "remove_item", "change_details", "restart", "postpone"})
SURE = 0.5


def agrees(parse: Parse, awaiting: Sequence[str]) -> bool:
    """An explicit yes and nothing else: no question, no "later", no "I guess", no change in the same breath.

    A thumbs-up alone is one only while nothing but the yes is awaited.
    """
    if is_only_signs(parse.text):
        return list(awaiting) == ["confirm"] and bool(_AGREEING_SIGNS & set(parse.text))
    if not parse.yes or parse.no or parse.question or says(parse.text, "hesitating", "later"):
        return False
    return not any(i.name in _CHANGING and i.confidence >= SURE for i in parse.intents)


def is_only_signs(text: str) -> bool:
    """Emoji, hearts, full stops: a sign of life without words."""
    return bool(text.strip()) and not any(c.isalnum() for c in text)


def says(text: str, *groups: str) -> bool:
    """Whether one of these turns of phrase (data/phrases.json) stands in the text."""
    line = " " + " ".join(re.sub(r"[^\w\s]", " ", fold(text[:500])).split()) + " "
    return any(_stands_in(phrase, line) for group in groups for phrase in phrases()[group])


@lru_cache
def phrases() -> dict[str, tuple[str, ...]]:
    """Folded; what customers say around an order that is no fact about goods."""
    read: dict[str, list[str]] = loads(files("bot.agent").joinpath("data", "phrases.json").read_text("utf-8"))
    return {group: tuple(fold(phrase) for phrase in listed) for group, listed in read.items()}


def _stands_in(phrase: str, line: str) -> bool:
    """Korean words carry their endings behind them, so there a part is enough, but for a single syllable."""
    if len(phrase) > 1 and any(unicodedata.name(c, "").startswith("HANGUL") for c in phrase):
        return phrase.replace(" ", "") in line.replace(" ", "")
    return f" {phrase} " in line
