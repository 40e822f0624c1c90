"""From an understood message to the arguments of an after-sales tool; what nothing was said about is left out."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.agent.agreement import says
from bot.agent.policy.steps import intents_of
from nlu import ItemMention, Parse, fold
from nlu.wordlists import words

# An order that was placed, as against the cart that is being filled.
_PLACED = re.compile(
    r"\b(don .{2,30} (sang|trua|chieu|toi|hom|luc|dem) (nay|qua|kia|truoc|nay gio) .{0,12}(dat|mua)"
    r"|don .{2,30} (sang|trua|chieu|toi|hom) (nay|qua|kia|truoc)"
    r"|don (hoi|luc|ban|bua) (sang|trua|chieu|toi|dem|khuya|nay|qua|kia)|(vo|vao|di|giao|gui|bo) chung|chung 1 don"
    r"|(dat|mua) (hoi|luc|sang|trua|chieu|toi|hom|dem) (nay|qua|kia|truoc|sang|trua|chieu)"
    r"|(today|yesterday|earlier|this morning|last night) (i|we) (have )?(order|ordered|buy|bought)"
    r"|don (hang )?(da|vua|moi|hom|toi|(minh|em|chi|anh|tui|t|toi) (da |vua |moi )?(dat|mua))"
    r" ?(dat|chot|len|qua|nay|truoc)?"
    r"|vua dat|da dat|moi dat|dat hom|mua hom|da chot|hom (qua|truoc|kia) ((co|minh|em|chi|anh|tui) ){0,2}(dat|mua)"
    r"|(vao|vo|trong|cho|cua) (cai )?don (do|nay|kia|ay|cu|truoc)|chung don|gop don|don cu|don truoc|my order"
    r"|vao don|(placed|last|previous|existing|same|that) order|(i|we|ve) (just |already |only )?(ordered|bought|placed)"
    r"|just ordered|already ordered)\b|주문한|주문했|기존 주문|지난 주문|주문에"
)
_REASON = re.compile(
    r"\b(vi|do|tai|boi|bi|nen|chat|rong|loi|hong|rach|khong (vua|dung|giong|thich|ung|can)|nham|doi y|because|since|too"
    r"|tight|loose|defective|broken|does ?n.t fit|did ?n.t fit|wrong|changed my mind|mistake)\b"
    r"|\b(di ung|kich ung|ngua|noi (man|mun)|man do|sung|allerg\w*|rash|itch\w*|irritat\w*|burn(s|ed|ing)?)\b"
    r"|알레르기|두드러기|가려|트러블|따가|올라왔|뒤집어"
    r"|(?<!싶어)(?<!고파)서요|거든요|니까|(?<!싶)어서 |아서 |해서 |라서|길래"
    r"|껴요|끼어|끼네|끼는|헐렁|타이트|때문|작아|작은|커서|큰|불량|마음이|잘못|안 맞|실수"
)
_KEPT = re.compile(
    r"\b(van (dung|xai|lay|giu|mac|an)|giu( lai)?|de lai|keep(ing|s)?"
    r"|(is|are|was|were) ((so|very|really|just|all) )?(ok|okay|fine|good|great|perfect|lovely|nice|beautiful|gorgeous)"
    r"|stays? with (me|us)"
    r"|thi (ok|on|duoc|vua|dep))\b|그대로|잘 (맞|쓰|쓸)|괜찮"
)
_GIVES_BACK = re.compile(
    r"\btra( lai)? (cai|con|lo|chai|hop|goi|doi|chiec|bo|cay|thoi|tuyp|hu|mon|hang|em|quyen|cuon|tui|ao|quan|vay|dam)\b"
    r"|\b(send|give|bring|ship) (it|this|that|them|the \w+) back\b|\b((hoan|lay)( lai)? tien|refund|money back)\b"
    r"|반품|돌려|환불"
)
_PART = re.compile(r"[,.;!?\n]|\b(?:but|nhưng|nhung)\b|는데|지만")
_FAVOUR = re.compile(
    r"\b(could|can|would|will) (you|u|i|we|it)\b|\bmay i\b|\bis it possible\b"
    r"|\b(duoc|dc|dk|dok) (khong|ko|k|hong|hem|hok)\b"
    r"|(주|줄|드릴|할|바꿀|뺄|넣을) ?수 (있|없)|될까요|되나요|가능"
)
_CANCEL = re.compile(
    r"\b(huy|cancel|khong (lay|mua|nhan)|ko (lay|mua|nhan)|dung gui|rut lai"
    r"|call (it |my order |the order |that )?off|(scrap|scratch|void|kill|bin|ditch|abort) (\w+ )?(order|it|dh\w*))\b"
    r"|취소|철회|없던 걸로"
)
_INVOICE = re.compile(r"\b(hoa don|vat|invoice|bill do)\b|세금계산서|영수증")
_ALL = re.compile(
    r"\b(tat ca|(?<!nao )(?<!gi )(?<!ai )(?<!dau )het|toan bo|ca don|ca hai|ca 2|everything|both|whole order"
    r"|(?<!\bat )(?<!\bafter )(?<!\bnot )all(?! (good|fine|ok|okay|right|day|week|the time|over)\b))\b"
    r"|전부|모두|다 반품|둘 다"
)
_PARTS = (
    (
        "address",
        re.compile(
            r"\b(dia chi|dc(?!( (k|ko|khong|hong|hok|hk|hem|hom|chua|ha|a|ah|vay|z|shop|sop|hen))*\W*$)"
            r"|(cho|noi|diem) (giao|nhan)|address|new (place|home|house|flat|apartment|office)"
            r"|moved( out)?"
            r"|(gui|giao|ship|chuyen|doi) (hang )?(len|qua|ve|den|toi|sang|xuong|ra) "
            r"(cho |nha |cong ty|cty|co quan|van phong|truong|que|ben)|(cong ty|cty|co quan|nha) (giup|gium|dum|moi)"
            r"|(send|deliver|ship) it to"
            r"|(my|the) (office|work ?place|hotel))\b|주소|배송지|회사로|새 집|이사|다른 곳"
        ),
    ),
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
_COMPANY_PART = re.compile(
    r"(?:^|[:,;\n]|\bcho\s)\s*"
    r"((?:công ty|cong ty|cty|doanh nghiệp|doanh nghiep|hộ kinh doanh|ho kinh doanh|hkd)\s[^,;:\n]{2,200}?)"
    r"(?=\s+(?:mst|mã số thuế|ma so thue|địa chỉ|dia chi|e-?mail)\b|[,;:\n]|$)",
    re.IGNORECASE,
)
_OF_AN_ORDER = re.compile(r"\bdon\b|\bdh\d")
_COMPANY_WORD = re.compile(r"^(cong ty|cty|company|cua hang|ho kinh doanh)\b")
_PLACE = re.compile(
    r"(so|lo|tang|lau|phong|p\.|toa|khu|kcn|duong|pho|ngo|hem|floor|level|room|unit|suite|building|no\.?)\s[^?]*\d|\d[^?]*$"
)
"""How an address begins that has no label."""
_PARTICLES = frozenset({
    "nha", "nhe", "voi", "giup", "minh", "em", "anh", "chi", "a", "luon", "di", "duoc", "khong", "shop",
    "oi", "nua", "toi", "cua", "cho", "please", "for", "my", "our", "thanks",
})  # fmt: skip
MIN_ADDRESS = 8
MIN_TAX_DIGITS = 5


def names_placed_order(parse: Parse) -> bool:
    return bool(parse.order_codes) or bool(_PLACED.search(fold(parse.text)))


def asks_a_favour(parse: Parse) -> bool:
    """A wish in a question's form: `could you swap it`, `đổi sang L được không`."""
    return bool(_FAVOUR.search(fold(parse.text)))


