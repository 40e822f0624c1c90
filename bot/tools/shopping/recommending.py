"""Advice: by need and budget where told, else by what the shop really sold, else something of each category."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.shopping.finding import is_of_another_kind, nothing_found
from bot.tools.shopping.memory import closing_an_order, remember
from bot.tools.shopping.quoting import without_goods
from bot.tools.shopping.telling import cards_of, has_stock, list_text, on_sale, product_skus, stock_of
from bot.tools.shopping.wishes import price_end, price_wish, without_price_end
from core.catalogue.finding import Wish, category_in, find_by_wish
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.wording import units
from core.orders.popularity import best_sellers, bought_together

MOST = 4
# Asked of every shop, whatever it sells: the words for "what sells best" name no goods.
BEST = (
    "bán chạy",
    "ban chay",
    "hot",
    "bán nhiều",
    "phổ biến",
    "best",
    "popular",
    "인기",
    "잘 나가",
    "베스트",
)


def recommend_products(turn: Turn, *, wish: str, skus: Sequence[str] = ()) -> ToolOutcome:
    """Never says that something sells best unless the shop's own orders say so."""
    language = turn.language
    with turn.services.db.read_transaction() as session:
        key, products = _chosen(session, wish, product_skus(turn, skus), without_goods(turn, wish))
        available = stock_of(session, products)
        products = [p for p in products if on_sale(p) and has_stock(p, available)]
        if not products:
            return nothing_found(session, turn, "recommend_products", wish)
    if key == "picks" and is_of_another_kind(products, wish):
        key = "nearest_goods"
    page = products[:MOST]
    turn.state["shown"] = [product.sku for product in page]
    remember(turn, browsing=[product.sku for product in products[MOST:40]])
    said = f"{say(language, key)}\n{list_text(page, available, language)}"
    ask = "" if closing_an_order(turn) else say(language, "ask_which_one")
    data = {"products": [product.sku for product in page], "by": key}
    cards = cards_of(page, available, language)
    return turn.note(ToolOutcome("recommend_products", True, said, data, cards, ask=ask))


def _chosen(session: Session, wish: str, skus: Sequence[str], need: str) -> tuple[str, list[Product]]:
    """`need` is the wish without the goods that it names."""
    price = price_wish(wish)
    lowest, highest = price.lowest, price.highest
    category = category_in(session, wish)
    best = any(word in wish.lower() for word in BEST)
    if price_end(wish):
        return price_end(wish), _by_price(session, wish, category, skus)
    if len(skus) == 1 and any(unit.topic == "pairing" for unit in units(wish)):
        return _going_with(session, skus[0])
    if not best:
        found = find_by_wish(session, Wish(wish, lowest, highest, category))
        found = found or _of_their_kind(session, skus, Wish(need, lowest, highest))
        if not found:
            found = find_by_wish(session, Wish(wish, lowest, highest, category, told_at_length=True))
        if not found and len(skus) == 1:
            found = find_by_wish(session, Wish("", lowest, highest, skus=tuple(skus)))
        if found:
            return "picks", found
    bounded = Wish(lowest=lowest, highest=highest, category=category, skus=tuple(skus))
    if bounded == Wish():
        return _by_sales(session, best_sellers(session), find_by_wish(session, Wish(lowest=0)))
    within = find_by_wish(session, bounded) or find_by_wish(session, replace(bounded, skus=()))
    return _by_sales(session, best_sellers(session, among=[p.sku for p in within]), within)


def _of_their_kind(session: Session, skus: Sequence[str], wish: Wish) -> list[Product]:
    """What meets the need among goods of the same category as those that were named."""
    named = find_by_wish(session, Wish(skus=tuple(skus))) if skus else []
    kinds = dict.fromkeys(product.category for product in named)
    return [p for kind in kinds if kind for p in find_by_wish(session, replace(wish, category=kind))]


def _by_price(session: Session, wish: str, category: str | None, skus: Sequence[str]) -> list[Product]:
    """Of what was named, and what else the words fit; else of the category, else of all."""
    words = without_price_end(wish)
    found = find_by_wish(session, Wish(words))
    named = find_by_wish(session, Wish(skus=tuple(skus))) if skus else []
    if len(named) < 2:
        named = [*named, *(product for product in found if product.sku not in skus)]
    products = named or find_by_wish(session, Wish(lowest=0, category=category))
    dearest = price_end(wish) == "dearest"
    lowest = {p.id: min((int(v.price) for v in on_sale(p)), default=0) for p in products}
    return sorted(products, key=lambda p: lowest[p.id], reverse=dearest)


def _going_with(session: Session, sku: str) -> tuple[str, list[Product]]:
    """What the shop pairs with it, what was bought with it, else what sells besides it."""
    own = get_product(session, sku)
    pairs = [*own.related, *bought_together(session, own.id)]
    if pairs:
        return "picks", find_by_wish(session, Wish(skus=tuple(pairs)))
    key, products = _by_sales(session, best_sellers(session), find_by_wish(session, Wish(lowest=0)))
    return key, [p for p in products if p.id != own.id and p.category != own.category]


def _by_sales(session: Session, sold_skus: list[str], others: list[Product]) -> tuple[str, list[Product]]:
    """What was sold, most first; without sales one of each category in turn."""
    sold = find_by_wish(session, Wish(skus=tuple(sold_skus))) if sold_skus else []
    available = stock_of(session, sold)
    sold = [product for product in sold if has_stock(product, available)]
    if sold:
        return "best_sellers", sorted(sold, key=lambda product: sold_skus.index(product.sku))
    return "picks", _one_of_each(others)


def _one_of_each(products: list[Product]) -> list[Product]:
    by_category: dict[str, list[Product]] = {}
    for product in products:
        by_category.setdefault(product.category, []).append(product)
    mixed = []
    while any(by_category.values()):
        for own in by_category.values():
            if own:
                mixed.append(own.pop(0))
    return mixed
