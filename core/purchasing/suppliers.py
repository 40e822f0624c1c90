"""Who the shop buys from, at which price, and who is the usual one of each variant."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, joinedload, selectinload

from core import audit
from core.actor import Actor
from core.catalogue.models import Variant
from core.customers.phones import normalise_phone
from core.errors import Conflict, Invalid, NotFound
from core.ids import is_id, new_id
from core.money import MAX_DONG
from core.orders.codes import next_value
from core.purchasing.models import Supplier, SupplierPrice
from core.tax_codes import check_tax_code

FIELDS = ("name", "contact_name", "phone", "email", "tax_code", "address", "terms")
MAX_BATCH = 1_000
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
_EMAIL = re.compile(r"[^@\s,;]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Offer:
    """One line of a price list: a piece of this SKU, VAT excluded."""

    sku: str
    price: int
    supplier_sku: str = ""
    minimum_quantity: int = 1
    lead_days: int = 0
    usual: bool = False


def add_supplier(
    session: Session,
    *,
    details: Mapping[str, str],
    actor: Actor,
    now: datetime,
    code: str = "",
    form_id: str = "",
) -> Supplier:
    """`details` are some of FIELDS, the name among them. Without a code the next `NCC…` is taken.

    `form_id` names the form that was filled in: sent twice, it gives the supplier that it made the first time.
    """
    actor.require_role("manager", action="keep suppliers")
    supplier_id = form_id if is_id(form_id) else new_id()
    if session.get(Supplier, supplier_id) is not None:
        return get_supplier(session, supplier_id)
    values = _checked(details)
    if not values.get("name"):
        raise Invalid("name_missing", "Give the supplier's name.", {})
    code = code.strip().upper() or f"NCC{next_value(session, 'supplier', start=1001)}"
    if not _CODE.fullmatch(code):
        raise Invalid(
            "code_invalid", "A supplier's code has up to 32 letters A-Z, digits, dots or dashes.", {}
        )
    if session.scalar(select(Supplier.id).where(Supplier.code == code)) is not None:
        raise Conflict("supplier_code_taken", f"There is a supplier {code} already.", {"code": code})
    supplier = Supplier(id=supplier_id, code=code, status="active", version=1, created_at=now, updated_at=now,
                        **{field: values.get(field, "") for field in FIELDS})  # fmt: skip
    session.add(supplier)
    session.flush()
    _audit(session, actor, "supplier.added", supplier.id, now, {"code": code})
    return get_supplier(session, code)


def change_supplier(
    session: Session,
    *,
    code: str,
    changes: Mapping[str, str],
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Supplier:
    """What is left out stays as it is."""
    actor.require_role("manager", action="keep suppliers")
    values = _checked(changes)
    if not values.get("name", "x"):
        raise Invalid("name_missing", "A supplier needs a name.", {})
    supplier = get_supplier(session, code)
    _claim(session, supplier, expected_version, now, values)
    _audit(session, actor, "supplier.changed", supplier.id, now, {"after": values})
    return get_supplier(session, code)


def archive_supplier(
    session: Session, *, code: str, actor: Actor, now: datetime, archived: bool = True
) -> Supplier:
    """Archived: nothing more is bought there; what was bought stays. May be taken back."""
    actor.require_role("manager", action="keep suppliers")
    supplier = get_supplier(session, code)
    _claim(session, supplier, None, now, {"status": "archived" if archived else "active"})
    action = "supplier.archived" if archived else "supplier.restored"
    _audit(session, actor, action, supplier.id, now, {})
    return get_supplier(session, code)


def set_offers(
    session: Session,
    *,
    code: str,
    offers: Sequence[Offer],
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Supplier:
    """Put these into the price list, new or in the place of what stood; a usual offer ends another's."""
    actor.require_role("manager", action="keep suppliers")
    if len(offers) > MAX_BATCH:
        raise Invalid("too_many_offers", f"At most {MAX_BATCH:,} prices at once.", {})
    for offer in offers:
        _check_offer(offer)
    supplier = get_supplier(session, code)
    _claim(session, supplier, expected_version, now, {})
    variants = variants_named(session, [offer.sku for offer in offers])
    for offer in sorted(offers, key=lambda o: variants[o.sku].id):
        _put(session, supplier, variants[offer.sku], offer)
    skus = [offer.sku for offer in offers]
    _audit(session, actor, "supplier.prices", supplier.id, now, {"skus": skus[:100]})
    return get_supplier(session, code)


def remove_offer(session: Session, *, code: str, sku: str, actor: Actor, now: datetime) -> Supplier:
    actor.require_role("manager", action="keep suppliers")
    supplier = get_supplier(session, code)
    found = next((price for price in supplier.prices if price.sku == sku), None)
    if found is None:
        raise NotFound("offer_not_found", f"{supplier.code} has no price for {sku[:40]}.", {"sku": sku[:40]})
    session.delete(found)
    session.flush()
    _audit(session, actor, "supplier.price_removed", supplier.id, now, {"sku": sku})
    return get_supplier(session, code)


