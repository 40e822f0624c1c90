"""Suppliers with their prices, purchase orders, what came in and what went back. Amounts in đồng, VAT excluded."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Base
from core.ids import new_id
from core.money import Dong


class Supplier(Base):
    __tablename__ = "suppliers"
    __table_args__ = (CheckConstraint("status IN ('active', 'archived')", name="status"),)

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    contact_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    """E.164, or empty."""
    email: Mapped[str] = mapped_column(default="")
    tax_code: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    """How and when it is paid, in the shop's own words."""
    status: Mapped[str] = mapped_column(default="active")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    prices: Mapped[list["SupplierPrice"]] = relationship(lazy="raise", order_by="SupplierPrice.id")


class SupplierPrice(Base):
    """What a supplier asks for a variant. At most one supplier is the usual one of a variant."""

    __tablename__ = "supplier_prices"
    __table_args__ = (
        UniqueConstraint("supplier_id", "variant_id"),
        CheckConstraint("price >= 0", name="price"),
        CheckConstraint("minimum_quantity >= 1", name="minimum_quantity"),
        CheckConstraint("lead_days >= 0", name="lead_days"),
        Index(
            "uq_supplier_prices_usual",
            "variant_id",
            unique=True,
            sqlite_where=text("usual"),
            postgresql_where=text("usual"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    supplier_id: Mapped[str] = mapped_column(ForeignKey("suppliers.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    sku: Mapped[str]
    price: Mapped[Dong]
    supplier_sku: Mapped[str] = mapped_column(default="")
    minimum_quantity: Mapped[int] = mapped_column(Integer, default=1)
    lead_days: Mapped[int] = mapped_column(Integer, default=0)
    usual: Mapped[bool] = mapped_column(default=False)


class PurchaseOrder(Base):
    """draft → confirmed → part_received → received; cancelled before anything came, closed when only a part did."""

    __tablename__ = "purchase_orders"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'confirmed', 'part_received', 'received', 'closed', 'cancelled')",
            name="state",
        ),
        CheckConstraint("total >= 0", name="total"),
        CheckConstraint("state IN ('draft', 'cancelled') OR expected_on IS NOT NULL", name="expected_on"),
        Index("ix_purchase_orders_supplier_id", "supplier_id", "id"),
        Index("ix_purchase_orders_state", "state", "expected_on"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`PO1001`."""
    supplier_id: Mapped[str] = mapped_column(ForeignKey("suppliers.id"))
    supplier_code: Mapped[str]
    supplier_name: Mapped[str]
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    warehouse_code: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    origin: Mapped[str] = mapped_column(default="staff")
    """`staff`, or `shortage` when it was drafted from what orders lack."""
    expected_on: Mapped[date | None]
    total: Mapped[Dong] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    cancel_reason: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    lines: Mapped[list["PurchaseLine"]] = relationship(lazy="raise", order_by="PurchaseLine.position")


class PurchaseLine(Base):
    """Outstanding = quantity − cancelled − received, not below 0. Received above the order is over-delivery."""

    __tablename__ = "purchase_lines"
    __table_args__ = (
        UniqueConstraint("purchase_order_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("received >= 0", name="received"),
        CheckConstraint("returned >= 0 AND returned <= received", name="returned"),
        CheckConstraint(
            "cancelled >= 0 AND cancelled <= quantity AND (cancelled = 0 OR cancelled + received <= quantity)",
            name="cancelled",
        ),
        Index("ix_purchase_lines_variant_id", "variant_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    purchase_order_id: Mapped[str] = mapped_column(ForeignKey("purchase_orders.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    position: Mapped[int] = mapped_column(Integer)
    sku: Mapped[str]
    name: Mapped[str]
    supplier_sku: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Dong]
    received: Mapped[int] = mapped_column(Integer, default=0)
    cancelled: Mapped[int] = mapped_column(Integer, default=0)
    returned: Mapped[int] = mapped_column(Integer, default=0)

    @property
    def outstanding(self) -> int:
        return max(self.quantity - self.cancelled - self.received, 0)

    @property
    def over(self) -> int:
        return max(self.received - self.quantity, 0)


class PurchaseReceipt(Base):
    """One delivery. `reference` is the supplier's note: the same one again adds nothing."""

    __tablename__ = "purchase_receipts"
    __table_args__ = (
        Index(
            "uq_purchase_receipts_reference",
            "purchase_order_id",
            "reference",
            unique=True,
            sqlite_where=text("reference <> ''"),
            postgresql_where=text("reference <> ''"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`PN1001`."""
    purchase_order_id: Mapped[str] = mapped_column(ForeignKey("purchase_orders.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    warehouse_code: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    received_by: Mapped[str]
    received_at: Mapped[datetime]

    lines: Mapped[list["PurchaseReceiptLine"]] = relationship(lazy="raise", order_by="PurchaseReceiptLine.id")


class PurchaseReceiptLine(Base):
    """`over` of the quantity came above what was outstanding. Costs are those of one piece before and after."""

    __tablename__ = "purchase_receipt_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("over >= 0 AND over <= quantity", name="over"),
        Index("ix_purchase_receipt_lines_receipt_id", "receipt_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    receipt_id: Mapped[str] = mapped_column(ForeignKey("purchase_receipts.id"))
    purchase_line_id: Mapped[str] = mapped_column(ForeignKey("purchase_lines.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    sku: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    over: Mapped[int] = mapped_column(Integer, default=0)
    unit_price: Mapped[Dong]
    cost_before: Mapped[Dong | None]
    cost_after: Mapped[Dong]


class SupplierReturn(Base):
    """Goods sent back to the supplier; `credit` is what is owed to the shop for them, at the prices paid."""

    __tablename__ = "supplier_returns"
    __table_args__ = (
        CheckConstraint("credit >= 0", name="credit"),
        Index(
            "uq_supplier_returns_reference",
            "purchase_order_id",
            "reference",
            unique=True,
            sqlite_where=text("reference <> ''"),
            postgresql_where=text("reference <> ''"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    """`PT1001`."""
    purchase_order_id: Mapped[str] = mapped_column(ForeignKey("purchase_orders.id"))
    warehouse_id: Mapped[str] = mapped_column(ForeignKey("warehouses.id"))
    warehouse_code: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    credit: Mapped[Dong]
    returned_by: Mapped[str]
    returned_at: Mapped[datetime]

    lines: Mapped[list["SupplierReturnLine"]] = relationship(lazy="raise", order_by="SupplierReturnLine.id")


class SupplierReturnLine(Base):
    __tablename__ = "supplier_return_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_supplier_return_lines_supplier_return_id", "supplier_return_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    supplier_return_id: Mapped[str] = mapped_column(ForeignKey("supplier_returns.id"))
    purchase_line_id: Mapped[str] = mapped_column(ForeignKey("purchase_lines.id"))
    sku: Mapped[str]
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Dong]
