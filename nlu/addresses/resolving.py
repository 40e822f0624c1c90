"""From typed text to units with codes of one era. What is doubtful is given back as candidates, never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from nlu.addresses.hangul import latin_street
from nlu.addresses.mentions import Mention, find_mentions, named_units
from nlu.addresses.text import (
    DASH,
    Token,
    blank_out,
    clean,
    phones,
    tokens,
    with_tone_last,
    without_asides,
)
from nlu.addresses.units import Era, Unit, Units, load_units
from nlu.addresses.words import (
    AFTER_HOUSE,
    KOREAN_STREET,
    WARD_KINDS,
)

MAX_CHARS = 1_000


@dataclass(frozen=True)
class AddressMatch:
    """One reading. `district` is None in the new era; names carry their kind ("Phường Bến Nghé")."""

    era: Era
    street: str
    ward_code: str | None
    ward: str | None
    district_code: str | None
    district: str | None
    province_code: str | None
    province: str | None
    score: float

    @property
    def complete(self) -> bool:
        return bool(self.street and self.ward_code and self.province_code)


@dataclass(frozen=True)
class AddressResult:
    """`accepted` only when one reading fits everything that was said and nothing is missing."""

    raw: str
    best: AddressMatch | None
    candidates: tuple[AddressMatch, ...]
    missing: tuple[str, ...]
    accepted: bool


class AddressBook:
    def __init__(self, units: Units) -> None:
        self._units = units

    @classmethod
    @cache
    def load(cls) -> "AddressBook":
        return cls(load_units())

    def by_code(self, era: Literal["old", "new"], ward_code: str) -> AddressMatch | None:
        ward = self._units.wards.get((era, ward_code))
        return self._match(ward, "", 1.0) if ward is not None else None

    def resolve(self, text: str) -> AddressResult:
        raw = text[:MAX_CHARS]
        cleaned, _ = clean(raw)
        cleaned = without_asides(blank_out(cleaned, phones(cleaned)))
        words = tokens(cleaned)
        mentions = find_mentions(words, self._units)
        provinces = self._provinces(mentions, words)
        mentions = _numbered(mentions, words, self._units)
        district, wards, used = self._local(mentions, provinces)
        street = _street(cleaned, words, mentions, wards, district, provinces, used)
        if street and used is not None and len(wards) == 1 and wards[0] in used.former:
            street += _as_it_was_called(wards[0], cleaned[words[used.start].start : words[used.end - 1].end])
        return _as_spelt(self._result(raw, provinces, district, wards, street), words)

    def _local(
        self, mentions: list[Mention], provinces: list[Unit]
    ) -> tuple[Unit | None, list[Unit], Mention | None]:
        """District and ward. A name that stands for the province stands for its city too, if nothing else fits."""
        last = next((m for m in reversed(mentions) if set(m.units) & set(provinces)), None)
        others = [mention for mention in mentions if mention is not last]
        order = (mentions, others) if last is not None and _is_city(last, provinces) else (others, mentions)
        tried = [(self._district(named, provinces), named) for named in order]
        for district, named in tried:
            wards, used = self._wards(named, provinces, district)
            if wards:
                return district, wards, used
        return tried[0][0] or tried[1][0], [], None

    def _provinces(self, mentions: list[Mention], words: Sequence[Token]) -> list[Unit]:
        """Named last in the text; else the only province that has what was named."""
        for mention in reversed(mentions):
            named = [u for u in mention.units if u.level == "province"]
            if named and (mention.alone or mention.kinds or mention.end == len(words)):
                return named
        numbered = [u for m in mentions for u in m.districts if u.short.isdecimal()]
        if numbered:
            return [self._units.province_of(numbered[0])]
        districts = {u.province for m in mentions for u in m.districts if m.kinds}
        if len(districts) == 1:
            return [self._units.provinces["old", districts.pop()]]
        return []

    def _district(self, mentions: list[Mention], provinces: list[Unit]) -> Unit | None:
        codes = {p.code for p in provinces if p.era == "old"}
        for mention in reversed(mentions):
            fitting = [
                u for u in mention.units if u.level == "district" and (not codes or u.province in codes)
            ]
            if mention.kinds:
                fitting = [
                    u for u in fitting if u.kind in mention.kinds or set(mention.kinds) & {"Quận", "Huyện"}
                ]
            elif not mention.alone:
                continue
            if len({u.code for u in fitting}) == 1:
                return fitting[0]
        return None

    def _wards(
        self, mentions: list[Mention], provinces: list[Unit], district: Unit | None
    ) -> tuple[list[Unit], Mention | None]:
        """Every ward that the text may mean, and where its name stands."""
        for with_kind in (True, False):
            for mention in reversed(mentions):
                if with_kind != bool(set(mention.kinds) & WARD_KINDS) or not (with_kind or mention.alone):
                    continue
                found = [u for u in mention.units if u.level == "ward" and _fits(u, provinces, district)]
                if district is not None and mention.units and not with_kind and district in mention.units:
                    continue
                found = [u for u in found if u not in mention.former] or found
                exact = [u for u in found if u.kind in mention.kinds] if with_kind else found
                if found:
                    return _of_one_era(list(dict.fromkeys(exact or found)), district), mention
        return [], None

    def _result(
        self, raw: str, provinces: list[Unit], district: Unit | None, wards: list[Unit], street: str
    ) -> AddressResult:
        candidates = tuple(self._match(ward, street, 0.9) for ward in wards[:3])
        missing = []
        if not street or not re.search(r"[^\W\d_]", street):
            missing.append("street")
        if not provinces and district is None:
            missing.append("province")
        if not wards:
            missing.append("ward")
        if not wards and district is None and provinces and not missing[:-1]:
            missing = [*missing[:-1], "ward"]
        accepted = len(wards) == 1 and not missing
        best = candidates[0] if candidates else self._partial(provinces, district, street)
        return AddressResult(raw, best, candidates, tuple(missing), accepted)

    def _partial(self, provinces: list[Unit], district: Unit | None, street: str) -> AddressMatch | None:
        province = provinces[0] if provinces else None
        if district is not None:
            province = self._units.province_of(district)
        if province is None and not street:
            return None
        return AddressMatch(
            province.era if province else "old", street, None, None, district.code if district else None,
            district.name if district else None, province.code if province else None,
            province.name if province else None, 0.5,
        )  # fmt: skip

    def _match(self, ward: Unit, street: str, score: float) -> AddressMatch:
        province = self._units.province_of(ward)
        district = self._units.districts[ward.parent] if ward.era == "old" else None
        return AddressMatch(
            ward.era, street, ward.code, ward.name, district.code if district else None,
            district.name if district else None, province.code, province.name, score,
        )  # fmt: skip


def _is_city(mention: Mention, provinces: Sequence[Unit]) -> bool:
    """`TP Sóc Trăng` is the city in the province of that name, where the province is no city itself."""
    provincial = any(u in provinces and u.kind == "Tỉnh" for u in mention.units)
    named = any(u.kind == "Thành phố" for u in mention.districts)
    return provincial and named and "Thành phố" in mention.kinds


def _as_spelt(result: AddressResult, words: Sequence[Token]) -> AddressResult:
    """`Hoà Vang` and `Hòa Vang` are one: it stays as the customer writes it."""
    spelt = {word.toned: word.text.capitalize() for word in words if word.is_marked}

    def own(name: str | None) -> str | None:
        return " ".join(_in_its_spelling(part, spelt) for part in name.split()) if name else name

    def told(match: AddressMatch) -> AddressMatch:
        return replace(match, ward=own(match.ward), district=own(match.district))

    best = told(result.best) if result.best is not None else None
    return replace(result, best=best, candidates=tuple(map(told, result.candidates)))


def _in_its_spelling(official: str, spelt: dict[str, str]) -> str:
    typed = spelt.get(with_tone_last(official), official)
    return typed if typed.lower() != official.lower() and official[0].isupper() else official


def _of_one_era(wards: list[Unit], district: Unit | None) -> list[Unit]:
    """Without a district an address is of the new era, where there is none, if that has such a ward."""
    new = [ward for ward in wards if ward.era == "new"]
    return new if new and district is None else wards


def _numbered(mentions: list[Mention], words: Sequence[Token], units: Units) -> list[Mention]:
    """`12 Lê Lợi, 7, Bình Thạnh, HCM`, `… 11, 10, HCM`: a number alone before a unit is a ward's or a district's."""
    found = list(mentions)
    for kinds in (("Quận",), ("Phường",)):
        first = _run_start(found)
        i = first - 1
        if i < 1 or not words[i].is_number or words[i].gap < DASH or words[first].gap < DASH:
            break
        if kinds == ("Quận",) and any(
            u.level == "district" for m in found if m.start == first for u in m.units
        ):
            continue
        named = named_units(words[i].key, words[i : i + 1], units, kinds)
        level = "district" if kinds == ("Quận",) else "ward"
        named = tuple(unit for unit in named if unit.level == level)
        if named:
            found = sorted([Mention(named, i, i + 1, kinds, True), *found], key=lambda mention: mention.start)
    return found


def _run_start(mentions: list[Mention]) -> int:
    """Where the last run of units begins that stand side by side."""
    start = mentions[-1].start if mentions else 0
    for mention in reversed(mentions[:-1]):
        if mention.end != start:
            break
        start = mention.start
    return start


def _as_it_was_called(ward: Unit, typed: str) -> str:
    """A ward that was merged keeps its typed name beside the street: buyers and couriers still call it so."""
    own = {word.key for word in tokens(ward.name)}
    return "" if {word.key for word in tokens(typed)} <= own else f" ({typed} cũ)"


def _fits(ward: Unit, provinces: list[Unit], district: Unit | None) -> bool:
    if district is not None:
        return ward.era == "old" and ward.parent == district.code
    return any(ward.era == province.era and ward.province == province.code for province in provinces)


def _street(
    text: str,
    words: Sequence[Token],
    mentions: list[Mention],
    wards: list[Unit],
    district: Unit | None,
    provinces: list[Unit],
    used: Mention | None,
) -> str:
    """What stands before the first unit that was used; that is where people write it."""
    meant = {*wards, *([district] if district else []), *provinces}
    places = [
        m
        for m in mentions
        if m is used or (set(m.units) & meant and (m.kinds or m.alone or m.end == len(words)))
    ]
    places = [m for m in places if not _is_of_the_street(m, places, words)]
    first = min((m.start for m in places), default=len(words))
    end = words[first].start if first < len(words) else len(text)
    street = text[:end].replace("|", " ").strip(" ,.;:-\n")
    last = max((m.end for m in places), default=0)
    house = AFTER_HOUSE.match(text, words[last - 1].end) if last else None
    if last and not street and (behind := KOREAN_STREET.match(text, words[last - 1].end)):
        return latin_street(behind.group(1).strip())
    if house is not None:
        street = f"{_bare_house(house.group(1))}, {street}" if street else _bare_house(house.group(1))
    street = re.sub(
        r"^(?:địa chỉ|dia chi|đc|dc|số nhà|so nha|address)\s*[:\-]?\s*", "", street, flags=re.IGNORECASE
    )
    return " ".join(street.split())[:200]


def _is_of_the_street(mention: Mention, places: list[Mention], words: Sequence[Token]) -> bool:
    """`Masteri Thao Dien, 159 …, Thao Dien ward`: a house called like the ward that is told behind it; `8 Chu Văn An
    Hà Đông, q. Hà Đông`: a street that ends like the district that is told behind it."""
    again = [m for m in places if m.start >= mention.end and m.kinds and set(m.units) & set(mention.units)]
    numbered = any(word.is_number for m in again[:1] for word in words[mention.end : m.start])
    inside = mention.start > 0 and words[mention.start].gap < DASH
    return not mention.kinds and (numbered or (bool(again) and inside))


def _bare_house(text: str) -> str:
    return re.sub(
        r"^(?:số nhà|so nha|nhà số|nha so|sn|số|so)\s*[:#]?\s*", "", text, flags=re.IGNORECASE
    ).strip()
