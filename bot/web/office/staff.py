"""The staff's logins: who may come in, as what."""

from typing import Any

from pydantic import Field
from sqlalchemy import Row, select
from starlette.requests import Request
from starlette_admin.fields import DateTimeField, StringField

from bot.staff.account_changes import add_account, change_account, mark_of
from bot.staff.models import StaffAccount
from bot.staff.words import in_words
from bot.web.office.base import Deed, OfficeView, checked
from bot.web.office.fields import ChoiceField, HiddenField, SecretField, YesField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.actor import ROLES, Role
from core.api.schemas import In


class StaffIn(In):
    name: str = Field(min_length=1, max_length=100)
    role: Role
    active: bool = True
    password: str = Field("", max_length=200)


ROLE_NAMES = [(role, _(role)) for role in ROLES]


class Staff(OfficeView):
    key = "staff"
    display_name = _("login")
    menu_label = _("Staff")
    icon = "fa fa-users"
    writable = True
    table = Table(
        select(
            StaffAccount.id, StaffAccount.login, StaffAccount.name, StaffAccount.role, StaffAccount.active,
            StaffAccount.created_at, StaffAccount.password_hash,
        ),
        StaffAccount.id,
        {"login": StaffAccount.login, "name": StaffAccount.name, "role": StaffAccount.role},
        searched=(StaffAccount.login, StaffAccount.name),
    )  # fmt: skip
    fields_default_sort = (("login", False),)
    places = {
        "login_invalid": "login", "login_taken": "login", "password_invalid": "password", "role_unknown": "role",
        "owner_only": "role", "own_account": "role",
    }  # fmt: skip
    fields = (
        StringField("login", _("Login"), required=True, maxlength=40, exclude_from_edit=True,
                    help_text=_("2 to 40 of a-z, 0-9, dot, dash and underscore.")),
        StringField("name", _("Name"), required=True, maxlength=100),
        ChoiceField("role", _("Role"), choices=ROLE_NAMES, default="sales", required=True),
        YesField("active", _("May log in"), required=True, exclude_from_create=True),
        SecretField("password", _("Password"), maxlength=200,
                    help_text=_("8 characters or more. Left empty, an old one stays; a new one ends their logins.")),
        DateTimeField("created_at", _("Since"), exclude_from_create=True, exclude_from_edit=True),
        HiddenField("version", exclude_from_create=True, getter=lambda _request, row: mark_of(row)),
    )  # fmt: skip

    async def repr(self, obj: Any, request: Request) -> str:
        return f"{obj.login} · {in_words('role', obj.role)}"

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        given = checked(StaffIn, _given(data))
        return add_account(
            deed.session, login=(data["login"] or "").strip().lower(), name=given.name, role=given.role,
            password=given.password, actor=deed.actor, now=deed.now,
        ).id  # fmt: skip

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        given = checked(StaffIn, {**_given(data), "active": data["active"]})
        change_account(
            deed.session, account_id=row.id, name=given.name, role=given.role, active=given.active,
            password=given.password, seen=str(data["version"] or ""), actor=deed.actor, now=deed.now,
        )  # fmt: skip


def _given(data: dict[str, Any]) -> dict[str, Any]:
    return {"name": (data["name"] or "").strip(), "role": data["role"], "password": data["password"] or ""}
