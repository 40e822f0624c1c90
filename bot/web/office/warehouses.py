"""Warehouses: made, changed, switched off with a reason. What lies in them is looked at in records.py."""

from typing import Any

from sqlalchemy import Row, select
from starlette.requests import Request
from starlette_admin.fields import StringField

from bot.web.office.base import Deed, OfficeView, checked, seen_version
from bot.web.office.fields import ChoiceField, HiddenField, WholeField, YesField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.api.access import read_address
from core.api.stock_schemas import WarehouseChangeIn, WarehouseIn
from core.customers.phones import normalise_phone
from core.stock.models import Warehouse
from core.stock.warehouses import add_warehouse, change_warehouse

KINDS = [("main", _("Main")), ("secondary", _("Secondary")), ("branch", _("Branch"))]
DETAILS = ("name", "name_en", "kind", "contact_name", "phone", "priority")


class Warehouses(OfficeView):
    key = "warehouse"
    display_name = _("warehouse")
    menu_label = _("Warehouses")
    icon = "fa fa-warehouse"
    writable = True
    table = Table(
        select(
            Warehouse.id, Warehouse.code, Warehouse.address, Warehouse.active, Warehouse.version,
            *(getattr(Warehouse, name) for name in DETAILS),
        ).where(~Warehouse.in_transit),
        Warehouse.id,
        {"code": Warehouse.code, "name": Warehouse.name, "kind": Warehouse.kind},
        searched=(Warehouse.code, Warehouse.name, Warehouse.address),
    )  # fmt: skip
    fields_default_sort = (("code", False),)
    places = {
        "warehouse_exists": "code", "code_invalid": "code", "address_doubtful": "address", "phone_invalid": "phone",
        "warehouse_in_use": "reason",
    }  # fmt: skip
    fields = (
        StringField("code", _("Code"), required=True, maxlength=40, exclude_from_edit=True),
        StringField("name", _("Name"), required=True, maxlength=200),
        ChoiceField("kind", _("Kind"), choices=KINDS, default="main", required=True),
        StringField("address", _("Address"), maxlength=500,
                    help_text=_("With ward and province: parcels are picked up here.")),
        StringField("contact_name", _("Person in charge"), maxlength=100, exclude_from_list=True),
        StringField("phone", _("Phone"), maxlength=30, exclude_from_list=True),
        WholeField("priority", _("Order of choice"), default="0", exclude_from_list=True,
                   help_text=_("The lower number is tried first among equals.")),
        StringField("name_en", _("Name in English"), maxlength=200, exclude_from_list=True),
        YesField("active", _("In use"), required=True, exclude_from_create=True),
        StringField("reason", _("Reason"), maxlength=300, exclude_from_list=True, exclude_from_detail=True,
                    exclude_from_create=True, help_text=_("Only when it is switched off with stock in it.")),
        HiddenField("version", exclude_from_create=True),
    )  # fmt: skip

    async def repr(self, obj: Any, request: Request) -> str:
        return f"{obj.code} · {obj.name}"

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        code = (data["code"] or "").strip()
        given = checked(WarehouseIn, {**_given(data), "code": code, "address": data["address"] or None})
        values = given.model_dump(include={*DETAILS} - {"name"})
        values["phone"] = normalise_phone(given.phone) if given.phone else ""
        return add_warehouse(
            deed.session, code=code, name=given.name, values=values, actor=deed.actor, now=deed.now,
            address=read_address(deed.desk, given.address, None),
        ).id  # fmt: skip

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        moved = (data["address"] or "").strip() not in ("", row.address)
        given = checked(WarehouseChangeIn, {
            **_given(data), "address": data["address"] if moved else None, "active": data["active"],
            "reason": data["reason"] or "",
        })  # fmt: skip
        values = given.model_dump(include={*DETAILS, "active"})
        values["phone"] = normalise_phone(given.phone) if given.phone else ""
        change_warehouse(
            deed.session, code=row.code, values=values, address=read_address(deed.desk, given.address, None),
            reason=given.reason, expected_version=seen_version(data), actor=deed.actor, now=deed.now,
        )  # fmt: skip


def _given(data: dict[str, Any]) -> dict[str, Any]:
    texts = {name: (data[name] or "").strip() for name in DETAILS if name != "priority"}
    return {**texts, "priority": 0 if data["priority"] is None else data["priority"]}
