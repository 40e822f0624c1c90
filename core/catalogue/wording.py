"""What a customer's words ask for, and which texts tell it. Pure; the words themselves are data in topics.json."""

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from core.catalogue.folding import fold

MAX_QUERY = 300
_TOKEN = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_AMOUNT = re.compile(r"\d+(k|tr|trieu|nghin|ngan|đ|d|원|만원|만동)?")
_KOREAN_ENDINGS = (
    *("에서는", "으로는", "에서", "으로", "이랑", "하고", "까지", "부터", "인가요", "인지"),
    *("은", "는", "이", "가", "을", "를", "로", "에", "도", "의", "요", "와", "과", "용"),
)


@dataclass(frozen=True)
class Unit:
    """One thing that was asked for: any of `phrases` tells it; `told` are words by which an answer is known.

    `plain`: it was typed without diacritics and is looked for without them. `soft`: it prefers, but rules nothing out.
    """

    phrases: frozenset[str]
    told: frozenset[str] = frozenset()
    topic: str = ""
    plain: bool = False
    soft: bool = False


@dataclass(frozen=True)
class Text:
    """A text made ready for looking things up in it."""

    marked: str
    plain: str

    @classmethod
    def of(cls, *texts: str) -> "Text":
        marked = f" {' | '.join(' '.join(tokens(text)) for text in texts)} "
        return cls(marked, fold(marked))


@dataclass(frozen=True)
class _Words:
    groups: dict[str, tuple[Unit, ...]]
    plain_groups: dict[str, tuple[Unit, ...]]
    hangul: tuple[tuple[str, Unit], ...]
    stop: frozenset[str]
    plain_stop: frozenset[str]
    labels: dict[str, dict[str, str]]
    names: dict[str, str]
    """Folded name of a topic in Vietnamese, as it heads a specification → topic."""


