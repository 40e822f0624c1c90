"""The everyday words of the training utterances: what is no misspelt product, and which language a word speaks for."""

import json
import math
import re
from collections import Counter
from pathlib import Path

from nlu.normalise import fold
from nlu.training.utterances import LANGUAGES, templates

DATA = Path(__file__).parent.parent / "data"
_SLOT = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


def write_vocabulary() -> None:
    counts = {language: _counts(language) for language in LANGUAGES}
    total = sum(counts.values(), Counter())
    common = sorted(word for word, count in total.items() if count >= 2 and len(word) > 1)
    (DATA / "common_words.txt").write_text("\n".join(common) + "\n")
    (DATA / "languages.json").write_text(json.dumps(_leanings(counts["vi"], counts["en"]), indent=0) + "\n")


def _counts(language: str) -> Counter[str]:
    """In how many lines that stand as they are each word is found."""
    lines = [t.text for t in templates("train", language) if not t.written_out]
    return Counter(word for line in lines for word in set(_WORD.findall(fold(_SLOT.sub(" ", line)))))


def _leanings(vietnamese: Counter[str], english: Counter[str]) -> dict[str, float]:
    vi, en = vietnamese.total() + 500, english.total() + 500
    leanings = {
        word: round(math.log((english[word] + 0.3) / en) - math.log((vietnamese[word] + 0.3) / vi), 2)
        for word in sorted({*vietnamese, *english})
    }
    return {word: max(-4.0, min(4.0, value)) for word, value in leanings.items() if abs(value) >= 0.5}
