"""A sentence read once: what it states, kept for the next time that the same sentence comes by."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.agent.claims.deeds import Claim, deeds
from bot.agent.claims.figures import Figure, figures
from bot.agent.claims.topics import topics

MAX_SENTENCE = 600
_MANY_DIGITS = re.compile(r"\d{25}")


@dataclass(frozen=True)
class Reading:
    figures: tuple[Figure, ...] = ()
    deeds: tuple[Claim, ...] = ()
    topics: tuple[Claim, ...] = ()


def is_readable(shown: str) -> bool:
    """Nobody writes sentences of that length or numbers of that many digits; nothing good hides in them."""
    return len(shown) <= MAX_SENTENCE and _MANY_DIGITS.search(shown) is None


@lru_cache(maxsize=8_192)
def read(shown: str) -> Reading:
    """`shown` as `plain` gives it; what is not readable states nothing and backs nothing."""
    if not is_readable(shown):
        return Reading()
    return Reading(tuple(figures(shown)), tuple(deeds(shown)), tuple(topics(shown)))
