"""The cart, its summary and the yes: everything between a wish and a placed order."""

import base64
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_for, ask_for_address
from bot.replies.cards import order_card, summary_card, summary_text, variant_name
from bot.replies.texts import say
from bot.tools.customer_shopping import other_variants, variant_line
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.customers.models import Customer
from core.customers.phones import local_phone, normalise_phone
from core.errors import InsufficientStock, Invalid, NotFound, QuoteExpired
from core.money import format_dong
from core.orders.carts import cart_of, clear_cart, set_delivery, set_lines, set_payment_method
from core.orders.models import Cart, CartLine, Order, Quote
from core.orders.placement import place_order as place
from core.orders.queries import get_cart
from core.orders.quoting import missing_parts, quote_cart
from core.payments.vietqr import qr_svg, vietqr_payload
from core.ports.addresses import DeliveryAddress
from core.shop import ShopProfile, shop_profile
from core.stock.queries import available_by_variant


@dataclass(frozen=True)
class ItemChange:
    """`sku` of a variant, or of a product that still lacks options; `action` add, set or remove."""

    sku: str
    quantity: int | None
    action: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderChanges:
    items: tuple[ItemChange, ...] = ()
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    payment_method: str = ""


@dataclass
class _Result:
    said: list[str] = field(default_factory=list)
    asks: list[tuple[str, str]] = field(default_factory=list)
    """(what is awaited, the question)."""
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def update_order(turn: Turn, changes: OrderChanges) -> ToolOutcome:
    """Put what was said into the cart, in one transaction; then ask for one missing thing or show the summary."""
    services = turn.services
    result = _Result()
    with turn.lock, services.db.transaction() as session:
        now = services.clock()
        profile = shop_profile(session)
        cart = cart_of(session, customer_id=turn.actor.id, now=now)
        wholesale = _wholesale(profile, changes)
        if wholesale is not None:
            return _wholesale_outcome(turn, wholesale)
        _apply_items(session, turn, cart, changes.items, result)
        _apply_details(session, turn, cart, changes, result)
        _use_known_details(session, turn, cart, result)
        if not cart.payment_method:
            set_payment_method(session, cart_id=cart.id, method=profile.payment_methods[0], now=now)
        return _conclude(session, turn, cart.id, result)


def show_cart(turn: Turn) -> ToolOutcome:
    """What is in the cart, and the summary again when it is complete."""
    return update_order(turn, OrderChanges())


def empty_cart(turn: Turn) -> ToolOutcome:
    with turn.lock, turn.services.db.transaction() as session:
        now = turn.services.clock()
        cart = cart_of(session, customer_id=turn.actor.id, now=now)
        clear_cart(session, cart_id=cart.id, now=now)
    turn.state.pop("draft", None)
    turn.state.pop("quote_id", None)
    said = say(turn.language, "cart_cleared")
    return turn.note(ToolOutcome("empty_cart", True, said, awaiting=("item",), committed=cart.id))


def place_order(turn: Turn, *, quote_id: str) -> ToolOutcome:
    """Only the quote that an earlier reply showed, and only when this very message says yes to it."""
    language = turn.language
    if not turn.parse.yes or turn.parse.no:
        said = say(language, "need_yes")
        return turn.note(ToolOutcome("place_order", False, said, awaiting=("confirm",)))
    if not quote_id or quote_id != turn.quote_shown_before:
        return _requote(turn)
    try:
        with turn.lock, turn.services.db.transaction() as session:
            order = place(session, actor=turn.actor, quote_id=quote_id, now=turn.services.clock())
            profile = shop_profile(session)
    except QuoteExpired:
        return _requote(turn)
    except InsufficientStock as error:
        return _short_at_placing(turn, error)
    turn.state.pop("quote_id", None)
    turn.state.pop("draft", None)
    turn.state["order_code"] = order.code
    return turn.note(_placed(order, profile, language))


