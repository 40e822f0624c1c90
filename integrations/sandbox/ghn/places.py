"""Master data in small: every province of both eras, the districts of the two biggest cities, some wards.

Where a list is complete a name must be in it. Where it is not, any name that could be one is taken: a
sandbox must not refuse a real ward that it has not heard of. Numbers are GHN's only for the ids that are
known from recorded answers; the others are made up here and mean nothing outside.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from integrations.sandbox.ghn.answers import Refusal

_DATA = json.loads(Path(__file__).with_name("places.json").read_text("utf-8"))

OLD_PROVINCES: list[str] = _DATA["old_provinces"]
NEW_PROVINCES: list[str] = _DATA["new_provinces"]
_PROVINCE_IDS: dict[str, int] = _DATA["province_ids"]
_OTHER_NAMES: dict[str, list[str]] = _DATA["other_names"]
_DISTRICT_IDS: dict[tuple[str, str], int] = {(one, two): number for one, two, number in _DATA["district_ids"]}
_DISTRICT_NAMES: dict[str, list[str]] = _DATA["districts"]
_COMPLETE_PROVINCES = frozenset(_DATA["complete_provinces"])
_COMPLETE_DISTRICTS = frozenset(_DATA["complete_districts"])
# District id → code and name of each ward. Huyện Hoàng Sa has none: GHN answers null for its list.
_WARDS: dict[int, list[tuple[str, str]]] = {
    int(number): [(code, name) for code, name in wards] for number, wards in _DATA["wards"].items()
}
_NEW_WARDS: dict[str, list[str]] = _DATA["new_wards"]

_PREFIX = re.compile(
    r"^(tinh|thanh pho|tp|t|quan|q|huyen|h|thi xa|tx|thi tran|tt|phuong|p|xa|x|dac khu)\s+(?=\S)"
)
_NAME = re.compile(r"[\w .,'’`()/–-]{1,100}")
# With its marks: `Quán Toan` is a ward, `Quận Toan` could not be one.
_ABOVE_WARD = re.compile(r"^(tỉnh|thành phố|quận|huyện)\s", re.IGNORECASE)


@dataclass(frozen=True)
class District:
    district_id: int
    name: str
    province: str

    @property
    def wards(self) -> tuple[tuple[str, str], ...]:
        return tuple(_WARDS.get(self.district_id, ()))


def fold(name: str) -> str:
    """Lower case, no diacritics, one space: how GHN's own list of spellings reads."""
    marks = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    letters = "".join(mark for mark in marks if not unicodedata.combining(mark))
    return " ".join(re.findall(r"\w+", letters))


def bare(name: str) -> str:
    """Without the word for the kind of unit, unless only a number would be left."""
    folded = fold(name)
    short = _PREFIX.sub("", folded)
    return folded if short.isdigit() else short


def province_id(name: str) -> int:
    return _PROVINCE_IDS.get(name, 300 + OLD_PROVINCES.index(name))


def new_province_id(name: str) -> int:
    return 1_000_001 + NEW_PROVINCES.index(name)


def new_wards(province: str) -> tuple[tuple[int, str], ...]:
    if province not in _NEW_WARDS:
        return ()
    first = 1_003_646 + 200 * NEW_PROVINCES.index(province)
    return tuple((first + number, name) for number, name in enumerate(_NEW_WARDS[province]))


DISTRICTS: tuple[District, ...] = tuple(
    District(_DISTRICT_IDS.get((province, name), 5_000 + 100 * at + number), name, province)
    for at, (province, names) in enumerate(_DISTRICT_NAMES.items())
    for number, name in enumerate(names)
)


def district_by_id(district_id: int) -> District | None:
    return next((one for one in DISTRICTS if one.district_id == district_id), None)


def find_province(name: str, era: str) -> str:
    """The province in its list's spelling; raises GHN's refusal."""
    wanted = bare(name)
    for known in NEW_PROVINCES if era == "new" else OLD_PROVINCES:
        if wanted and wanted in {bare(text) for text in (known, *_OTHER_NAMES.get(known, []))}:
            return known
    raise Refusal(f"Province name is not valid: {name[:60]}", "PROVINCE_NAME_NOT_VALID")


def check_old(province_name: str, district_name: str, ward_name: str) -> str:
    """The province, when the three names could lie in each other."""
    province = find_province(province_name, "old")
    district = next(
        (one for one in DISTRICTS if one.province == province and _same(one.name, district_name)), None
    )
    if district is None and (province in _COMPLETE_PROVINCES or not _plausible(district_name)):
        raise Refusal(f"Quận/huyện không hợp lệ: {district_name[:60]}")
    known = {name for _, name in district.wards} if district else set()
    if district is not None and district.district_id in _COMPLETE_DISTRICTS:
        if not any(_same(name, ward_name) for name in known):
            raise _bad_ward(ward_name)
    elif not _plausible(ward_name) or _ABOVE_WARD.match(ward_name):
        raise _bad_ward(ward_name)
    return province


def check_new(province_name: str, ward_name: str) -> str:
    province = find_province(province_name, "new")
    if not _plausible(ward_name) or _ABOVE_WARD.match(ward_name):
        raise _bad_ward(ward_name)
    return province


def check_codes(district_id: int, ward_code: str) -> str:
    """The province of a place that is given by GHN's old codes."""
    district = district_by_id(district_id)
    if district is None:
        raise Refusal("Không tìm thấy quận/huyện", "ROUTE_NOT_FOUND_SERVICE")
    if ward_code not in {code for code, _ in district.wards}:
        raise Refusal(f"Ward is invalid: {ward_code[:20]}", "WARD_IS_INVALID")
    return district.province


def _bad_ward(name: str) -> Refusal:
    return Refusal(f"Ward name is not valid: {name[:60]}", "WARD_NAME_NOT_VALID")


def _same(known: str, given: str) -> bool:
    return fold(known) == fold(given) or bare(known) == bare(given)


def _plausible(name: str) -> bool:
    """Something that could be a name: one short line with a letter or a number in it and no symbols."""
    return _NAME.fullmatch(unicodedata.normalize("NFC", name)) is not None and bool(fold(name))
