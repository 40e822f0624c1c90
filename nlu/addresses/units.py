"""Provinces, districts and wards of both eras, from data/units.json.gz."""

import gzip
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from nlu.addresses.hangul import sound_of_name
from nlu.addresses.text import fold, with_tone_last

Era = Literal["old", "new"]
Level = Literal["province", "district", "ward"]

DATA = Path(__file__).parent / "data" / "units.json.gz"
KINDS = ("Thành phố", "Thị xã", "Thị trấn", "Đặc khu", "Phường", "Huyện", "Quận", "Tỉnh", "Xã")
_SYLLABLE = re.compile(r"[^\W\d_]+|\d+")


class Unit(NamedTuple):
    """A unit as the statistics office lists it. The code means nothing without the era and the level."""

    era: Era
    level: Level
    code: str
    name: str
    """With its kind: 'Phường Bến Nghé'."""
    kind: str
    short: str
    parent: str
    """Code of the district (old ward) or the province; empty for a province."""
    province: str
    key: str
    syllables: tuple[str, ...]
    toned: tuple[str, ...]


def _unit(era: Era, level: Level, code: str, name: str, parent: str, province: str) -> Unit:
    kind = next(kind for kind in KINDS if name.startswith(kind + " "))
    short = name[len(kind) + 1 :]
    words = _SYLLABLE.findall(short)
    folded = tuple([fold(word) for word in words])
    toned = tuple(
        [with_tone_last(word) if not word.isascii() else key for word, key in zip(words, folded, strict=True)]
    )
    return Unit(era, level, code, name, kind, short, parent, province, "".join(folded), folded, toned)


class Units:
    """All units with the indexes that a reading needs; built once, never changed."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.provinces: dict[tuple[Era, str], Unit] = {}
        self.districts: dict[str, Unit] = {}
        self.wards: dict[tuple[Era, str], Unit] = {}
        self.wards_in: dict[tuple[Era, Level, str], list[Unit]] = defaultdict(list)
        self.districts_in: dict[str, list[Unit]] = defaultdict(list)
        self.named: dict[str, list[Unit]] = defaultdict(list)
        self.formerly: dict[str, list[Unit]] = defaultdict(list)
        self.sounding: dict[str, list[Unit]] = defaultdict(list)
        """Districts and wards by their consonants, for Koreans who write them in Hangul."""
        self.initials: dict[str, list[Unit]] = defaultdict(list)
        self._add_old(data["old"])
        self._add_new(data["new"])
        self._link(data["moved"])

    def _add_old(self, data: dict[str, Any]) -> None:
        for code, name in data["provinces"].items():
            self._add_province(_unit("old", "province", code, name, "", code))
        for province, districts in data["districts"].items():
            for code, name, *former in districts:
                district = _unit("old", "district", code, name, province, province)
                self.districts[code] = district
                self.districts_in[province].append(district)
                self._index(district, former)
        for district_code, wards in data["wards"].items():
            province = self.districts[district_code].province
            for code, name, *former in wards:
                self._add_ward(_unit("old", "ward", code, name, district_code, province), former)

    def _add_new(self, data: dict[str, Any]) -> None:
        for code, name in data["provinces"].items():
            self._add_province(_unit("new", "province", code, name, "", code))
        for province, wards in data["wards"].items():
            for code, name in wards:
                self._add_ward(_unit("new", "ward", code, name, province, province), [])

    def _add_province(self, unit: Unit) -> None:
        self.provinces[unit.era, unit.code] = unit
        self._index(unit, [])

    def _add_ward(self, unit: Unit, former: list[list[str]]) -> None:
        self.wards[unit.era, unit.code] = unit
        self.wards_in[unit.era, "province", unit.province].append(unit)
        if unit.era == "old":
            self.wards_in[unit.era, "district", unit.parent].append(unit)
        self._index(unit, former)

    def _index(self, unit: Unit, former: list[list[str]]) -> None:
        self.named[unit.key].append(unit)
        if unit.level != "province" and not unit.short.isdecimal():
            self.sounding[sound_of_name(unit.short)].append(unit)
        if " - " in unit.short:
            self.formerly["".join(map(fold, unit.short.split(" - ")[0].split()))].append(unit)
        for name in former[0] if former else ():
            self.formerly[name].append(unit)
        if unit.level != "ward" and len(unit.syllables) > 1:
            self.initials["".join(syllable[0] for syllable in unit.syllables)].append(unit)

    def _link(self, moved: dict[str, list[str]]) -> None:
        self.moved: dict[str, tuple[str, ...]] = {}
        self.new_zone_of_district: dict[str, str] = {}
        self.old_wards_of: dict[str, list[str]] = defaultdict(list)
        self.old_districts_of: dict[str, set[str]] = defaultdict(set)
        self.old_provinces_of: dict[str, set[str]] = defaultdict(set)
        self.new_province_of: dict[str, str] = {}
        for code, targets in moved.items():
            old = self.wards.get(("old", code)) if len(code) == 5 else None
            district = self.districts[old.parent if old else code]
            if old:
                self.moved[code] = tuple(targets)
            else:
                self.new_zone_of_district[code] = targets[0]
            for target in targets:
                if old:
                    self.old_wards_of[target].append(code)
                self.old_districts_of[target].add(district.code)
                self.old_provinces_of[target].add(district.province)
                self.new_province_of[district.province] = self.wards["new", target].province

    def province_of(self, unit: Unit) -> Unit:
        return self.provinces[unit.era, unit.province]

    def is_same_place(self, first: Unit, second: Unit) -> bool:
        """Whether an old ward lies in a new one, or mostly does."""
        if first.era == second.era:
            return first.code == second.code
        old, new = (first, second) if first.era == "old" else (second, first)
        return self.moved[old.code][0] == new.code


@cache
@cache
def load_units() -> Units:
    """Once a process: nothing changes them."""
    return Units(json.loads(gzip.decompress(DATA.read_bytes())))
