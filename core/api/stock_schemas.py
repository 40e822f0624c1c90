"""What the API tells and takes about warehouses and stock. Pieces, whole đồng, times in UTC."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.api.schemas import In, Out

Sku = Field(min_length=1, max_length=64)
WarehouseCode = Field(min_length=1, max_length=40)
Cause = Literal["damaged", "lost", "found", "expired", "sample", "miscounted", "stock_take", "other"]
Kind = Literal["main", "secondary", "branch"]
MAX_PIECES = 1_000_000


class WarehouseIn(In):
    code: str = Field(min_length=1, max_length=40, pattern=r"^[^\s~]\S*$")
    name: str = Field(min_length=1, max_length=200)
    name_en: str = Field("", max_length=200)
    kind: Kind = "main"
    address: str | None = Field(None, min_length=1, max_length=500)
    contact_name: str = Field("", max_length=100, description="The person in charge.")
    phone: str = Field("", max_length=30)
    priority: int = Field(0, ge=0, le=1_000, strict=True, description="Lower is tried first among equals.")


class WarehouseChangeIn(In):
    """What is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=200)
    name_en: str | None = Field(None, max_length=200)
    kind: Kind | None = None
    address: str | None = Field(None, min_length=1, max_length=500)
    contact_name: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=30)
    priority: int | None = Field(None, ge=0, le=1_000, strict=True)
    active: bool | None = None
    reason: str = Field("", max_length=300, description="Why it is switched off while stock is still there.")


class StockLineIn(In):
    sku: str = Sku
    quantity: int = Field(ge=1, le=MAX_PIECES, strict=True)


class TransferIn(In):
    source: str = WarehouseCode
    destination: str = WarehouseCode
    lines: list[StockLineIn] = Field(min_length=1, max_length=500)
    note: str = Field("", max_length=500)


class TransferLinesIn(In):
    lines: list[StockLineIn] = Field(min_length=1, max_length=500)


class TransferReceiptIn(In):
    lines: list[StockLineIn] = Field(min_length=1, max_length=500, description="What has come, in this part.")
    reason: str = Field("", max_length=300, description="Asked for when more came than was sent.")


class ReasonIn(In):
    reason: str = Field("", max_length=300)


class TransferLineOut(Out):
    sku: str
    quantity: int
    received: int
    missing: int
    extra: int
    reason: str


class TransferOut(Out):
    code: str
    state: Literal["draft", "sent", "closed", "cancelled"]
    source: str
    destination: str
    note: str
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    version: int
    lines: list[TransferLineOut]


class CountIn(In):
    warehouse_code: str = WarehouseCode
    skus: list[str] | None = Field(
        None, min_length=1, max_length=5_000, description="Left out: all that the warehouse has ever held."
    )
    note: str = Field("", max_length=500)


class CountedIn(In):
    sku: str = Sku
    counted: int = Field(ge=0, le=10_000_000, strict=True)


class CountsIn(In):
    """By lines, or as the text of a CSV file with the columns `sku` and `counted`."""

    lines: list[CountedIn] = Field([], max_length=5_000)
    csv: str | None = Field(None, max_length=2_000_000)
    at_opening: bool = Field(
        False, description="The figures were taken at the opening; else the shelf was counted as it is now."
    )


class CountApprovalIn(In):
    """`cancel_orders` and `release_holds` are chosen from what a refusal `count_below_reserved` lists."""

    cancel_orders: list[str] = Field([], max_length=200)
    release_holds: list[str] = Field([], max_length=200)
    leave_uncounted: bool = Field(False, description="Lines without a count stay as they are.")


class CountLineOut(Out):
    sku: str
    expected: int = Field(description="Frozen at the opening.")
    moved: int = Field(description="What came and went between the opening and the counting of this line.")
    counted: int | None
    difference: int | None = Field(description="counted − (expected + moved)")
    note: str
    counted_at: datetime | None


class DifferenceOut(Out):
    lines: int
    counted: int
    pieces_over: int
    pieces_short: int
    value: int = Field(description="In đồng at cost; below zero when goods are missing.")
    without_cost: int


class CountOut(Out):
    code: str
    warehouse_code: str
    state: Literal["open", "posted", "cancelled"]
    note: str
    opened_at: datetime
    ended_at: datetime | None
    version: int
    difference: DifferenceOut


class HoldIn(In):
    sku: str = Sku
    warehouse_code: str = WarehouseCode
    quantity: int = Field(ge=1, le=MAX_PIECES, strict=True)
    reason: str = Field(min_length=1, max_length=300)
    expires_at: datetime


class HoldOut(Out):
    code: str
    sku: str
    warehouse_code: str
    quantity: int
    owner_name: str
    reason: str
    state: Literal["held", "released", "expired"]
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None


class LowLevelIn(In):
    sku: str = Sku
    warehouse_code: str | None = Field(
        None, min_length=1, max_length=40, description="Left out: over all active warehouses."
    )
    level: int = Field(ge=0, le=MAX_PIECES, strict=True)


class LowLevelOut(Out):
    sku: str
    warehouse_code: str | None
    level: int
    available: int
    low: bool = Field(description="At the level or below; staff have been told.")
    changed_at: datetime


class MovementOut(Out):
    id: str
    at: datetime
    sku: str
    warehouse_code: str
    quantity: int
    kind: str
    cause: str
    reason: str
    subject_kind: str
    subject_id: str
    order: str | None = Field(description="Code of the order that it belongs to, directly or by a return.")
    actor_id: str


class WarehouseValueOut(Out):
    warehouse_code: str
    name: str
    pieces: int
    value: int
    pieces_without_cost: int


class StockValueOut(Out):
    """On hand × cost, in đồng; what is between two warehouses stands as a place of its own."""

    total: int
    pieces: int
    pieces_without_cost: int
    warehouses: list[WarehouseValueOut]


class ValueLineOut(Out):
    sku: str
    warehouse_code: str
    on_hand: int
    cost: int | None
    value: int | None
