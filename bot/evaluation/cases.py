"""What a dialogue says: its shop, its customer's turns, and what must be true in the end."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from core.shop_file.schema import ShopFile

Language = Literal["vi", "en", "ko"]
Kind = Literal[
    "order", "consult", "stock", "compare", "size", "restock", "haggle", "wholesale", "related", "correction",
    "interruption", "burst", "returning", "two-orders", "status", "change-address", "change-items", "cancel",
    "return", "exchange", "complaint", "invoice", "handoff", "knowledge", "unknown", "media", "safety",
    "small-talk",
]  # fmt: skip
Awaited = Literal[
    "item", "variant", "quantity", "name", "phone", "address", "ward", "delivery", "payment", "confirm",
    "anything_else", "order_code", "reason", "exchange", "invoice", "tax_code", "company", "company_address",
    "email",
]  # fmt: skip
TicketKind = Literal["handoff", "complaint", "return", "exchange", "question"]
PastStatus = Literal[
    "new", "processing", "packed", "shipping", "delivered", "failed", "cancelled", "returned"
]


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _no_regex_error(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return value


Words = Annotated[str, BeforeValidator(_as_text), Field(max_length=20_000)]
Short = Annotated[str, BeforeValidator(_as_text), Field(max_length=300)]
SomeWords = Annotated[list[Words], BeforeValidator(_as_list), Field(min_length=1)]
Quantities = dict[str, Annotated[int, Field(ge=1, le=10_000, strict=True)]]
Amount = Annotated[int, Field(ge=0, le=10**12, strict=True)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Identity(Part):
    channel: Short = "messenger"
    user_id: Short


class PastOrder(Part):
    """An order that stands in the shop before the dialogue; amounts follow from the shop's prices and fee."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    lines: Quantities = Field(min_length=1)
    status: PastStatus = "new"
    days_ago: float = Field(1, ge=0, le=3650)
    delivered_days_ago: float | None = Field(None, ge=0, le=3650)
    payment_method: Literal["cod", "bank_transfer"] = "cod"
    name: Short = "Trần Mỹ Duyên"
    phone: Short = "0909123456"
    address: Short = "45 Nguyễn Trãi, Phường Bến Thành, Quận 1, TP. Hồ Chí Minh"
    tracking_code: Short | None = None
    customer: Identity | None = None
    """Whose it is, when not this dialogue's customer's."""


class Attachment(Part):
    type: Literal["image", "voice", "video", "sticker", "file", "link", "location"]
    url: Short = ""
    name: Short = ""


class Meanwhile(Part):
    """What happens in the shop between two messages: counted stock, new prices."""

    stock: dict[str, Annotated[int, Field(ge=0, le=1_000_000, strict=True)]] = {}
    price: dict[str, Amount] = {}


class Turn(Part):
    """One message, or the answers to whatever is asked, or something that happens in the shop."""

    text: Words = ""
    attachments: list[Attachment] = []
    answer: dict[Awaited, SomeWords] | None = None
    meanwhile: Meanwhile | None = None
    wait_minutes: float = Field(0, ge=0, le=100_000)
    language: Language | None = None
    yes: bool | None = None
    twice: bool = False

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        return {"text": _as_text(value)} if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _one_thing(self) -> "Turn":
        said = "text" in self.model_fields_set or bool(self.attachments)
        if said + (self.answer is not None) + (self.meanwhile is not None) != 1:
            raise ValueError("a turn is one of: a text (with attachments), answer, meanwhile")
        return self


class Fact(Part):
    """Said when any of the texts, or the regular expression, is found. Amounts are compared as amounts."""

    any: list[Words] = []
    regex: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        return {"any": [_as_text(value)]} if isinstance(value, str | int | float) else value

    @model_validator(mode="after")
    def _something(self) -> "Fact":
        if not self.any and self.regex is None:
            raise ValueError("write a text, {any: [text, …]} or {regex: …}")
        if self.regex is not None:
            _no_regex_error(self.regex)
        return self


class OrderParts(Part):
    """Only what is written here is judged."""

    name: Short | None = None
    phone: Short | None = None
    address: SomeWords | None = None
    """Each of these stands in it."""
    payment_method: Literal["cod", "bank_transfer"] | None = None


class ExpectedOrder(OrderParts):
    lines: Quantities | None = None
    status: str | None = None
    total: Amount | None = None
    discount: Amount | None = None
    shipping_fee: Amount | None = None
    note: SomeWords | None = None


class ExpectedCart(OrderParts):
    lines: Quantities | None = None


class ExpectedStock(Part):
    reserved: int | None = None
    available: int | None = None
    on_hand: int | None = None


class ExpectedTicket(Part):
    kind: Annotated[list[TicketKind], BeforeValidator(_as_list)]
    order: Short | None = None
    skus: list[str] | None = None


class ExpectedInvoice(Part):
    order: Short | None = None
    tax_code: Short | None = None
    company: Short | None = None
    address: SomeWords | None = None
    email: Short | None = None


class Expect(Part):
    orders: list[ExpectedOrder] | None = None
    """Exactly the orders placed in this dialogue."""
    known_orders: dict[str, ExpectedOrder] = {}
    """What has changed of orders that stood before; one that is not named must be as it was."""
    cart: ExpectedCart | None = None
    """null: nothing in it."""
    stock: dict[str, ExpectedStock] = {}
    tickets: list[ExpectedTicket] | None = None
    no_tickets: list[TicketKind] = []
    """Kinds of tickets that must not be there."""
    invoice_requests: list[ExpectedInvoice] | None = None
    awaiting: list[Awaited] | None = None
    """What is asked for in the end is one of these; []: nothing is."""
    handed_off: bool | None = None
    language: Language | None = None
    said: list[Fact] = []
    said_anywhere: list[Fact] = []
    not_said: list[Fact] = []
    max_turns: int | None = Field(None, ge=1)
    asked_once: bool = False
    never_asked: list[Awaited] = []

    @model_validator(mode="after")
    def _something(self) -> "Expect":
        if not self.model_fields_set:
            raise ValueError("expects nothing: write at least one thing that must be true in the end")
        return self


class Script(Part):
    """One dialogue as it is written."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    language: Language
    kind: Kind
    shop: Short = "demo"
    note: Words = ""
    """For people."""
    stock: dict[str, Annotated[int, Field(ge=0, le=1_000_000, strict=True)]] = {}
    orders: list[PastOrder] = []
    customer: Identity | None = None
    turns: list[Turn] = Field(min_length=1, max_length=60)
    expect: Expect

    @model_validator(mode="after")
    def _orders_have_owners(self) -> "Script":
        for order in self.orders:
            if self.customer is None and order.customer is None:
                raise ValueError(
                    f"order {order.code} belongs to nobody: add customer: {{channel: …, user_id: …}}"
                )
        return self


@dataclass(frozen=True)
class Case:
    script: Script
    file: Path
    folder: str
    """Its file's folder; results are told apart by it."""
    shop_path: Path
    shop: ShopFile

    @property
    def writing(self) -> str:
        """The language, with Vietnamese that is typed without its marks told apart."""
        if self.script.language != "vi":
            return self.script.language
        texts = "".join(turn.text for turn in self.script.turns).lower()
        marked = sum(c in _MARKED for c in texts)
        return "vi" if marked * 25 >= len(texts) else "vi, no marks"


_MARKED = frozenset("ăâđêôơưáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ")
