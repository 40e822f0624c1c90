"""Where a text names units: every reading of every run of words, each with how well it fits."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from nlu.addresses import vocabulary as words
from nlu.addresses.text import DASH, GLUED, JOIN, Token, tone_of
from nlu.addresses.units import Level, Unit, Units

How = Literal["name", "alias", "initials", "former", "near"]
LEVELS: tuple[Level, ...] = ("ward", "district", "province")
MAX_SYLLABLES = 7
TONE_CLASH, TONE_ABSENT = 0.65, 0.68
BARE_ALONE, BARE_EDGE, BARE_INLINE = 0.93, 0.88, 0.78
WRONG_KIND: dict[Level, float] = {"ward": 0.75, "district": 0.85, "province": 0.9}


class Mention(NamedTuple):
    start: int
    """First token, the word for the kind included."""
    end: int
    level: Level
    how: How
    is_typed: bool
    """The kind stands with the name: 'phường Bến Nghé', not 'Bến Nghé'."""
    is_street: bool
    """It stands where a street's name stands, so it is no unit unless its kind is typed."""
    options: tuple[tuple[Unit, float], ...]

    def overlaps(self, other: "Mention") -> bool:
        return self.start < other.end and other.start < self.end


class Kind(NamedTuple):
    start: int
    end: int
    kinds: tuple[str, ...]
    word: str


def find_mentions(tokens: list[Token], units: Units) -> list[Mention]:
    marked = is_marked_text(tokens)
    found: list[Mention] = []
    for start in range(len(tokens)):
        before = kind_before(tokens, start)
        for end, key in joined(tokens, start):
            kind = before or kind_after(tokens, start, end)
            if kind:
                found.extend(_typed(tokens, start, end, key, kind, units, marked))
            elif _may_stand_bare(tokens, start, end, key):
                found.extend(_bare(tokens, start, end, key, units, marked))
    return _with_surroundings(tokens, found)


def is_marked_text(tokens: list[Token]) -> bool:
    """Whether the writer uses diacritics, so that their absence means something."""
    syllables = [token for token in tokens if len(token.key) > 1 and not token.is_number]
    return 2 * sum(token.is_marked for token in syllables) >= max(1, len(syllables))


def joined(tokens: list[Token], start: int) -> Iterator[tuple[int, str]]:
    key = ""
    for end in range(start, min(start + MAX_SYLLABLES, len(tokens))):
        if end > start and tokens[end].gap > DASH:
            return
        key += tokens[end].key
        yield end + 1, key


def kind_before(tokens: list[Token], start: int) -> Kind | None:
    for length in (2, 1):
        first = start - length
        if first < 0 or any(token.gap > JOIN for token in tokens[first + 1 : start + 1]):
            continue
        word = "".join(token.key for token in tokens[first:start])
        kinds = words.KINDS_BEFORE.get(word)
        if not kinds or not all(_has_tone_of_kind(token) for token in tokens[first:start]):
            continue
        if _is_after_number(tokens, first) or (word == "d" and not tokens[start].is_number):
            continue
        if word == "t" and tokens[start].gap != JOIN:
            continue
        return Kind(first, start, kinds, word)
    return None


def _has_tone_of_kind(token: Token) -> bool:
    return not token.is_marked or tone_of(token.text) == words.TONE_OF_KIND_WORD.get(token.key, "none")


def _is_after_number(tokens: list[Token], place: int) -> bool:
    return place > 0 and tokens[place].gap == GLUED and tokens[place - 1].is_number


def kind_after(tokens: list[Token], start: int, end: int) -> Kind | None:
    if end >= len(tokens) or tokens[end].gap > JOIN:
        return None
    token = tokens[end]
    if token.key.startswith("군"):
        return Kind(start, end + 1, ("Quận", "Huyện"), "district")
    kinds = words.KINDS_AFTER.get(token.key)
    is_prefix_of_number = end + 1 < len(tokens) and tokens[end + 1].is_number and tokens[end + 1].gap <= JOIN
    if not kinds or token.is_marked or is_prefix_of_number:
        return None
    return Kind(start, end + 1, kinds, token.key)


def _typed(
    tokens: list[Token], start: int, end: int, key: str, kind: Kind, units: Units, marked: bool
) -> Iterator[Mention]:
    first, last = min(kind.start, start), max(kind.end, end)
    levels = {level for name in kind.kinds for level in words.LEVEL_OF_KIND[name]}
    for level in levels:
        for how, named in _named(key, level, units):
            options = [
                (unit, fit * _kind_fit(unit, kind) * (0.9 if how == "former" else 1.0))
                for unit in named
                if (fit := tone_fit(tokens[start:end], unit, marked)) and _kind_fit(unit, kind)
            ]
            if options:
                yield Mention(first, last, level, how, True, False, tuple(options))
        initials = [
            unit for unit in units.initials.get(key, ()) if unit.level == level and unit.kind in kind.kinds
        ]
        if initials and end == start + 1 and len(key) < 4 and key not in words.PROVINCE_ALIASES:
            yield Mention(
                first, last, level, "initials", True, False, tuple((unit, 0.7) for unit in initials)
            )


def _kind_fit(unit: Unit, kind: Kind) -> float:
    if unit.kind in kind.kinds:
        return 1.0
    if unit.key.isdecimal():
        return 0.0
    if unit.level == "province" and kind.word in ("thanhpho", "tp"):
        return 0.6
    return WRONG_KIND[unit.level]


