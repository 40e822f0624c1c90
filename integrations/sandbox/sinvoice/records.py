"""What the played provider keeps: tenants, options, invoices."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

VIETNAM = timezone(timedelta(hours=7))

ORIGINAL, REPLACEMENT, ADJUSTMENT, CANCELLED = "1", "3", "5", "7"


@dataclass
class Template:
    code: str
    series: str
    """As printed after the form digit; its two year digits follow the year of issue."""

    numbers: int = 100_000


@dataclass
class Tenant:
    tax_code: str
    username: str
    password: str
    name: str = "Cửa hàng Mẫu"
    address: str = "1 Phố Mẫu, Hà Nội"
    phone: str = "0240000000"
    email: str = "shop@example.com"
    templates: list[Template] = field(
        default_factory=lambda: [
            Template("1/001", "C26TAA"),
            Template("1/001", "C26MAA"),
            Template("1/001", "K26TAA"),
            Template("2/001", "C26TBB"),
        ]
    )
    has_certificate: bool = True
    mails_buyers: bool = True
    cash_register_code: str = "ABCDE"


@dataclass
class Invoice:
    uuid: str
    tax_code: str
    template: str
    series: str
    number: int
    issued_ms: int
    created_at: float
    transaction_id: str
    reservation_code: str
    adjustment_type: str
    adjustment_invoice_type: str
    original: str
    body: dict[str, Any]
    totals: dict[str, Any]
    authority_code: str = ""
    code_refused: str = ""
    code_due_at: float | None = None
    """None: no code will come by itself (series K, or decided)."""

    number_due_at: float = 0.0
    file_due_at: float = 0.0
    paid: bool = False
    state: Literal["issued", "replaced", "adjusted", "cancelled"] = "issued"

    @property
    def invoice_no(self) -> str:
        return f"{self.series}{self.number}"

    @property
    def issued_on(self) -> datetime:
        return datetime.fromtimestamp(self.issued_ms / 1000, VIETNAM)

    @property
    def buyer(self) -> dict[str, Any]:
        return self.body.get("buyerInfo") or {}

    @property
    def status_text(self) -> str:
        if self.state == "cancelled":
            return "Hóa đơn xóa bỏ"
        if self.adjustment_type == REPLACEMENT:
            return "Hóa đơn thay thế"
        if self.adjustment_type == ADJUSTMENT:
            return f"Hóa đơn điều chỉnh {'tiền' if self.adjustment_invoice_type == '1' else 'thông tin'}"
        return "Hóa đơn gốc"

    @property
    def exchange_status(self) -> str:
        if self.authority_code:
            return f" Mã CQT cấp: {self.authority_code}"
        return f" CQT không cấp mã: {self.code_refused}" if self.code_refused else ""


class Refusal(Exception):
    """A business refusal: HTTP 400 with `message` a symbolic code and `data` a Vietnamese sentence."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
