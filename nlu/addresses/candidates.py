"""Which units a text may mean as a whole: each candidate with the mentions that speak for and against it."""

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from nlu.addresses.mentions import Mention
from nlu.addresses.text import DASH, Token
from nlu.addresses.units import Era, Level, Unit, Units

RANK: dict[Level, int] = {"ward": 0, "district": 1, "province": 2}
WEIGHT: dict[Level, float] = {"ward": 3.0, "district": 2.0, "province": 2.0}
TYPED_CONFLICT, BARE_CONFLICT = 1.5, 1.0
OLD_DISTRICT_OF_NEW_WARD = 0.5
FORMER_PROVINCE = 0.9
NO_DISTRICT: dict[Era, float] = {"new": 0.3, "old": -0.3}
"""Who names no district most likely writes the new form."""
WRONG_ORDER, SAME_NAME_ABOVE, STRAY_WORD, MAX_STRAY = 0.4, 1.5, 0.15, 1.5
MAX_WARDS = 400


class Pick(NamedTuple):
    mention: Mention
    fit: float


@dataclass(frozen=True, slots=True)
class Candidate:
    era: Era
    province: Unit
    district: Unit | None
    ward: Unit | None
    picks: dict[Level, Pick]
    evidence: float = 0.0
    conflicts: tuple[Mention, ...] = ()
    is_name_above: bool = False
    """A bare ward's name that its own district or province bears too: 'Gò Vấp, HCM'."""


UnitKey = tuple[Era, str]


