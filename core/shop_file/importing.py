"""Load a checked shop file into an empty shop, all or nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.catalogue.models import Product, Variant
from core.catalogue.queries import option_text
from core.catalogue.search import search_text
from core.customers.identities import customer_for
from core.customers.models import Customer
from core.customers.phones import normalise_phone
from core.errors import AppError, Conflict, Invalid
from core.ids import new_id
from core.knowledge.documents import add_document
from core.knowledge.faqs import FaqText, add_faq
from core.knowledge.passages import mark_changed
from core.orders.codes import raise_counter
from core.orders.models import Order, OrderLine
from core.payments.models import Payment
from core.ports.addresses import AddressBook
from core.ports.knowledge import DocumentReader
from core.shipping.models import Shipment
from core.shop import save_shop_profile
from core.shop_file.schema import DocumentPart, OrderPart, ProductPart, ShopFile
from core.stock.models import StockLevel, StockMovement, Warehouse

VAT_CLASS_OF_RATE = {None: "not_subject", 0: "zero", 5: "five", 8: "ten_reducible", 10: "ten_excluded"}

_SHIPMENT_STATES = {
    "delivered": "delivered",
    "in_transit": "in_transit",
    "delivering": "delivering",
    "failed": "delivery_failed",
    "returned": "returned",
    "created": "created",
}


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
    _products(session, shop.products, warehouses, now)
    for part in shop.customers:
        customer = customer_for(session, chat_channel=part.channel, external_id=part.channel_user_id, now=now)
        customer.name, customer.email = part.name, part.email
        customer.phone = _phone(part.phone)
        reading = addresses.read(part.address) if part.address else None
        customer.address = reading.address.as_dict() if reading and reading.address else {}
    _faqs(session, shop, now)
    _documents(session, shop.documents, reader, now)
    mark_changed(session)
    for order in shop.orders:
        _order(session, order, warehouses, addresses, now)
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
    warehouses = {w.code: w.id for w in session.scalars(select(Warehouse))}
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
    _products(session, parts, warehouses, now)
    for part in parts:
        audit.record(
            session,
            actor=actor,
            action="product.created",
            subject_kind="product",
            subject_id=part.sku,
            now=now,
        )


def _products(session: Session, parts: list[ProductPart], warehouses: dict[str, str], now: datetime) -> None:
    products: list[dict[str, Any]] = []
    variants: list[dict[str, Any]] = []
    levels: list[dict[str, Any]] = []
    movements: list[dict[str, Any]] = []
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
                    "active": True,
                    "version": 1,
                }
            )
            for code, quantity in variant.stock.items():
                key = {"variant_id": variant_id, "warehouse_id": warehouses[code]}
                levels.append({**key, "on_hand": quantity, "reserved": 0})
                if quantity:
                    movements.append(
                        {
                            **key,
                            "id": new_id(),
                            "quantity": quantity,
                            "kind": "receipt",
                            "reason": "opening stock",
                            "subject_kind": "",
                            "subject_id": "",
                            "actor_id": SYSTEM.id,
                            "at": now,
                        }
                    )
    for table, rows in (
        (Product, products),
        (Variant, variants),
        (StockLevel, levels),
        (StockMovement, movements),
    ):
        if rows:
            session.execute(insert(table), rows)


def _product_row(part: ProductPart, product_id: str, now: datetime) -> dict[str, Any]:
    same = part.model_dump(
        include={
            "sku", "name", "name_en", "category", "category_en", "brand", "description", "description_en",
            "aliases", "specifications", "size_chart", "size_chart_en", "options", "images",
        }
    )  # fmt: skip
    return {
        "id": product_id,
        **same,
        "vat_class": VAT_CLASS_OF_RATE[part.vat_rate],
        "search_text": search_text(
            [
                part.sku,
                part.name,
                part.name_en,
                part.category,
                part.category_en,
                part.brand,
                *part.aliases,
                *(value for option in part.options for value in (*option.values, *option.values_en)),
            ]
        ),
        "status": "active",
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


def _order(
    session: Session, part: OrderPart, warehouses: dict[str, str], addresses: AddressBook, now: datetime
) -> None:
    customer = customer_for(session, chat_channel=part.channel, external_id=part.channel_user_id, now=now)
    reading = addresses.read(part.address)
    place = reading.address.as_dict() if reading.address else {}
    _remember_customer(customer, part, place)
    placed = now - timedelta(days=part.placed_days_ago)
    delivered = now - timedelta(days=part.delivered_days_ago) if part.delivered_days_ago is not None else None
    fulfilment = _fulfilment(part)
    paid = part.status == "completed" or (part.payment_method == "cod" and fulfilment == "delivered")
    order = Order(
        id=new_id(), code=part.code, quote_id=None, customer_id=customer.id, sales_channel="chat",
        status=part.status, payment_state="paid" if paid else "unpaid", fulfilment_state=fulfilment,
        invoice_state="none", buyer_name=part.customer_name, phone=_phone(part.phone), address=place,
        address_text=part.address, payment_method=part.payment_method, subtotal=part.subtotal,
        discount=part.discount, shipping_fee=part.shipping_fee, total=part.total, invoice_request={}, tags=[],
        placed_at=placed, packed_at=None if fulfilment in ("unpacked", "cancelled") else placed,
        delivered_at=delivered, completed_at=delivered if part.status == "completed" else None,
        cancelled_at=placed if part.status == "cancelled" else None,
    )  # fmt: skip
    session.add(order)
    session.flush()
    if paid and part.total > 0:
        session.add(
            Payment(
                order_id=order.id,
                kind=part.payment_method,
                amount=part.total,
                reference=f"import:{part.code}",
                recorded_by=SYSTEM.id,
                at=delivered or placed,
            )  # fmt: skip
        )
    _order_lines(session, order, part)
    if part.tracking_code and part.carrier:
        _shipment(session, order, part, warehouses, placed)


def _order_lines(session: Session, order: Order, part: OrderPart) -> None:
    left = part.discount
    for index, line in enumerate(part.lines):
        variant, product = session.execute(
            select(Variant, Product)
            .join(Product, Product.id == Variant.product_id)
            .where(Variant.sku == line.sku)
        ).one()
        gross = line.qty * line.unit_price
        discount = min(left, gross)
        left -= discount
        session.add(
            OrderLine(
                id=new_id(),
                order_id=order.id,
                variant_id=variant.id,
                position=index,
                sku=line.sku,
                name=product.name,
                name_en=product.name_en,
                option_text=option_text(variant.option_values),
                option_text_en=option_text(variant.option_values_en),
                quantity=line.qty,
                unit_price=line.unit_price,
                discount=discount,
                amount=gross - discount,
                vat_class=product.vat_class,
                weight_g=variant.weight_g,
            )  # fmt: skip
        )


def _shipment(
    session: Session, order: Order, part: OrderPart, warehouses: dict[str, str], placed: datetime
) -> None:
    state = _SHIPMENT_STATES.get(part.shipping_status)
    if state is None or not warehouses:
        return
    session.add(
        Shipment(
            order_id=order.id,
            warehouse_id=next(iter(warehouses.values())),
            carrier=(part.carrier or "").lower(),
            booking_key=f"import-{part.code}",
            state=state,
            tracking_number=part.tracking_code,
            tracking_url="",
            sort_code="",
            weight_g=0,
            length_cm=0,
            width_cm=0,
            height_cm=0,
            cod_amount=part.total if part.payment_method == "cod" else 0,
            fee_payer="shop",
            created_at=placed,
            state_at=order.delivered_at or placed,
        )  # fmt: skip
    )


def _fulfilment(part: OrderPart) -> str:
    if part.status in ("cancelled", "returned"):
        return part.status
    return {
        "delivered": "delivered", "failed": "failed", "returned": "returned", "in_transit": "shipped",
        "delivering": "shipped", "picked_up": "shipped", "created": "packed",
    }.get(part.shipping_status, "delivered" if part.status == "completed" else "unpacked")  # fmt: skip


def _remember_customer(customer: Customer, part: OrderPart, place: dict[str, Any]) -> None:
    customer.name = customer.name or part.customer_name
    customer.phone = customer.phone or _phone(part.phone)
    customer.address = customer.address or place


def _phone(text: str) -> str:
    """History may hold numbers that are no longer valid: they are kept as they stand."""
    try:
        return normalise_phone(text)
    except AppError:
        return text


def _raise_order_counter(session: Session, codes: list[str]) -> None:
    numbers = [
        int(code[2:]) for code in codes if code.startswith("DH") and code[2:].isdigit() and len(code) < 12
    ]
    raise_counter(session, "order", at_least=max([1000, *numbers]))
