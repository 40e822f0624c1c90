"""The invoice as a PDF, readable by a person and plainly marked as a trial."""

from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from integrations.sandbox.sinvoice.checks import rows, section, text
from integrations.sandbox.sinvoice.records import Invoice, Tenant
from integrations.sandbox.sinvoice.totals import DISCOUNT, NOTE
from integrations.sandbox.sinvoice.xml_file import rate_text, title

_FONTS = Path(__file__).parent / "fonts"
_FAMILY = "DejaVuCondensed"
_INK, _RULE, _SHADE, _PALE = (28, 39, 51), (176, 32, 48), (246, 238, 238), (238, 214, 217)
_COLUMNS = ("STT", "Tên hàng hóa, dịch vụ", "ĐVT", "Số lượng", "Đơn giá", "Thành tiền", "Thuế suất")
_WIDTHS = (9, 73, 14, 17, 26, 29, 18)
_ALIGN = ("CENTER", "LEFT", "CENTER", "RIGHT", "RIGHT", "RIGHT", "CENTER")


class _Paper(FPDF):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(format="A4")
        self.set_margins(12, 12, 12)
        self.set_auto_page_break(True, margin=18)
        self.add_font(_FAMILY, "", _FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(_FAMILY, "B", _FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_text_color(*_INK)

    def header(self) -> None:
        with self.local_context(text_color=_PALE), self.rotation(35, 105, 148):
            self.set_font(_FAMILY, "B", 44)
            self.text(28, 160, "BẢN THỬ NGHIỆM")

    def footer(self) -> None:
        self.set_y(-14)
        self.set_font(_FAMILY, "", 7)
        self.cell(0, 4, "Bản thử nghiệm, không có giá trị pháp lý.", align="C")

    def line_of(self, value: str, size: float = 9, style: str = "", align: str = "L") -> None:
        self.set_font(_FAMILY, style, size)
        self.multi_cell(0, size * 0.55, value, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def invoice_pdf(tenant: Tenant, invoice: Invoice) -> bytes:
    """`number` 0 is a preview."""
    paper = _Paper()
    paper.set_title(f"{invoice.series}{invoice.number or ''}")
    paper.add_page()
    _heading(paper, invoice)
    _seller(paper, tenant)
    _buyer(paper, invoice)
    _goods(paper, invoice)
    _totals(paper, invoice)
    _signatures(paper, tenant, invoice)
    return bytes(paper.output())


def _heading(paper: _Paper, invoice: Invoice) -> None:
    day = invoice.issued_on
    paper.set_text_color(*_RULE)
    paper.line_of(title(invoice).upper(), 16, "B", "C")
    paper.set_text_color(*_INK)
    if not invoice.number:
        paper.line_of("(Bản xem trước)", 10, "B", "C")
    paper.line_of(f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}", 9, "", "C")
    number = str(invoice.number) if invoice.number else ""
    paper.line_of(f"Ký hiệu: {invoice.template[:1]}{invoice.series}    Số: {number}", 9, "B", "C")
    if invoice.series.startswith("C") and invoice.number:
        paper.line_of(f"Mã của cơ quan thuế: {invoice.authority_code or 'chưa cấp'}", 9, "", "C")
    if invoice.original:
        paper.line_of(f"{invoice.status_text} cho hóa đơn {invoice.original}", 9, "", "C")
    _rule(paper)


def _rule(paper: _Paper) -> None:
    paper.set_draw_color(*_RULE)
    y = paper.get_y() + 1.5
    paper.line(paper.l_margin, y, paper.w - paper.r_margin, y)
    paper.set_y(y + 2)


def _seller(paper: _Paper, tenant: Tenant) -> None:
    paper.line_of(tenant.name, 10, "B")
    paper.line_of(f"Mã số thuế: {tenant.tax_code}")
    paper.line_of(f"Địa chỉ: {tenant.address}")
    paper.line_of(f"Điện thoại: {tenant.phone}")
    _rule(paper)


def _buyer(paper: _Paper, invoice: Invoice) -> None:
    buyer = invoice.buyer
    labels = (
        ("Họ tên người mua hàng", "buyerName"),
        ("Tên đơn vị", "buyerLegalName"),
        ("Mã số thuế", "buyerTaxCode"),
        ("Số định danh cá nhân", "buyerIdNo"),
        ("Địa chỉ", "buyerAddressLine"),
    )
    for label, name in labels:
        if text(buyer, name):
            paper.line_of(f"{label}: {text(buyer, name)}")
    names = [text(payment, "paymentMethodName") for payment in rows(invoice.body, "payments")]
    paper.line_of(f"Hình thức thanh toán: {', '.join(names)}")
    paper.ln(2)


def _goods(paper: _Paper, invoice: Invoice) -> None:
    taxed = bool(invoice.totals["by_rate"])
    count = len(_COLUMNS) if taxed else len(_COLUMNS) - 1
    widths = _WIDTHS[:count] if taxed else (*_WIDTHS[:1], _WIDTHS[1] + _WIDTHS[-1], *_WIDTHS[2:count])
    paper.set_font(_FAMILY, "", 8)
    paper.set_draw_color(*_INK)
    heading = FontFace(emphasis="BOLD", fill_color=_SHADE)
    with paper.table(
        col_widths=widths, text_align=_ALIGN[:count], headings_style=heading, line_height=5, padding=0.8
    ) as table:
        table.row(_COLUMNS[:count])
        for position, item in enumerate(rows(invoice.body, "itemInfo"), start=1):
            table.row(_goods_row(position, item)[:count])
    paper.ln(2)


def _goods_row(position: int, item: dict[str, Any]) -> tuple[str, ...]:
    rate = item.get("taxPercentage")
    sign = "-" if item.get("selection") == DISCOUNT or item.get("isIncreaseItem") is False else ""
    is_note = item.get("selection") == NOTE
    return (
        str(item.get("lineNumber") or position),
        text(item, "itemName"),
        text(item, "unitName"),
        text(item, "quantity"),
        _figure(item.get("unitPrice")),
        "" if is_note else sign + _figure(item.get("itemTotalAmountWithoutTax")),
        "" if rate is None else rate_text(rate),
    )


def _figure(value: Any) -> str:
    """Vietnamese grouping; at most two decimals of a unit price are shown."""
    if value in (None, ""):
        return ""
    shown = f"{float(value):,.2f}".rstrip("0").rstrip(".")
    return shown.replace(",", " ").replace(".", ",").replace(" ", ".")


def _totals(paper: _Paper, invoice: Invoice) -> None:
    totals = invoice.totals
    sign = "" if totals["is_increase"] else "-"
    for row in totals["by_rate"]:
        base, tax = _figure(row["taxable"]), _figure(row["tax"])
        paper.line_of(f"Thuế suất {rate_text(row['rate'])}: tiền hàng {base}, tiền thuế {tax}", 9, "", "R")
    if totals["by_rate"]:
        paper.line_of(f"Cộng tiền hàng: {sign}{_figure(totals['without_tax'])}", 9, "", "R")
        paper.line_of(f"Tiền thuế GTGT: {sign}{_figure(totals['tax'])}", 9, "", "R")
    paper.line_of(f"Tổng tiền thanh toán: {sign}{_figure(totals['with_tax'])} đồng", 11, "B", "R")
    paper.line_of(f"Số tiền viết bằng chữ: {totals['words']}")
    note = text(section(invoice.body, "generalInvoiceInfo"), "invoiceNote")
    if note:
        paper.line_of(f"Ghi chú: {note}")
    paper.ln(4)


def _signatures(paper: _Paper, tenant: Tenant, invoice: Invoice) -> None:
    half = (paper.w - paper.l_margin - paper.r_margin) / 2
    paper.set_font(_FAMILY, "B", 9)
    paper.cell(half, 5, "Người mua hàng", align="C")
    paper.cell(half, 5, "Người bán hàng", align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    if not invoice.number:
        return
    paper.set_font(_FAMILY, "", 8)
    paper.set_x(paper.l_margin + half)
    signed = f"Ký bởi: {tenant.name}\nKý ngày: {invoice.issued_on:%d/%m/%Y} (chữ ký thử)"
    paper.multi_cell(half, 5, signed, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.ln(3)
    paper.line_of(f"Mã tra cứu: {invoice.reservation_code}", 8)