def says_cancel(parse: Parse) -> bool:
    return bool(_CANCEL.search(fold(parse.text)))


def says_invoice(parse: Parse) -> bool:
    return bool(_INVOICE.search(fold(parse.text)))


def reason_in(parse: Parse) -> bool:
    return bool(_REASON.search(fold(parse.text)))


_OF_THE_WISH = re.compile(
    r"\b(return\w*|refund\w*|exchang\w*|swap\w*|(send|give|bring) \w+( \w+)? back|tra|doi|hoan|hello|hi|hey|thanks?"
    r"|please|dh\d+|order(ed)?|bought|shop|chao|cam on|giup)\b|반품|교환|환불|바꾸|바꿔|돌려|안녕|감사|부탁"
)
_SENTENCE = re.compile(r"[,.;!?\n~]+|(?<=[요다죠])\s|\s(?:but|as|and)\s")


def says_why(parse: Parse) -> bool:
    """`I'd like to return the tumbler, it leaks`: a sentence beside the wish tells what is the matter."""
    told = [part for part in _SENTENCE.split(parse.text) if part and len(part.split()) > 1]
    return not parse.question and any(not _OF_THE_WISH.search(fold(part)) for part in told)


_TERMS = re.compile(
    r"\b(fees?|charges?|costs?|pays?|postage|shipping|how (long|many days|much|does|do)|free|conditions?|policy|rules?"
    r"|phi|ai (chiu|tra)|mat tien|ton|bao lau|may ngay|dieu kien)\b"
    r"|수수료|비용|배송비|택배비|부담|누가 내|공짜|무료|며칠|얼마|언제|기간|조건|규정|돈"
)


