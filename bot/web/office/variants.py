"""What a variant costs and weighs, and whether it is on sale."""

from typing import Any

from sqlalchemy import Row, select
from starlette.requests import Request
from starlette_admin.fields import StringField

from bot.web.office.base import Deed, OfficeView, checked, seen_version
from bot.web.office.fields import DongField, HiddenField, WholeField, YesField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.api.products import VariantChangeIn
from core.catalogue.editing import change_variant
from core.catalogue.models import Product, ProductSearch, Variant
from core.catalogue.queries import option_text


class Variants(OfficeView):
    key = "variant"
    display_name = _("variant")
    menu_label = _("Variants and prices")
    icon = "fa fa-tags"
    writable = True
    creatable = False
    table = Table(
        select(
            Variant.id, Variant.sku, Variant.price, Variant.cost, Variant.weight_g, Variant.active, Variant.version,
            Variant.option_values, Product.name.label("product"), Product.sku.label("product_sku"),
        )
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductSearch, ProductSearch.product_id == Product.id),
        Variant.id,
        {
            "sku": Variant.sku, "product": Product.name, "price": Variant.price, "cost": Variant.cost,
            "weight_g": Variant.weight_g,
        },
        searched=(Variant.sku, Product.sku, Product.name),
        folded=(ProductSearch.named_plain,),
    )  # fmt: skip
    fields_default_sort = (("sku", False),)
    fields = (
        StringField("sku", _("SKU"), exclude_from_edit=True),
        StringField("product", _("Product"), exclude_from_edit=True),
        StringField("option_values", _("Options"), exclude_from_edit=True,
                    getter=lambda _request, row: option_text(row.option_values)),
        DongField("price", _("Price"), required=True,
                  help_text=_("VAT included. Quotes that show the old price become void.")),
        DongField("cost", _("Cost"), help_text=_("VAT excluded. Empty: not known. Receipts change it by themselves.")),
        WholeField("weight_g", _("Weight (g)"), required=True),
        YesField("active", _("On sale"), required=True),
        HiddenField("version"),
    )  # fmt: skip

    async def repr(self, obj: Any, request: Request) -> str:
        return str(obj.sku)

    def change(self, deed: Deed, row: Row[Any], data: dict[str, Any]) -> None:
        given = {name: data[name] for name in ("price", "cost", "weight_g")}
        changes = checked(VariantChangeIn, {**given, "active": data["active"]}).model_dump(exclude_unset=True)
        change_variant(
            deed.session, sku=row.sku, changes=changes, actor=deed.actor, now=deed.now,
            expected_version=seen_version(data),
        )  # fmt: skip
