"""Unit names in a text, with the kind words before or behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlu.addresses.hangul import is_hangul, sound_of_hangul
from nlu.addresses.text import DASH, SPACE, Token
from nlu.addresses.units import Unit, Units
from nlu.addresses.words import (
    CITY_SHORT,
    KIND_WORDS,
    KINDS_BEHIND,
    KOREAN_KINDS,
    MARKED_KINDS,
    PROVINCE_SHORT,
    WARD_KINDS,
)

MAX_SYLLABLES = 6


@dataclass(frozen=True)
class Mention:
    """A unit's name in the text; `kinds` are those that its kind word allows, empty when none was written."""

    units: tuple[Unit, ...]
    start: int
    end: int
    kinds: tuple[str, ...]
    alone: bool
    """It fills its segment, as people write units; a name inside a longer segment may be a street's."""
    former: tuple[Unit, ...] = ()
    """Those of `units` that have the name only from before they were merged."""

    @property
    def districts(self) -> list[Unit]:
        """`phường 1` names no district 1."""
        ward = set(self.kinds) & WARD_KINDS
        return [] if ward else [unit for unit in self.units if unit.level == "district"]


def find_mentions(words: Sequence[Token], units: Units) -> list[Mention]:
    """Unit names in the text, longest first at each place, with the kind word before them."""
    mentions = []
    i = 0
    while i < len(words):
        kinds, after = _kind(words, i)
        mention = _name(words, after, units, kinds, i) if kinds else None
        mention = mention or _name(words, i, units, (), i)
        if mention is None:
            i += 1
            continue
        mentions.append(mention)
        i = mention.end
    return [_stands_alone(mention, i, mentions, words) for i, mention in enumerate(mentions)]


def _stands_alone(mention: Mention, i: int, mentions: list[Mention], words: Sequence[Token]) -> Mention:
    """Between breaks or other units, and not right behind a house number, where a street's name stands."""
    first, after = words[mention.start], words[mention.end] if mention.end < len(words) else None
    follows_unit = i > 0 and mentions[i - 1].end == mention.start
    behind_number = mention.start > 0 and words[mention.start - 1].is_number and not follows_unit
    opens = mention.start == 0 or first.gap >= DASH or bool(mention.kinds) or not behind_number
    closes = (
        after is None or after.gap >= DASH or (i + 1 < len(mentions) and mentions[i + 1].start == mention.end)
    )
    return replace(mention, alone=mention.alone or (opens and closes))


def _kind(words: Sequence[Token], i: int) -> tuple[tuple[str, ...], int]:
    for length in (2, 1):
        key = tuple(word.key for word in words[i : i + length])
        if len(key) < length or key not in KIND_WORDS or i + length >= len(words):
            continue
        marked = [word for word in words[i : i + length] if word.is_marked]
        if words[i + length].gap < DASH and all(word.text.lower() in MARKED_KINDS for word in marked):
            return KIND_WORDS[key], i + length
    return (), i


def _name(words: Sequence[Token], i: int, units: Units, kinds: tuple[str, ...], start: int) -> Mention | None:
    for length in range(min(MAX_SYLLABLES, len(words) - i), 0, -1):
        part = words[i : i + length]
        if any(word.gap > DASH for word in part[1:]):
            continue
        key = "".join(word.key for word in part)
        after = words[i + length].key if i + length < len(words) else ""
        counted = part[0].is_number and after in KINDS_BEHIND and not _is_of_a_building(words, i + length)
        found = named_units(key, part, units, KIND_WORDS[(after,)] if counted else kinds)
        if any(word.gap == DASH for word in part[1:]):
            found = tuple(unit for unit in found if " - " in unit.name)
        if (
            not found
            and length == 1
            and after in KOREAN_KINDS
            and len(part[0].text) > 1
            and is_hangul(part[0].text)
        ):
            kinds_behind = KIND_WORDS[(after,)]
            heard = units.sounding.get(sound_of_hangul(part[0].text), ())
            found = tuple(unit for unit in heard if unit.kind in kinds_behind)
        if not found:
            continue
        end = i + length
        former = tuple(unit for unit in units.formerly.get(key, ()) if unit in found and unit.key != key)
        if not kinds and end < len(words) and words[end].gap <= SPACE and words[end].key in KINDS_BEHIND:
            return Mention(found, start, end + 1, KIND_WORDS[(words[end].key,)], True, former)
        return Mention(found, start, end, kinds, False, former)
    return None


def _is_of_a_building(words: Sequence[Token], i: int) -> bool:
    """`101동 502호`: a block and a flat."""
    return words[i].key == "동" and any(word.is_number for word in words[i + 1 : i + 2])


def named_units(key: str, part: Sequence[Token], units: Units, kinds: tuple[str, ...]) -> tuple[Unit, ...]:
    """A number is a unit's name only behind its kind word; marks that were typed must agree."""
    if part[0].is_number and not kinds:
        return ()
    found: list[Unit] = []
    former: Sequence[Unit] = ()
    short: list[Unit] = []
    if not kinds or "Thành phố" in kinds or "Tỉnh" in kinds:
        short = [unit for code in PROVINCE_SHORT.get(key, ()) for unit in _both_eras(code, units)]
    if key in CITY_SHORT:
        found.append(units.districts[CITY_SHORT[key]])
    if len(key) >= 3 or kinds:
        found += units.named.get(key, ())
        former = units.formerly.get(key, ())
    if kinds and len(key) <= 3 and not part[0].is_number:
        found += [u for u in units.initials.get(key, ()) if u.level == "district" and u.kind in kinds]
    marked = any(word.is_marked for word in part)
    if marked:
        toned = tuple(word.toned for word in part)
        exact = [u for u in found if u.toned == toned]
        found = exact or [u for u in found if len(u.syllables) != len(part)]
    # How a former name was marked is not known, so nothing speaks against it.
    return tuple(dict.fromkeys([*short, *found, *former]))


def _both_eras(code: str, units: Units) -> list[Unit]:
    """The old province and, where it kept its name, the new one of that code."""
    old, new = units.provinces["old", code], units.provinces.get(("new", code))
    return [old, new] if new is not None and new.key == old.key else [old]
