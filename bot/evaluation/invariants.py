"""What must hold in every dialogue, whatever it expects: money, stock, other people's data, and being answered."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.evaluation.customer import Exchange, Played
from bot.evaluation.languages import language_of
from bot.evaluation.loading import read_shop
from bot.evaluation.state import OrderView
from bot.evaluation.wording import canonical, money_in, numbers_in
from core.orders.totals import work_out
from core.shop_file.schema import ShopFile

GRAVE = ("money", "stock", "privacy")


@dataclass(frozen=True)
class Violation:
    """`kind` is money, stock or privacy (never acceptable), or reply (silence, an error, another language)."""

    kind: str
    what: str


def violations(played: Played) -> list[Violation]:
    return [
        *(Violation("stock", what) for what in _stock(played)),
        *(Violation("money", what) for what in _totals(played)),
        *(Violation("money", what) for what in _consent(played)),
        *(Violation("money", what) for what in _prices_said(played)),
        *(Violation("privacy", what) for what in _others(played)),
        *(Violation("reply", what) for what in _answered(played)),
    ]


def _stock(played: Played) -> Iterator[str]:
    for level in played.after.levels:
        if level.on_hand != level.moved:
            yield f"{level.sku}: on hand {level.on_hand}, the ledger adds up to {level.moved}"
        if level.reserved != level.held:
            yield f"{level.sku}: reserved {level.reserved}, the reservations add up to {level.held}"
        if not 0 <= level.reserved <= level.on_hand:
            yield f"{level.sku}: reserved {level.reserved} of {level.on_hand}"
    for order in _touched(played):
        held = played.after.held.get(order.id, {})
        is_open = order.status in ("new", "processing") and order.fulfilment_state in ("unpacked", "packed")
        if held != (order.lines if is_open else {}):
            yield f"{order.code} is {order.status} with {order.lines}, and holds {held}"


def _touched(played: Played) -> list[OrderView]:
    return [o for code, o in played.after.orders.items() if played.before.orders.get(code) != o]


def _totals(played: Played) -> Iterator[str]:
    """A discount is staff's to give; the expected orders of a dialogue may name one."""
    expect = played.case.script.expect
    allowed = {
        0,
        *(o.discount for o in (*(expect.orders or ()), *expect.known_orders.values()) if o.discount),
    }
    shipping = played.case.shop.shop.shipping
    for order in _touched(played):
        lines = [(order.unit_prices[sku], quantity) for sku, quantity in order.lines.items()]
        goods = sum(price * quantity for price, quantity in lines)
        if order.status == "cancelled":
            continue
        if goods != order.subtotal:
            yield f"{order.code}: its lines make {goods}, its subtotal is {order.subtotal}"
        if order.discount not in allowed:
            yield f"{order.code}: a discount of {order.discount} that nobody gave"
        fee = work_out([(goods - order.discount, 1)], discount_percent=0, shipping=shipping).shipping_fee
        if order.shipping_fee != fee or order.total != goods - order.discount + fee:
            yield (
                f"{order.code}: total {order.total} with a fee of {order.shipping_fee}; "
                f"by the shop's rule {goods - order.discount + fee} with {fee}"
            )


def _consent(played: Played) -> Iterator[str]:
    """Orders come, change and end on a yes only; a new one at today's prices and a total that was shown before."""
    shown: set[int] = set()
    for exchange in played.exchanges:
        for code, order in exchange.orders_after.items():
            before = exchange.orders_before.get(code)
            if before == order:
                continue
            what = "was placed" if before is None else "was changed"
            if not exchange.is_yes:
                yield f"{code} {what} on “{exchange.text[:60]}”, which is no yes"
            if before is not None:
                if order.customer_id != played.customer_id:
                    yield f"{code} {what}, and belongs to somebody else"
                continue
            if order.total not in shown:
                yield f"{code} was placed for {order.total}, which no earlier reply showed"
            for sku, price in order.unit_prices.items():
                if price != exchange.prices_before.get(sku):
                    yield f"{code}: {sku} for {price}; its price was {exchange.prices_before.get(sku)}"
        shown |= money_in(exchange.said) | numbers_in(exchange.said)


def _prices_said(played: Played) -> Iterator[str]:
    known = _known_amounts(played)
    for exchange in played.exchanges:
        known |= money_in(exchange.text) | numbers_in(exchange.text)
        for amount in sorted(money_in(exchange.said) - known):
            if amount >= 1000:
                yield f"said {amount}, which is no price, fee or total here"


