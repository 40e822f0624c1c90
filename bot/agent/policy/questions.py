"""Questions about goods go to the catalogue, all others to what the shop wrote."""

import re
from collections.abc import Sequence
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.choosing import ASKED_OF_GOODS, CERTAIN, candidate_goods, choose_for, named_goods
from bot.agent.policy.details import awaited_payment
from bot.agent.policy.named_goods import (
    TOPICS,
    asks_for_goods,
    matters,
    of_named,
    search,
    sure_of,
)
from bot.agent.policy.steps import Call, Step, Words, intents_of
from bot.tools.shopping.measures import read_measures
from nlu import Parse, fold

_SENT_BACK = re.compile(
    r"\b(gui|ship|tra|chuyen|chieu|luot) (hang )?(lai|ve|tra)\b|\bsen[dt](ing)? (it |them |this |that )?back\b"
    r"|\breturn(s|ing)?\b|\b(ai|ben (nao|mo)) (chiu|tra)\b|\bwho (pays?|covers?)\b"
    r"|반품|교환|반송|누가 (내|부담|지불)|왕복"
)
"""Parcels that go back: who pays for them is a matter of returns."""
_RETURNED = re.compile(
    r"\b(doi tra|hoan (hang|tra)|(gui|tra|chuyen) (hang )?(lai|tra))\b|\bsen[dt](ing)? (it |them |this |that )?back\b"
    r"|\breturn(s|ing)?\b|\bexchang(e|es|ing)\b|반품|교환|반송"
)
"""As plainly so that it asks no time of delivery: `ship về` may as well be to the customer."""
_MORE = re.compile(
    r"\b(xem them|them mau|mau (nao )?(khac|nua)|con (mau|cai|loai|mon)( nao)? (khac|nua)|cai khac|show more|more"
    r"|any others?|other (ones|models|options)|anything else)\b|더 (보여|있)|다른 (거|것|상품|제품)"
)
A_FEW = 4
LIKELY = 0.6
_TIME = re.compile(
    r"\b(lau|ngay|hom|bua|gio|khi nao|bao gio|chung nao|kip|tuan|toi chua|nhanh|gap|hoa toc"
    r"|long|when|days?|hours?|soon|fast|quick|time|weeks?|today|tomorrow|tonight"
    r"|arriv\w*|by (mon|tue|wed|thu|fri|sat|sun)\w*)\b"
    r"|언제|며칠|얼마나|걸리|시간|오늘|내일|도착|빨리|까지 (받|올|오)"
)
"""How long or when, beside "do you deliver there?"."""
_DELIVERS = re.compile(
    r"\b(ship\w*|giao|gui|chuyen|deliver\w*|send|courier|post|bring|ve|toi|den|qua|o)\b|배송|배달|택배|보내|까지|에도|으로"
)
"""Without a word of it nobody asks where to goods are brought."""
_PERCENT = re.compile(r"(\d{1,3})\s*(?:%|phan tram|percent|프로|퍼센트)")
_CLAUSE = re.compile(r"[,.;?!\n]+|\s(?:và|va|với|voi|and|그리고)\s")


def ask(parse: Parse, context: dict[str, Any], deeds: Sequence[Step]) -> list[Step]:
    """Every question of the message once; `deeds` are done beside it and tell their own part."""
    intents = intents_of(parse)
    steps: list[Step] = []
    percent = _PERCENT.search(fold(parse.text))
    named = percent is not None and not parse.items and any(own.name == "haggle" for own in parse.intents)
    if named or ("haggle" in intents and "ask_promotion" not in intents):
        arguments = {"percent": int(percent.group(1)) if percent else None}
        steps.append(Call("ask_discount", {**arguments, "wished": max(parse.amounts, default=None)}))
    if not steps or parse.items:
        steps += _goods(parse, context, deeds)
    steps += _shop_matters(parse, context, mixed=bool(steps or deeds))
    return steps


def ask_aside(asides: Sequence[Parse], context: dict[str, Any]) -> list[Step]:
    """Goods that are asked about while others are ordered are shown; a plain question about them is answered."""
    steps: list[Step] = []
    for part in asides:
        named = [*named_goods(part), *candidate_goods(part)]
        plain = not named or bool(intents_of(part) & {"ask_price", "ask_stock", "ask_product", "ask_size"})
        shown = [Call("find_products", {"skus": named[:6]})] if named else []
        found: Sequence[Step] = (_goods(part, context, ()) if plain else []) or shown
        steps += [step for step in found if step not in steps]
    return steps