def _placed(order: Order, profile: ShopProfile, language: str) -> ToolOutcome:
    total = format_dong(order.total)
    cards: list[dict[str, Any]] = [order_card(order, language)]
    said = [say(language, "placed", code=order.code, total=total)]
    if order.payment_method == "bank_transfer":
        said.append(say(language, "placed_transfer", code=order.code, total=total))
        if profile.bank is not None:
            cards.append(qr_card(order, profile))
    else:
        said.append(say(language, "placed_cod", total=total))
    data = {"code": order.code, "total": order.total, "order_id": order.id}
    return ToolOutcome("place_order", True, " ".join(said), data, tuple(cards), (), (), order.id)


def qr_card(order: Order, profile: ShopProfile) -> dict[str, Any]:
    """The VietQR of what is to be paid; needs the shop's bank account."""
    bank = profile.bank
    if bank is None:
        raise Invalid("bank_missing", "The shop has no bank account set.", {})
    svg = qr_svg(vietqr_payload(bank=bank.bank, account=bank.account, amount=order.total, memo=order.code))
    return {
        "type": "qr",
        "image": "data:image/svg+xml;base64," + base64.b64encode(svg).decode(),
        "amount": order.total,
        "amount_text": format_dong(order.total),
        "bank": bank.bank,
        "account": bank.account,
        "holder": bank.holder,
        "memo": order.code,
    }


def _requote(turn: Turn) -> ToolOutcome:
    shown = update_order(turn, OrderChanges())
    turn.outcomes.remove(shown)
    said = f"{say(turn.language, 'quote_expired')}\n{shown.say}" if turn.state.get("quote_id") else shown.say
    return turn.note(
        ToolOutcome("place_order", False, said, shown.data, shown.cards, shown.quick_replies, shown.awaiting)
    )


def _short_at_placing(turn: Turn, error: InsufficientStock) -> ToolOutcome:
    with turn.services.db.read_transaction() as session:
        said = _short_text(session, error.data["lines"], turn.language)
    turn.state.pop("quote_id", None)
    return turn.note(
        ToolOutcome("place_order", False, said, {"lines": error.data["lines"]}, awaiting=("item",))
    )


def _short_text(session: Session, lines: list[dict[str, Any]], language: str) -> str:
    texts = []
    for line in lines:
        product = get_product(session, line["sku"])
        variant = next(v for v in product.variants if v.sku == line["sku"])
        name = variant_name(product, variant, language)
        available = available_by_variant(session, [v.id for v in product.variants])
        if line["available"]:
            texts.append(say(language, "short", name=name, available=line["available"]))
        else:
            texts.append(say(language, "out_of_stock", name=name))
            texts.append(other_variants(product, available, language))
    return " ".join(text for text in texts if text)


def _wholesale(profile: ShopProfile, changes: OrderChanges) -> int | None:
    limit = profile.wholesale_from_qty
    most = max((item.quantity or 0 for item in changes.items), default=0)
    return limit if limit is not None and most >= limit else None


def _wholesale_outcome(turn: Turn, limit: int) -> ToolOutcome:
    turn.state["handoff"] = "wholesale"
    said = say(turn.language, "wholesale", quantity=limit)
    return turn.note(ToolOutcome("update_order", True, said, {"wholesale_from": limit}, awaiting=()))


def _apply_items(
    session: Session, turn: Turn, cart: Cart, items: tuple[ItemChange, ...], result: _Result
) -> None:
    quantities = {line.variant_id: line.quantity for line in cart.lines}
    for item in items:
        try:
            product = get_product(session, item.sku)
        except NotFound:
            result.said.append(say(turn.language, "refused", reason=item.sku[:40]))
            continue
        variant = _choose_variant(product, item)
        if variant is None:
            _ask_variant(turn, product, item, result)
            continue
        turn.state.pop("draft", None)
        _apply_item(session, turn, cart, product, variant, item, quantities, result)


