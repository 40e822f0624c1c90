"""Questions about goods go to the catalogue, all others to what the shop wrote."""

from typing import Any

from bot.agent.policy.steps import ABOUT_THE_SHOP, Call, Step, Words, intents_of
from nlu import Parse


def ask(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Questions about goods go to the catalogue, all others to what the shop wrote."""
    intents = intents_of(parse)
    about = [m.variant_sku or m.product_sku for m in parse.items if m.variant_sku or m.product_sku]
    candidates = [sku for m in parse.items if not m.product_sku for sku, _ in m.candidates[:4]]
    if "haggle" in intents:
        return [Words("no_discount")]
    if intents & ABOUT_THE_SHOP or ("ask_size" in intents and not about):
        return [Call("answer_question", {"question": parse.text})]
    if len(set(about)) == 1:
        return [Call("check_product", {"sku": about[0]})]
    if about or candidates:
        return [Call("find_products", {"skus": list(dict.fromkeys([*about, *candidates]))[:6]})]
    if intents & {"ask_price", "ask_stock", "ask_product", "search_product"} and context["shown"]:
        return [Call("check_product", {"sku": context["shown"][0]})]
    if intents & {"browse_catalogue", "recommend"}:
        return [Call("browse_catalogue", {"category": ""})]
    if intents & {"ask_product", "search_product"}:
        return [Call("find_products", {"query": parse.text})]
    return []


def open_question(parse: Parse, context: dict[str, Any]) -> list[Step]:
    if parse.question or len(parse.text.split()) >= 4:
        return [Call("answer_question", {"question": parse.text})]
    if parse.yes and context["awaiting"]:
        return [Call("update_order")]
    if context.get("unsure", 0) >= 1:
        return [Call("hand_off", {"reason": "not understood"})]
    return [Words("unsure")]
