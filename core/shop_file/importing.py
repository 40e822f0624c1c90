"""Load a checked shop file into an empty shop, all or nothing."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.catalogue.indexing import index_new
from core.catalogue.models import Product, Variant
from core.customers.identities import ANY_CHANNEL, customer_for
from core.db import insert_rows
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.events import is_heard, publish
from core.knowledge.documents import add_document
from core.knowledge.faqs import FaqText, add_faq
from core.knowledge.passages import mark_changed
from core.orders.codes import raise_counter
from core.ports.addresses import AddressBook
from core.ports.knowledge import DocumentReader
from core.shop import save_shop_profile
from core.shop_file.history import add_past_order, kept_phone
from core.shop_file.schema import DocumentPart, ProductPart, ShopFile
from core.stock.levels import open_stock
from core.stock.models import Warehouse

VAT_CLASS_OF_RATE = {None: "not_subject", 0: "zero", 5: "five", 8: "ten_reducible", 10: "ten_excluded"}


def import_shop(
    session: Session,
    *,
    shop: ShopFile,
    addresses: AddressBook,
    now: datetime,
    reader: DocumentReader | None = None,
) -> dict[str, int]:
    """Returns how many of each came in. Orders are history: stock figures already stand after them."""
    if session.scalar(select(func.count()).select_from(Product)):
        raise Conflict(
            "shop_not_empty",
            "This shop already has products. Import into an empty shop (a new data folder or database).",
            {},
        )
    save_shop_profile(session, profile=shop.shop, now=now)
    warehouses = _warehouses(session, shop, addresses)
    _products(session, shop.products, warehouses, SYSTEM, now)
    for part in shop.customers:
        customer = customer_for(
            session, chat_channel=part.channel or ANY_CHANNEL, external_id=part.channel_user_id, now=now
        )
        customer.name, customer.email = part.name, part.email
        customer.phone = kept_phone(part.phone)
        reading = addresses.read(part.address) if part.address else None
        customer.address = reading.address.as_dict() if reading and reading.address else {}
    _faqs(session, shop, now)
    _documents(session, shop.documents, reader, now)
    mark_changed(session)
    for order in shop.orders:
        add_past_order(session, order, warehouses=list(warehouses.values()), addresses=addresses, now=now)
    _raise_order_counter(session, [order.code for order in shop.orders])
    session.flush()
    return {
        "warehouses": len(shop.warehouses),
        "products": len(shop.products),
        "variants": sum(len(p.variants) for p in shop.products),
        "customers": len(shop.customers),
        "faqs": len(shop.faqs),
        "documents": len(shop.documents),
        "orders": len(shop.orders),
    }


def _warehouses(session: Session, shop: ShopFile, addresses: AddressBook) -> dict[str, str]:
    ids = {}
    for index, part in enumerate(shop.warehouses):
        reading = addresses.read(part.address) if part.address else None
        place = reading.address if reading else None
        row = Warehouse(
            id=new_id(),
            code=part.code,
            name=part.name,
            name_en=part.name_en,
            kind=part.kind,
            address=part.address,
            street=place.street if place else part.address,
            ward=place.ward if place else "",
            district=place.district if place else "",
            province=place.province if place else "",
            province_code=place.province_code if place else "",
            address_era=place.era if place else "old",
            contact_name=part.contact_name,
            phone=part.phone or shop.shop.hotline,
            active=True,
            priority=part.priority or index,
        )
        session.add(row)
        ids[part.code] = row.id
    session.flush()
    return ids


def add_products(session: Session, parts: list[ProductPart], *, now: datetime, actor: Actor) -> None:
    """New products into a shop that runs; refuses a SKU that is taken and a warehouse that is unknown."""
    warehouses = {w.code: w.id for w in session.scalars(select(Warehouse).where(~Warehouse.in_transit))}
    taken = set(session.scalars(select(Product.sku))) | set(session.scalars(select(Variant.sku)))
    for part in parts:
        for sku in (part.sku, *(variant.sku for variant in part.variants)):
            if sku in taken:
                raise Conflict("sku_taken", f"SKU {sku} exists already.", {"sku": sku})
        for code in {code for variant in part.variants for code in variant.stock}:
            if code not in warehouses:
                raise Invalid(
                    "warehouse_not_found", f"There is no warehouse {code}.", {"warehouse_code": code}
                )
    _products(session, parts, warehouses, actor, now)
    skus = [part.sku for part in parts]
    audit.record_all(
        session, actor=actor, action="product.created", subject_kind="product", subject_ids=skus, now=now
    )
    if is_heard(session, "product.changed"):
        for sku in skus:
            publish(session, "product.changed", {"key": new_id(), "sku": sku}, now=now)


def _products(
    session: Session, parts: list[ProductPart], warehouses: dict[str, str], actor: Actor, now: datetime
) -> None:
    products: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    counts: dict[tuple[str, str], int] = {}
    for part in parts:
        product_id = new_id()
        products.append(_product_row(part, product_id, now))
        for position, variant in enumerate(part.variants):
            variant_id = new_id()
            variants.append(
                {
                    "id": variant_id,
                    "product_id": product_id,
                    "sku": variant.sku,
                    "position": position,
                    "option_values": variant.options,
                    "option_values_en": variant.options_en or _english_values(part, variant.options),
                    "price": variant.price,
                    "cost": variant.cost,
                    "weight_g": variant.weight_g,
                    "active": variant.active,
                    "version": 1,
                }
            )
            counts |= {(variant_id, warehouses[code]): n for code, n in variant.stock.items()}
    insert_rows(session, Product, products)
    insert_rows(session, Variant, variants)
    skus = ([variant.sku for variant in part.variants] for part in parts)
    index_new(session, zip(products, skus, strict=True))
    open_stock(session, counts, actor=actor, now=now)


def _product_row(part: ProductPart, product_id: str, now: datetime) -> dict[str, Any]:
    same = (
        "sku", "name", "name_en", "category", "category_en", "brand", "description", "description_en", "aliases",
        "size_chart", "size_chart_en", "images", "related",
    )  # fmt: skip
    return {
        "id": product_id,
        **{name: getattr(part, name) for name in same},
        "specifications": [item.model_dump() for item in part.specifications],
        "options": [option.model_dump() for option in part.options],
        "vat_class": VAT_CLASS_OF_RATE[part.vat_rate],
        "status": "active" if part.active else "archived",
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _english_values(part: ProductPart, options: dict[str, str]) -> dict[str, str]:
    english = {}
    for option in part.options:
        index = option.values.index(options[option.name])
        value = option.values_en[index] if index < len(option.values_en) else options[option.name]
        english[option.name_en or option.name] = value
    return english


def _faqs(session: Session, shop: ShopFile, now: datetime) -> None:
    for faq in shop.faqs:
        written = {
            "vi": (faq.question, faq.answer),
            "en": (faq.question_en, faq.answer_en),
            "ko": (faq.question_ko, faq.answer_ko),
        }
        phrasings = {str(language): tuple(others) for language, others in faq.phrasings.items()}
        texts = {
            language: FaqText(question, answer, phrasings.get(language, ()))
            for language, (question, answer) in written.items()
            if question.strip() and answer.strip()
        }
        if texts:
            add_faq(session, faq_id=faq.id, texts=texts, actor=SYSTEM, now=now)


def _documents(
    session: Session, parts: list[DocumentPart], reader: DocumentReader | None, now: datetime
) -> None:
    """Plain texts with headings: cutting them takes milliseconds, so it may stand in the transaction."""
    for part in parts:
        if reader is None:
            raise Invalid("documents_unreadable", "Documents cannot be read here. Use `chotdon import`.", {})
        name, content = f"{part.id}.md", part.text.encode()
        read = reader.read_document(filename=name, content=content, title=part.title, language=part.language)
        add_document(
            session, document_id=part.id, filename=name, content=content, read=read, language=part.language,
            actor=SYSTEM, now=now, origin="shop_file",
        )  # fmt: skip


def _raise_order_counter(session: Session, codes: list[str]) -> None:
    found = (re.fullmatch("DH([0-9]{1,9})", code, re.IGNORECASE) for code in codes)
    raise_counter(session, "order", at_least=max([1000, *(int(m[1]) for m in found if m)]))
