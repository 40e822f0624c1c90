"""What the API tells and takes about orders beyond one order and its steps."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from core.api.schemas import CartIn, In, LineIn, OrderOut, Out


class TagsIn(In):
    tags: list[str] = Field(max_length=20)


class NoteIn(In):
    note: str = Field(max_length=2_000)


class MergeIn(In):
    orders: list[str] = Field(
        min_length=1, max_length=20, description="Codes of the same customer's other orders."
    )


class SplitIn(In):
    lines: list[LineIn] = Field(min_length=1, max_length=100, description="What goes into the new order.")


class SplitOut(Out):
    order: OrderOut
    new_order: OrderOut


class BulkIn(In):
    action: Literal["pack", "cancel", "complete"]
    codes: list[str] = Field([], max_length=200)
    range: str = Field("", max_length=500, description="For instance `1021-1040` or `DH1021-DH1040, DH1050`.")
    reason: str = Field("", max_length=500)


class BulkRowOut(Out):
    code: str
    outcome: Literal["done", "already", "waiting", "refused"]
    message: str


class BulkOut(Out):
    results: list[BulkRowOut]


class DuplicateOut(Out):
    code: str
    sales_channel: str
    status: str
    fulfilment_state: str
    total: int
    placed_at: datetime


class OrderDetailOut(OrderOut):
    """The order with what staff should see before they pack it."""

    pack_by: datetime | None
    suspected_duplicates: list[DuplicateOut]
    deposit_due: int


class RiskIn(In):
    """`confirmed`: somebody called and the buyer wants it. `overridden`: the shop takes the risk; say why."""

    state: Literal["confirmed", "overridden"]
    reason: str = Field("", max_length=300)


class ManualOrderIn(CartIn):
    """Written down by staff for a buyer who called or commented; checked like a buyer's own order."""

    discount_percent: int = Field(0, ge=0, le=90, strict=True)
