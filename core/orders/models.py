"""Carts (drafts), quotes (frozen summaries) and orders. A quote makes at most one order."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.catalogue.folding import fold
from core.customers.phones import local_phone
from core.db import Base
from core.ids import new_id
from core.money import Dong
from core.orders.money import OrderMoney, add_up


class Cart(Base):
    """A draft. `version` goes up with each change, so that a quote knows what it was made from."""

    __tablename__ = "carts"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'ordered', 'abandoned')", name="status"),
        CheckConstraint("payment_method IN ('', 'cod', 'bank_transfer')", name="payment_method"),
        CheckConstraint("reminder IN ('', 'sent', 'declined')", name="reminder"),
        Index("ix_carts_customer_id", "customer_id", "status"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    sales_channel: Mapped[str] = mapped_column(default="chat")
    status: Mapped[str] = mapped_column(default="open")
    buyer_name: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`DeliveryAddress` as a dict, or {}."""
    delivery_note: Mapped[str] = mapped_column(default="")
    payment_method: Mapped[str] = mapped_column(default="")
    discount_percent: Mapped[int] = mapped_column(Integer, default=0)
    """Given by staff; when `haggled`, by the assistant within the shop's rule, which each quote reads again."""
    haggled: Mapped[bool] = mapped_column(default=False)
    invoice_request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The wish for an invoice that goes with the order placed from this cart; {} for none."""
    reminder: Mapped[str] = mapped_column(default="")
    """Of a cart left behind: one at the most, none once the customer has said no or later."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    lines: Mapped[list["CartLine"]] = relationship(
        lazy="raise", order_by="CartLine.position", cascade="all, delete-orphan"
    )


class CartLine(Base):
    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    quantity: Mapped[int] = mapped_column(Integer)


class Quote(Base):
    """The frozen summary that a buyer says yes to. `content` holds lines, buyer, address and amounts as shown."""

    __tablename__ = "quotes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'used', 'void')", name="state"),
        Index("ix_quotes_cart_id", "cart_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id"))
    cart_version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(default="open")
    content: Mapped[dict[str, Any]]
    total: Mapped[Dong]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


def search_words(*, code: str, phone: str, buyer_name: str) -> str:
    """What an order is found by, folded: its code, its phone as people here write it, its buyer."""
    return fold(f"{code} {local_phone(phone)} {buyer_name}")