def _apply_item(
    session: Session,
    turn: Turn,
    cart: Cart,
    product: Product,
    variant: Variant,
    item: ItemChange,
    quantities: dict[str, int],
    result: _Result,
) -> None:
    current = quantities.get(variant.id, 0)
    wanted = 0 if item.action == "remove" else (item.quantity or 1) + (current if item.action == "add" else 0)
    if wanted:
        available = available_by_variant(session, [v.id for v in product.variants])
        if available[variant.id] < wanted:
            short = [{"sku": variant.sku, "asked": wanted, "available": available[variant.id]}]
            text = _short_text(session, short, turn.language)
            result.asks.append(("quantity" if available[variant.id] else "variant", text))
            turn.state["draft"] = {"sku": product.sku, "quantity": item.quantity, "options": {}}
            if available[variant.id]:
                turn.state["draft"] = {"sku": variant.sku, "quantity": None, "options": {}}
            return
    set_lines(session, cart_id=cart.id, quantities={variant.sku: wanted}, now=turn.services.clock())
    quantities[variant.id] = wanted
    text = variant_line(product, variant, turn.language, wanted or current)
    (result.added if wanted else result.removed).append(text)


def _choose_variant(product: Product, item: ItemChange) -> Variant | None:
    """The one variant that fits; None when the options still leave a choice."""
    exact = next((v for v in product.variants if v.sku == item.sku), None)
    if exact is not None:
        return exact
    fitting = [
        v
        for v in product.variants
        if v.active and all(v.option_values.get(name) == value for name, value in item.options.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def _ask_variant(turn: Turn, product: Product, item: ItemChange, result: _Result) -> None:
    turn.state["draft"] = {"sku": product.sku, "quantity": item.quantity, "options": item.options}
    turn.state["shown"] = [product.sku]
    result.asks.append(("variant", ask_for(turn.language, "variant", product=product, known=item.options)))


def _apply_details(session: Session, turn: Turn, cart: Cart, changes: OrderChanges, result: _Result) -> None:
    now = turn.services.clock()
    if changes.name:
        set_delivery(session, cart_id=cart.id, now=now, buyer_name=changes.name[:100])
    if changes.phone:
        try:
            set_delivery(session, cart_id=cart.id, now=now, phone=normalise_phone(changes.phone))
        except Invalid:
            result.asks.append(("phone", say(turn.language, "phone_invalid", phone=changes.phone[:40])))
    if changes.note:
        set_delivery(session, cart_id=cart.id, now=now, note=changes.note)
    if changes.payment_method:
        try:
            set_payment_method(session, cart_id=cart.id, method=changes.payment_method, now=now)
        except Invalid:
            offered = shop_profile(session).payment_methods
            result.asks.append(("payment", ask_for(turn.language, "payment", payment_methods=offered)))
    if changes.address:
        _apply_address(session, turn, cart, changes.address, result)


def _apply_address(session: Session, turn: Turn, cart: Cart, text: str, result: _Result) -> None:
    """A typed address, alone or as the missing part of the one before; doubt is asked, never guessed."""
    before = turn.state.get("address_text", "")
    book = turn.services.addresses
    readings = [book.read(text)]
    if before and before != text:
        readings.insert(0, book.read(f"{before}, {text}"))
        readings.append(book.read(f"{text}, {before}"))
    sure = next((r for r in readings if r.address is not None), None)
    if sure is not None and sure.address is not None:
        turn.state.pop("address_text", None)
        address = DeliveryAddress(**{**sure.address.as_dict(), "raw": text})
        set_delivery(session, cart_id=cart.id, now=turn.services.clock(), address=address)
        return
    reading = readings[0]
    turn.state["address_text"] = (f"{before}, {text}" if before and before != text else text)[:500]
    result.asks.append(ask_for_address(turn.language, turn.state["address_text"], reading))


def _use_known_details(session: Session, turn: Turn, cart: Cart, result: _Result) -> None:
    """A returning customer's own name, phone and address, offered once per cart and said so."""
    if not cart.lines and not result.added:
        return
    if turn.state.get("known_offered") == cart.id or any(
        kind in ("phone", "address") for kind, _ in result.asks
    ):
        return
    customer = session.get_one(Customer, turn.actor.id)
    complete = customer.name and customer.phone and customer.address
    if not complete or cart.buyer_name or cart.phone or cart.address or turn.state.get("address_text"):
        return
    address = DeliveryAddress(**customer.address)
    set_delivery(
        session,
        cart_id=cart.id,
        now=turn.services.clock(),
        buyer_name=customer.name,
        phone=customer.phone,
        address=address,
    )
    turn.state["known_offered"] = cart.id
    result.said.append(
        say(
            turn.language,
            "known_details",
            name=customer.name,
            phone=local_phone(customer.phone),
            address=address.text,
        )
    )


def _conclude(session: Session, turn: Turn, cart_id: str, result: _Result) -> ToolOutcome:
    """One thing at a time: the first doubt, else the first missing part, else the summary to say yes to."""
    cart = session.get_one(Cart, cart_id)
    session.refresh(cart)
    said = list(result.said)
    if result.added:
        said.insert(0, say(turn.language, "added", items=", ".join(result.added)))
    if result.removed:
        said.insert(0, say(turn.language, "removed", items=", ".join(result.removed)))
    missing = [part for part in missing_parts(_with_lines(session, cart)) if part != "payment"]
    asks = result.asks or [_standing_question(turn, part) for part in missing[:1]]
    if asks:
        turn.state.pop("quote_id", None)
        kind, question = asks[0]
        said.append(question)
        awaiting = tuple(dict.fromkeys([kind, *missing]))
        return turn.note(
            ToolOutcome(
                "update_order",
                True,
                " ".join(said),
                {"cart_id": cart_id, "missing": missing},
                awaiting=awaiting,
                committed=cart_id,
            )
        )
    try:
        quote = quote_cart(session, cart_id=cart_id, now=turn.services.clock())
    except InsufficientStock as error:
        text = _short_text(session, error.data["lines"], turn.language)
        return turn.note(ToolOutcome("update_order", False, text, error.data, awaiting=("quantity",)))
    return turn.note(_summary(turn, quote, said))


def _standing_question(turn: Turn, part: str) -> tuple[str, str]:
    """An address that was begun is asked on, not anew."""
    begun = turn.state.get("address_text")
    if part == "address" and begun:
        return ask_for_address(turn.language, begun, turn.services.addresses.read(begun))
    return part, ask_for(turn.language, part)


def _summary(turn: Turn, quote: Quote, said: list[str]) -> ToolOutcome:
    turn.state["quote_id"] = quote.id
    text = "\n".join([*said, summary_text(quote, turn.language), say(turn.language, "ask_confirm")])
    return ToolOutcome(
        "update_order",
        True,
        text,
        {"quote_id": quote.id, "total": quote.total, "cart_id": quote.cart_id},
        (summary_card(quote, turn.language),),
        (say(turn.language, "yes_button"),),
        ("confirm",),
        quote.id,
    )


def _with_lines(session: Session, cart: Cart) -> Cart:
    return get_cart(session, cart.id)


def cart_view(session: Session, cart: Cart, language: str) -> dict[str, Any]:
    """The cart as the API tells it."""
    lines = session.execute(
        select(CartLine, Variant)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLine.position)
        .options(joinedload(Variant.product))
    ).all()
    items = [
        {
            "sku": variant.sku,
            "name": variant_name(variant.product, variant, language),
            "quantity": line.quantity,
            "unit_price": variant.price,
            "amount": variant.price * line.quantity,
        }
        for line, variant in lines
    ]
    return {
        "id": cart.id,
        "lines": items,
        "subtotal": sum(item["amount"] for item in items),
        "name": cart.buyer_name,
        "phone": local_phone(cart.phone),
        "address": DeliveryAddress(**cart.address).text if cart.address else "",
        "payment_method": cart.payment_method,
    }
