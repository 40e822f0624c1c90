"""`/new`: an order told by phone or in a comment, in free words or as SKUs, quoted first and placed by a button."""

import re
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.replies.cards import summary_text
from bot.staff.cards import button
from bot.staff.command import Command, Request, Said, Tools
from bot.staff.order_cards import order_with_cards
from core.catalogue.models import Variant
from core.catalogue.queries import get_product
from core.clock import VIETNAM
from core.errors import Conflict, Invalid
from core.orders.manual import CHANNEL, ManualOrder, quote_manual_order
from core.orders.models import Cart
from core.orders.placement import place_order
from core.orders.quoting import get_quote
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile
from nlu import Context, Parse, parse

_SKU_LINE = re.compile(r"(?<!\S)([^\s,;×*]+)\s*[x×*]\s*(\d{1,5})(?=$|[\s,;])", re.IGNORECASE)


def new_order(request: Request) -> Said:
    """Understood like a customer's message; everything that is missing is named at once."""
    if request.tools is None:
        raise Conflict("no_reader", "Orders in free words are written down in the desk.", {})
    if not request.argument:
        raise Invalid(
            "argument_missing",
            "Write it like the buyer said it: /new 2 HOA-1, Lan 0901234567, 12 Lê Lợi …",
            {},
        )
    session = request.session
    quantities, rest = _sku_lines(session, request.argument)
    today = request.now.astimezone(VIETNAM).date()
    told = parse(rest, Context(request.tools.lexicon(), today=today))
    quantities |= _items(session, told, quantities)
    wish = _wish(request, told, rest, quantities)
    quote = quote_manual_order(session, wish=wish, actor=request.actor, now=request.now)
    card: dict[str, Any] = {
        "type": "task", "title": "Đơn mới", "lines": summary_text(quote, "vi").split("\n")[1:],
        "buttons": [button("Đặt đơn", f"/place {quote.id}")], "links": [],
    }  # fmt: skip
    return Said("Đọc lại cho khách, đúng thì bấm Đặt đơn.", [card])


def place(request: Request) -> Said:
    """Only what staff wrote down; a second press gives the same order."""
    quote = get_quote(request.session, request.code())
    cart = request.session.get_one(Cart, quote.cart_id)
    if cart.sales_channel != CHANNEL:
        raise Conflict("not_manual", "This summary is a customer's own: only they can say yes to it.", {})
    order = place_order(request.session, actor=request.actor, quote_id=quote.id, now=request.now)
    return Said(f"Đã đặt {order.code}", [order_with_cards(request.session, order)])


def _sku_lines(session: Session, text: str) -> tuple[dict[str, int], str]:
    """`HOA-1×2` as it is written, where HOA-1 is a SKU; the rest of the text is read as words."""
    written = {sku.upper(): sku for sku, _ in _SKU_LINE.findall(text)}
    known = set(session.scalars(select(Variant.sku).where(Variant.sku.in_({*written, *written.values()}))))
    quantities: dict[str, int] = {}

    def take(match: re.Match[str]) -> str:
        sku = match[1] if match[1] in known else match[1].upper()
        if sku not in known:
            return match[0]
        quantities[sku] = quantities.get(sku, 0) + int(match[2])
        return " "

    rest = re.sub(r"^[\s,;]+|(?<=[,;])[\s,;]+", " ", _SKU_LINE.sub(take, text)).strip()
    return quantities, rest


def _items(session: Session, told: Parse, known: dict[str, int]) -> dict[str, int]:
    """Goods told in words; one whose options are open is asked for rather than guessed."""
    found: dict[str, int] = {}
    for item in told.items:
        sku = item.variant_sku
        if sku is None and item.product_sku is not None:
            product = get_product(session, item.product_sku)
            active = [variant.sku for variant in product.variants if variant.active]
            if len(active) != 1:
                raise Invalid(
                    "variant_open", f"Which {product.name}? {', '.join(active[:20])}. Write the SKU: SKU×2.",
                    {"skus": active[:100]},
                )  # fmt: skip
            sku = active[0]
        if sku is not None:
            found[sku] = found.get(sku, known.get(sku, 0)) + (item.quantity or 1)
    return found


def _wish(request: Request, told: Parse, text: str, quantities: dict[str, int]) -> ManualOrder:
    phone = next((mention.value for mention in told.phones if mention.valid), "")
    address = _address(request.tools, told, text)
    missing = [
        what
        for what, there in (
            ("hàng (SKU×số)", quantities),
            ("tên người nhận", told.name),
            ("số điện thoại", phone),
            ("địa chỉ đủ phường/xã, tỉnh/thành", address),
        )
        if not there
    ]
    if missing or told.name is None or address is None:
        raise Invalid("order_incomplete", f"Still missing: {', '.join(missing)}.", {"missing": missing})
    offered = shop_profile(request.session).payment_methods
    return ManualOrder(
        quantities=quantities, buyer_name=told.name.value, phone=phone, address=address,
        payment_method=told.payment or offered[0], note=told.note or "",
    )  # fmt: skip


def _address(tools: Tools | None, told: Parse, text: str) -> DeliveryAddress | None:
    span = told.address_span
    if tools is None or span is None:
        return None
    return tools.addresses.read(text[span[0] : span[1]]).address


COMMANDS: tuple[Command, ...] = (
    Command(
        "/new", "/new 2 áo thun đen L, tên, điện thoại, địa chỉ", "Lên đơn hộ khách", ("manager", "sales"), new_order
    ),
    Command("/place", "/place MÃ", "Đặt đơn vừa lên hộ khách", ("manager", "sales"), place),
)  # fmt: skip
