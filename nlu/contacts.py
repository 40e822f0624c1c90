"""Phones, names, e-mail, tax and order codes, amounts of money. What is sure is found by rule."""

import re
from collections.abc import Sequence

import phonenumbers

from nlu.models import NameMention, PhoneMention, Span, TaxCodeMention
from nlu.normalise import fold
from nlu.wordlists import words

_PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)?(?:84|0|o|O)[\s.\-()]{0,2}(?:[\doO][\s.\-()]{0,2}){6,11}[\doO](?!\w)"
)
_PHONE_LABEL = re.compile(
    r"(?:sđt|sdt|đt|số điện thoại|so dien thoai|điện thoại|dien thoai|phone|tel|전화(?:번호)?)"
    r"\s*(?:number)?\s*[:.\-là ]*"
    r"([\d+][\d\s.\-()]{4,20}\d)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ORDER_CODE = re.compile(r"(?<![A-Za-z0-9])(?:DH|dh|Dh|đh|ĐH)\s?[-#]?\s?(\d{3,9})(?!\d)")
_TAX_LABEL = re.compile(
    r"(?:mst|mã số thuế|ma so thue|tax code|tax id|세금번호|사업자번호)\s*[:.\-là ]*([0-9Oo][0-9Oo\s.\-]{7,18}[0-9Oo])",
    re.I,
)
_TAX_BARE = re.compile(r"(?<![\d-])(\d{10}(?:-?\d{3})?|\d{12})(?![\d-])")
_COMPANY = re.compile(
    r"((?:công ty|cong ty|cty|company|cửa hàng|hộ kinh doanh)\s[^,;\n]{2,120})", re.IGNORECASE
)
_MONEY = re.compile(
    r"(\d+(?:[.,]\d+)*)\s*(k|nghìn|nghin|ngàn|ngan|tr|triệu|trieu|đ|d|vnd|vnđ|dong|đồng)(\d*)(?!\w)", re.I
)
_NAME_LABEL = re.compile(
    r"(?<!\w)(?:tên|ten|người nhận|nguoi nhan|họ tên|ho ten|my name is|name is|name|receiver|이름은|성함은|받는 사람)"
    r"(?:\s+(?:người nhận|nguoi nhan|mình|minh|em|là|la|is)(?=\s)|\s*[:\-])*\s+([^\d,;.\n?!:]{1,60})",
    re.IGNORECASE,
)
_NAME_SELF = re.compile(
    r"(?<!\w)(?:mình là|minh la|em là|em la|tôi là|toi la|i am|i'm|저는)\s+([^\d,;.\n?!]{1,40})", re.I
)
_NAME_END = re.compile(
    r"\s(?:sđt|sdt|đt|số|so dien|địa chỉ|dia chi|đc|dc|ở|o|giao|ship|về|ve|nhé|nha|nhe|ạ|phone|address|at|and|to"
    r"|입니다|이에요|nữa|lấy|lay|cho|mua)(?:\s|$)",
    re.IGNORECASE,
)
# `…, Lan 0901234567`: one to four capitalised words right before the number.
_NAME_BEFORE_PHONE = re.compile(
    r"(?:^|[,;.\n:]\s*)((?:[A-ZĐÀ-ỸẠ-Ỵ][^\W\d_]*)(?:\s+[A-ZĐÀ-ỸẠ-Ỵ][^\W\d_]*){0,3})[\s,:\-]*$"
)
_KO_NAME_END = re.compile(r"(?:입니다|이에요|예요|이고|,)$")


def phones(raw: str) -> tuple[PhoneMention, ...]:
    """Right ones in E.164; wrong attempts too, so that the customer can be told what is wrong."""
    found: list[PhoneMention] = []
    for match in _PHONE.finditer(raw):
        found.append(_phone(match.group(), match.span()))
    if not any(p.valid for p in found):
        label = _PHONE_LABEL.search(raw)
        if label is not None:
            found.insert(0, _phone(label.group(1), label.span(1)))
    return tuple(found[:3])


def bare_phone(raw: str) -> tuple[PhoneMention, ...]:
    """The answer to "your phone number?": any run of digits is an attempt."""
    match = re.search(r"\+?[\doO][\doO\s.\-()]{3,20}", raw)
    return (_phone(match.group(), match.span()),) if match else ()


def _phone(text: str, span: Span) -> PhoneMention:
    digits = re.sub(r"[^\d+]", "", text.replace("o", "0").replace("O", "0"))
    if digits.startswith("84") and len(digits) >= 11:
        digits = "+" + digits
    try:
        number = phonenumbers.parse(digits, "VN")
        valid = phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        return PhoneMention(span, "", False, text.strip())
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
    return PhoneMention(span, value, valid, text.strip())


def email(raw: str) -> tuple[str, Span] | None:
    match = _EMAIL.search(raw)
    return (match.group(), match.span()) if match else None


def order_codes(raw: str) -> list[tuple[str, Span]]:
    return [(f"DH{match.group(1)}", match.span()) for match in _ORDER_CODE.finditer(raw)]


def tax_code(raw: str, *, awaited: bool, phone_spans: list[Span]) -> TaxCodeMention | None:
    """Said to be one, or the answer to that question; ten digits alone may as well be a phone."""
    label = _TAX_LABEL.search(raw)
    if label is not None:
        return TaxCodeMention(label.span(1), re.sub(r"\D", "", label.group(1)))
    if awaited:
        bare = _TAX_BARE.search(raw)
        if bare is not None:
            return TaxCodeMention(bare.span(1), re.sub(r"\D", "", bare.group(1)))
    return None


def company(raw: str) -> str | None:
    match = _COMPANY.search(raw)
    if match is None:
        return None
    cut = re.split(
        r"\s(?:mst|mã số thuế|ma so thue|địa chỉ|dia chi|email|tax code)\b", match.group(1), flags=re.I
    )
    return " ".join(cut[0].split()).strip(" .")


def amounts(raw: str) -> list[tuple[int, Span]]:
    """`500k`, `1tr2`, `1.200.000đ` in whole đồng."""
    found = []
    for match in _MONEY.finditer(raw):
        number, unit, tail = match.group(1), fold(match.group(2)), match.group(3)
        factor = {"k": 1_000, "nghin": 1_000, "ngan": 1_000, "tr": 10**6, "trieu": 10**6}.get(unit, 1)
        if factor == 1:
            value = int(re.sub(r"\D", "", number)[:15])
        else:
            whole, _, fraction = number.replace(",", ".").partition(".")
            part = int((fraction or tail or "0")[:3].ljust(len(str(factor)) - 1, "0")[:6])
            value = int(whole[:9]) * factor + part
        found.append((value, match.span()))
    return found


def name(
    raw: str, *, awaited: bool, taken: list[Span], phone_starts: Sequence[int] = ()
) -> NameMention | None:
    """After a label, after "mình là", right before a phone, or as the plain answer to the question."""
    for pattern in (_NAME_LABEL, _NAME_SELF):
        for match in pattern.finditer(raw):
            mention = _as_name(match.group(1), match.start(1), taken, strict=pattern is _NAME_SELF)
            if mention is not None:
                return mention
    for start in phone_starts:
        before = _NAME_BEFORE_PHONE.search(raw[:start])
        if before is not None:
            mention = _as_name(before.group(1), before.start(1), taken, strict=True)
            if mention is not None:
                return mention
    if awaited:
        text = re.split(r"[\d,;\n]", raw, maxsplit=1)[0]
        return _as_name(text, 0, taken, strict=False)
    return None


def _as_name(text: str, start: int, taken: list[Span], *, strict: bool) -> NameMention | None:
    end = _NAME_END.search(text + " ")
    value = text[: end.start()] if end and end.start() > 0 else text
    value = _KO_NAME_END.sub("", value.strip(" .:-\t"))
    tokens = value.split()
    span = (start, start + len(text))
    overlaps = any(a < span[0] + len(value) and span[0] < b for a, b in taken)
    if not 1 <= len(tokens) <= 6 or overlaps or len(value) > 50:
        return None
    folded = fold(value)
    if folded in words().not_names or tokens[0] and fold(tokens[0]) in words().not_names and strict:
        return None
    if not all(any(c.isalpha() for c in token) for token in tokens):
        return None
    titled = value if value != value.lower() else value.title()
    return NameMention((start, start + len(value)), titled)