def asks_terms(parse: Parse) -> bool:
    """What a return or an exchange costs, how long it takes, under which conditions it goes."""
    return parse.question and bool(_TERMS.search(fold(parse.text)))


def means_all(parse: Parse) -> bool:
    return bool(_ALL.search(fold(parse.text)))


def changed_part(parse: Parse) -> str:
    if says(parse.text, "moving"):
        return "address"
    line = fold(parse.text)
    return next((part for part, cue in _PARTS if cue.search(line)), "")


def order_with(parse: Parse, context: dict[str, Any], statuses: Sequence[str]) -> str:
    """The code of the only order of these that has the goods which are named; empty when that decides nothing."""
    named = {
        sku
        for m in parse.items
        if m.refers is None
        for sku in (m.product_sku, *(c for c, _ in m.candidates))
        if sku
    }
    having = [
        order["code"]
        for order in context["orders"]
        if order["status"] in statuses and any(line["product"] in named for line in order["lines"])
    ]
    return str(having[0]) if len(having) == 1 else ""


def ordered_products(context: dict[str, Any]) -> set[str]:
    """Of the order that is talked of, else of all that are known."""
    code = (context.get("flow") or {"data": {}})["data"].get("code")
    orders = [o for o in context["orders"] if o["code"] == code] or context["orders"]
    return {line["product"] for order in orders for line in order["lines"]}


def change_arguments(
    parse: Parse, context: dict[str, Any], draft: dict[str, Any] | None = None
) -> dict[str, Any]:
    """New values for a placed order. `draft` is the goods whose size or colour was asked for."""
    told: dict[str, Any] = {}
    held = ordered_products(context)
    leading = parse.intents[0].name if parse.intents else ""
    mentions = [
        _with_its_line(mention, context) for mention in _without_the_ordered(parse.items, held, leading)
    ]
    items = [item for mention in mentions if (item := _goods_change(mention, held, leading)) is not None]
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


def _without_the_ordered(
    mentions: Sequence[ItemMention], held: set[str], leading: str
) -> Sequence[ItemMention]:
    """`I ordered the headlamp, can you add a lantern?`: what is there already tells which order, and is not added."""
    others = any(m.product_sku is not None and m.product_sku not in held for m in mentions)
    if leading != "add_item" or not others:
        return mentions
    return [m for m in mentions if m.quantity or m.options or m.product_sku not in held]


def _sku(mention: ItemMention, held: set[str]) -> str | None:
    """`the jacket` may be several products of the shop, but only one of the order."""
    own = [sku for sku, _ in mention.candidates if sku in held]
    return (
        (not mention.missing and mention.variant_sku)
        or mention.product_sku
        or (own[0] if len(own) == 1 else None)
    )


def _with_its_line(mention: ItemMention, context: dict[str, Any]) -> ItemMention:
    """`đổi sang màu xám`, of goods that one line of the orders has: that line is given up for it."""
    lines = {
        line["sku"]
        for o in context["orders"]
        for line in o["lines"]
        if line["product"] == mention.product_sku
    }
    if mention.change != "replace" or mention.replaces or not mention.options or len(lines) != 1:
        return mention
    return replace(mention, replaces=lines.pop())


def _goods_change(mention: ItemMention, held: set[str], leading: str) -> dict[str, Any] | None:
    """`leading` is the likeliest intent: what is to become of goods that were only named."""
    sku = _sku(mention, held)
    if sku is None:
        return None
    action = mention.change if mention.change in ("add", "remove") else "set"
    if action == "set" and not mention.replaces:
        bare = mention.quantity is None and not mention.options
        less = "remove" if bare else "set"
        action = {"add_item": "add", "remove_item": less, "cancel_order": less}.get(leading, "set")
    return {
        "sku": sku, "quantity": mention.quantity, "options": {**mention.options, **mention.missing}, "action": action,
        "replaces": mention.replaces or "",
    }  # fmt: skip