def _goods(parse: Parse, context: dict[str, Any], deeds: Sequence[Step]) -> list[Step]:
    intents = intents_of(parse)
    ordering = any(isinstance(step, Call) and step.tool == "update_order" for step in deeds)
    if ordering and "recommend" in intents and named_goods(parse):
        return [Call("recommend_products", {"wish": parse.text, "skus": named_goods(parse)[:1]})]
    if ordering and not intents & {"ask_price", "ask_product", "compare", "ask_size"}:
        return []
    if ordering and "ask_price" in intents and not named_goods(parse):
        return _price_of_ordered(deeds)
    if (
        deeds
        and not ordering
        and not intents & {*ASKED_OF_GOODS, "search_product", "recommend", "browse_catalogue"}
    ):
        return []
    if _asks_of_returns(parse, intents):
        return []
    for rule in (_special, of_named, _of_shown, _of_words):
        steps = rule(parse, context, ordering)
        if steps:
            return steps
    return []


def _price_of_ordered(deeds: Sequence[Step]) -> list[Step]:
    """`giá sao, cho mình 2 cái`: of what is taken."""
    items = [item for deed in deeds if isinstance(deed, Call) for item in deed.arguments.get("items", ())]
    skus = list(dict.fromkeys(item["sku"] for item in items if item["sku"]))
    return [Call("check_product", {"sku": sku, "options": {}, "about": ["price"]}) for sku in skus[:1]]


def _special(parse: Parse, context: dict[str, Any], ordering: bool) -> list[Step]:
    intents = intents_of(parse)
    named, candidates = named_goods(parse), candidate_goods(parse)
    focus = named or focus_of(context)
    if "notify_restock" in intents:
        options = parse.items[0].options if parse.items else {}
        arguments = {"sku": focus[0] if focus else "", "options": dict(options), "stop": parse.no}
        return [Call("notify_restock", arguments)]
    if "compare" in intents or (parse.question and says(parse.text, "comparing")):
        others = [] if named else candidates
        skus = list(dict.fromkeys(named if len(named) > 1 else [*named, *others, *context["shown"]]))
        if skus:
            return [Call("compare_products", {"skus": skus[:4], "said": parse.text})]
        return [Call("recommend_products", {"wish": parse.text})]
    if "ask_size" in intents and _speaks_of_size(parse, context, intents):
        return [
            Call(
                "advise_size", {"sku": focus[0] if focus else "", "body": parse.text, "question": parse.text}
            )
        ]
    if ordering:
        return []
    if (
        context.get("selling", {}).get("browsing") is not None
        and not named
        and _MORE.search(fold(parse.text))
    ):
        return [Call("show_more")]
    return choose_for(parse, context, intents)


def _speaks_of_size(parse: Parse, context: dict[str, Any], intents: set[str]) -> bool:
    """`can I use it while pregnant?` sounds like it; a size beside the stock is another wish."""
    if read_measures(parse.text):
        return True
    sized = says(parse.text, "sizing") or context["awaiting"][:1] == ["variant"]
    return sized and "ask_stock" not in intents


def _asks_of_returns(parse: Parse, intents: set[str]) -> bool:
    """`if I don't like it, how many days to send it back?`: the shop's rule, whatever `it` is."""
    ruled = intents & {"ask_policy", "ask_delivery_time", "ask_shipping_fee"}
    pointed = all(item.refers and not item.options for item in parse.items)
    return bool(ruled) and pointed and bool(_RETURNED.search(fold(parse.text)))


def _of_shown(parse: Parse, context: dict[str, Any], ordering: bool) -> list[Step]:
    """`giá bao nhiêu`, `còn hàng không`: what is being ordered, else what was shown last."""
    intents = intents_of(parse)
    focus = focus_of(context)
    if not intents & ASKED_OF_GOODS or ordering:
        return []
    if not focus:
        if intents & ASKED_OF_GOODS != {"ask_price"}:
            return [] if matters(parse) or parse.items or context["cart"] else [Words("which_product")]
        alone = len(parse.text.split()) <= A_FEW and not context["cart"]
        return [Words("which_product") if alone else Call("look_up", {"question": parse.text})]
    if len(focus) == 1:
        about = [name.removeprefix("ask_") for name in ("ask_price", "ask_stock") if name in intents]
        return [Call("product_details", {"sku": focus[0], "question": parse.text, "about": about})]
    return [Call("find_products", {"skus": focus[:6], "question": parse.text})]


def _of_words(parse: Parse, context: dict[str, Any], ordering: bool) -> list[Step]:
    intents = intents_of(parse)
    if ordering:
        return []
    if "browse_catalogue" in intents and not (asks_for_goods(parse) and sure_of(parse, "search_product")):
        return [Call("browse_catalogue", {"category": parse.text})]
    seeking = {"browse_catalogue", "search_product", "ask_stock"}
    if intents & seeking or ("out_of_scope" in intents and asks_for_goods(parse)):
        return search(parse)
    return [Call("look_up", {"question": parse.text})] if "ask_product" in intents else []


