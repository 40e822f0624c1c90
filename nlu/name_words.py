"""Which words people's names are made of: listed ones, capitals, Korean syllables; and which are everyday talk."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from nlu.models import Span
from nlu.normalise import fold
from nlu.tokens import marked_key
from nlu.wordlists import common_words, words

KO_END = re.compile(r"(?:입니다|이에요|예요|이고요?|이라고|라고|이요|으로|로|님|씨|,)+$")
HANGUL = re.compile(r"[가-힣]")
_KO_TALK = re.compile(r"^(?:네|예|응|아니|아니요)$|..(?:요|니다|까|죠|거든|는데)$")
WORD = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*")


_BUILDINGS = frozenset(
    ["park", "tower", "towers", "plaza", "garden", "gardens", "city", "residence", "residences", "apartment",
     "apartments", "building", "hotel", "hostel", "homestay", "resort", "riverside", "landmark", "centre", "center",
     "mall", "condo", "condominium", "complex", "heights", "square", "villa", "villas", "house", "office", "school",
     "university", "hospital", "pearl", "sky", "skyline", "vinhomes", "masteri", "tang", "toa", "floor", "block",
     "room"]
)  # fmt: skip


def names_a_building(names: Sequence[str]) -> bool:
    """`Sunrise City`, `Central Park`: written like a person's name."""
    return len(names) > 1 and any(fold(name) in _BUILDINGS for name in names)


@lru_cache
def lists() -> dict[str, frozenset[str]]:
    """Surnames, given and middle names, titles, and Korean words that only look like names; folded."""
    data = json.loads(files("nlu").joinpath("data", "names.json").read_text("utf-8"))
    return {name: frozenset(listed) for name, listed in data.items()}


def is_full_name(text: str) -> bool:
    """`Phạm Đức Huy`: a family name and what goes with it, each with its capital."""
    found = [word.group() for word in WORD.finditer(text)]
    if not 2 <= len(found) <= 6 or not all(map(is_capitalised, found)):
        return False
    return fold(found[0]) in lists()["surnames"] and sum(map(is_listed, found)) * 2 > len(found)


def may_be_name(text: str) -> bool:
    """Whether the answer to "what name?" can be one: no word of everyday talk that nobody is called."""
    found = [word.group() for word in WORD.finditer(text)]
    if not 1 <= len(found) <= 6 or any(c.isdigit() for c in text):
        return False
    if len(found) == 1 and fold(found[0]) in words().not_names:
        return fold(found[0]) in lists()["given"] and (found[0].isascii() or _is_spelt_as_no_talk(found[0]))
    if any(HANGUL.match(word) for word in found):
        return not any(_KO_TALK.search(word) or word in lists()["ko_not_names"] for word in found)
    if len(found) == 1 and is_capitalised(found[0]):
        return fold(found[0]) not in words().vi_words | words().en_words
    if len(found) > 1 and all(map(is_capitalised, found)):
        return not all(map(is_talk, found))
    return not any(map(is_talk, found))


def _is_spelt_as_no_talk(word: str) -> bool:
    """`Khôi` is no `khỏi`, though both are `khoi`."""
    talk = words().accented.get(fold(word), frozenset())
    return is_capitalised(word) and bool(talk) and marked_key(word) not in talk


def capitalised_runs(raw: str) -> list[Span]:
    runs: list[Span] = []
    for word in WORD.finditer(raw):
        if not is_capitalised(word.group()):
            continue
        if runs and raw[runs[-1][1] : word.start()] == " ":
            runs[-1] = (runs[-1][0], word.end())
        else:
            runs.append(word.span())
    return [run for run in runs if " " in raw[slice(*run)]]


def is_talk(word: str) -> bool:
    folded = fold(word)
    everyday = folded in common_words() or folded in words().vi_words or folded in words().en_words
    return everyday and not is_listed(word)


def is_listed(word: str) -> bool:
    return any(fold(word) in lists()[name] for name in ("surnames", "given", "middle", "titles"))


def lists_it(word: str, inside: bool) -> bool:
    folded, known = fold(word), lists()
    return folded in known["surnames"] or (inside and (folded in known["given"] or folded in known["middle"]))


def is_capitalised(word: str) -> bool:
    """`Y` is a name: Như Ý, typed without its marks."""
    return (
        word in ("Y", "Ý") or len(word) > 1 and word[0].isupper() and not (word.isupper() and len(word) < 3)
    )


def is_korean_name(word: str) -> bool:
    stem = KO_END.sub("", word)
    return (
        bool(re.fullmatch(r"[가-힣]{3}", stem))
        and stem[0] in lists()["ko_surnames"]
        and stem[-1] not in "을를는에로도"
        and stem not in lists()["ko_not_names"]
    )


def is_korean_answer(text: str) -> bool:
    """One or two words, of which a name is made: talk in Korean is longer than any name."""
    parts = [KO_END.sub("", part) for part in text.split()]
    whole = "".join(parts)
    if len(parts) > 1 and parts[0] in words().numbers and parts[1][:1] in words().counters:
        return False  # `두 병이요` counts
    return len(parts) <= 2 and 2 <= len(whole) <= 5 and whole not in lists()["ko_not_names"]