def return_arguments(parse: Parse, context: dict[str, Any], kind: str) -> dict[str, Any]:
    """Which goods, how many, and on an exchange what instead: what takes another's place, or the second named."""
    products = ordered_products(context)
    goods = [
        item for mention in parse.items
        if not stays(mention, parse.text) and (item := _goods(mention, products)) is not None
    ]  # fmt: skip
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
    if means_all(parse) and not any(stays(mention, parse.text) for mention in parse.items):
        told["all_items"] = True
    quantity = parse.quantity or next((m.quantity for m in parse.items if m.quantity), None)
    if quantity:
        told["quantity"] = quantity
    return told


def _part_around(mention: ItemMention, text: str) -> str:
    start = max((found.end() for found in _PART.finditer(text, 0, mention.span[0])), default=0)
    end = _PART.search(text, mention.span[1])
    return text[start : end.start() if end else len(text)]


def stays(mention: ItemMention, text: str) -> bool:
    """`I'm keeping the scarf`, `son thì vẫn dùng`: the part of the message that names it says that it is kept."""
    return bool(_KEPT.search(fold(_part_around(mention, text))))


def gives_back(parse: Parse, context: dict[str, Any]) -> bool:
    """`chị trả lọ này thôi`: goods of an order that has arrived, behind the word for giving back."""
    held = ordered_products(context)
    return bool(_GIVES_BACK.search(fold(parse.text))) and any(
        mention.product_sku in held and not stays(mention, parse.text) for mention in parse.items
    )


def spoken_number(parse: Parse) -> int | None:
    """`một cái thôi`, `just one`."""
    return next((words().numbers[w] for w in fold(parse.text).split() if w in words().numbers), None)


def _goods(mention: ItemMention, held: set[str]) -> dict[str, Any] | None:
    sku = _sku(mention, held)
    if sku is None:
        return None
    options = {**mention.options, **mention.missing}
    return {"sku": sku, "quantity": mention.quantity, "options": options}


def invoice_arguments(parse: Parse, awaited: str = "") -> dict[str, Any]:
    """`awaited` is the part that was asked for: a plain answer is that part."""
    told: dict[str, Any] = {
        "tax_code": parse.tax_code.digits if parse.tax_code else "",
        "company": _company(parse),
        "company_address": _company_address(parse),
        "email": parse.email or "",
    }
    if _PERSONAL.search(fold(parse.text)):
        told["personal"] = True
    plain = _LABELS.sub("", parse.text).strip(" :,-\n")
    if awaited and not any(told.values()) and _may_be(awaited, plain):
        told[awaited] = plain
    return {key: value for key, value in told.items() if value}


def _may_be(part: str, text: str) -> bool:
    """A plain answer has to look a little like what was asked for."""
    if part == "tax_code":
        return sum(character.isdigit() for character in text) >= MIN_TAX_DIGITS
    if part == "email":
        return "@" in text or "." in text
    return len(text) >= MIN_ADDRESS if part == "company_address" else len(text) > 1


def _company(parse: Parse) -> str:
    """What stands behind "công ty" at the head of a part; `công ty nha` names none."""
    for name in (*_COMPANY_PART.findall(parse.text), parse.company or ""):
        words_of = _COMPANY_WORD.sub("", fold(name)).split()
        if set(words_of) - _PARTICLES and not _OF_AN_ORDER.search(fold(name)):
            return " ".join(str(name).split()).strip(" .")
    return ""


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
    return next((part for part in parts if len(part) >= MIN_ADDRESS and _PLACE.match(fold(part))), "")


_OTHER = frozenset({
    "handoff", "abuse", "order_status", "browse_catalogue", "search_product", "show_cart", "paid_notice",
    "cancel_order", "invoice_request", "return_request", "exchange_request", "complaint",
})  # fmt: skip
_OWN = {
    # Why it is called off may sound like any trouble: "hết tiền rồi", "đặt nhầm màu".
    "cancel": {"cancel_order", "paid_notice", "complaint", "return_request", "exchange_request"},
    "return": {"return_request", "exchange_request"},
    "change": {"exchange_request"},
    "invoice": {"invoice_request"},
}


def wants_other_business(parse: Parse, flow: dict[str, Any]) -> bool:
    """The message is about something else than the flow whose question stands open."""
    own = _OWN.get(flow["name"], set()) | ({"complaint"} if "reason" in flow["awaiting"] else set())
    intents = intents_of(parse) - own
    if intents & _OTHER:
        return True
    if flow["name"] == "change":
        return False
    named = [m for m in parse.items if m.quantity and m.product_sku and m.refers is None]
    return "order" in intents and bool(named)