class Scene:
    """The mentions of one text, looked up by unit."""

    def __init__(
        self, tokens: list[Token], mentions: list[Mention], units: Units, preferred: UnitKey | None
    ) -> None:
        self.tokens = tokens
        self.units = units
        self.preferred = preferred
        self.mentions = [one for one in mentions if not one.is_street]
        self.of_province: dict[UnitKey, list[Pick]] = defaultdict(list)
        self.of_district: dict[str, list[Pick]] = defaultdict(list)
        self.of_ward: dict[UnitKey, list[Pick]] = defaultdict(list)
        for mention in self.mentions:
            for unit, fit in mention.options:
                self._add(unit, Pick(mention, fit))
        self.claims = [one for one in self.mentions if self._is_claim(one)]

    def _add(self, unit: Unit, pick: Pick) -> None:
        if unit.level == "province":
            self.of_province[unit.era, unit.code].append(pick)
        elif unit.level == "district":
            self.of_district[unit.code].append(pick)
            if zone := self.units.new_zone_of_district.get(unit.code):
                self.of_ward["new", zone].append(Pick(pick.mention, 0.9 * pick.fit))
        else:
            self.of_ward[unit.era, unit.code].append(pick)

    def _is_claim(self, one: Mention) -> bool:
        """Whether a candidate that does not explain it is doubtful."""
        best = max(fit for _, fit in one.options)
        if one.how not in ("name", "alias"):
            return False
        if one.is_typed:
            return best > 0.8
        opens = self.tokens[one.start].gap >= DASH
        return one.level != "ward" and best > 0.9 and (opens or one.level == "province")

    def candidates(self) -> list[Candidate]:
        found = [self._ward_candidate(*key) for key in self._wards_to_try()]
        found += [self._district_candidate(self.units.districts[code]) for code in self.of_district]
        found += [self._province_candidate(self.units.provinces[key]) for key in self.of_province]
        return sorted(found, key=lambda one: -one.evidence)

    def _wards_to_try(self) -> list[UnitKey]:
        keys = list(self.of_ward)
        if not (self.of_province or self.of_district):
            return keys[:MAX_WARDS]
        fitting = [key for key in keys if self._has_parent_named(self.units.wards[key])]
        return fitting or keys[:MAX_WARDS]

    def _has_parent_named(self, ward: Unit) -> bool:
        return any(code in self.of_district for code, _ in self._districts(ward)) or any(
            key in self.of_province for key, _ in self._provinces(ward)
        )

    def _districts(self, ward: Unit) -> list[tuple[str, float]]:
        if ward.era == "old":
            return [(ward.parent, 1.0)]
        return [(code, OLD_DISTRICT_OF_NEW_WARD) for code in self.units.old_districts_of[ward.code]]

    def _provinces(self, unit: Unit) -> list[tuple[UnitKey, float]]:
        """The unit's own province, and the ones of the other era that hold it."""
        own = self.units.province_of(unit)
        result: list[tuple[UnitKey, float]] = [((unit.era, own.code), 1.0)]
        if unit.era == "old":
            others: list[UnitKey] = [("new", self.units.new_province_of[own.code])]
        elif unit.level == "ward":
            others = [("old", code) for code in self.units.old_provinces_of[unit.code]]
        else:
            others = [("old", old) for old, new in self.units.new_province_of.items() if new == own.code]
        for key in others:
            result.append((key, 1.0 if self.units.provinces[key].key == own.key else FORMER_PROVINCE))
        return result

    def _ward_candidate(self, era: Era, code: str) -> Candidate:
        ward = self.units.wards[era, code]
        district = self.units.districts[ward.parent] if era == "old" else None
        readings = []
        for pick in self.of_ward[era, code]:
            picks: dict[Level, Pick] = {"ward": pick}
            self._add_best(
                picks, "district", [(self.of_district.get(key, []), c) for key, c in self._districts(ward)]
            )
            self._add_best(
                picks, "province", [(self.of_province.get(key, []), c) for key, c in self._provinces(ward)]
            )
            readings.append(self._scored(Candidate(era, self.units.province_of(ward), district, ward, picks)))
        return max(readings, key=lambda one: one.evidence)

    def _district_candidate(self, district: Unit) -> Candidate:
        picks: dict[Level, Pick] = {}
        self._add_best(picks, "district", [(self.of_district[district.code], 1.0)])
        self._add_best(
            picks, "province", [(self.of_province.get(key, []), c) for key, c in self._provinces(district)]
        )
        return self._scored(Candidate("old", self.units.province_of(district), district, None, picks))

    def _province_candidate(self, province: Unit) -> Candidate:
        picks: dict[Level, Pick] = {}
        self._add_best(picks, "province", [(self.of_province[province.era, province.code], 1.0)])
        return self._scored(Candidate(province.era, province, None, None, picks))

    def _add_best(
        self, picks: dict[Level, Pick], level: Level, choices: list[tuple[list[Pick], float]]
    ) -> None:
        """The best mention that overlaps none picked before; of equals the last, for addresses end with the widest."""
        best: Pick | None = None
        for mentions, weight in choices:
            for pick in mentions:
                if any(pick.mention.overlaps(other.mention) for other in picks.values()):
                    continue
                weighed = Pick(pick.mention, pick.fit * weight)
                if best is None or (weighed.fit, weighed.mention.start) > (best.fit, best.mention.start):
                    best = weighed
        if best:
            picks[level] = best

    def _scored(self, one: Candidate) -> Candidate:
        evidence = sum(WEIGHT[level] * pick.fit for level, pick in one.picks.items())
        conflicts = tuple(claim for claim in self.claims if not self._explains(one, claim))
        evidence -= sum(TYPED_CONFLICT if claim.is_typed else BARE_CONFLICT for claim in conflicts)
        evidence -= self._disorder(one.picks)
        is_name_above = self._is_name_above(one)
        if one.ward and "district" not in one.picks:
            evidence += NO_DISTRICT[one.era]
        if is_name_above:
            evidence -= SAME_NAME_ABOVE
        if one.ward and self.preferred == (one.ward.era, one.ward.code):
            evidence += SAME_NAME_ABOVE
        return replace(one, evidence=evidence, conflicts=conflicts, is_name_above=is_name_above)

    def _explains(self, one: Candidate, claim: Mention) -> bool:
        if any(claim.overlaps(pick.mention) for pick in one.picks.values()):
            return True
        return any(self._agrees(one, unit) for unit, _ in claim.options)

    def _agrees(self, one: Candidate, unit: Unit) -> bool:
        if unit.level == "ward":
            return one.ward is not None and self.units.is_same_place(one.ward, unit)
        if unit.level == "district":
            return (
                any(unit.code == code for code, _ in self._districts(one.ward))
                if one.ward
                else unit == one.district
            )
        lowest = one.ward or one.district or one.province
        return any((unit.era, unit.code) == key for key, _ in self._provinces(lowest))

    def _is_name_above(self, one: Candidate) -> bool:
        pick = one.picks.get("ward")
        if pick is None or pick.mention.is_typed or "district" in one.picks:
            return False
        span = (pick.mention.start, pick.mention.end)
        above = (
            other for other in self.mentions if other.level != "ward" and (other.start, other.end) == span
        )
        return any(self._agrees(one, unit) for other in above for unit, _ in other.options)

    def _disorder(self, picks: dict[Level, Pick]) -> float:
        placed = sorted(picks.items(), key=lambda item: item[1].mention.start)
        ranks = [RANK[level] for level, _ in placed]
        cost = 0.0 if ranks in (sorted(ranks), sorted(ranks, reverse=True)) else WRONG_ORDER
        stray = 0
        for (_, left), (_, right) in pairwise(placed):
            if not (left.mention.is_typed and right.mention.is_typed):
                stray += max(0, right.mention.start - left.mention.end - 2)
        return cost + min(MAX_STRAY, STRAY_WORD * stray)