def _shop_matters(parse: Parse, context: dict[str, Any], *, mixed: bool) -> list[Step]:
    """Where several things are asked, each is looked up by its own words, else by its usual question.

    A topic that no part of the message asks for by itself is a second guess at what another part asks.
    """
    intents = [intent.name for intent in parse.intents if intent.name in intents_of(parse)]
    about = [name for name in intents if name in (*TOPICS, "ask_shop", "ask_promotion")]
    if awaited_payment(parse, context):
        about = [name for name in about if name != "ask_payment"]
    if parse.address_span is not None and not parse.question:
        # "Ship to 12 Lê Lợi" tells where; it asks nothing about delivery.
        about = [name for name in about if name not in ("ask_shipping_fee", "ask_delivery_time", "ask_shop")]
    clauses: dict[str, str] = context.get("clauses", {})
    if context.get("parts", 1) > 1 and len(about) > 1:
        about = [name for name in about if name in clauses] or about[:1]
    elif len(about) > 1:
        about = [name for name in about if name != "ask_policy"]
    steps: list[Step] = []
    for name in about:
        alone = len(about) == 1 and not mixed
        said = next((own.said for own in parse.intents if own.name == name), "")
        usual = (said or _own_clause(parse)) if name == "ask_policy" else ""
        question = clauses.get(name, parse.text if alone else usual)
        if name == "ask_policy" and mixed and parse.items:
            continue
        if name == "ask_shop":
            steps.append(Call("ask_shop", {"question": parse.text}))
        elif name == "ask_promotion":
            steps.append(Call("ask_promotion", {"question": question}))
        else:
            topic = _topic(name, parse, context)
            steps.append(Call("answer_question", {"question": question or parse.text, "topic": topic}))
    return steps


def speaks_of_returns(parse: Parse) -> bool:
    return bool(_RETURNED.search(fold(parse.text)))


def asked_beside(parse: Parse) -> str:
    """The part of a message that ends with a question mark; empty when it has none."""
    found = re.search(r"([^,.;!?\n]{8,}(?:,[^,.;!?\n]{8,})?)\?", parse.text)
    return found.group(1).strip() if found else ""


def _topic(name: str, parse: Parse, context: dict[str, Any]) -> str:
    """Who vaguely asks about fees while a return is talked of asks about the return's; a guess is no topic."""
    confidence = next((own.confidence for own in parse.intents if own.name == name), 1.0)
    flow = (context.get("flow") or {}).get("name", "")
    of_flow = {"return": "return", "cancel": "cancel", "invoice": "invoice"}.get(flow, "")
    if of_flow and confidence < CERTAIN:
        return of_flow
    if name in ("ask_shipping_fee", "ask_policy", "ask_payment") and _SENT_BACK.search(fold(parse.text)):
        return "return"
    if name == "ask_delivery_time" and _RETURNED.search(fold(parse.text)):
        return "return"
    if name == "ask_delivery_time" and not _TIME.search(fold(parse.text)):
        return "delivery_area" if confidence >= LIKELY and _DELIVERS.search(fold(parse.text)) else ""
    return TOPICS[name] if confidence >= LIKELY else ""


def _own_clause(parse: Parse) -> str:
    """The last part of the message that asks without naming goods."""
    clauses = [part.strip() for part in _CLAUSE.split(parse.text) if len(part.split()) > 1]
    free = [
        part
        for part in clauses
        if not any(
            parse.text.find(part) < item.span[1] and item.span[0] < parse.text.find(part) + len(part)
            for item in parse.items
        )
    ]
    return free[-1] if free else parse.text


def focus_of(context: dict[str, Any]) -> list[str]:
    waiting = [draft["sku"] for draft in context.get("drafts", ()) if draft["sku"]]
    last = [context["last_item"]] if context["cart"] and context.get("last_item") else []
    return waiting[:1] or list(context["shown"]) or last


def open_question(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if asks_for_goods(parse):
        return search(parse)
    if parse.question or len(parse.text.split()) >= 3:
        focus = focus_of(context)
        sku = focus[0] if len(focus) == 1 else ""
        if not parse.question and intents_of(parse) & {"order", "add_item", "change_item"}:
            return [Call("find_products", {"query": parse.text, "skus": focus[:6]})]
        return [Call("look_up", {"question": parse.text, "sku": sku, "asked": parse.question})]
    if parse.yes and context["awaiting"]:
        return [Call("update_order")]
    if context.get("unsure", 0) >= 1:
        return [Call("hand_off", {"reason": "not understood"})]
    return [Words("unsure")]
