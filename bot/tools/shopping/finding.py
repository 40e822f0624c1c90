"""Finding goods by a wish, showing categories, and showing more of either."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders.handing_over import hand_off
from bot.tools.shopping.answering import stated_answer, sure_answer, unanswered
from bot.tools.shopping.memory import closing_an_order, offer, recall, remember
from bot.tools.shopping.quoting import quoted_from
from bot.tools.shopping.telling import (
    MAX_CARDS,
    cards_of,
    has_stock,
    list_text,
    on_sale,
    option_names,
    product_skus,
    stock_of,
)
from bot.tools.shopping.wishes import PriceWish, asks_advice, price_wish
from core.catalogue.finding import Wish, categories, category_in, find_by_wish
from core.catalogue.folding import fold
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.ranges import suits
from core.catalogue.wording import Text, Unit, seems_to_tell, tells, tokens, units
from core.errors import NotFound
from core.money import format_dong
from nlu import values_measured

_SENTENCE_END = re.compile(r"[.!?;\n]+(?=\s|$)")


def find_products(turn: Turn, *, skus: Sequence[str], query: str, question: str = "") -> ToolOutcome:
    """By SKU when known, else by the customer's words; a price named in them bounds what is shown."""
    answer = sure_answer(turn, question) if question else None
    if answer is not None:
        return answer
    skus = product_skus(turn, skus)
    with turn.services.db.read_transaction() as session:
        price = price_wish(query)
        lowest, highest = price.lowest, price.highest
        products = find_by_wish(session, Wish("", lowest, highest, skus=skus)) if skus else []
        products.sort(key=lambda product: skus.index(product.sku))
        if not products and query:
            products = find_by_wish(session, Wish(query, lowest, highest))
        if not products and any(unit.topic for unit in units(query)):
            products = find_by_wish(session, Wish(query, lowest, highest, told_at_length=True))
        if not products:
            products = _by_a_part(session, query, price)
        available = stock_of(session, products)
        products = [p for p in _with_options(products, query, available) if on_sale(p)]
        if not products:
            return _nearest(session, turn, query, price)
        opening = "nearest_goods" if is_of_another_kind(products, query) else ""
        return _show(turn, "find_products", products, available, bounds=_bounds(turn, price), opening=opening)


_ASKS_IF_SOLD = re.compile(r"\b(?:ban|bay ban|kinh doanh) (?!chay)\S.*\b(?:khong|ko|k|hong|hok|hem|hk)\b")


def is_of_another_kind(products: Sequence[Product], query: str) -> bool:
    """`shop có bán ghế ăn dặm không`: Vietnamese names what a thing is first, and nothing found is called so."""
    kind = next((unit for unit in units(query) if not unit.soft), None)
    if kind is None or kind.topic or not _ASKS_IF_SOLD.search(" ".join(tokens(fold(query)))):
        return False
    names = (Text.of(p.name, p.name_en or "", *p.aliases, p.category) for p in products)
    return not any(tells(text, kind) or seems_to_tell(text, kind) for text in names)


def _by_a_part(session: Session, query: str, price: PriceWish) -> list[Product]:
    """Of a story that ends in a wish, the sentence that names goods; the rest of it says which come first."""
    parts = [part for part in _SENTENCE_END.split(query) if part.strip()]
    for part in reversed(parts if len(parts) > 1 else []):
        found = find_by_wish(session, Wish(part, price.lowest, price.highest))
        if found:
            among = tuple(product.sku for product in found)
            found = find_by_wish(session, Wish(query, skus=among, told_at_length=True)) or found
            return [product for product in found if suits(product.description, query)] or found
    return []


