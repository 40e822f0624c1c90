"""Master data of both eras as the API lists it. Takes the same arguments as every other call."""

from typing import Any

from integrations.sandbox.ghn import places
from integrations.sandbox.ghn.options import Shop
from integrations.sandbox.ghn.params import Params
from integrations.sandbox.ghn.world import World


def provinces(world: World, shop: Shop, params: Params) -> Any:
    return [
        {
            "ProvinceID": places.province_id(name),
            "ProvinceName": name,
            "CountryID": 1,
            "Code": str(places.province_id(name)),
            "NameExtension": _spellings(name, ("Tỉnh", "T.", "T")),
            "IsEnable": 1,
            "CanUpdateCOD": False,
            "Status": 1,
        }
        for name in places.OLD_PROVINCES
    ]


def districts(world: World, shop: Shop, params: Params) -> Any:
    wanted = params.number("province_id")
    return [
        {
            "DistrictID": one.district_id,
            "ProvinceID": places.province_id(one.province),
            "DistrictName": one.name,
            "Code": str(one.district_id),
            "SupportType": 3,
            "NameExtension": _spellings(one.name, ()),
            "IsEnable": 1,
            "CanUpdateCOD": False,
            "Status": 1,
        }
        for one in places.DISTRICTS
        if not wanted or wanted == places.province_id(one.province)
    ]


def wards(world: World, shop: Shop, params: Params) -> Any:
    """None where a district has no wards, or none that this sandbox knows."""
    district = places.district_by_id(params.number("district_id"))
    if district is None or not district.wards:
        return None
    return [
        {
            "WardCode": code,
            "DistrictID": district.district_id,
            "WardName": name,
            "NameExtension": _spellings(name, ()),
            "CanUpdateCOD": False,
            "SupportType": 3,
            "Status": 1,
        }
        for code, name in district.wards
    ]


def new_provinces(world: World, shop: Shop, params: Params) -> Any:
    rows = [
        _unit(places.new_province_id(name), name, "province", 0, ("tỉnh", "thành phố", "tp"))
        for name in places.NEW_PROVINCES
    ]
    return _page(rows, params)


def new_wards(world: World, shop: Shop, params: Params) -> Any:
    wanted = params.number("province_id")
    rows = [
        _unit(ward_id, ward, "ward", wanted, ())
        for name in places.NEW_PROVINCES
        if places.new_province_id(name) == wanted
        for ward_id, ward in places.new_wards(name)
    ]
    return _page(rows, params)


def _unit(unit_id: int, name: str, kind: str, parent: int, prefixes: tuple[str, ...]) -> dict[str, Any]:
    spellings = [text.lower() for text in _spellings(name, prefixes)]
    return {
        "_id": unit_id,
        "name": name,
        "extension_names": spellings,
        "type": kind,
        "parent_id": parent,
        "status": 1,
    }


def _page(rows: list[dict[str, Any]], params: Params) -> list[dict[str, Any]]:
    offset, limit = max(params.number("offset"), 0), min(max(params.number("limit", 200), 1), 200)
    return rows[offset : offset + limit]


def _spellings(name: str, prefixes: tuple[str, ...]) -> list[str]:
    joined = places.bare(name).replace(" ", "")
    return [name, *(f"{prefix} {name}" for prefix in prefixes), places.bare(name), joined]
