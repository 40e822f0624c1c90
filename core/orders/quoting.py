"""Freeze a cart into a summary with all amounts: what the buyer says yes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from core.catalogue.models import Variant
from core.catalogue.queries import option_text
from core.errors import AppError, Conflict, InsufficientStock, Invalid, NotFound
from core.ids import new_id
from core.money import MAX_DONG, Dong
from core.orders.discounts import discount_percent
from core.orders.models import Cart, Quote
from core.orders.queries import known_cart
from core.orders.risk import Risk, risk_of
from core.orders.totals import carrier_sets_fee, work_out
from core.ports.addresses import DeliveryAddress
from core.shop import ShopProfile, shop_profile
from core.stock.queries import available_by_variant


def missing_parts(cart: Cart) -> list[str]:
    """What the cart still lacks before it can be quoted, in the order in which a person would ask."""
    checks = (
        ("item", bool(cart.lines)),
        ("name", bool(cart.buyer_name)),
        ("phone", bool(cart.phone)),
        ("address", bool(cart.address)),
        ("payment", bool(cart.payment_method)),
    )
    return [part for part, present in checks if not present]


class CarrierFeeUnknown(AppError):
    """The shop passes the carrier's fee on, and the carrier has not told it. Nothing ships for nothing."""

    status = 503


@dataclass(frozen=True)
class CarrierFee:
    """What the carrier said to this very state of the cart; without a `fee`, `problem` says why."""

    cart_version: int
    fee: int | None
    problem: str = ""


def quote_cart(
    session: Session, *, cart_id: str, now: datetime, carrier_fee: CarrierFee | None = None
) -> Quote:
    """Raises `Invalid` listing what is missing, `InsufficientStock` when some line cannot be had now.

    `carrier_fee` comes from `core.shipping.rates`; without it `CarrierFeeUnknown` is raised where the buyer is to
    pay the carrier's own fee.
    """
    cart = known_cart(session, cart_id)
    if cart.status != "open":
        raise Conflict(
            "cart_closed", f"This cart is {cart.status}. Start a new one.", {"status": cart.status}
        )
    missing = missing_parts(cart)
    if missing:
        raise Invalid("cart_incomplete", f"Still missing: {', '.join(missing)}.", {"missing": missing})
    variants = _variants(session, cart)
    _check_stock(session, cart, variants)
    profile = shop_profile(session)
    risk = risk_of(
        session, customer_id=cart.customer_id, phone=cart.phone, payment_method=cart.payment_method,
        profile=profile, now=now,
    )  # fmt: skip
    content = _content(cart, variants, profile, carrier_fee, risk)
    if content["total"] > MAX_DONG:
        raise Invalid("total_too_large", "The order is too large to be taken at once.", {})
    quote = Quote(
        id=new_id(),
        cart_id=cart.id,
        cart_version=cart.version,
        state="open",
        content=content,
        total=Dong(content["total"]),
        created_at=now,
        expires_at=now + timedelta(minutes=profile.quote_minutes),
    )
    session.add(quote)
    session.flush()
    return quote


def get_quote(session: Session, quote_id: str) -> Quote:
    quote = session.get(Quote, quote_id)
    if quote is None:
        raise NotFound("quote_not_found", "There is no such quote. Ask for a new one.", {})
    return quote


@dataclass(frozen=True)
class PriceChange:
    """A line whose unit price is another one than in the summary before."""

    sku: str
    before: int
    after: int


def price_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[PriceChange]:
    """Between the contents of two quotes; lines that stand in one only are no price changes."""
    old = {line["sku"]: line["unit_price"] for line in before["lines"]}
    return [
        PriceChange(line["sku"], old[line["sku"]], line["unit_price"])
        for line in after["lines"]
        if old.get(line["sku"], line["unit_price"]) != line["unit_price"]
    ]


_VARIANTS = (
    select(Variant)
    .where(Variant.id.in_(bindparam("variants", expanding=True)))
    .options(joinedload(Variant.product))
)


def _variants(session: Session, cart: Cart) -> dict[str, Variant]:
    found = session.scalars(_VARIANTS, {"variants": [line.variant_id for line in cart.lines]})
    variants = {variant.id: variant for variant in found}
    for variant in variants.values():
        if not variant.active or variant.product.status != "active":
            raise Conflict(
                "variant_not_on_sale", f"{variant.sku} is no longer on sale.", {"sku": variant.sku}
            )
    return variants


def _check_stock(session: Session, cart: Cart, variants: dict[str, Variant]) -> None:
    available = available_by_variant(session, list(variants))
    short = [
        {
            "sku": variants[line.variant_id].sku,
            "asked": line.quantity,
            "available": available[line.variant_id],
        }
        for line in cart.lines
        if available[line.variant_id] < line.quantity
    ]
    if short:
        raise InsufficientStock(short)


def _check_fee(cart: Cart, told: CarrierFee | None) -> None:
    if told is not None and told.fee is not None and told.cart_version == cart.version:
        return
    problem = told.problem if told is not None else ""
    raise CarrierFeeUnknown(
        "carrier_fee_unknown",
        "The carrier has not told its fee for this cart, so there is no total yet. Try again in a minute; if that "
        "does not help, look at the address and the carrier's connection, or set shipping.flat_fee.",
        {"problem": problem[:300]},
    )


def _content(
    cart: Cart, variants: dict[str, Variant], profile: ShopProfile, carrier_fee: CarrierFee | None, risk: Risk
) -> dict[str, Any]:
    priced = [(variants[line.variant_id].price, line.quantity) for line in cart.lines]
    percent = discount_percent(
        cart, subtotal=sum(price * quantity for price, quantity in priced), rule=profile.haggling
    )
    totals = work_out(
        priced,
        discount_percent=percent,
        shipping=profile.shipping,
        carrier_fee=carrier_fee.fee or 0 if carrier_fee else 0,
    )
    if carrier_sets_fee(totals.subtotal - totals.discount, profile.shipping):
        _check_fee(cart, carrier_fee)
    lines = []
    for line, amount in zip(cart.lines, totals.lines, strict=True):
        variant = variants[line.variant_id]
        lines.append(
            {
                "variant_id": variant.id,
                "variant_version": variant.version,
                "sku": variant.sku,
                "name": variant.product.name,
                "name_en": variant.product.name_en,
                "option_text": option_text(variant.option_values),
                "option_text_en": option_text(variant.option_values_en) or option_text(variant.option_values),
                "quantity": line.quantity,
                "unit_price": variant.price,
                "discount": amount.discount,
                "amount": amount.amount,
                "vat_class": variant.product.vat_class,
                "weight_g": variant.weight_g,
            }
        )
    return {
        "lines": lines,
        "buyer_name": cart.buyer_name,
        "phone": cart.phone,
        "address": cart.address,
        "address_text": DeliveryAddress(**cart.address).text,
        "delivery_note": cart.delivery_note,
        # All beforehand is a transfer, whatever was wished for.
        "payment_method": "bank_transfer" if risk.level == "prepay" else cart.payment_method,
        "risk": risk.as_dict(),
        "discount_percent": percent,
        "subtotal": totals.subtotal,
        "discount": totals.discount,
        "shipping_fee": totals.shipping_fee,
        "total": totals.total,
    }
