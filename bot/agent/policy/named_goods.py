"""Questions about goods that a message names: their price and stock where words ask for them, else their texts."""

import re
from dataclasses import replace
from typing import Any

from bot.agent.policy.choosing import ASKED_OF_GOODS, CERTAIN, candidate_goods, named_goods, only_candidate
from bot.agent.policy.steps import Call, Step, intents_of
from bot.tools.shopping.wishes import price_wish
from core.catalogue.wording import Unit, units
from nlu import Parse, fold

TOPICS = {
    "ask_shipping_fee": "shipping_fee",
    "ask_delivery_time": "delivery_time",
    "ask_payment": "payment",
    "ask_policy": "",
}
_WORDS_FOR = {
    "price": re.compile(
        r"\b(gia|bao nhieu|bnhieu|bnhiu|bao nhiu|nhieu|nhiu|bn|may (tien|xu|dong|k|tr)|tien"
        r"|costs?|prices?|priced|how much|how many dong|rate|expensive|cheap)\b|얼마|가격|값|얼만"
    ),
    "stock": re.compile(
        r"\b(con|co|het|ban|available|stock|have|has|got|sell|left|still|restock(ed)?|sold out|there)\b"
        r"|있|재고|남|품절|없"
    ),
}
_FITTING = re.compile(r"\b(phu hop|hop voi|danh cho|cho da|for|suit\w*)\b|맞는|에 좋은|용으로")
_SELLS = re.compile(
    r"\b(co|con) (ban|hang|mau|loai|sp|san pham)\b|\b(ban|sell|carry|stock)\b"
    r"|팔아|파나|판매|(?<!에 )(?<!이 )있(어요|나요|을까요|습니까)"
)
_WHATEVER = re.compile(r"\b(gi|j|nhung gi|what|everything)\b|뭐|무엇|어떤")
CLEARLY = 0.8


def of_named(parse: Parse, context: dict[str, Any], ordering: bool) -> list[Step]:
    """Goods that the message names, for sure or among a few."""
    intents, parse = intents_of(parse), _of_the_sure(parse)
    named, candidates = named_goods(parse), candidate_goods(parse)
    if "search_product" in intents and price_wish(parse.text).is_named:
        return search(parse)
    products = {item.product_sku or only_candidate(item) for item in parse.items} - {None}
    ruled = sure_of(parse, "ask_policy") >= CLEARLY and not intents & ASKED_OF_GOODS
    if not named and candidates and not ordering:
        # `chậu mua về không hợp thì được trả trong mấy ngày`: of no product, but of the shop's rules
        return [] if ruled else _of_a_few(parse, intents, candidates)
    if len(products) > 1:
        skus = [*named, *candidates][:6]
        if ordering:
            return []
        if (
            parse.question
            and not _only_price(parse, intents)
            and not intents & {"ask_stock", "search_product"}
        ):
            return [Call("look_up", {"question": parse.text, "skus": skus})]
        return [Call("find_products", {"skus": skus})]
    if not named:
        return []
    wished = ({**item.options, **item.missing} for item in parse.items)
    options = next((told for told in wished if told), {})
    clause = context.get("clauses", {}).get("ask_policy", "") if "ask_policy" in intents else ""
    steps = _about_one(parse, named[0], options, intents, question=clause or parse.text)
    return [_by_the_rules(step) for step in steps] if ruled else steps


def _of_the_sure(parse: Parse) -> Parse:
    """`da bò làm đôi giày lười là da nước nào?`: what is called by its whole name is asked about."""
    sure = tuple(item for item in parse.items if item.confidence >= CERTAIN and item.product_sku)
    counted = any(item.quantity for item in parse.items)
    return replace(parse, items=sure) if sure and parse.question and not counted else parse


def _of_a_few(parse: Parse, intents: set[str], candidates: list[str]) -> list[Step]:
    if not intents & {"ask_price", "ask_stock"}:
        if "browse_catalogue" in intents:
            return [Call("browse_catalogue", {"category": parse.text})]
        if "search_product" in intents:
            return search(parse)
    return [Call("find_products", {"skus": candidates[:6], "query": parse.text})]