def get_supplier(session: Session, code: str) -> Supplier:
    """By code or id, with its price list."""
    supplier = session.scalar(
        select(Supplier)
        .where(or_(Supplier.code == code.upper(), Supplier.id == code))
        .options(selectinload(Supplier.prices))
        .execution_options(populate_existing=True)
    )
    if supplier is None:
        raise NotFound("supplier_not_found", f"There is no supplier {code[:40]}.", {"code": code[:40]})
    return supplier


def list_suppliers(
    session: Session,
    *,
    after: str | None,
    limit: int,
    status: str | None = None,
    text: str = "",
    sku: str | None = None,
) -> list[Supplier]:
    """Oldest first; `sku` leaves those that sell it."""
    statement = select(Supplier).options(selectinload(Supplier.prices)).order_by(Supplier.id).limit(limit)
    if after is not None:
        statement = statement.where(Supplier.id > after)
    if status is not None:
        statement = statement.where(Supplier.status == status)
    if text.strip():
        wanted = text.strip()
        statement = statement.where(
            or_(Supplier.code == wanted.upper(), Supplier.name.icontains(wanted, autoescape=True))
        )
    if sku is not None:
        statement = statement.where(
            Supplier.id.in_(select(SupplierPrice.supplier_id).where(SupplierPrice.sku == sku))
        )
    return list(session.scalars(statement))


def usual_offers(session: Session, variant_ids: Collection[str]) -> dict[str, SupplierPrice]:
    """By variant: the usual supplier's, else that of the only one that sells it. Archived ones sell nothing."""
    offers: dict[str, list[SupplierPrice]] = {}
    for price in session.scalars(
        select(SupplierPrice)
        .join(Supplier, Supplier.id == SupplierPrice.supplier_id)
        .where(SupplierPrice.variant_id.in_(variant_ids), Supplier.status == "active")
        .order_by(SupplierPrice.usual.desc(), SupplierPrice.id)
    ):
        offers.setdefault(price.variant_id, []).append(price)
    return {variant: own[0] for variant, own in offers.items() if own[0].usual or len(own) == 1}


def variants_named(session: Session, skus: Collection[str]) -> dict[str, Variant]:
    """With their products, on sale or not: what is not sold yet may be bought."""
    found = {
        variant.sku: variant
        for variant in session.scalars(
            select(Variant).where(Variant.sku.in_(skus)).options(joinedload(Variant.product))
        )
    }
    for sku in skus:
        if sku not in found:
            raise NotFound("variant_not_found", f"There is no SKU {sku[:40]}.", {"sku": sku[:40]})
    return found


def _put(session: Session, supplier: Supplier, variant: Variant, offer: Offer) -> None:
    if offer.usual:
        session.execute(
            update(SupplierPrice)
            .where(
                SupplierPrice.variant_id == variant.id, SupplierPrice.usual,
                SupplierPrice.supplier_id != supplier.id,
            )
            .values(usual=False)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    insert_for = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    values = {
        "price": offer.price, "supplier_sku": offer.supplier_sku, "minimum_quantity": offer.minimum_quantity,
        "lead_days": offer.lead_days, "usual": offer.usual,
    }  # fmt: skip
    session.execute(
        insert_for(SupplierPrice)
        .values(id=new_id(), supplier_id=supplier.id, variant_id=variant.id, sku=variant.sku, **values)
        .on_conflict_do_update(index_elements=["supplier_id", "variant_id"], set_=values)
    )


def _check_offer(offer: Offer) -> None:
    for name, value, most in (
        ("price", offer.price, MAX_DONG),
        ("minimum_quantity", offer.minimum_quantity, 1_000_000),
        ("lead_days", offer.lead_days, 365),
    ):
        if not (name == "minimum_quantity") <= value <= most:
            raise Invalid(
                "offer_invalid", f"{offer.sku}: {name} must be at most {most:,} and not negative.", {}
            )


def _checked(details: Mapping[str, str]) -> dict[str, str]:
    values = {field: " ".join(details[field].split()) for field in FIELDS if field in details}
    if values.get("phone"):
        values["phone"] = normalise_phone(values["phone"])
    if values.get("tax_code"):
        values["tax_code"] = check_tax_code(values["tax_code"])
    if values.get("email") and not _EMAIL.fullmatch(values["email"]):
        raise Invalid("email_invalid", "The e-mail address is not valid.", {"email": values["email"][:100]})
    return values


def _claim(
    session: Session, supplier: Supplier, expected: int | None, now: datetime, values: Mapping[str, Any]
) -> None:
    """One writer at a time: the second of two edits of the same version is told."""
    version = supplier.version if expected is None else expected
    claimed = session.execute(
        update(Supplier)
        .where(Supplier.id == supplier.id, Supplier.version == version)
        .values(version=version + 1, updated_at=now, **values)
        .returning(Supplier.id)
        .execution_options(synchronize_session=False)
    ).first()
    if claimed is None:
        raise Conflict(
            "supplier_changed_meanwhile",
            f"Supplier {supplier.code} was changed meanwhile. Look at it again, then repeat the change.",
            {"code": supplier.code},
        )


def _audit(
    session: Session, actor: Actor, action: str, supplier_id: str, now: datetime, data: dict[str, Any]
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_kind="supplier",
        subject_id=supplier_id,
        now=now,
        data=data,
    )
