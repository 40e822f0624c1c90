"""What is only looked at: stock, its ledger, the audit."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import aliased
from starlette_admin.fields import DateTimeField, StringField

from bot.web.office.base import OfficeView
from bot.web.office.door import STOCK
from bot.web.office.fields import ChoiceField, WholeField
from bot.web.office.tables import Table
from bot.web.office.words import _
from core.audit import AuditEntry
from core.catalogue.models import Product, ProductSearch, Variant
from core.orders.models import Order
from core.returns.models import Return
from core.stock.models import StockLevel, StockMovement, Warehouse

MOVES = [
    ("receipt", _("Receipt")), ("shipment", _("Shipment")), ("return", _("Return")), ("adjustment", _("Adjustment")),
    ("transfer_out", _("Transfer out")), ("transfer_in", _("Transfer in")), ("write_off", _("Write-off")),
]  # fmt: skip
ACTORS = [
    ("staff", _("Staff")), ("customer", _("Customer")), ("api", _("Website or import")), ("system", _("By itself"))
]  # fmt: skip
WHEN = "HH:mm dd/MM/yyyy"
_RETURNED = aliased(Order)
_FREE = StockLevel.on_hand - StockLevel.reserved


class Levels(OfficeView):
    key = "stock"
    display_name = _("stock")
    menu_label = _("Stock")
    icon = "fa fa-boxes-stacked"
    roles = STOCK
    table = Table(
        select(
            (StockLevel.variant_id + ":" + StockLevel.warehouse_id).label("id"), Variant.sku,
            Product.name.label("product"), Warehouse.code.label("warehouse"), StockLevel.on_hand,
            StockLevel.reserved, _FREE.label("available"),
        )
        .join(Variant, Variant.id == StockLevel.variant_id)
        .join(Product, Product.id == Variant.product_id)
        .join(Warehouse, Warehouse.id == StockLevel.warehouse_id)
        .outerjoin(ProductSearch, ProductSearch.product_id == Product.id)
        .where(~Warehouse.in_transit),
        StockLevel.variant_id + ":" + StockLevel.warehouse_id,
        {
            "sku": Variant.sku, "product": Product.name, "warehouse": Warehouse.code,
            "on_hand": StockLevel.on_hand, "reserved": StockLevel.reserved, "available": _FREE,
        },
        searched=(Variant.sku, Warehouse.code),
        folded=(ProductSearch.named_plain,),
    )  # fmt: skip
    fields_default_sort = (("sku", False), ("warehouse", False))
    fields = (
        StringField("sku", _("SKU")),
        StringField("product", _("Product")),
        StringField("warehouse", _("Warehouse")),
        WholeField("on_hand", _("On hand")),
        WholeField("reserved", _("Reserved")),
        WholeField("available", _("Available")),
    )


class Movements(OfficeView):
    key = "movement"
    display_name = _("movement")
    menu_label = _("Stock ledger")
    icon = "fa fa-right-left"
    roles = STOCK
    table = Table(
        select(
            StockMovement.id, StockMovement.at, StockMovement.quantity, StockMovement.kind, StockMovement.reason,
            StockMovement.subject_kind, Variant.sku, Warehouse.code.label("warehouse"),
            func.coalesce(Order.code, _RETURNED.code, "").label("order"),
        )
        .join(Variant, Variant.id == StockMovement.variant_id)
        .join(Warehouse, Warehouse.id == StockMovement.warehouse_id)
        .outerjoin(Order, (StockMovement.subject_kind == "order") & (Order.id == StockMovement.subject_id))
        .outerjoin(Return, (StockMovement.subject_kind == "return") & (Return.id == StockMovement.subject_id))
        .outerjoin(_RETURNED, _RETURNED.id == Return.order_id),
        StockMovement.id,
        {
            "at": StockMovement.at, "sku": Variant.sku, "warehouse": Warehouse.code, "kind": StockMovement.kind,
            "quantity": StockMovement.quantity, "reason": StockMovement.reason,
            "order": func.coalesce(Order.code, _RETURNED.code, ""),
        },
        searched=(Variant.sku, Warehouse.code, StockMovement.reason, Order.code, _RETURNED.code),
    )  # fmt: skip
    fields_default_sort = (("id", True),)
    fields = (
        DateTimeField("at", _("When"), output_format=WHEN),
        StringField("sku", _("SKU")),
        StringField("warehouse", _("Warehouse")),
        WholeField("quantity", _("Pieces")),
        ChoiceField("kind", _("Kind"), choices=MOVES),
        StringField("order", _("Order")),
        StringField("reason", _("Reason")),
    )


class AuditLog(OfficeView):
    key = "audit"
    display_name = _("entry")
    menu_label = _("Audit")
    icon = "fa fa-clock-rotate-left"
    table = Table(
        select(
            AuditEntry.id, AuditEntry.at, AuditEntry.actor_kind, AuditEntry.actor_name, AuditEntry.action,
            AuditEntry.subject_kind, AuditEntry.subject_id, AuditEntry.data,
        ),
        AuditEntry.id,
        {
            "at": AuditEntry.at, "actor_kind": AuditEntry.actor_kind, "actor_name": AuditEntry.actor_name,
            "action": AuditEntry.action, "subject_kind": AuditEntry.subject_kind, "subject_id": AuditEntry.subject_id,
        },
        searched=(AuditEntry.action, AuditEntry.actor_name, AuditEntry.subject_id),
    )  # fmt: skip
    fields_default_sort = (("id", True),)
    fields = (
        DateTimeField("at", _("When"), output_format=WHEN),
        StringField("actor_name", _("Who")),
        ChoiceField("actor_kind", _("As"), choices=ACTORS),
        StringField("action", _("What")),
        StringField("subject_kind", _("Of what")),
        StringField("subject_id", _("Which"), exclude_from_list=True),
        StringField(
            "data", _("Details"), exclude_from_list=True, detail_template="fields/detail/textarea.html",
            getter=lambda _request, row: json.dumps(row.data, ensure_ascii=False, indent=2),
        ),
    )  # fmt: skip
