"""The answers to what was asked about a placed order; a question in between is answered by the other rules."""

import re
from typing import Any

from bot.agent.agreement import agrees_to_request, is_agreement
from bot.agent.policy.after_sales import DELIVERED, OPEN, code_of
from bot.agent.policy.steps import ABOUT_GOODS, ABOUT_THE_SHOP, Call, Step, intents_of
from bot.agent.policy.told import (
    asks_a_favour,
    change_arguments,
    invoice_arguments,
    means_all,
    order_with,
    ordered_products,
    reason_in,
    return_arguments,
    spoken_number,
    wants_other_business,
)
from nlu import Parse, fold

_NO_LONGER = re.compile(
    r"\b(thoi|khoi|khong|ko|k|bo)\b.{0,12}\b(tra|doi|huy|xuat|lay hoa don|can)\b.*\b(nua|dau)\W*(a|nha|nhe|shop)?\W*$"
    r"|\b(thoi|khoi)\s+(khong\s+|ko\s+|khoi\s+)?(tra|doi|huy|xuat|can|muon)\b|\bde (minh|em|anh|chi) giu lai\b"
    r"|\b(never ?mind|forget (it|about it)|i.ll keep it|keep the order|do ?n.t (cancel|change|return|exchange|need))\b"
    r"|됐어요|안 할게|취소 안|그냥 둘게|그만"
)
# As the answer to "why?" only a plain one: "không cần nữa" is a reason to give goods back.
_GIVES_UP = re.compile(
    r"\b(thoi|khoi)\b.{0,16}\b(tra|doi)\b|\bkhong (tra|doi)( hang)? nua\b"
    r"|\b(never ?mind|forget (it|about it)|i.ll keep it)\b|됐어요|안 할게|그만"
)
# "Don't need them" is why an order is called off; that it stays is said of it or of calling it off.
_KEEPS = re.compile(
    r"\b(thoi|khoi|khong|ko|k|dung)\b.{0,12}\b(huy|bo don|cancel)\b"
    r"|\bde (minh|em|anh|chi) giu lai\b|\bgiu (lai|nguyen)\b"
    r"|^\W*thoi\W*$"
    r"|\b(never ?mind|forget (it|about it)|i.ll keep (it|them)|keep (it|the order|my order)|do ?n.t cancel)\b"
    r"|취소 안|취소하지|그냥 둘게|그냥 주세요|됐어요|그만"
)
_NO_REASON = re.compile(
    r"^\W*(khong|ko|k|bo qua|khoi|khong co( ly do)?( gi)?|khong ly do|no|none|no reason|skip|없어요?|없습니다)"
    r"\W*(a|dau|nha)?\W*$"
)
_LATEST = re.compile(
    r"\b(moi nhat|gan nhat|don cuoi|vua dat|latest|most recent|last one|newest)\b|최근|마지막"
)
_SAME = re.compile(
    r"\b(y (chang|nhu|vay)|nhu cu|giong (vay|cu|nhu)|cai moi|cung (mau|loai|size)|same|new one)\b|똑같|같은|새 것"
)
AN_ANSWER = 2
LONG = 6


def follow_up(parse: Parse, context: dict[str, Any]) -> list[Step]:
    """Answers to the open question, the yes and the no, and "never mind"."""
    flow = context.get("flow")
    if flow is None or intents_of(parse) & {"handoff", "abuse"}:
        return []
    awaited = flow["awaiting"][0]
    offered = (context.get("offer") or {}).get("kind") == "staff"
    if offered and awaited != "confirm" and parse.yes and len(parse.text.split()) <= AN_ANSWER:
        return []
    gives_up = _GIVES_UP if awaited == "reason" else _KEEPS if flow["name"] == "cancel" else _NO_LONGER
    new_value = parse.phones or parse.address_span or parse.order_codes
    if (
        gives_up.search(fold(parse.text))
        and not parse.question
        and not new_value
        and not _of_others(parse, context)
        and not (awaited == "confirm" and agrees_to_request(parse, flow, context["orders"]))
    ):
        return [Call("drop_request")]
    if awaited == "confirm":
        return _confirm(parse, context, flow)
    if awaited == "order_code":
        return _order_code(parse, context, flow)
    return _ANSWERS[flow["name"]](parse, context, flow)


