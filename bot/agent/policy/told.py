"""From an understood message to the arguments of an after-sales tool; what nothing was said about is left out."""

import re
from typing import Any

from bot.agent.policy.steps import intents_of
from nlu import ItemMention, Parse, fold

# An order that was placed, as against the cart that is being filled.
_PLACED = re.compile(
    r"\b(don (hang )?(da|vua|moi|hom|toi|minh da|em da) ?(dat|chot|len|qua|nay|truoc)?|vua dat|da dat|dat hom|da chot"
    r"|vao don|chung don|gop don|don cu|don truoc|my order|(placed|last|previous|existing) order|just ordered"
    r"|already ordered|same order)\b|주문한|주문했던|기존 주문|지난 주문|주문에"
)
_REASON = re.compile(
    r"\b(vi|do|tai|boi|bi|nen|chat|rong|loi|hong|rach|khong (vua|dung|giong|thich|ung|can)|nham|doi y|because|since|too"
    r"|defective|broken|does ?n.t fit|did ?n.t fit|wrong|changed my mind|mistake)\b"
    r"|때문|작아|작은|커서|큰|불량|마음이|잘못|안 맞|실수"
)
_ALL = re.compile(
    r"\b(tat ca|het|toan bo|ca don|ca hai|ca 2|all|everything|both|whole order)\b|전부|모두|다 반품|둘 다"
)
_PARTS = (
    ("address", re.compile(r"\b(dia chi|dc|cho giao|noi giao|noi nhan|address)\b|주소")),
    ("phone", re.compile(r"\b(sdt|so dien thoai|dien thoai|so phone|phone|number)\b|전화|번호")),
    ("name", re.compile(r"\b(ten|nguoi nhan|name|receiver|recipient)\b|이름|성함|받는 사람")),
    ("item", re.compile(r"\b(mon|hang|san pham|size|mau|so luong|item|items|colou?r|quantity)\b|상품|색|사이즈|수량")),
)  # fmt: skip
_PERSONAL = re.compile(
    r"\b(ca nhan|khong co (mst|ma so thue|cong ty)|personal|individual|no (tax code|company)|private person)\b"
    r"|개인|회사 없"
)
_ADDRESS_LABEL = re.compile(
    r"(?<!\w)(?:địa chỉ|dia chi|đ/c|address|addr|주소)\s*(?:công ty|cong ty|xuất hóa đơn)?\s*[:\-]?\s*"
    r"(.+?)(?=[\n;]|,?\s*(?:mst|mã số thuế|ma so thue|e-?mail|mail|tax code|이메일|세금)|[\w.+-]+@|$)",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"(?<!\w)(?:mst|mã số thuế|ma so thue|tax code|tax id|e-?mail|mail|tên công ty|ten cong ty|company(?: name)?|"
    r"địa chỉ|dia chi|address|회사명|이메일|주소|세무코드)(?!\w)\s*[:\-]?",
    re.IGNORECASE,
)
MIN_ADDRESS = 8


def names_placed_order(parse: Parse) -> bool:
    return bool(parse.order_codes) or bool(_PLACED.search(fold(parse.text)))


def reason_in(parse: Parse) -> bool:
    return bool(_REASON.search(fold(parse.text)))


def means_all(parse: Parse) -> bool:
    return bool(_ALL.search(fold(parse.text)))


def changed_part(parse: Parse) -> str:
    line = fold(parse.text)
    return next((part for part, cue in _PARTS if cue.search(line)), "")


def change_arguments(parse: Parse, draft: dict[str, Any] | None = None) -> dict[str, Any]:
    """New values for a placed order. `draft` is the goods whose size or colour was asked for."""
    told: dict[str, Any] = {}
    items = [item for mention in parse.items if (item := _goods_change(mention)) is not None]
    if draft is not None and (items or parse.quantity):
        options = {**draft["options"], **(items[0]["options"] if items else {})}
        quantity = draft["quantity"] or parse.quantity or (items[0]["quantity"] if items else None)
        sku = draft["sku"]
        items = [{**draft, "sku": sku, "options": options, "quantity": quantity}]
    if items:
        told["items"] = items
    if parse.name is not None:
        told["name"] = parse.name.value
    if parse.phones:
        phone = next((p for p in parse.phones if p.valid), parse.phones[0])
        told["phone"] = phone.value if phone.valid else phone.raw
    if parse.address_span is not None:
        told["address"] = parse.text[slice(*parse.address_span)].strip(" ,.;")
    if parse.note:
        told["note"] = parse.note
    return told