def browse_catalogue(turn: Turn, *, category: str) -> ToolOutcome:
    """`category` is its name, or words that name it; without one, all categories are told."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        named = category_in(session, category) if category else None
        if named is not None:
            price = price_wish(category)
            products = find_by_wish(session, Wish(lowest=price.lowest, highest=price.highest, category=named))
            available = stock_of(session, products)
            if products:
                return _show(turn, "browse_catalogue", products, available, bounds=_bounds(turn, price))
        names = category_names(session, language)
        if not names:
            products = find_by_wish(session, Wish(lowest=0))
            return _show(turn, "browse_catalogue", products, stock_of(session, products), bounds={})
    return turn.note(
        ToolOutcome(
            "browse_catalogue",
            True,
            say(language, "catalogue", categories=", ".join(names)),
            {"categories": names},
            quick_replies=tuple(names[:6]),
            ask=say(language, "ask_category"),
        )
    )


def show_more(turn: Turn) -> ToolOutcome:
    """The next products of what was shown last."""
    rest = list(recall(turn, "browsing", []))
    with turn.services.db.read_transaction() as session:
        products = _by_sku(session, rest)
        if not products:
            names = category_names(session, turn.language)
            remember(turn, browsing=None)
            said = say(turn.language, "no_more")
            return turn.note(
                ToolOutcome(
                    "show_more", True, said, {}, quick_replies=tuple(names[:6]),
                    ask=say(turn.language, "ask_category") if names else "",
                )
            )  # fmt: skip
        return _show(turn, "show_more", products, stock_of(session, products), bounds={}, opening="more")


def look_up(
    turn: Turn, *, question: str, sku: str = "", skus: Sequence[str] = (), asked: bool = True
) -> ToolOutcome:
    """What the text of the product in hand tells, what the shop wrote, goods it may be about, or the truth."""
    told = sure_answer if asked else stated_answer
    answer = (quoted_from(turn, sku, question) if sku else None) or told(turn, question)
    parts = [part.strip() for part in _SENTENCE_END.split(question) if len(part.split()) > 1]
    for part in parts if answer is None and len(parts) > 1 else ():
        answer = answer or told(turn, part)
    if answer is not None:
        return answer
    with turn.services.db.read_transaction() as session:
        named = product_skus(turn, skus)
        products = find_by_wish(session, Wish(skus=named) if named else Wish(question))
        if not products and asks_advice(question):
            products = find_by_wish(session, Wish(question, told_at_length=True))
        if products:
            return _show(turn, "look_up", products, stock_of(session, products), bounds={})
    if asked:
        return unanswered(turn, "look_up", question, say(turn.language, "not_known"), {})
    if turn.state.get("unsure", 0):
        return hand_off(turn, reason="not understood")
    # Not noted: nothing came of it, and the turn counts as not understood.
    return ToolOutcome("look_up", False, say(turn.language, "unsure"))


def category_names(session: Session, language: str) -> list[str]:
    return [name if language == "vi" else english or name for name, english in categories(session)]


def nothing_found(session: Session, turn: Turn, tool: str, query: str) -> ToolOutcome:
    """Nothing is made up: what the shop does sell is told instead."""
    names = category_names(session, turn.language)
    key = "not_found" if names else "not_found_at_all"
    said = say(turn.language, key, categories=", ".join(names)) if names else say(turn.language, key)
    return turn.note(ToolOutcome(tool, False, said, {"query": query[:200]}, quick_replies=tuple(names[:6])))


def _nearest(session: Session, turn: Turn, query: str, price: PriceWish) -> ToolOutcome:
    """The same wish without its price, else the category that it names, else the categories."""
    if price.is_named:
        dearer = find_by_wish(session, Wish(query))
        if dearer:
            nearest = sorted(dearer, key=lambda p: _beyond(p, price.lowest, price.highest))
            available = stock_of(session, nearest)
            bounds = _bounds(turn, price)
            return _show(turn, "find_products", nearest, available, bounds=bounds, opening="none_within")
    named = category_in(session, query)
    if named is None:
        return sure_answer(turn, query) or nothing_found(session, turn, "find_products", query)
    products = find_by_wish(session, Wish(category=named))
    name = next(
        (own if turn.language == "vi" else english or own)
        for own, english in categories(session)
        if own == named
    )
    available = stock_of(session, products)
    return _show(
        turn, "find_products", products, available, bounds={"category": name}, opening="nearest_category"
    )


def _beyond(product: Product, lowest: int | None, highest: int | None) -> int:
    """How far its nearest price lies outside the range."""
    prices = [int(variant.price) for variant in on_sale(product)] or [0]
    return min(max((lowest or 0) - price, price - (highest or price), 0) for price in prices)


def _show(
    turn: Turn,
    tool: str,
    products: Sequence[Product],
    available: Mapping[str, int],
    *,
    bounds: Mapping[str, str],
    opening: str = "",
) -> ToolOutcome:
    """What can be had comes first; the rest is remembered for “show me more”."""
    language = turn.language
    ordered = sorted(products, key=lambda p: not has_stock(p, available))
    page, rest = ordered[:MAX_CARDS], ordered[MAX_CARDS:]
    key = opening or ("found_within" if "price" in bounds else "found_one" if len(ordered) == 1 else "found")
    facts = {**bounds, "price": bounds.get("price", "")}
    said = f"{say(language, key, **facts)}\n{list_text(page, available, language)}"
    turn.state["shown"] = [product.sku for product in page]
    remember(turn, browsing=[product.sku for product in rest[:54]])
    buttons = (say(language, "more_button"),) if rest else ()
    ask = _question(turn, page, available)
    data = {
        "products": [
            {
                "sku": p.sku,
                "prices": sorted({v.price for v in on_sale(p)}),
                "in_stock": has_stock(p, available),
            }
            for p in page
        ],
        "more": len(rest),
        **bounds,
    }
    cards = cards_of(page, dict(available), language)
    return turn.note(ToolOutcome(tool, True, said, data, cards, buttons, ask=ask))


def _question(turn: Turn, page: Sequence[Product], available: Mapping[str, int]) -> str:
    if closing_an_order(turn) or (len(page) == 1 and not has_stock(page[0], available)):
        return ""
    if len(page) > 1:
        return say(turn.language, "ask_which_one")
    if len(on_sale(page[0])) > 1:
        names = " & ".join(name.lower() for name in option_names(page[0], turn.language).values())
        return say(turn.language, "ask_which_kind", options=names)
    sku = on_sale(page[0])[0].sku
    return offer(turn, "item", say(turn.language, "ask_take"), sku=sku, options={}, quantity=1)


def _bounds(turn: Turn, price: PriceWish) -> dict[str, str]:
    """The price range as it was said; empty when none was named."""
    if not price.is_named:
        return {}
    if price.about is not None:
        return {"price": say(turn.language, "price_about", price=format_dong(price.about))}
    if price.lowest is None:
        return {"price": say(turn.language, "price_under", price=format_dong(price.highest or 0))}
    if price.highest is None:
        return {"price": say(turn.language, "price_over", price=format_dong(price.lowest))}
    return {"price": f"{format_dong(price.lowest)} – {format_dong(price.highest)}"}


def _with_options(products: Sequence[Product], query: str, available: Mapping[str, int]) -> list[Product]:
    """Where colours or sizes were named, only what is in stock in them, if there is such."""
    asked = units(query) if query else []
    having = [p for p in products if _has_named_values(p, asked, available)]
    return having or list(products)


def _has_named_values(product: Product, asked: Sequence[Unit], available: Mapping[str, int]) -> bool:
    named = {option["name"]: _values_told(option, asked) for option in product.options}
    return any(
        available.get(v.id, 0) > 0
        and all(v.option_values[name] in values for name, values in named.items() if values)
        for v in on_sale(product)
    )


def named_values(option: Mapping[str, Any], text: str) -> list[str]:
    """The values of an option that a text names, in either language."""
    plain = f" {' '.join(tokens(fold(text)))} "
    english = option.get("values_en") or ()
    measured = values_measured(option["values"], text)
    return [
        value
        for index, value in enumerate(option["values"])
        if any(f" {' '.join(tokens(fold(own)))} " in plain for own in (value, *english[index : index + 1]))
        or value in _values_told(option, units(text))
        or value in measured
    ]


def _values_told(option: Mapping[str, Any], asked: Sequence[Unit]) -> list[str]:
    english = option.get("values_en") or ()
    return [
        value
        for index, value in enumerate(option["values"])
        if any(tells(Text.of(value, *english[index : index + 1]), unit) for unit in asked if not unit.soft)
    ]


def _by_sku(session: Session, skus: Sequence[str]) -> list[Product]:
    found: dict[str, Product] = {}
    for sku in skus:
        try:
            product = get_product(session, sku)
        except NotFound:
            continue
        if product.status == "active":
            found.setdefault(product.sku, product)
    return list(found.values())
