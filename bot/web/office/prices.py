"""The price lists of the suppliers, a line each."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from starlette.requests import Request
from starlette_admin.actions import row_action
from starlette_admin.fields import StringField

from bot.web.office.base import Deed, OfficeView, checked, seen_version
from bot.web.office.fields import DongField, HiddenField, WholeField, YesField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.api.purchasing_schemas import OfferIn
from core.catalogue.models import Product, Variant
from core.purchasing.models import Supplier, SupplierPrice
from core.purchasing.suppliers import Offer, remove_offer, set_offers


class Prices(OfficeView):
    key = "price"
    display_name = _("purchase price")
    menu_label = _("Purchase prices")
    icon = "fa fa-file-invoice-dollar"
    writable = True
    table = Table(
        select(
            SupplierPrice.id, SupplierPrice.sku, SupplierPrice.price, SupplierPrice.supplier_sku,
            SupplierPrice.minimum_quantity, SupplierPrice.lead_days, SupplierPrice.usual,
            Supplier.code.label("supplier"), Supplier.name.label("supplier_name"), Supplier.version,
        )
        .join(Supplier, Supplier.id == SupplierPrice.supplier_id)
        .join(Variant, Variant.id == SupplierPrice.variant_id)
        .join(Product, Product.id == Variant.product_id),
        SupplierPrice.id,
        {
            "supplier": Supplier.code, "supplier_name": Supplier.name, "sku": SupplierPrice.sku,
            "price": SupplierPrice.price, "lead_days": SupplierPrice.lead_days,
        },
        searched=(Supplier.code, Supplier.name, SupplierPrice.sku, Product.name),
    )  # fmt: skip
    fields_default_sort = (("supplier", False), ("sku", False))
    row_actions: Sequence[str] | None = ("edit", "remove")
    places = {"supplier_not_found": "supplier", "variant_not_found": "sku", "offer_invalid": "price"}
    fields = (
        StringField("supplier", _("Supplier"), required=True, maxlength=32, exclude_from_edit=True,
                    default=lambda request: request.query_params.get("supplier", "")[:32],
                    help_text=_("The supplier's code, for instance NCC1001.")),
        StringField("supplier_name", _("Name"), exclude_from_create=True, exclude_from_edit=True),
        StringField("sku", _("SKU"), required=True, maxlength=64, exclude_from_edit=True,
                    help_text=_("Of the variant that is bought.")),
        DongField("price", _("Price of a piece"), required=True, help_text=_("VAT excluded.")),
        StringField("supplier_sku", _("Their own code"), maxlength=64, exclude_from_list=True),
        WholeField("minimum_quantity", _("Smallest order"), default="1", exclude_from_list=True),
        WholeField("lead_days", _("Days until it comes"), default="0"),
        YesField("usual", _("Usual supplier"), default="no", required=True,
                 help_text=_("Shortages of this SKU are ordered here.")),
        HiddenField("version", exclude_from_create=True),
    )  # fmt: skip

    async def repr(self, obj: Any, request: Request) -> str:
        return f"{obj.supplier} · {obj.sku}"

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        code, sku = ((data[name] or "").strip() for name in ("supplier", "sku"))
        supplier = set_offers(
            deed.session, code=code, offers=[_offer(data, sku)], actor=deed.actor, now=deed.now
        )
        return next(price.id for price in supplier.prices if price.sku == sku)

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        set_offers(
            deed.session, code=row.supplier, offers=[_offer(data, row.sku)], actor=deed.actor, now=deed.now,
            expected_version=seen_version(data),
        )  # fmt: skip

    @row_action(
        "remove", _("Remove"), _("The price leaves the list; orders that were placed keep theirs."),
        submit_btn_text=_("Remove"), submit_btn_class="action.modal_confirm_button_delete", icon_class="fa fa-trash",
    )  # fmt: skip
    async def remove(self, request: Request, pk: Any) -> None:
        await self.act(
            request,
            pk,
            lambda deed, row: remove_offer(
                deed.session, code=row.supplier, sku=row.sku, actor=deed.actor, now=deed.now
            ),
        )


def _offer(data: dict[str, Any], sku: str) -> Offer:
    given = checked(OfferIn, {
        "sku": sku, "price": data["price"], "supplier_sku": (data["supplier_sku"] or "").strip(),
        "minimum_quantity": 1 if data["minimum_quantity"] is None else data["minimum_quantity"],
        "lead_days": 0 if data["lead_days"] is None else data["lead_days"], "usual": data["usual"],
    })  # fmt: skip
    return Offer(**given.model_dump())
