"""Goods for somebody who has not chosen: by an end of the prices, a budget, what goes with what, a need."""

from typing import Any

from bot.agent.policy.steps import Call, Step
from bot.tools.shopping.wishes import asks_advice, price_end, price_wish
from core.catalogue.wording import units
from nlu import ItemMention, Parse

CERTAIN = 0.9
ASKED_OF_GOODS = frozenset({"ask_price", "ask_stock", "ask_product"})


def choose_for(parse: Parse, context: dict[str, Any], intents: set[str]) -> list[Step]:
    named, candidates = named_goods(parse), candidate_goods(parse)
    if price_end(parse.text):
        among = list(dict.fromkeys([*named, *candidates]))[:20]
        return [Call("recommend_products", {"wish": parse.text, "skus": among})]
    if _budget_alone(parse, intents):
        return [Call("recommend_products", {"wish": parse.text, "skus": []})]
    if _asks_what_goes_with(parse, context) and named:
        return [Call("find_products", {"skus": named[:6]})]
    vaguely = all(item.confidence < CERTAIN for item in parse.items if item.refers is None)
    wondering = not intents or (vaguely and intents <= {"ask_product", "search_product"})
    if named and wondering and asks_advice(parse.text):
        return [Call("recommend_products", {"wish": parse.text, "skus": named[:20]})]
    if "recommend" in intents and not (intents & ASKED_OF_GOODS and named):
        among = [] if any(item.refers for item in parse.items) else [*named, *candidates][:20]
        return [Call("recommend_products", {"wish": parse.text, "skus": among})]
    return []


def _budget_alone(parse: Parse, intents: set[str]) -> bool:
    """A sum and no goods, with a word of looking for something: advice within it."""
    likely = {intent.name for intent in parse.intents[:3]}
    sure = intents - {"greeting", "thanks", "chitchat"}
    return (
        not parse.items and not sure and bool(likely & {"search_product", "recommend", "browse_catalogue"})
        and price_wish(parse.text).is_named
    )  # fmt: skip


def _asks_what_goes_with(parse: Parse, context: dict[str, Any]) -> bool:
    """`what cable goes with it?`: goods of that kind, none of which is in the cart."""
    held = {line["product"] for line in (context["cart"] or {"lines": []})["lines"]}
    named = {item.product_sku for item in parse.items if item.refers is None and item.product_sku}
    pairing = any(unit.topic == "pairing" for unit in units(parse.text))
    return bool(held) and bool(named) and pairing and not named & held


def named_goods(parse: Parse) -> list[str]:
    skus = [item.variant_sku or item.product_sku or only_candidate(item) for item in parse.items]
    return list(dict.fromkeys(sku for sku in skus if sku))


def only_candidate(item: ItemMention) -> str | None:
    return item.candidates[0][0] if len(item.candidates) == 1 else None


def candidate_goods(parse: Parse) -> list[str]:
    return list(
        dict.fromkeys(sku for item in parse.items if not item.product_sku for sku, _ in item.candidates)
    )