def _named(key: str, level: Level, units: Units) -> Iterator[tuple[How, list[Unit]]]:
    yield "name", [unit for unit in units.named.get(key, ()) if unit.level == level]
    yield "former", [unit for unit in units.formerly.get(key, ()) if unit.level == level]
    if level == "province":
        names = words.PROVINCE_ALIASES.get(key, ())
        yield "alias", [unit for name in names for unit in units.named[name] if unit.level == level]
    elif level == "district" and (city := words.CITY_ALIASES.get(key)):
        yield "alias", [unit for unit in units.named[city] if unit.level == level]


def _may_stand_bare(tokens: list[Token], start: int, end: int, key: str) -> bool:
    return len(key) > 1 and not tokens[start].is_number and not tokens[start].text.isdecimal()


def _bare(
    tokens: list[Token], start: int, end: int, key: str, units: Units, marked: bool
) -> Iterator[Mention]:
    for prefix in ("tp", "thanhpho", "tinh"):
        rest = key.removeprefix(prefix)
        if rest != key and end == start + 1 and any(named for _, named in _named(rest, "province", units)):
            kinds = words.KINDS_BEFORE[prefix]
            yield from _typed(tokens, start, end, rest, Kind(start, end, kinds, prefix), units, marked)
    for level in LEVELS:
        for how, named in _named(key, level, units):
            if how == "former" and level == "ward":
                continue
            weight = {"name": 1.0, "alias": 0.97 if len(named) < 3 else 0.8, "former": 0.9}[how]
            options = [
                (unit, weight * fit)
                for unit in named
                if not unit.key[0].isdigit() and (fit := _bare_tone_fit(tokens[start:end], unit, marked))
            ]
            if options and (how != "alias" or len(key) > 3 or len(options) < 3 or end == start + 1):
                yield Mention(start, end, level, how, False, False, tuple(options))
    initials = [unit for unit in units.initials.get(key, ()) if unit.kind in ("Quận", "Tỉnh")]
    if (
        end == start + 1
        and len(key) in (2, 3)
        and key not in words.PROVINCE_ALIASES
        and not tokens[start].is_marked
    ):
        for level in LEVELS[1:]:
            options = [(unit, 0.6) for unit in initials if unit.level == level]
            if options:
                yield Mention(start, end, level, "initials", False, False, tuple(options))


def tone_fit(typed: list[Token], unit: Unit, marked: bool) -> float:
    """1 when what marks there are agree. A clash makes it another name, most likely."""
    if len(typed) != len(unit.toned):
        return 1.0
    fit = 1.0
    for token, toned, plain in zip(typed, unit.toned, unit.syllables, strict=True):
        if token.is_marked and token.toned != toned:
            fit *= TONE_CLASH
        elif not token.is_marked and toned != plain:
            fit *= TONE_ABSENT if marked else 0.99
    return max(fit, 0.3)


def _bare_tone_fit(typed: list[Token], unit: Unit, marked: bool) -> float:
    fit = tone_fit(typed, unit, marked)
    return 0.0 if fit < TONE_CLASH + 0.01 and len(typed) < 3 else fit


def _with_surroundings(tokens: list[Token], found: list[Mention]) -> list[Mention]:
    """Weighs the bare ones by where they stand, once it is known what stands beside them."""
    firm = [one for one in found if one.is_typed or (one.level != "ward" and one.how == "name")]
    starts, ends = {one.start for one in firm}, {one.end for one in firm}
    typed_ends = {one.end for one in found if one.is_typed}
    result = []
    for one in found:
        if one.is_typed:
            result.append(one)
            continue
        opens = tokens[one.start].gap >= DASH or one.start in ends
        closes = one.end == len(tokens) or tokens[one.end].gap >= DASH or one.end in starts
        if not _is_placed_well(one, opens, closes, len(tokens)):
            continue
        weight = BARE_ALONE if opens and closes else BARE_EDGE if opens or closes else BARE_INLINE
        if one.level == "province" and closes:
            weight = 1.0
        options = tuple((unit, fit * weight) for unit, fit in one.options)
        result.append(one._replace(is_street=is_street_place(tokens, one, typed_ends), options=options))
    return result


def _is_placed_well(one: Mention, opens: bool, closes: bool, count: int) -> bool:
    """Short forms mean too many other things to be taken anywhere but at an edge."""
    is_short = one.end - one.start == 1 and one.how in ("alias", "initials")
    if one.how == "initials":
        return closes and (opens or one.end == count)
    if is_short or one.end - one.start == 1:
        return closes or (opens and one.level != "ward")
    return True


def is_street_place(tokens: list[Token], one: Mention, typed_ends: set[int]) -> bool:
    after = tokens[one.end] if one.end < len(tokens) else None
    if after and after.gap < DASH and after.key in words.STREET_WORDS_AFTER and not after.is_marked:
        return True
    distance = _steps_from_number(tokens, one.start, typed_ends)
    if distance is None:
        return False
    return distance < 2 or tokens[one.start - 1].key in words.MIDDLE_NAMES


def _steps_from_number(tokens: list[Token], start: int, typed_ends: set[int]) -> int | None:
    """Syllables between a name and the house number or street word before it in the same segment."""
    place = start
    while place > 0 and tokens[place].gap < DASH and place not in typed_ends:
        place -= 1
        token = tokens[place]
        if token.is_number:
            return None if _is_closed_number(tokens, place) else start - place - 1
        if token.key in words.STREET_WORDS or _is_after_number(tokens, place):
            return start - place - 1
        if place == start - 1 and token.key in words.HAMLET_WORDS | words.BUILDING_WORDS:
            return 0
    return None


def _is_closed_number(tokens: list[Token], place: int) -> bool:
    """'tổ 5', 'kp3': a name after it does not belong to it. 'ngõ 5': the street's name follows."""
    return (
        place > 0
        and tokens[place].gap < DASH
        and tokens[place - 1].key in words.HAMLET_WORDS | words.BUILDING_WORDS
    )
