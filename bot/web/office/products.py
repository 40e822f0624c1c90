"""Products: made with their variants, changed, archived; their options in `options.py`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from starlette.requests import Request
from starlette_admin.actions import link_row_action, row_action
from starlette_admin.fields import StringField

from bot.web.office.base import Deed, checked, panel, seen_version
from bot.web.office.fields import ChoiceField, DongField, HiddenField, LongField, WholeField, lines, pairs
from bot.web.office.options import OptionSteps, combinations_of, keep_stock_form, options_text, read_options
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.api.products import Amount, ProductChangeIn, Weight
from core.catalogue.editing import change_product, refuse_unknown_related
from core.catalogue.models import Product, ProductSearch, Variant
from core.catalogue.options import free_sku
from core.orders.archiving import archive_product, restore_product
from core.shop_file.importing import VAT_CLASS_OF_RATE, add_products
from core.shop_file.schema import ProductPart, Sku

STATUSES = [("active", _("On sale")), ("archived", _("Archived"))]
VAT = [
    ("ten_reducible", _("10 %, reduced to 8 % while the law says so")), ("ten_excluded", _("10 %, never reduced")),
    ("five", "5 %"), ("zero", "0 %"), ("not_subject", _("Not subject to VAT")),
]  # fmt: skip
_RATE_OF_CLASS = {vat_class: rate for rate, vat_class in VAT_CLASS_OF_RATE.items()}
_OWN = select(
    Variant.product_id,
    func.count().label("pieces"),
    func.min(Variant.price).label("lowest"),
    func.max(Variant.price).label("highest"),
).group_by(Variant.product_id).subquery()  # fmt: skip
TEXTS = ("name", "name_en", "category", "category_en", "brand", "description", "description_en", "vat_class",
         "size_chart", "size_chart_en")  # fmt: skip


class NewProductIn(ProductChangeIn):
    sku: Sku
    price: Amount
    cost: Amount | None = None
    weight_g: Weight | None = None


class Products(OptionSteps):
    key = "product"
    display_name = _("product")
    menu_label = _("Products")
    icon = "fa fa-shirt"
    writable = True
    table = Table(
        select(
            Product.id, Product.sku, Product.status, Product.version, Product.options, Product.aliases,
            Product.specifications, Product.related, *(getattr(Product, name) for name in TEXTS),
            func.coalesce(_OWN.c.pieces, 0).label("variants"), _OWN.c.lowest.label("price"),
            case((_OWN.c.highest > _OWN.c.lowest, _OWN.c.highest), else_=None).label("price_to"),
        )
        .outerjoin(_OWN, _OWN.c.product_id == Product.id)
        .outerjoin(ProductSearch, ProductSearch.product_id == Product.id),
        Product.id,
        {
            "sku": Product.sku, "name": Product.name, "category": Product.category, "brand": Product.brand,
            "price": _OWN.c.lowest, "status": Product.status,
        },
        searched=(Product.sku, Product.name),
        folded=(ProductSearch.named_plain,),
    )  # fmt: skip
    fields_default_sort = (("sku", False),)
    row_actions: Sequence[str] | None = (
        "edit", "variants", "pictures", "add_option", "add_value", "make_missing", "rename_value", "remove_value",
        "remove_option", "archive", "restore",
    )  # fmt: skip
    places = {"sku_taken": "sku", "product_not_found": "related", "options_invalid": "options"}
    fields = (
        StringField("sku", _("SKU"), required=True, maxlength=64, exclude_from_edit=True),
        StringField("name", _("Name"), required=True, maxlength=300),
        StringField("category", _("Category"), maxlength=300),
        StringField("brand", _("Brand"), maxlength=300, exclude_from_list=True),
        DongField("price", _("Price"), required=True, exclude_from_edit=True,
                  help_text=_("VAT included. Of every variant; you can change single ones afterwards.")),
        DongField("price_to", _("Highest price"), exclude_from_list=True, exclude_from_create=True,
                  exclude_from_edit=True),
        DongField("cost", _("Cost"), exclude_from_list=True, exclude_from_detail=True, exclude_from_edit=True,
                  help_text=_("VAT excluded. Empty: not known.")),
        WholeField("weight_g", _("Weight (g)"), exclude_from_list=True, exclude_from_detail=True,
                   exclude_from_edit=True),
        LongField("options", _("Options"), exclude_from_list=True, exclude_from_edit=True,
                  getter=lambda _request, row: options_text(row.options),
                  help_text=_("One a line, at most three: Colour: black, white. Empty: a single variant.")),
        WholeField("variants", _("Variants"), exclude_from_create=True, exclude_from_edit=True),
        ChoiceField("vat_class", _("VAT"), choices=VAT, default="ten_reducible", required=True,
                    exclude_from_list=True),
        LongField("aliases", _("Other names"), exclude_from_list=True,
                  getter=lambda _request, row: "\n".join(row.aliases),
                  help_text=_("One a line: what buyers call it.")),
        LongField("description", _("Description"), rows=5, exclude_from_list=True),
        LongField("specifications", _("Specifications"), exclude_from_list=True,
                  getter=lambda _request, row: "\n".join(f"{s['name']}: {s['value']}" for s in row.specifications),
                  help_text=_("One a line: Material: cotton.")),
        LongField("size_chart", _("Size chart"), exclude_from_list=True),
        LongField("related", _("Goes well with"), rows=2, exclude_from_list=True,
                  getter=lambda _request, row: "\n".join(row.related),
                  help_text=_("SKUs of products that the assistant may offer along with it, one a line.")),
        StringField("name_en", _("Name in English"), maxlength=300, exclude_from_list=True),
        StringField("category_en", _("Category in English"), maxlength=300, exclude_from_list=True),
        LongField("description_en", _("Description in English"), exclude_from_list=True),
        LongField("size_chart_en", _("Size chart in English"), exclude_from_list=True),
        ChoiceField("status", _("Status"), choices=STATUSES, exclude_from_create=True, exclude_from_edit=True),
        HiddenField("version", exclude_from_create=True),
    )  # fmt: skip
    form_layout = (
        panel(_("The product"), "sku", "name", ("category", "brand"), "vat_class", "aliases", "version"),
        panel(_("Price and variants"), "options", ("price", "cost", "weight_g")),
        panel(_("What buyers are told"), "description", "specifications", "size_chart", "related"),
        panel(_("In English"), "name_en", "category_en", "description_en", "size_chart_en"),
    )

    async def repr(self, obj: Any, request: Request) -> str:
        return f"{obj.sku} · {obj.name}"

    def add(self, deed: Deed, data: dict[str, Any]) -> str:
        sku = (data["sku"] or "").strip()
        given = checked(NewProductIn, {**_told(data), **{name: data[name] for name in ("price", "cost", "weight_g")},
                                       "sku": sku})  # fmt: skip
        options = read_options(data["options"])
        taken: set[str] = set()
        variants = [
            {
                "sku": free_sku(sku[:40], list(values.values()), taken) if values else f"{sku[:60]}-1",
                "options": values, "price": given.price, "cost": given.cost, "weight_g": given.weight_g or 0,
            }
            for values in combinations_of(options)
        ]  # fmt: skip
        told = given.model_dump(exclude={"price", "cost", "weight_g", "vat_class"})
        rate = _RATE_OF_CLASS[given.vat_class]
        part = checked(ProductPart, {**told, "vat_rate": rate, "options": options, "variants": variants})
        refuse_unknown_related(deed.session, given.related)
        add_products(deed.session, [part], now=deed.now, actor=deed.actor)
        return deed.session.scalars(select(Product.id).where(Product.sku == sku)).one()

    def change(self, deed: Deed, row: Any, data: dict[str, Any]) -> None:
        changes = checked(ProductChangeIn, _told(data)).model_dump(exclude_unset=True)
        change_product(
            deed.session, sku=row.sku, changes=changes, actor=deed.actor, now=deed.now,
            expected_version=seen_version(data),
        )  # fmt: skip

    @link_row_action("variants", _("Variants and prices"), icon_class="fa fa-tags")
    def variants_of(self, request: Request, pk: Any) -> str:
        sku = request.state.skus[pk]
        return str(request.url_for("admin:list", key="variant").include_query_params(q=sku))

    @link_row_action("pictures", _("Pictures"), icon_class="fa fa-image")
    def pictures_of(self, request: Request, pk: Any) -> str:
        return str(request.url_for("admin:pictures_of", product_id=pk))

    async def get_row_actions_for_obj(self, request: Request, obj: Any) -> list[dict[str, Any]]:
        # A link is made from the key alone, and the variants are looked for by the SKU.
        request.state.skus = {**getattr(request.state, "skus", {}), obj.id: obj.sku}
        return await super().get_row_actions_for_obj(request, obj)

    @row_action(
        "archive",
        _("Archive"),
        _("It is no longer sold or found; its orders and figures stay."),
        icon_class="fa fa-box-archive",
        form=lambda _request, _row: keep_stock_form(),
        submit_btn_text=_("Archive"),
    )
    async def archive(self, request: Request, pk: Any) -> None:
        keep = (await request.form()).get("keep_stock") is not None
        await self.act(
            request,
            pk,
            lambda deed, row: archive_product(
                deed.session, sku=row.sku, actor=deed.actor, now=deed.now, keep_stock=keep
            ),
        )

    @row_action("restore", _("Sell again"), icon_class="fa fa-rotate-left")
    async def restore(self, request: Request, pk: Any) -> None:
        await self.act(
            request,
            pk,
            lambda deed, row: restore_product(deed.session, sku=row.sku, actor=deed.actor, now=deed.now),
        )

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        if name in ("archive", "restore"):
            return bool((name == "archive") == (obj.status == "active"))
        return await super().is_row_action_allowed_for_obj(request, name, obj)


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: (data[name] or "").strip() for name in TEXTS},
        "aliases": lines(data["aliases"]),
        "specifications": pairs(data["specifications"]),
        "related": lines(data["related"]),
    }
