"""What shops and their customers talk about, in three languages: words of one concept stand for each other.

Data (`concepts.json`), not rules: within a language a concept makes synonyms, across languages it is the only
thing that words can be compared by.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge.stemming import stem
from knowledge.wording import Language, fold, has_marks, words_of


@dataclass(frozen=True)
class Mention:
    """`start` and `end` count the words that say it."""

    concept: str
    start: int
    end: int


@dataclass(frozen=True)
class _Phrase:
    words: tuple[str, ...]
    concept: str


def mentions(text: str, language: Language) -> list[Mention]:
    """Concepts that a text speaks of; of overlapping phrases the longest counts."""
    words = words_of(text)
    found = _mentions_ko(words) if language == "ko" else _mentions_spaced(words, language)
    taken: set[int] = set()
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (m.start - m.end, m.start)):
        span = set(range(mention.start, mention.end))
        same = any((k.start, k.end) == (mention.start, mention.end) for k in kept)
        if same or not span & taken:
            kept.append(mention)
            taken |= span
    return kept


def _mentions_spaced(words: list[str], language: Language) -> list[Mention]:
    heads = _phrases(language)
    keys = [_key(word, language) for word in words]
    found: list[Mention] = []
    for start, key in enumerate(keys):
        for phrase in heads.get(key, ()):
            end = start + len(phrase.words)
            if end <= len(words) and all(
                _is_same(words[start + i], keys[start + i], phrase.words[i], language)
                for i in range(len(phrase.words))
            ):
                found.append(Mention(phrase.concept, start, end))
    return found


def _is_same(word: str, key: str, wanted: str, language: Language) -> bool:
    """A Vietnamese word without marks may be any word that it is the bare form of; a marked one is itself."""
    if language == "vi":
        return word == wanted or (key == fold(wanted) and not has_marks(word))
    return key == wanted


def _mentions_ko(words: list[str]) -> list[Mention]:
    """Korean glues endings to words and spaces them freely, so phrases are looked for within the letters."""
    letters = "".join(words)
    owner = [number for number, word in enumerate(words) for _ in word]
    found: list[Mention] = []
    for phrase in _phrases_ko():
        wanted = phrase.words[0]
        at = letters.find(wanted)
        while at >= 0:
            found.append(Mention(phrase.concept, owner[at], owner[at + len(wanted) - 1] + 1))
            at = letters.find(wanted, at + 1)
    return found


def _key(word: str, language: Language) -> str:
    return stem(word) if language == "en" else fold(word)


@lru_cache(maxsize=1)
def _raw() -> dict[str, dict[Language, list[str]]]:
    raw: dict[str, dict[Language, list[str]]] = json.loads(
        (Path(__file__).parent / "concepts.json").read_text(encoding="utf-8")
    )
    return raw


@lru_cache(maxsize=2)
def _phrases(language: Language) -> dict[str, list[_Phrase]]:
    """By the key of the first word."""
    heads: dict[str, list[_Phrase]] = {}
    for concept, written in _raw().items():
        for text in written[language]:
            words = tuple(stem(w) if language == "en" else w for w in words_of(text))
            heads.setdefault(_key(words_of(text)[0], language), []).append(_Phrase(words, concept))
    return heads


@lru_cache(maxsize=1)
def _phrases_ko() -> list[_Phrase]:
    return [
        _Phrase(("".join(words_of(text)),), concept)
        for concept, written in _raw().items()
        for text in written["ko"]
    ]
