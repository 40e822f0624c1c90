"""Labels: the carrier's own PDF where it gives one, else ours with barcode, receiver and COD amount."""

import re
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.customers.phones import local_phone
from core.documents.models import store_document
from core.money import format_dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.ports.carrier import Label
from core.shipping.models import Shipment
from core.stock.models import Warehouse

if TYPE_CHECKING:
    from fpdf import FPDF

LabelSize = Literal["A6", "A5", "80mm"]
_SIZES_MM: dict[LabelSize, tuple[int, int]] = {"A6": (105, 148), "A5": (148, 210), "80mm": (80, 120)}


def attach_label(session: Session, *, shipment_id: str, carrier_label: Label | None, now: datetime) -> str:
    """Store the label once; returns the document's id."""
    shipment = session.get_one(Shipment, shipment_id)
    if shipment.label_document_id is not None:
        return shipment.label_document_id
    if carrier_label is not None and carrier_label.content_type == "application/pdf":
        content = carrier_label.content
    else:
        content = render_labels(session, [shipment], size="A6")
    document = store_document(
        session,
        kind="label",
        filename=f"label-{shipment.tracking_number}.pdf",
        content_type="application/pdf",
        content=content,
        now=now,
    )
    shipment.label_document_id = document.id
    session.flush()
    return document.id


def render_labels(session: Session, shipments: Sequence[Shipment], *, size: LabelSize) -> bytes:
    """One page a parcel, one PDF. The PDF library takes a second to import, so a start does without it."""
    from fpdf import FPDF

    width, height = _SIZES_MM[size]
    pdf = FPDF(unit="mm", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(5)
    fonts = files("core.documents") / "fonts"
    for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
        pdf.add_font("dejavu", style, str(fonts / name))
    for shipment in shipments:
        order = get_order(session, shipment.order_id)
        sender = session.scalars(select(Warehouse).where(Warehouse.id == shipment.warehouse_id)).one()
        pdf.add_page()
        _draw(pdf, shipment, order, sender, width)
    return bytes(pdf.output())


def _draw(pdf: "FPDF", shipment: Shipment, order: Order, sender: Warehouse, width: int) -> None:
    inner = width - 10
    number = shipment.tracking_number or ""
    _text(pdf, f"{shipment.carrier.upper()}   {shipment.sort_code}", 14, bold=True)
    _barcode(pdf, number, x=5, y=pdf.get_y() + 1, width=inner, height=18)
    pdf.set_y(pdf.get_y() + 20)
    _text(pdf, number, 12, bold=True, align="C")
    _text(pdf, f"Từ: {sender.name} · {sender.phone}", 8)
    _text(pdf, f"Đến: {order.buyer_name} · {local_phone(order.phone)}", 10, bold=True)
    _text(pdf, order.address_text, 9)
    _text(pdf, f"Thu hộ (COD): {format_dong(shipment.cod_amount)}", 14, bold=True)
    _text(pdf, f"Đơn {order.code} · {shipment.weight_g} g", 8)
    for line in order.lines[:8]:
        _text(pdf, f"{line.quantity} × {line.name} {line.option_text}".strip()[:70], 8)
    if order.delivery_note:
        _text(pdf, f"Ghi chú: {order.delivery_note[:120]}", 8)


def _barcode(pdf: "FPDF", text: str, *, x: float, y: float, width: float, height: float) -> None:
    """Code 128 as filled bars: sharp at any size, no picture in between."""
    from barcode import Code128

    modules: str = Code128(text).build()[0]
    module = width / len(modules)
    for bar in re.finditer("1+", modules):
        pdf.rect(x + bar.start() * module, y, len(bar.group()) * module, height, style="F")


def _text(pdf: "FPDF", text: str, size: int, *, bold: bool = False, align: Literal["L", "C"] = "L") -> None:
    pdf.set_font("dejavu", "B" if bold else "", size)
    pdf.multi_cell(0, size * 0.5, text, align=align, new_x="LMARGIN", new_y="NEXT")
