"""What the shop decides: one form over the whole profile. Its fields are named by their place in it."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Row, String, cast, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.fields import BaseField, StringField
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from bot.web.office.base import Deed, OfficeView, actor_of, panel
from bot.web.office.door import MONEY
from bot.web.office.fields import (
    ChecksField,
    ChoiceField,
    DongField,
    HiddenField,
    LongField,
    WholeField,
    YesField,
)
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.shop import ShopProfile, ShopRow, shop_profile
from core.shop_editing import change_shop, shop_mark

ONLY = "1"
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English")), ("ko", _("Korean"))]
METHODS = [("cod", _("Cash on delivery")), ("bank_transfer", _("Bank transfer"))]
KINDS = [("vat", _("VAT invoice")), ("sales", _("Sales invoice"))]
MODES = [("auto", _("Answers by itself")), ("shadow", _("Only drafts, a person sends"))]
GROUPS = {"bank": "bank.account", "haggling": "haggling.max_percent", "reminders": "reminders.after_minutes"}
"""What is off as long as its first field is empty."""
SWITCHED = "cod_risk"


def _value(profile: Any, name: str) -> Any:
    for part in name.split("."):
        profile = profile.get(part) if isinstance(profile, Mapping) else None
    return profile


def _field(
    kind: type[BaseField], name: str, label: str, help_text: str | None = None, **more: Any
) -> BaseField:
    return kind(
        name, label, help_text=help_text, getter=lambda _request, row: _value(row.profile, name), **more
    )


ASKERS = [
    ("owner", _("only the owner may")),
    ("anyone", _("whoever may decide it")),
    ("nobody", _("nobody may")),
]
SECTIONS: tuple[tuple[str, list[BaseField]], ...] = (
    (_("The shop"), [
        _field(StringField, "name", _("Name"), required=True, maxlength=200),
        _field(StringField, "hotline", _("Hotline"), maxlength=50),
        _field(StringField, "address", _("Address"), maxlength=500),
        _field(StringField, "opening_hours", _("Opening hours"), maxlength=500),
        _field(StringField, "website", _("Website"), _("https://… where your own product pages are."), maxlength=300),
        _field(ChecksField, "languages", _("Languages spoken"), choices=LANGUAGES),
    ]),
    (_("Shipping and payment"), [
        _field(DongField, "shipping.flat_fee", _("Shipping fee"), _("Empty: the buyer pays what the carrier asks.")),
        _field(DongField, "shipping.free_from_subtotal", _("Free shipping from"), _("Empty: never free.")),
        _field(ChecksField, "payment_methods", _("How buyers pay"), choices=METHODS),
        _field(StringField, "bank.bank", _("Bank"), maxlength=100),
        _field(StringField, "bank.account", _("Account number"), _("Empty: no bank account."), maxlength=24),
        _field(StringField, "bank.holder", _("Account holder"), maxlength=100),
        _field(WholeField, "return_days", _("Days to return goods"), required=True),
    ]),
    (_("Prices"), [
        _field(WholeField, "haggling.max_percent", _("Haggling: at most %"), _("Empty: prices are fixed.")),
        _field(DongField, "haggling.from_subtotal", _("Haggling: from an amount of goods")),
        _field(WholeField, "wholesale_from_qty", _("Wholesale from pieces"), _("A person talks to such buyers.")),
        _field(WholeField, "quote_minutes", _("A quote holds for minutes"), required=True),
    ]),
    (_("What waits for a yes"), [
        _field(DongField, "approvals.order_total_from", _("Orders from"), _("Empty: none.")),
        _field(WholeField, "approvals.discount_percent_from", _("Discounts from %"), _("Empty: none.")),
        _field(YesField, "approvals.cancel_after_packing", _("Cancelling what is packed"), required=True),
        _field(DongField, "approvals.refund_from", _("Refunds from"), _("Empty: none.")),
        _field(DongField, "approvals.purchase_total_from", _("Purchases from"), _("Empty: none.")),
        _field(ChoiceField, "approvals.by_asker", _("Saying yes to what one asked oneself"),
               _("Where nobody else is there who may, the asker may."), choices=ASKERS, required=True),
        _field(WholeField, "approvals.expires_minutes", _("A question lapses after minutes"), required=True),
    ]),
    (_("Orders and purchases"), [
        _field(YesField, "split_orders", _("One order may leave from several warehouses"), required=True),
        _field(WholeField, "pack_within_hours", _("Packed within hours"), _("Empty: no deadline.")),
        _field(WholeField, "duplicates_within_hours", _("Same goods, same phone within hours"),
               _("Shown as placed twice; 0: never."), required=True),
        _field(WholeField, "purchasing.over_delivery_percent", _("Over-delivery taken in, %"), required=True),
    ]),
    (_("Invoices"), [
        _field(ChoiceField, "invoices.kind", _("Kind"), choices=KINDS, required=True),
        _field(YesField, "invoices.automatic", _("By itself on delivery"), required=True),
        _field(DongField, "invoices.automatic_from_total", _("By itself from"), _("Empty: only when asked for.")),
    ]),
    (_("The assistant"), [
        _field(ChoiceField, "assistant.mode", _("How it works"), choices=MODES, required=True),
        _field(WholeField, "reminders.after_minutes", _("Reminds of a cart after minutes"), _("Empty: never.")),
        _field(LongField, "reminders.text", _("Words of the reminder"), _("Empty: its own words."), maxlength=1_000),
    ]),
    (_("Buyers who refused parcels"), [
        YesField("cod_risk.on", _("Look at their history"), required=True,
                 getter=lambda _request, row: row.profile.get(SWITCHED) is not None),
        _field(WholeField, "cod_risk.confirm_from", _("Call from refused parcels"), _("Empty: never.")),
        _field(WholeField, "cod_risk.deposit_from", _("Deposit from refused parcels"), _("Empty: never.")),
        _field(WholeField, "cod_risk.deposit_percent", _("Deposit, %")),
        _field(WholeField, "cod_risk.prepay_from", _("Prepayment from refused parcels"), _("Empty: never.")),
        _field(WholeField, "cod_risk.within_days", _("Looking back days")),
    ]),
)  # fmt: skip


class Shop(OfficeView):
    key = "shop"
    display_name = _("settings of the shop")
    menu_label = _("Settings of the shop")
    icon = "fa fa-gear"
    writable = True
    creatable = False
    table = Table(select(ShopRow.profile), cast(ShopRow.id, String), {})
    fields = (
        *(field for _title, section in SECTIONS for field in section),
        HiddenField("mark"),
    )
    places = {"bank_unknown": "bank.bank", "account_invalid": "bank.account"}
    form_layout = (
        *(panel(title, *(field.name for field in section)) for title, section in SECTIONS),
        "mark",
    )

    def row(self, session: Session, pk: str) -> Any:
        """There is one, with what nobody has decided yet as it comes."""
        if pk != ONLY:
            return None
        profile = shop_profile(session).model_dump(mode="json")
        return SimpleNamespace(id=ONLY, profile=profile, mark=shop_mark(session))

    async def repr(self, obj: Any, request: Request) -> str:
        return str(obj.profile["name"])

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        profile = ShopProfile.model_validate(nested(row.profile, data))
        change_shop(
            deed.session, profile=profile, seen=str(data["mark"] or ""), actor=deed.actor, now=deed.now
        )


class ShopStart(CustomView):
    """There is one shop: in the place of its list stands its form."""

    path = "/shop/list"
    route_name = "shop"
    add_to_menu = False

    def is_accessible(self, request: Request) -> bool:
        return actor_of(request).role in MONEY

    @route("")
    async def index(self, request: Request) -> Response:
        form = request.url_for("admin:edit", key="shop").include_query_params(pk=ONLY)
        return RedirectResponse(form, status_code=303)


def nested(old: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """The profile that the form describes; what it does not show stays as it is."""
    new: dict[str, Any] = {**old}
    for name, value in data.items():
        if name == "mark":
            continue
        group, dot, own = name.partition(".")
        if dot:
            new[group] = {**(new.get(group) or {}), own: value}
        else:
            new[name] = value.strip() if isinstance(value, str) else value
    for group, first in GROUPS.items():
        if _value(new, first) in (None, ""):
            new[group] = None
    risk = new.get(SWITCHED) or {}
    new[SWITCHED] = _filled(risk) if risk.pop("on", None) == "yes" else None
    if new["haggling"]:
        new["haggling"] = {**new["haggling"], "from_subtotal": new["haggling"].get("from_subtotal") or 0}
    return new


def _filled(risk: Mapping[str, Any]) -> dict[str, Any]:
    """Percent and days have their usual values when they are left empty; the steps are off then."""
    return {k: v for k, v in risk.items() if v is not None or k.endswith("_from")}
