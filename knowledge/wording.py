"""How people write in a chat: abbreviations, missing diacritics, politeness around the question.

Pure text, no dependency. Vietnamese is compared in its folded form (no marks, đ as d), since about half of
all chat messages are typed without them.
"""

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["vi", "en", "ko"]

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_MARKED_VI = re.compile(r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")
_SIZE_LETTERS = frozenset("smabcek")
_LONG = 24


@dataclass(frozen=True)
class Vocabulary:
    """What is known of one language's chat wording. Every entry is lower case."""

    abbreviations: dict[str, str]
    fillers: tuple[tuple[str, ...], ...]
    stop_words: frozenset[str]
    question_words: frozenset[str]
    """Words that ask and say nothing of the matter: `bao nhiêu`."""
    synonyms: tuple[tuple[tuple[str, ...], ...], ...]
    phrases: tuple[str, ...]


class _Bare(dict[int, str]):
    """Letter → itself without marks, worked out once a letter."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(code))
        bare = "".join(ch for ch in decomposed if unicodedata.category(ch) != "Mn")
        self[code] = unicodedata.normalize("NFC", bare)
        return self[code]


_BARE = _Bare({ord("đ"): "d"})


def fold(text: str) -> str:
    """Lower case without Vietnamese marks; Hangul and other scripts stay whole."""
    lower = text.lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower).translate(_BARE)


def words_of(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


def has_marks(text: str) -> bool:
    return _MARKED_VI.search(unicodedata.normalize("NFC", text).lower()) is not None


@lru_cache(maxsize=3)
def vocabulary(language: Language) -> Vocabulary:
    here = Path(__file__).parent
    if language == "vi":
        raw = json.loads((here / "words_vi.json").read_text(encoding="utf-8"))
    else:
        raw = json.loads((here / "words_other.json").read_text(encoding="utf-8"))[language]
    fillers = sorted((tuple(words_of(text)) for text in raw["fillers"]), key=len, reverse=True)
    return Vocabulary(
        abbreviations=raw.get("abbreviations", {}),
        fillers=tuple(fillers),
        stop_words=frozenset(fold(word) for word in raw["stop_words"]),
        question_words=frozenset(fold(word) for word in raw["question_words"]),
        synonyms=tuple(tuple(tuple(words_of(fold(term))) for term in group) for group in raw["synonyms"]),
        phrases=tuple(raw.get("phrases", ())),
    )


def guess_language(text: str) -> Language:
    """Good enough to choose a list when the caller does not say; the bot's own detection is better."""
    if _HANGUL.search(text):
        return "ko"
    if has_marks(text):
        return "vi"
    tokens = words_of(text)
    english = vocabulary("en").stop_words
    known = sum(token in english for token in tokens)
    vietnamese = vocabulary("vi")
    abbreviated = sum(token in vietnamese.stop_words or token in vietnamese.abbreviations for token in tokens)
    return "en" if known > abbreviated else "vi"


def surest_language(text: str) -> Language | None:
    """The language of a text that shows it plainly; None for figures, names, sizes."""
    if _HANGUL.search(text):
        return "ko"
    if has_marks(text):
        return "vi"
    tokens = words_of(text)
    known = sum(token in vocabulary("en").stop_words for token in tokens)
    return "en" if known >= 2 and known * 5 >= len(tokens) else None


def expand(text: str) -> str:
    """Vietnamese chat abbreviations written out: `ship bn k` becomes `ship bao nhiêu không`."""
    table = vocabulary("vi").abbreviations
    out: list[str] = []
    for word in words_of(text):
        before = out[-1] if out else ""
        is_size = word in _SIZE_LETTERS and before in ("size", "cỡ", "co")
        is_distance = word == "km" and before.isdigit()
        if word == "nhiu" and before != "bao":
            out.append("bao")
        out.append(word if is_size or is_distance else table.get(word, word))
    return " ".join(out)


def trim(text: str, language: Language) -> str:
    """The question without greetings and particles; the text itself when nothing would be left."""
    tokens = words_of(text)
    kept = _without_fillers(tokens, vocabulary(language).fillers)
    return " ".join(kept) if kept else " ".join(tokens)


def _without_fillers(tokens: list[str], fillers: tuple[tuple[str, ...], ...]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(tokens):
        length = next((len(f) for f in fillers if tuple(tokens[at : at + len(f)]) == f), 0)
        if not length:
            kept.append(tokens[at])
        at += max(length, 1)
    return kept


class Restorer:
    """Puts the marks back on Vietnamese typed without them, by the words of the shop's own texts.

    A bigram Viterbi over the accented forms seen in those texts and in a list of common phrases. Words it
    has never seen stay as typed.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._forms: dict[str, set[str]] = {}
        self._single: Counter[str] = Counter()
        self._pair: Counter[tuple[str, str]] = Counter()
        for text in (*vocabulary("vi").phrases, *texts):
            tokens = words_of(text)
            self._single.update(tokens)
            self._pair.update(zip(tokens, tokens[1:], strict=False))
            for token in tokens:
                self._forms.setdefault(fold(token), set()).add(token)

    def restore(self, text: str) -> str:
        """Words that carry marks already are kept as they are and help to choose the others."""
        best: dict[str, tuple[float, list[str]]] = {"": (0.0, [])}
        for word in words_of(text):
            forms = [word] if has_marks(word) else sorted(self._forms.get(word, {word}))
            best = {form: self._best_path(best, form) for form in forms}
        return " ".join(max(best.values(), key=lambda item: item[0])[1])

    def _best_path(self, paths: dict[str, tuple[float, list[str]]], form: str) -> tuple[float, list[str]]:
        scored = ((score + self._cost(before, form), path) for before, (score, path) in paths.items())
        score, path = max(scored, key=lambda item: item[0])
        return score, [*path, form]

    def _cost(self, before: str, form: str) -> float:
        single = math.log(self._single[form] + 0.5)
        pair = self._pair[before, form]
        return single + (3.0 + math.log(pair) if pair else 0.0)


def as_asked(question: str, language: Language, restorer: Restorer) -> str:
    """The question as it is embedded and compared: written out, with marks, without politeness, not too long."""
    text = question
    if language == "vi":
        is_bare = not has_marks(question)
        text = expand(question)
        text = restorer.restore(text) if is_bare else text
    tokens = trim(text, language).split()
    if len(tokens) > _LONG:
        stop = vocabulary(language).stop_words
        tokens = [token for token in tokens if fold(token) not in stop] or tokens
    return " ".join(tokens[:_LONG])


def essence(question: str, language: Language) -> str:
    """The telling words, folded: alike questions look alike whatever politeness surrounds them."""
    text = expand(question) if language == "vi" else question
    stop = vocabulary(language).stop_words
    tokens = [fold(token) for token in trim(text, language).split()]
    return " ".join([token for token in tokens if token not in stop] or tokens)