def _goods_change(mention: ItemMention) -> dict[str, Any] | None:
    sku = mention.variant_sku or mention.product_sku
    if sku is None:
        return None
    action = mention.change if mention.change in ("add", "remove") else "set"
    return {
        "sku": sku, "quantity": mention.quantity, "options": dict(mention.options), "action": action,
        "replaces": mention.replaces or "",
    }  # fmt: skip


def return_arguments(parse: Parse, context: dict[str, Any], kind: str) -> dict[str, Any]:
    """Which goods, how many, and on an exchange what instead: what takes another's place, or the second named."""
    goods = [item for mention in parse.items if (item := _goods(mention)) is not None]
    told: dict[str, Any] = {}
    if kind == "exchange" and goods:
        replaced = [mention.replaces for mention in parse.items if mention.replaces]
        held = {line["sku"] for order in context["orders"] for line in order["lines"]}
        if replaced:
            told["items"] = [
                {"sku": sku, "quantity": goods[0]["quantity"], "options": {}} for sku in replaced[:1]
            ]
            told["exchange"] = goods[-1:]
        elif len(goods) > 1:
            told["items"], told["exchange"] = goods[:1], goods[1:2]
        elif goods[0]["options"] and goods[0]["sku"] not in held:
            told["exchange"] = goods
        else:
            told["items"] = goods
    elif goods:
        told["items"] = goods
    if means_all(parse):
        told["all_items"] = True
    if parse.quantity:
        told["quantity"] = parse.quantity
    return told


def _goods(mention: ItemMention) -> dict[str, Any] | None:
    sku = mention.variant_sku or mention.product_sku
    if sku is None:
        return None
    return {"sku": sku, "quantity": mention.quantity, "options": dict(mention.options)}


def invoice_arguments(parse: Parse, awaited: str = "") -> dict[str, Any]:
    """`awaited` is the part that was asked for: a plain answer is that part."""
    told: dict[str, Any] = {
        "tax_code": parse.tax_code.digits if parse.tax_code else "",
        "company": parse.company or "",
        "company_address": _company_address(parse),
        "email": parse.email or "",
    }
    if _PERSONAL.search(fold(parse.text)):
        told["personal"] = True
    if awaited and not any(told.values()):
        told[awaited] = _LABELS.sub("", parse.text).strip(" :,-\n")
    return {key: value for key, value in told.items() if value}


def _company_address(parse: Parse) -> str:
    """After its label, else what looks like an address, else what is left over of a message with the rest."""
    label = _ADDRESS_LABEL.search(parse.text)
    if label is not None and len(label.group(1).strip(" ,.")) >= MIN_ADDRESS:
        return label.group(1).strip(" ,.")
    if parse.address_span is not None:
        return parse.text[slice(*parse.address_span)].strip(" ,.;")
    if not (parse.company and (parse.tax_code or parse.email)):
        return ""
    left = parse.text.replace(parse.company, "\n").replace(parse.email or "\n", "\n")
    if parse.tax_code is not None:
        left = left.replace(parse.text[slice(*parse.tax_code.span)], "\n")
    parts = [part.strip(" :,.-") for part in _LABELS.sub("\n", left).split("\n")]
    return next((part for part in parts if len(part) >= MIN_ADDRESS and re.search(r"\d", part)), "")


def wants_other_business(parse: Parse) -> bool:
    """The message is about something else than the question that stands open."""
    intents = intents_of(parse)
    if intents & {
        "handoff",
        "abuse",
        "order_status",
        "browse_catalogue",
        "search_product",
        "show_cart",
        "paid_notice",
    }:
        return True
    return "order" in intents and any(mention.quantity and mention.product_sku for mention in parse.items)