def tokens(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFC", text.lower()))


def units(query: str) -> list[Unit]:
    """The things asked for, in the order of telling; empty when nothing but filling words was said."""
    words = _words()
    found = tokens(query[:MAX_QUERY])
    typed_plain = all(word.isascii() or _hangul(word) for word in found)
    result: list[Unit] = []
    i = 0
    while i < len(found):
        length, groups = _group_at(found, i, words.plain_groups if typed_plain else words.groups)
        if groups:
            result += groups
        elif not _hangul(found[i]) and len(found[i]) > 1 and not _AMOUNT.fullmatch(found[i]):
            result += _lone(found[i], words, typed_plain)
        i += max(length, 1)
    result += _korean_units([word for word in found if _hangul(word)], words)
    return list(dict.fromkeys(result)) if any(unit.topic or not unit.soft for unit in result) else []


def tells(text: Text, unit: Unit, *, as_answer: bool = False) -> bool:
    """`as_answer`: also by a word that answers (`cotton` tells the material), not only by the topic's name."""
    phrases = unit.phrases | unit.told if as_answer else unit.phrases
    return any(
        _holds(text.marked, phrase) or (" " in phrase and _holds(text.marked, _folded(phrase)))
        for phrase in phrases
    )


def seems_to_tell(text: Text, unit: Unit) -> bool:
    """A word typed without diacritics, found in a text when that is read without them too."""
    return unit.plain and any(_holds(text.plain, _folded(phrase)) for phrase in unit.phrases)


def topic_label(name: str, language: str) -> str:
    """A specification's name in the customer's language, when it is one that all shops use."""
    words = _words()
    topic = words.names.get(fold(name).strip())
    return words.labels[topic].get(language, name) if topic else name


def alike(word: str, *, plain: bool) -> tuple[Unit, ...]:
    """The groups of words of one meaning that hold this one; `plain` looks without diacritics."""
    words = _words()
    return tuple(
        unit for unit in (words.plain_groups if plain else words.groups).get(word, ()) if not unit.topic
    )


def without_ending(word: str) -> str:
    for ending in _KOREAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            return word[: -len(ending)]
    return word


def _group_at(found: list[str], i: int, groups: dict[str, tuple[Unit, ...]]) -> tuple[int, tuple[Unit, ...]]:
    for length in range(min(5, len(found) - i), 0, -1):
        hit = groups.get(" ".join(found[i : i + length]))
        if hit:
            return length, hit
    return 0, ()


def _lone(word: str, words: _Words, typed_plain: bool) -> list[Unit]:
    """Typed without diacritics, a filling word may be another one: `cho` is also chó. Then it only prefers."""
    if not typed_plain:
        return [] if word in words.stop else [Unit(frozenset({word}))]
    return [Unit(frozenset({word}), plain=True, soft=word in words.plain_stop)]


def _korean_units(found: list[str], words: _Words) -> list[Unit]:
    joined = "".join(found)
    bare = {without_ending(word) for word in found} | set(found)
    hits = [(p, unit) for p, unit in words.hangul if (p in joined if len(p) > 1 else p in bare)]
    longest = [(p, u) for p, u in hits if not any(p != other and p in other for other, _ in hits)]
    told = [p for p, _ in longest]
    rest = [word for word in found if not any(p in word or word in p for p in told)]
    return [unit for _, unit in longest] + [
        Unit(frozenset({without_ending(word)}))
        for word in rest
        if word not in words.stop and without_ending(word) not in words.stop
    ]


def _holds(text: str, phrase: str) -> bool:
    if _hangul(phrase):
        # Most texts have none of it: one look for a syllable is far cheaper than joining the text.
        return phrase[0] in text and phrase.replace(" ", "") in text.replace(" ", "")
    if f" {phrase} " in text:
        return True
    if not phrase.isascii() or len(phrase) < 3:
        return False
    return any(f" {other} " in text for other in _other_number(phrase))


@lru_cache(maxsize=4096)
def _other_number(phrase: str) -> tuple[str, ...]:
    """The singular of an English plural, and the other way round: `batteries` and `battery`."""
    if phrase.endswith("ies"):
        return (f"{phrase[:-3]}y", phrase[:-1])
    if phrase.endswith("s"):
        return (phrase[:-1],)
    return (f"{phrase}s", f"{phrase[:-1]}ies") if phrase.endswith("y") else (f"{phrase}s",)


@lru_cache(maxsize=4096)
def _folded(phrase: str) -> str:
    return fold(phrase)


def _hangul(text: str) -> bool:
    return bool(text) and "\uac00" <= text[0] <= "\ud7a3"


@lru_cache
def _words() -> _Words:
    data = json.loads(files("core.catalogue").joinpath("topics.json").read_text("utf-8"))
    listed = [
        Unit(_phrases(topic["words"]), _phrases(topic["told"]), name, soft=topic.get("soft", False))
        for name, topic in data["topics"].items()
    ]
    listed += [Unit(_phrases(alike)) for alike in data["alike"]]
    groups: dict[str, tuple[Unit, ...]] = {}
    plain: dict[str, tuple[Unit, ...]] = {}
    for unit in listed:
        for phrase in unit.phrases:
            if _hangul(phrase):
                continue
            groups[phrase] = (*groups.get(phrase, ()), unit)
            # A short word without its marks is too many words: `qua` is quà, quá and qua.
            if phrase.isascii() or len(phrase) > 4:
                plain[fold(phrase)] = (*plain.get(fold(phrase), ()), unit)
    hangul = [(p.replace(" ", ""), unit) for unit in listed for p in unit.phrases if _hangul(p)]
    stop = frozenset(data["stop"])
    return _Words(
        groups,
        plain,
        tuple(sorted(hangul, key=lambda pair: -len(pair[0]))),
        stop,
        frozenset(map(fold, stop)),
        {name: topic["label"] for name, topic in data["topics"].items()},
        {fold(topic["label"]["vi"]): name for name, topic in data["topics"].items()},
    )


def _phrases(listed: Iterable[str]) -> frozenset[str]:
    return frozenset(" ".join(tokens(phrase)) for phrase in listed)