def _by_the_rules(step: Step) -> Step:
    """What the shop wrote for all goods goes before what it wrote of one."""
    if not isinstance(step, Call) or step.tool != "product_details":
        return step
    return Call(step.tool, {**step.arguments, "rules_first": True})


def _about_one(
    parse: Parse, sku: str, options: dict[str, str], intents: set[str], *, question: str
) -> list[Step]:
    """Price and stock only where words ask for them; whatever else is asked is looked up in what the shop wrote.

    `question`: of a long story about goods, the clause that asks for a rule; else the whole message.
    """
    steps: list[Step] = []
    guessed = [name.removeprefix("ask_") for name in ("ask_price", "ask_stock") if name in intents]
    line = fold(parse.text)
    about = [name for name in guessed if _WORDS_FOR[name].search(line)]
    if "price" in about and not _only_price(parse, intents):
        intents = (intents - {"ask_price"}) | {"ask_product"}
        about.remove("price")
    vaguely = all(item.confidence < CERTAIN for item in parse.items)
    for_a_need = vaguely or bool(_FITTING.search(line))
    if about == ["stock"] and for_a_need and not options and _asks_a_detail(parse):
        # "Is there a cleanser for dry skin?": perhaps another one than the first of that name.
        return [Call("recommend_products", {"wish": parse.text, "skus": [sku]})]
    if "stock" in about and sure_of(parse, "ask_stock") < CLEARLY and _asks_a_detail(parse):
        # "What is in it?" has the words of "is there any?".
        intents = (intents - {"ask_stock"}) | {"ask_product"}
        about.remove("stock")
    if "search_product" in intents and not about and _asks_a_detail(parse):
        # "A cleanser for dry skin": perhaps another one than the first of that name.
        return [Call("recommend_products", {"wish": parse.text, "skus": [sku]})]
    other = intents & {*TOPICS, "ask_shop", "ask_promotion", "haggle", "choose_payment"} - {"ask_policy"}
    detail = bool(intents & {"ask_product", "ask_policy"}) or not (
        about or other or not (parse.question and not intents & {"search_product", "order", "add_item"})
    )
    counted = [item.quantity for item in parse.items if item.quantity and item.refers is None]
    quantity = counted[0] if len(counted) == 1 else None
    about = about or (["price"] if "haggle" in intents else [])
    if about and not options and not counted and all(item.refers for item in parse.items):
        return [Call("product_details", {"sku": sku, "question": parse.text, "about": about})]
    if about or not (detail or (other and parse.question)):
        arguments = {"sku": sku, "options": options, "about": about}
        steps.append(Call("check_product", {**arguments, **({"quantity": quantity} if quantity else {})}))
    if detail and not (about and not _asks_a_detail(parse)):
        told = {"sku": sku, "question": question, "options": options, "about": guessed}
        steps.append(Call("product_details", told))
    return steps


def _asks_a_detail(parse: Parse) -> bool:
    """Names a matter that a product's text may tell: material, origin, a picture …"""
    return any(unit.topic for unit in matters(parse))


def matters(parse: Parse) -> list[Unit]:
    """What is spoken of besides the goods."""
    text = parse.text
    for item in parse.items:
        if item.refers is None:
            text = text.replace(parse.text[slice(*item.span)], " ")
    return [unit for unit in units(text) if not unit.soft]


def _only_price(parse: Parse, intents: set[str]) -> bool:
    """ "Does it work with my radio?" asks no price, whatever it looks like."""
    sure = sure_of(parse, "ask_price")
    return "ask_price" in intents and (sure >= CLEARLY or not parse.question or len(matters(parse)) < 2)


def sure_of(parse: Parse, name: str) -> float:
    return next((own.confidence for own in parse.intents if own.name == name), 0.0)


def asks_for_goods(parse: Parse) -> bool:
    """`shop có bán giày đá bóng không`: football is none of ours, shoes for it may be."""
    line = fold(parse.text)
    return parse.question and bool(_SELLS.search(line)) and not _WHATEVER.search(line)


def search(parse: Parse) -> list[Step]:
    return [Call("find_products", {"query": parse.text})]
