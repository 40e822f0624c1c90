"""The shop itself: what its owner decides. One row; every rule that is the shop's to set lives here."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import CheckConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base
from core.texts import without_nul

PaymentMethod = Literal["cod", "bank_transfer"]


class ShippingRule(BaseModel):
    """`flat_fee` None: the carrier's fee is passed on to the buyer."""

    model_config = ConfigDict(extra="forbid")
    flat_fee: int | None = Field(None, ge=0, le=10**9)
    free_from_subtotal: int | None = Field(None, ge=0, le=10**13)


class BankAccount(BaseModel):
    model_config = ConfigDict(extra="forbid")
    bank: str = Field(min_length=2, max_length=100)
    account: str = Field(pattern=r"^[0-9A-Za-z]{4,24}$")
    holder: str = Field(min_length=1, max_length=100)


class ApprovalRules(BaseModel):
    """What waits for a yes. None switches a rule off. `expires_minutes` bounds every question."""

    model_config = ConfigDict(extra="forbid")
    order_total_from: int | None = Field(20_000_000, ge=0)
    discount_percent_from: int | None = Field(10, ge=0, le=100)
    cancel_after_packing: bool = True
    refund_from: int | None = Field(0, ge=0, description="From 0 on: every refund that no manager asked for.")
    purchase_total_from: int | None = Field(20_000_000, ge=0)
    expires_minutes: int = Field(24 * 60, ge=1, le=60 * 24 * 30)
    by_asker: Literal["owner", "anyone", "nobody"] = Field(
        "owner",
        description="Whose yes counts to what they asked themselves, of staff who may decide it: the owner's, "
        "anyone's or nobody's. Where nobody else is there who may decide it, the asker may.",
    )


class PurchasingRules(BaseModel):
    """How much more than ordered is taken in without asking, in percent of each line."""

    model_config = ConfigDict(extra="forbid")
    over_delivery_percent: int = Field(5, ge=0, le=100)


class HagglingRule(BaseModel):
    """How far the assistant may go when a buyer haggles, once for each cart, from an amount of goods on."""

    model_config = ConfigDict(extra="forbid")
    max_percent: int = Field(ge=1, le=90)
    from_subtotal: int = Field(0, ge=0, le=10**13)


class InvoiceRules(BaseModel):
    """`automatic`: by itself on delivery for every order; else on the buyer's request or from an amount."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["vat", "sales"] = "vat"
    automatic: bool = False
    automatic_from_total: int | None = Field(None, ge=0)


class AssistantRules(BaseModel):
    """`shadow`: it only drafts, and a person sends; for getting to know it before it may answer alone."""

    model_config = ConfigDict(extra="forbid")
    mode: Literal["auto", "shadow"] = "auto"


class CodRiskRule(BaseModel):
    """What a buyer is asked for who refused so many parcels of this shop: a call, a deposit, or all beforehand.

    None leaves a step out. Deposit and prepayment need the shop's bank account; without it a call has to do.
    """

    model_config = ConfigDict(extra="forbid")
    confirm_from: int | None = Field(1, ge=1, le=100)
    deposit_from: int | None = Field(2, ge=1, le=100)
    prepay_from: int | None = Field(3, ge=1, le=100)
    deposit_percent: int = Field(30, ge=1, le=99)
    within_days: int = Field(365, ge=1, le=3650)


class ReminderRule(BaseModel):
    """One friendly word about a cart left behind, never at night; `text` is the shop's own wording."""

    model_config = ConfigDict(extra="forbid")
    after_minutes: int = Field(ge=5, le=24 * 60)
    text: str = Field("", max_length=1_000)


class ShopProfile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    _storable = model_validator(mode="before")(without_nul)

    name: str = Field("Cửa hàng", min_length=1, max_length=200)
    currency: Literal["VND"] = "VND"
    timezone: Literal["Asia/Ho_Chi_Minh", "Asia/Saigon"] = "Asia/Ho_Chi_Minh"
    languages: list[Literal["vi", "en", "ko"]] = Field(["vi", "en", "ko"], min_length=1)
    prices_include_vat: Literal[True] = True
    shipping: ShippingRule = ShippingRule()
    payment_methods: list[PaymentMethod] = Field(["cod"], min_length=1)
    bank: BankAccount | None = None
    haggling: HagglingRule | None = None
    """None: prices are fixed, and the assistant says so kindly."""
    wholesale_from_qty: int | None = Field(None, ge=1, le=10**6)
    return_days: int = Field(7, ge=0, le=365)
    address: str = Field("", max_length=500)
    opening_hours: str = Field("", max_length=500)
    hotline: str = Field("", max_length=50)
    approvals: ApprovalRules = ApprovalRules()
    invoices: InvoiceRules = InvoiceRules()
    purchasing: PurchasingRules = PurchasingRules()
    assistant: AssistantRules = AssistantRules()
    quote_minutes: int = Field(30, ge=1, le=24 * 60)
    split_orders: bool = False
    """Whether one order may leave from several warehouses."""
    reminders: ReminderRule | None = None
    """None: nobody is reminded of a cart that was left behind."""
    cod_risk: CodRiskRule | None = None
    """None: everybody may pay on delivery."""
    pack_within_hours: int | None = Field(None, ge=1, le=24 * 30)
    """Orders unpacked for longer are overdue; None: no deadline."""
    duplicates_within_hours: int = Field(24, ge=0, le=24 * 30)
    """Same phone and same goods within so many hours are shown as one order perhaps placed twice; 0: never."""
    website: str = Field("", max_length=300, pattern=r"^(https?://\S+)?$")
    """Where the shop's own product pages are; a link to one names the product by its SKU."""


class ShopRow(Base):
    __tablename__ = "shop"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    profile: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]


_READ = "chotdon_shop_profile"
_PROFILE = select(ShopRow.profile).where(ShopRow.id == 1)


def shop_profile(session: Session) -> ShopProfile:
    """Read once a transaction: nearly every rule asks for it."""
    known: ShopProfile | None = session.info.get(_READ)
    if known is None:
        profile = session.scalar(_PROFILE)
        known = ShopProfile.model_validate(profile) if profile is not None else ShopProfile()
        session.info[_READ] = known
    return known


def forget_profile(session: Session) -> None:
    """Behind whatever has changed it in this transaction."""
    session.info.pop(_READ, None)


def save_shop_profile(session: Session, *, profile: ShopProfile, now: datetime) -> None:
    forget_profile(session)
    row = session.get(ShopRow, 1)
    if row is None:
        session.add(ShopRow(id=1, profile=profile.model_dump(mode="json"), updated_at=now))
    else:
        row.profile, row.updated_at = profile.model_dump(mode="json"), now
    session.flush()