def _of_others(parse: Parse, context: dict[str, Any]) -> bool:
    """`đơn dầu gội thì giữ nguyên`: said of goods that the order in question does not hold."""
    named = {m.product_sku for m in parse.items if m.product_sku and m.refers is None}
    return bool(named) and not named & ordered_products(context)


def _confirm(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    """A correction in the same message is a correction, not a yes."""
    name = flow["name"]
    if _wants_goods(parse):
        return []
    if name == "cancel" and code_of(parse) not in ("", flow["data"].get("code")):
        return [Call("ask_cancel", {"code": code_of(parse), "reason": ""})]
    agrees = agrees_to_request(parse, flow, context["orders"])
    told = _correction(parse, context, flow)
    if told and not (agrees and (name == "return" or _is_agreement_alone(parse))):
        return [Call("change_order" if name == "change" else "ask_return", told)]
    if agrees:
        return [Call("confirm_request")]
    if parse.no and not parse.question and not (name == "cancel" and len(parse.text.split()) >= AN_ANSWER):
        return [Call("drop_request")]
    if parse.question or wants_other_business(parse, flow):
        return []
    if name == "return" and reason_in(parse):
        return [Call("ask_return", {"reason": parse.text.strip()})]
    if name == "cancel" and len(parse.text.split()) >= AN_ANSWER:
        return [Call("ask_cancel", {"reason": parse.text.strip()})]
    return []


def _wants_goods(parse: Parse) -> bool:
    """Goods that are ordered beside a yes are the wish; the yes is a word in passing."""
    named = [m for m in parse.items if m.product_sku and m.quantity and m.refers is None]
    return "order" in intents_of(parse) and bool(named)


def _is_agreement_alone(parse: Parse) -> bool:
    """`ok đổi đi`, `that one, yes`: what it points to is what was shown."""
    told = parse.phones or parse.name or parse.address_span
    return not told and all(m.refers and not m.options and not m.quantity for m in parse.items)


def _correction(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> dict[str, Any]:
    if parse.question or wants_other_business(parse, flow):
        return {}
    if flow["name"] == "change":
        return change_arguments(parse, context)
    if flow["name"] == "return":
        kind = _kind(parse, flow)
        told = return_arguments(parse, context, kind)
        return {**told, "kind": kind} if told or kind != flow["data"].get("kind") else {}
    return {}


def _kind(parse: Parse, flow: dict[str, Any]) -> str:
    """A return may become an exchange on the way, and back."""
    wished = intents_of(parse) & {"return_request", "exchange_request"}
    if len(wished) == 1:
        return "exchange" if "exchange_request" in wished else "return"
    return str(flow["data"].get("kind", "return"))


def _order_code(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    if parse.question and not parse.order_codes:
        return []
    code = (
        code_of(parse) or _by_number(parse.text, context) or order_with(parse, context, (*OPEN, *DELIVERED))
    )
    if not code and wants_other_business(parse, flow):
        return []
    tool = {"cancel": "ask_cancel", "change": "change_order", "return": "ask_return"}[flow["name"]]
    return [Call(tool, {"code": code})]


def _by_number(text: str, context: dict[str, Any]) -> str:
    """`1004` for DH1004, or "the latest"."""
    codes = [order["code"] for order in context["orders"]]
    numbers = re.findall(r"\d{2,}", text)
    matching = [code for code in codes if any(code.endswith(number) for number in numbers)]
    if len(matching) == 1:
        return str(matching[0])
    return str(codes[0]) if codes and _LATEST.search(fold(text)) else ""


def _return(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    awaited, kind = flow["awaiting"][0], _kind(parse, flow)
    changed = kind != flow["data"].get("kind", "return")
    others = _other_goods(parse, context, flow)
    if others:
        return [Call("ask_return", {"kind": kind, **others, "instead_of_chosen": True})]
    reason = awaited == "reason" and not changed and not _turns_away(parse)
    if not reason and (parse.question or (wants_other_business(parse, flow) and awaited != "item")):
        return []
    if reason:
        said = parse.text.strip()
        skipped = bool(_NO_REASON.match(fold(said))) or is_agreement(said, "return")
        return [Call("ask_return", {"no_reason": True} if skipped else {"reason": said})]
    if intents_of(parse) & ABOUT_THE_SHOP and not parse.items and not means_all(parse):
        return []
    if awaited == "exchange":
        return [Call("ask_return", {"exchange": _instead(parse, context, flow)})]
    told = return_arguments(parse, context, "return" if awaited == "item" and not changed else kind)
    if awaited == "quantity" and "quantity" not in told and (number := spoken_number(parse)):
        told["quantity"] = number
    return [Call("ask_return", {"kind": kind, **told, **({"all_items": True} if means_all(parse) else {})})]


def _other_goods(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> dict[str, Any]:
    """`the scarf I want to send back`, while something else was talked of: that is what is returned."""
    if parse.question or not intents_of(parse) & {"return_request", "exchange_request"}:
        return {}
    chosen = set(flow["data"].get("items", {}))
    held = {line["sku"]: line["product"] for order in context["orders"] for line in order["lines"]}
    named = [m for m in parse.items if m.refers is None and m.product_sku in held.values()]
    if not chosen or not named or {m.product_sku for m in named} <= {held.get(sku) for sku in chosen}:
        return {}
    return return_arguments(parse, context, "return")


def _turns_away(parse: Parse) -> bool:
    """Whatever is said to "why?" is the reason, unless it asks back or orders something."""
    about = intents_of(parse) & (ABOUT_THE_SHOP | ABOUT_GOODS)
    asks = parse.question and ("?" in parse.text or (about and len(parse.text.split()) > LONG))
    return asks or any(item.quantity and item.refers is None for item in parse.items)


def _instead(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[dict[str, Any]]:
    """Other goods, or the very same again when what came was faulty."""
    goods: list[dict[str, Any]] = return_arguments(parse, context, "return").get("items", [])
    chosen = list(flow["data"].get("items", {}))
    if not goods and len(chosen) == 1 and _SAME.search(fold(parse.text)):
        return [{"sku": chosen[0], "quantity": None, "options": {}}]
    return goods


def _change(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    asking = parse.question and not asks_a_favour(parse)
    if asking or wants_other_business(parse, flow):
        return []
    awaited = flow["awaiting"][0]
    told = change_arguments(parse, context, flow["data"].get("draft") if awaited == "variant" else None)
    if not told and awaited in ("address", "ward", "name", "phone") and len(flow["awaiting"]) == 1:
        told = {"address" if awaited == "ward" else awaited: parse.text.strip()}
    return [Call("change_order", told)]


def _invoice(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    """A question is none of the parts; nor is an order in the middle of it."""
    awaited = next((part for part in flow["awaiting"] if part != "invoice"), "")
    told = invoice_arguments(parse)
    if not told and (parse.question or parse.items or wants_other_business(parse, flow)):
        return []
    told = told or invoice_arguments(parse, awaited)
    if not told and context["cart"]:
        # Perhaps it is an answer to the order's own question.
        return []
    return [Call("request_invoice", told)]


def _cancel(parse: Parse, context: dict[str, Any], flow: dict[str, Any]) -> list[Step]:
    return []


_ANSWERS = {"return": _return, "change": _change, "invoice": _invoice, "cancel": _cancel}
