"""GHN's own spelling of a place. Its names must match its master data to the letter, and spellings differ:
`Phường 01` and `Phường 1`, `Hòa` and `Hoà`, `Thành phố` and `TP.`.

A name that is not found, or found twice, goes out as it is: GHN decides then, and its refusal is shown.
"""

import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from core.ports.errors import ProviderError
from integrations.carriers.ghn.client import GhnClient

_FRESH_SECONDS = 24 * 3600.0
_PAUSE_SECONDS = 300.0
_PAGE = 200
_MAX_PAGES = 10

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

Row = dict[str, Any]


class PlaceNames:
    """Asks GHN for its lists when they are first needed and keeps them for a day, in this process only."""

    def __init__(self, client: GhnClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._lists: dict[tuple[str, int], tuple[float, list[Row]]] = {}
        self._silent_until = 0.0

    def as_ghn_writes(self, body: Mapping[str, Any]) -> dict[str, str]:
        """The name fields of an order body that GHN spells in another way."""
        if self._clock() < self._silent_until:
            return {}
        names: dict[str, str] = {}
        try:
            for side in ("to", "from"):
                if f"{side}_province_name" in body:
                    names.update(self._side(side, body))
        except ProviderError:
            # Spelling is help, not a condition: without it the order goes out in our words. A gateway that
            # hangs must not make every parcel wait for it twice.
            self._silent_until = self._clock() + _PAUSE_SECONDS
        return names

    def _side(self, side: str, body: Mapping[str, Any]) -> dict[str, str]:
        if body.get(f"is_new_{side}_address"):
            return self._new(side, body)
        return self._old(side, body)

    def _new(self, side: str, body: Mapping[str, Any]) -> dict[str, str]:
        province = _match(str(body[f"{side}_province_name"]), self._pages("v3/master-data/province/all"))
        if province is None or not isinstance(province.get("_id"), int):
            return {}
        wards = self._pages("v3/master-data/ward/all-by-province-id", province["_id"])
        ward = _match(str(body[f"{side}_ward_name"]), wards)
        names = {f"{side}_province_name": str(province["name"])}
        return names if ward is None else {**names, f"{side}_ward_name": str(ward["name"])}

    def _old(self, side: str, body: Mapping[str, Any]) -> dict[str, str]:
        names: dict[str, str] = {}
        parent = 0
        for level, path, key in (
            ("province", "master-data/province", "ProvinceID"),
            ("district", "master-data/district", "DistrictID"),
            ("ward", "master-data/ward", "WardCode"),
        ):
            query = {"district": {"province_id": parent}, "ward": {"district_id": parent}}.get(level, {})
            rows = self._list(path, parent, partial(self._client.rows, path, query))
            row = _match(str(body.get(f"{side}_{level}_name", "")), rows)
            if row is None:
                break
            names[f"{side}_{level}_name"] = str(row[f"{level.capitalize()}Name"])
            parent = row[key] if isinstance(row.get(key), int) else 0
        return names

    def _pages(self, path: str, province_id: int = 0) -> list[Row]:
        return self._list(path, province_id, partial(self._all_pages, path, province_id))

    def _all_pages(self, path: str, province_id: int) -> list[Row]:
        rows: list[Row] = []
        for page in range(_MAX_PAGES):
            query = {"offset": page * _PAGE, "limit": _PAGE}
            if province_id:
                query["province_id"] = province_id
            found = self._client.rows(path, query)
            rows.extend(found)
            if len(found) < _PAGE:
                break
        return rows

    def _list(self, path: str, parent: int, fetch: Callable[[], list[Row]]) -> list[Row]:
        key = (path, parent)
        with self._lock:
            kept = self._lists.get(key)
        if kept is not None and self._clock() - kept[0] < _FRESH_SECONDS:
            return kept[1]
        rows = fetch()
        with self._lock:
            self._lists[key] = (self._clock(), rows)
        return rows


def _match(name: str, rows: Iterable[Row]) -> Row | None:
    """The one row whose name or other spelling reads like `name`; None when none or several do."""
    wanted = spelling_key(name)
    if not wanted:
        return None
    live = [row for row in rows if row.get("status", row.get("Status", 1)) == 1]
    for spellings in (_own_name, _all_names):
        found = [row for row in live if wanted in {spelling_key(text) for text in spellings(row)}]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _own_name(row: Row) -> list[str]:
    keys = ("name", "ProvinceName", "DistrictName", "WardName")
    return [row[key] for key in keys if isinstance(row.get(key), str)]


def _all_names(row: Row) -> list[str]:
    more = row.get("extension_names", row.get("NameExtension"))
    return _own_name(row) + [text for text in more if isinstance(text, str)] if isinstance(more, list) else []


def spelling_key(name: str) -> str:
    """Equal for spellings of one name: case, spaces, the letter that carries the tone, zeros before a number.

    Tones themselves stay: `Tân Thanh` and `Tân Thành` may lie side by side.
    """
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name).lower())
    return " ".join(_word_key(word) for word in words)


def _word_key(word: str) -> str:
    if word.isdecimal():
        return str(int(word[:9]))
    marks = unicodedata.normalize("NFD", word)
    letters = "".join(mark for mark in marks if mark not in _TONES)
    tones = "".join(mark for mark in marks if mark in _TONES)
    return unicodedata.normalize("NFC", letters) + tones
