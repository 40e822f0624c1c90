"""Who the shop buys from; their prices are in prices.py."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from starlette.requests import Request
from starlette_admin.actions import link_row_action, row_action
from starlette_admin.fields import StringField

from bot.web.office.base import Deed, OfficeView, checked, seen_version
from bot.web.office.fields import ChoiceField, HiddenField, LongField, WholeField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.api.purchasing_schemas import SupplierIn
from core.ids import new_id
from core.purchasing.models import Supplier, SupplierPrice
from core.purchasing.suppliers import FIELDS, add_supplier, archive_supplier, change_supplier

STATUSES = [("active", _("In use")), ("archived", _("Archived"))]
_OWN = (
    select(SupplierPrice.supplier_id, func.count().label("prices"))
    .group_by(SupplierPrice.supplier_id)
    .subquery()
)


class Suppliers(OfficeView):
    key = "supplier"
    display_name = _("supplier")
    menu_label = _("Suppliers")
    icon = "fa fa-truck-field"
    writable = True
    table = Table(
        select(
            Supplier.id, Supplier.code, Supplier.status, Supplier.version,
            *(getattr(Supplier, name) for name in FIELDS), func.coalesce(_OWN.c.prices, 0).label("prices"),
        ).outerjoin(_OWN, _OWN.c.supplier_id == Supplier.id),
        Supplier.id,
        {"code": Supplier.code, "name": Supplier.name, "phone": Supplier.phone, "status": Supplier.status},
        searched=(Supplier.code, Supplier.name, Supplier.phone),
    )  # fmt: skip
    fields_default_sort = (("code", False),)
    row_actions: Sequence[str] | None = ("edit", "prices", "archive", "restore")
    places = {
        "supplier_code_taken": "code", "code_invalid": "code", "name_missing": "name", "phone_invalid": "phone",
        "email_invalid": "email", "tax_code_invalid": "tax_code",
    }  # fmt: skip
    fields = (
        StringField("code", _("Code"), maxlength=32, exclude_from_edit=True,
                    help_text=_("Empty: the next number is given.")),
        StringField("name", _("Name"), required=True, maxlength=200),
        StringField("contact_name", _("Contact"), maxlength=100, exclude_from_list=True),
        StringField("phone", _("Phone"), maxlength=30),
        StringField("email", _("E-mail"), maxlength=200, exclude_from_list=True),
        StringField("tax_code", _("Tax code"), maxlength=20, exclude_from_list=True),
        StringField("address", _("Address"), maxlength=400, exclude_from_list=True),
        LongField("terms", _("Terms"), maxlength=1_000, exclude_from_list=True,
                  help_text=_("How and when it is paid and delivered.")),
        WholeField("prices", _("Prices"), exclude_from_create=True, exclude_from_edit=True),
        ChoiceField("status", _("Status"), choices=STATUSES, exclude_from_create=True, exclude_from_edit=True),
        HiddenField("number", exclude_from_edit=True, default=lambda _request: new_id()),
        HiddenField("version", exclude_from_create=True),
    )  # fmt: skip

    async def repr(self, obj: Any, request: Request) -> str:
        return f"{obj.code} · {obj.name}"

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        given = checked(SupplierIn, {**_given(data), "code": (data["code"] or "").strip()})
        return add_supplier(
            deed.session, code=given.code, details=given.model_dump(exclude={"code"}), actor=deed.actor,
            now=deed.now, form_id=str(data["number"] or ""),
        ).id  # fmt: skip

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        change_supplier(
            deed.session, code=row.code, changes=checked(SupplierIn, _given(data)).model_dump(include={*FIELDS}),
            actor=deed.actor, now=deed.now, expected_version=seen_version(data),
        )  # fmt: skip

    @link_row_action("prices", _("Price list"), icon_class="fa fa-tags")
    def prices_of(self, request: Request, pk: Any) -> str:
        return str(request.url_for("admin:list", key="price").include_query_params(q=request.state.codes[pk]))

    async def get_row_actions_for_obj(self, request: Request, obj: Any) -> list[dict[str, Any]]:
        # A link is made from the key alone, and prices are looked for by the supplier's code.
        request.state.codes = {**getattr(request.state, "codes", {}), obj.id: obj.code}
        return await super().get_row_actions_for_obj(request, obj)

    @row_action(
        "archive", _("Archive"), _("Nothing more is bought there; what was bought stays."),
        submit_btn_text=_("Archive"), icon_class="fa fa-box-archive",
    )  # fmt: skip
    async def archive(self, request: Request, pk: Any) -> None:
        await self._set_archived(request, pk, archived=True)

    @row_action("restore", _("Use again"), icon_class="fa fa-rotate-left")
    async def restore(self, request: Request, pk: Any) -> None:
        await self._set_archived(request, pk, archived=False)

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        if name in ("archive", "restore"):
            return bool((name == "archive") == (obj.status == "active"))
        return await super().is_row_action_allowed_for_obj(request, name, obj)

    async def _set_archived(self, request: Request, pk: Any, *, archived: bool) -> None:
        await self.act(
            request,
            pk,
            lambda deed, row: archive_supplier(
                deed.session, code=row.code, actor=deed.actor, now=deed.now, archived=archived
            ),
        )


def _given(data: dict[str, Any]) -> dict[str, str]:
    return {name: (data[name] or "").strip() for name in FIELDS}
