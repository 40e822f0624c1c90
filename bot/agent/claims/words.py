"""The words of a text, for telling what it speaks of that nothing spoke of before."""

import re
from functools import lru_cache
from importlib.resources import files

from bot.replies.texts import LANGUAGES

_WORD = re.compile(r"[가-힣]+|[^\W\d_가-힣]+")


def words_of(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text.casefold())}


def novel_words(text: str, known: set[str]) -> list[str]:
    """Words that neither the evidence nor a shop assistant's everyday talk knows."""
    common = everyday_words()
    stems = [_stem(word) for word in _WORD.findall(text.casefold())]
    return [word for word in stems if len(word) > 1 and word not in known and word not in common]


def content_words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 1]


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    """Korean: the first two syllables; English: without its ending; Vietnamese: as it is."""
    if "가" <= word[0] <= "힣":
        return word[:2]
    if word.isascii() and len(word) > 3:
        return re.sub(r"(?:ing|ed|s|ly)$", "", word).removesuffix("e") or word
    return word


@lru_cache
def everyday_words() -> frozenset[str]:
    """Of the assistant's own sentences, and of a list of courteous and connecting words."""
    ours = [text for texts in LANGUAGES.values() for text in texts.values()]
    listed = files("bot.agent.claims").joinpath("everyday.txt").read_text("utf-8")
    return frozenset(word for text in (*ours, listed) for word in words_of(text))