def _search_words_of_row(context: Any) -> str:
    row = context.get_current_parameters()
    return search_words(code=row["code"], phone=row["phone"], buyer_name=row["buyer_name"])


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "status IN ('new', 'processing', 'completed', 'cancelled', 'returned')", name="status"
        ),
        CheckConstraint("payment_state IN ('unpaid', 'part_paid', 'paid', 'refunded')", name="payment_state"),
        CheckConstraint(
            "fulfilment_state IN ('unpacked', 'packed', 'shipped', 'delivered', 'failed', 'returned', 'cancelled')",
            name="fulfilment_state",
        ),
        CheckConstraint(
            "invoice_state IN ('none', 'requested', 'issuing', 'issued', 'coded', 'refused')",
            name="invoice_state",
        ),
        CheckConstraint("payment_method IN ('cod', 'bank_transfer')", name="payment_method"),
        CheckConstraint("total = subtotal - discount + shipping_fee", name="total"),
        CheckConstraint(
            "discount >= 0 AND shipping_fee >= 0 AND subtotal >= 0 AND total >= 0", name="amounts"
        ),
        CheckConstraint(
            "refunded >= 0 AND refund_held >= 0 AND refunded + refund_held <= paid", name="refunds"
        ),
        CheckConstraint("credited >= 0", name="credited"),
        Index("ix_orders_status", "status", "placed_at", "id"),
        Index("ix_orders_customer_id", "customer_id", "id"),
        CheckConstraint("risk_level IN ('none', 'confirm', 'deposit', 'prepay')", name="risk_level"),
        CheckConstraint("risk_state IN ('', 'open', 'met', 'overridden')", name="risk_state"),
        Index("ix_orders_phone", "phone"),
        # The list is newest first whatever it is filtered by, and reads no further than its page.
        Index("ix_orders_fulfilment_state", "fulfilment_state", "placed_at", "id"),
        Index("ix_orders_payment_state", "payment_state", "placed_at", "id"),
        Index("ix_orders_sales_channel", "sales_channel", "placed_at", "id"),
        Index("ix_orders_search", "placed_at", "id", "search_words"),
        Index("ix_orders_invoice_state", "invoice_state", "delivered_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    search_words: Mapped[str] = mapped_column(default=_search_words_of_row)
    quote_id: Mapped[str | None] = mapped_column(ForeignKey("quotes.id"), unique=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    sales_channel: Mapped[str]
    status: Mapped[str] = mapped_column(default="new")
    payment_state: Mapped[str] = mapped_column(default="unpaid")
    fulfilment_state: Mapped[str] = mapped_column(default="unpacked")
    invoice_state: Mapped[str] = mapped_column(default="none")
    buyer_name: Mapped[str]
    phone: Mapped[str]
    address: Mapped[dict[str, Any]]
    address_text: Mapped[str]
    delivery_note: Mapped[str] = mapped_column(default="")
    payment_method: Mapped[str]
    subtotal: Mapped[Dong]
    discount: Mapped[Dong] = mapped_column(default=0)
    shipping_fee: Mapped[Dong] = mapped_column(default=0)
    total: Mapped[Dong]
    paid: Mapped[Dong] = mapped_column(default=0)
    """This counter and the next two move with the rows of payments and refunds, only in `core.payments`."""
    refunded: Mapped[Dong] = mapped_column(default=0)
    refund_held: Mapped[Dong] = mapped_column(default=0)
    credited: Mapped[Dong] = mapped_column(default=0)
    """Taken off what is due: for goods that came back, or out of goodwill."""
    replaces_order_id: Mapped[str | None] = mapped_column(ForeignKey("orders.id"))
    """Of an exchange: the order whose goods came back."""
    invoice_request: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """The buyer's wish for an invoice: company, tax_code, address, email, name; {} for none."""
    invoice_requested_at: Mapped[datetime | None]
    tags: Mapped[list[str]] = mapped_column(default=list)
    """As staff see them; `OrderTag` holds the same to be found by."""
    risk_level: Mapped[str] = mapped_column(default="none")
    """What the shop's rule asks for because of parcels that this buyer refused before."""
    risk_refused: Mapped[int] = mapped_column(Integer, default=0)
    """The reason: how many those were when the order was placed."""
    deposit_percent: Mapped[int] = mapped_column(Integer, default=0)
    risk_state: Mapped[str] = mapped_column(default="")
    """`open` keeps the order from being packed; `met` by the buyer, `overridden` by staff."""
    note: Mapped[str] = mapped_column(default="")
    cancel_reason: Mapped[str] = mapped_column(default="")
    placed_by: Mapped[str] = mapped_column(default="")
    """The member of staff or the key that wrote it down; empty for the buyer's own yes in the chat."""
    placed_by_kind: Mapped[str] = mapped_column(default="")
    """As an actor's; empty for history from a file."""
    placed_by_name: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    placed_at: Mapped[datetime]
    packed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(lazy="raise", order_by="OrderLine.position")

    @property
    def money(self) -> OrderMoney:
        return add_up(
            total=self.total, credited=self.credited, called_off=self.status == "cancelled", paid=self.paid,
            refunded=self.refunded, refund_held=self.refund_held,
        )  # fmt: skip


class OrderTag(Base):
    __tablename__ = "order_tags"
    __table_args__ = (Index("ix_order_tags_order_id", "order_id"),)

    tag: Mapped[str] = mapped_column(primary_key=True)
    """Folded, so that it is found however it is typed."""
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"), primary_key=True)


class OrderLine(Base):
    """Name, SKU, price and VAT class are copied: what was sold never changes with the catalogue."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("amount = unit_price * quantity - discount", name="amount"),
        CheckConstraint("return_requested >= 0 AND return_requested <= quantity", name="return_requested"),
        Index("ix_order_lines_order_id", "order_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    variant_id: Mapped[str] = mapped_column(ForeignKey("variants.id"))
    position: Mapped[int] = mapped_column(Integer, default=0)
    sku: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str] = mapped_column(default="")
    option_text: Mapped[str] = mapped_column(default="")
    option_text_en: Mapped[str] = mapped_column(default="")
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Dong]
    discount: Mapped[Dong] = mapped_column(default=0)
    amount: Mapped[Dong]
    unit_cost: Mapped[Dong | None]
    """What a piece had cost the shop when it was sold; None when nobody knew."""
    vat_class: Mapped[str]
    weight_g: Mapped[int] = mapped_column(Integer, default=0)
    return_requested: Mapped[int] = mapped_column(Integer, default=0)
    """Pieces that standing requests ask back."""