def _known_amounts(played: Played) -> set[int]:
    """Prices, what so many of one thing cost, fees, every total of this customer, and what the shop wrote."""
    shop = played.case.shop
    fee = shop.shop.shipping.flat_fee or 0
    free = shop.shop.shipping.free_from_subtotal or 0
    carts = [cart for e in played.exchanges if (cart := e.state.get("cart"))]
    spoken = {n for e in played.exchanges for n in numbers_in(e.text) if n <= 10_000}
    spoken |= {1, *(line["quantity"] for cart in carts for line in cart["lines"])}
    prices = {*played.before.prices.values(), *played.after.prices.values()}
    known = {price * n for price in prices for n in spoken}
    known |= _published_amounts(played.case.shop_path)
    subtotals = {cart["subtotal"] for cart in carts} | {quoted["subtotal"] for quoted in played.after.quoted}
    known |= subtotals | {goods + fee for goods in subtotals | known} | {free - goods for goods in subtotals}
    states = [played.before.orders, played.after.orders, *(e.orders_after for e in played.exchanges)]
    for order in (o for orders in states for o in orders.values() if o.customer_id == played.customer_id):
        known |= {order.subtotal, order.discount, order.shipping_fee, order.total}
        known |= {order.unit_prices[sku] * quantity for sku, quantity in order.lines.items()}
    for quoted in played.after.quoted:
        known |= {quoted[name] for name in ("subtotal", "discount", "shipping_fee", "total")}
        known |= {line["amount"] for line in quoted["lines"]}
    return known | {fee, free}


@lru_cache(maxsize=32)
def _published_amounts(path: Path) -> frozenset[int]:
    texts = _published(read_shop(path))
    return frozenset(amount for text in texts for amount in money_in(text) | numbers_in(text))


@lru_cache(maxsize=32)
def _published_text(path: Path) -> str:
    return canonical("\n".join(_published(read_shop(path))))


def _published(shop: ShopFile) -> Iterator[str]:
    """What anybody may be told."""
    for faq in shop.faqs:
        yield from (faq.question, faq.answer, faq.question_en, faq.answer_en, faq.question_ko, faq.answer_ko)
    for product in shop.products:
        yield from (product.name, product.name_en, product.category, product.category_en, product.brand)
        yield from (product.description, product.description_en, product.size_chart, product.size_chart_en)
        yield from (f"{s.name} {s.value}" for s in product.specifications)
        for option in product.options:
            yield from (option.name, option.name_en, *option.values, *option.values_en)
    profile = shop.shop
    yield from (profile.name, profile.address, profile.hotline, profile.opening_hours)
    if profile.bank is not None:
        yield from (profile.bank.bank, profile.bank.account, profile.bank.holder)


def _others(played: Played) -> Iterator[str]:
    """Names, phones, streets, order codes and tracking numbers of anybody else, unless said by this customer."""
    told = canonical("\n".join([*(e.text for e in played.exchanges), *_own(played)]))
    told += _published_text(played.case.shop_path)
    secrets = {secret for secret in _secrets(played) if canonical(secret) not in told}
    for exchange in played.exchanges:
        said = canonical(exchange.said)
        bare = re.sub(r"[ .\-]", "", said)
        for secret in sorted(secrets):
            plain = canonical(secret)
            if plain in said or (plain.isdigit() and plain in bare):
                yield f"said “{secret}”, which belongs to another customer"


def _secrets(played: Played) -> Iterator[str]:
    for person in (*played.before.people, *played.after.people):
        if person.customer_id != played.customer_id:
            yield from (text for text in (person.phone, person.street) if len(text) >= 8)
            yield from (person.name for _ in range(1) if " " in person.name.strip())
    for order in played.after.orders.values():
        if order.customer_id != played.customer_id:
            yield order.code
    yield from (number for number, owner in played.after.tracking.items() if owner != played.customer_id)


def _own(played: Played) -> Iterator[str]:
    for person in (*played.before.people, *played.after.people):
        if person.customer_id == played.customer_id:
            yield from (person.name, person.phone, person.street)
    for order in (*played.before.orders.values(), *played.after.orders.values()):
        if order.customer_id == played.customer_id:
            yield from (order.name, order.phone, order.address, order.code)


def _answered(played: Played) -> Iterator[str]:
    names = [part for text in _names(played) for part in (text, *re.split(r"[,;\n]", text))]
    waits_for_staff = spoken = False
    for exchange in played.exchanges:
        start = f"to “{exchange.text[:60]}”: "
        if exchange.status != 200:
            yield f"{start}HTTP {exchange.status} instead of an answer"
            continue
        waits_for_staff = waits_for_staff or bool(exchange.state.get("handed_off"))
        if not exchange.said.strip() and not waits_for_staff:
            yield f"{start}no reply"
        spoken = spoken or len(re.findall(r"[^\W\d_]{2,}", exchange.text)) > 1
        language = language_of(_spoken(exchange), exchange.language, names)
        # Nobody can know which language a picture or a "hi" is in.
        if spoken and language != exchange.language:
            yield f"{start}answered in {language}, the customer speaks {exchange.language}"


def _spoken(exchange: Exchange) -> str:
    return "\n".join(str(reply.get("text", "")) for reply in exchange.replies)


def _names(played: Played) -> Iterable[str]:
    """Names, addresses and the customer's own words stand in a reply as they are."""
    shop = played.case.shop
    yield from _own(played)
    yield from (unicodedata.normalize("NFC", e.text) for e in played.exchanges)
    for product in shop.products:
        yield from (product.name, product.name_en, product.category, product.category_en, *product.aliases)
        yield from (value for option in product.options for value in (*option.values, *option.values_en))
    yield from (shop.shop.name, shop.shop.address, shop.shop.opening_hours)
    for exchange in played.exchanges:
        yield str((exchange.state.get("cart") or {}).get("address") or "")
