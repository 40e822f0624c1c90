"""Phones, e-mail, tax and order codes, companies, amounts of money. What is sure is found by rule."""

import re
from collections.abc import Collection

import phonenumbers

from nlu.models import Mention, PhoneMention, Span, TaxCodeMention
from nlu.normalise import fold
from nlu.wordlists import words

_DIGIT = "[\\doO\uff10-\uff19]"
_PHONE = re.compile(
    rf"(?<![\w.,/])(?:(?:\+|00)\s?(?:84|82|1|44|61|65|81|86)|84|\(?0|o(?=\d)|O(?=\d))[\s.\-()]{{0,2}}(?:{_DIGIT}[\s.\-()]{{0,2}}){{6,9}}{_DIGIT}(?![A-Za-zÀ-ỹ0-9]|[.,]\d)"
)
_PHONE_LABEL = re.compile(
    r"(?:sđt|sdt|đt|số điện thoại|so dien thoai|điện thoại|dien thoai|dthoai|zalo|phone|mobile|tel|hotline|"
    r"전화(?:번호)?|연락처|번호|폰)"
    r"(?:\s*(?:number|no|của mình|cua minh|của em|cua em|mình|minh|em|nhận hàng|nhan hang))*\s*[:.\-=là은는 ]*"
    r"(\+?[\doO][\doO\s.\-()]{4,20}[\doO])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_ORDER_CODE = re.compile(r"(?<![A-Za-z0-9])(?:DH|ĐH|HD)\s?[-#.:]?\s?(\d{3,9})(?!\d)", re.IGNORECASE)
_ORDER_LABEL = re.compile(
    r"(?:#\s?|(?:mã|ma|số|so)\s+(?:đơn|don)(?:\s+(?:hàng|hang))?(?:\s+(?:là|la|của em|cua em|của mình|cua minh))?"
    r"\s*[:#]?\s*|(?:đơn|don|order|đơn hàng|don hang)\s+(?:số|so|mã|ma|no\.?|number|code|id)\s*[:#]?\s*|"
    r"(?:đơn|don|order|주문)\s*#\s*"
    r"|주문\s?번호\s*(?:는|은)?\s*[:#]?\s*)(\d{3,9})(?!\d)",
    re.IGNORECASE,
)
_ORDER_BARE = re.compile(
    r"(?<![\w.,/])(?:đơn|don|order|주문)\s+(?:hàng\s+|hang\s+)?(\d{3,9})(?![\w.,]*\d)", re.I
)
_TAX_LABEL = re.compile(
    r"(?:mst|mã số thuế|ma so thue|mã thuế|ma thue|tax\s?code|tax\s?id|tax\s?(?:number|no\.?)|tin|vat (?:code|"
    r"number|no)|"
    r"세금\s?번호|사업자(?:등록)?\s?번호|세금\s?코드|MST는)"
    r"\s*(?:của|cua|cty|công ty|cong ty|bên|ben|mình|minh|anh|chị|chi|em|tôi|toi|our|my|company|"
    r"is|of|:|\.|-|là|la|은|는|#|=|\s)*"
    r"([0-9Oo][0-9Oo\s.\-]{7,18}[0-9Oo])(?!\d)",
    re.I,
)
_TAX_BARE = re.compile(r"(?<![\d\-+.])(\d{10}(?:-?\d{3})?|\d{12})(?![\d-])")
_COMPANY = re.compile(
    r"(?<!\w)((?:công ty|cong ty|cty|cửa hàng|hộ kinh doanh|ho kinh doanh|hkd|doanh nghiệp|dntn|hợp tác xã|"
    r"htx|주식회사|"
    r"(?:the\s)?company(?:\sname)?(?=\s*[:\-]|\sis))\s*[:\-]?\s*[^;\n]{2,120})",
    re.IGNORECASE,
)
_COMPANY_LEAD = re.compile(
    r"(?:(?:the\s)?company(?:\sname)?\s*(?:[:\-]|is)\s*"
    r"|(?:công ty|cong ty|cty)(?:\s+(?:là|la|mình|minh))?\s*[:\-]?\s+(?=(?:công ty|cong ty|cty|doanh nghiệp|dntn)\s))",
    re.IGNORECASE,
)
_HEAD_OF_COMPANY = re.compile(
    r"^(?:công ty|cong ty|cty|cửa hàng|hộ kinh doanh|ho kinh doanh|hkd|doanh nghiệp|dntn|hợp tác xã|htx)\s*[:\-]?\s*",
    re.IGNORECASE,
)
_COMPANY_EN = re.compile(
    r"((?:[A-ZĐ][\w&.'-]*\s+){1,6}(?:Co\.?,?\s?Ltd\.?|Company Limited|Company|LLC|Inc\.?|Corp(?:oration)?\.?|"
    r"JSC|Group))",
)
_COMPANY_KO = re.compile(
    r"((?:주식회사\s*|\(주\)\s*)[\w가-힣]{2,20}|[\w가-힣]{2,20}\s?(?:주식회사|\(주\)|유한회사))"
)
_COMPANY_BARE = re.compile(
    r"^(?:công ty|cong ty|cty|cửa hàng|doanh nghiệp|hộ kinh doanh|ho kinh doanh|company|hợp tác xã)"
    r"(?:\s+(?:mình|minh|em|anh|chị|tôi|toi|bên|nhà|nha|của|cua|bạn|nhé|ạ|thì|cần|can|không|khong|name|nữa|nào|hết))*\s*$",
    re.IGNORECASE,
)
_COMPANY_END = re.compile(
    r"(?:,(?!\s*(?:Ltd|LLC|JSC|Inc|Corp)\b)|\.\s(?!(?:Ltd|JSC)\b)|\s-\s|\s\||(?<=\w):\s)"
    r"|\s(?:mst|mã số thuế|ma so thue|mã thuế|ma thue|địa chỉ|dia chi|đc|dc|email|mail|"
    r"gmail|tax|sđt|sdt|nhé|nha|ạ|giúp|giup|được (?:không|hông|hong|ko|k)|dc (?:ko|k|hong|hok|khong)|"
    r"với nha|with|at|and|cho đơn|cho don|được không|duoc khong|đơn|please|pls|address|thanks)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"(?<![\w.,/])(\d+(?:[.,]\d+)*)\s?(k|nghìn|nghin|ngàn|ngan|tr|triệu|trieu|củ|cành|đ|d|vnd|vnđ|dong|đồng|million|mil|만\s?동?|천\s?동?|동)"
    r"(\d*)(?:\s?(rưỡi|ruoi))?(?![A-Za-zÀ-ỹ0-9]|[.,]\d)"
    # `củ` is a million, but a root or a plug where a word stands behind it: `1 củ sạc`.
    r"(?:(?<!củ)(?<!cành)|(?!\s*[^\W\d_])|(?=\s+(?:thôi|thoi|à|ạ|nha|nhé|nhe|được|duoc|hơn|hon|là|la|trở|tro)(?!\w)))",
    re.I,
)
_GROUPED = re.compile(r"(?<![\w.,/])(\d{1,3}(?:[.,]\d{3}){1,3})(?![\w.,]*\d)")
_FACTORS = {
    "k": 1_000, "nghin": 1_000, "ngan": 1_000, "canh": 1_000, "tr": 10**6, "trieu": 10**6, "cu": 10**6,
    "million": 10**6, "mil": 10**6, "만": 10_000, "천": 1_000,
}  # fmt: skip


def phones(raw: str) -> tuple[PhoneMention, ...]:
    """Right ones in E.164; wrong attempts too, so that the customer can be told what is wrong."""
    found = [_phone(match.group(), match.span(), 0.97) for match in _PHONE.finditer(raw)]
    found = [phone if phone.valid else _shorter(phone) for phone in found]
    if not any(p.valid for p in found):
        label = _PHONE_LABEL.search(raw)
        if label is not None and len(re.findall(_DIGIT, label.group(1))) >= 7:
            phone = _phone(label.group(1), label.span(1), 0.9)
            found = [phone, *(p for p in found if p.span[1] <= phone.span[0] or p.span[0] >= phone.span[1])]
    return tuple(found[:3])


def bare_phone(raw: str) -> tuple[PhoneMention, ...]:
    """The answer to "your phone number?": any run of digits is an attempt."""
    match = re.search(r"\+?[\doO][\doO\s.\-()]{3,20}", raw)
    return (_phone(match.group(), match.span(), 0.8),) if match and re.search(r"\d{2}", match.group()) else ()


def _phone(text: str, span: Span, sure: float) -> PhoneMention:
    shown = text.rstrip(" .-(")
    span = (span[0], span[0] + len(shown))
    digits = re.sub(r"[^\d+]", "", shown.replace("o", "0").replace("O", "0"))
    digits = "".join(str(int(c)) if c.isdecimal() else c for c in digits)
    if digits.startswith("84") and len(digits) >= 11:
        digits = "+" + digits
    try:
        number = phonenumbers.parse("+" + digits[2:] if digits.startswith("00") else digits, "VN")
        valid = phonenumbers.is_valid_number(number)
    except phonenumbers.NumberParseException:
        return PhoneMention(span, "", False, shown.strip(), 0.5)
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else ""
    return PhoneMention(span, value, valid, shown.strip(), sure if valid else 0.5)


def _shorter(phone: PhoneMention) -> PhoneMention:
    """A right number with the beginning of something else behind it (`0901234567 48 Lê Lợi`)."""
    for cut in re.finditer(r"[\s.\-()]+(?=\d)", phone.raw):
        part = _phone(phone.raw[: cut.start()], (phone.span[0], phone.span[0] + cut.start()), 0.9)
        if part.valid:
            return part
    return phone


def emails(raw: str) -> list[Mention]:
    return [Mention("email", match.span(), match.group(), 0.98) for match in _EMAIL.finditer(raw)][:3]


def order_codes(raw: str, own: Collection[str]) -> list[Mention]:
    """`own` are the customer's: a bare number behind "đơn" is a code only when it is one of them."""
    found = {
        match.span(): Mention("order_code", match.span(), f"DH{match.group(1)}", 0.98)
        for match in _ORDER_CODE.finditer(raw)
    }
    for pattern, sure in ((_ORDER_LABEL, 0.9), (_ORDER_BARE, 0.8)):
        for match in pattern.finditer(raw):
            code = f"DH{match.group(1)}"
            if pattern is _ORDER_BARE and code not in own:
                continue
            if not any(a < match.end(1) and match.start(1) < b for a, b in found):
                found[match.span(1)] = Mention("order_code", match.span(1), code, sure)
    return [found[span] for span in sorted(found)]


def tax_code(raw: str, *, awaited: bool) -> TaxCodeMention | None:
    """Said to be one, or the answer to that question; ten digits alone may as well be a phone."""
    label = _TAX_LABEL.search(raw)
    if label is not None:
        return TaxCodeMention(label.span(1), _digits(label.group(1)), 0.97)
    bare = _TAX_BARE.search(raw)
    if bare is not None and (awaited or _COMPANY.search(raw[: bare.start()]) or _COMPANY_EN.search(raw)):
        return TaxCodeMention(bare.span(1), _digits(bare.group(1)), 0.8)
    return None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text.replace("o", "0").replace("O", "0"))


def company(raw: str, taken: list[Span]) -> Mention | None:
    for pattern in (_COMPANY, _COMPANY_EN, _COMPANY_KO):
        for match in pattern.finditer(raw):
            start = match.start(1)
            limit = min((a for a, _ in taken if a >= start), default=len(raw))
            text = raw[start : min(match.end(1), limit)]
            lead = _COMPANY_LEAD.match(text)
            if lead:
                start, text = start + lead.end(), text[lead.end() :]
            if pattern is _COMPANY:
                end = _COMPANY_END.search(text)
                text = text[: end.start()] if end else text
            value = text.strip(" .,:-")
            least = 1 if lead or pattern is _COMPANY_KO else 2
            if pattern is _COMPANY and _is_talk_of_one(value, raw):
                continue
            if value and not _COMPANY_BARE.match(value) and len(value.split()) >= least:
                return Mention(
                    "company", (start, start + len(text.rstrip(" .,:-"))), " ".join(value.split()), 0.85
                )
    return None


_KINDS_OF_COMPANY = frozenset(
    {"tnhh", "cp", "co", "phan", "trach", "mtv", "tm", "dv", "xnk", "sx", "xay", "tu"}
)


def _is_talk_of_one(value: str, raw: str) -> bool:
    """`kế toán công ty đang đòi mình` names none: a name has its capital, where the message has any."""
    named = _HEAD_OF_COMPANY.sub("", value).split()
    if not named or named[0][:1].isupper() or fold(named[0]) in _KINDS_OF_COMPANY:
        return False
    return any(c.isupper() for c in raw[1:]) or fold(named[0]) in words().vi_words | {
        "dang",
        "doi",
        "bat",
        "keu",
        "bao",
        "yeu",
    }


def amounts(raw: str, taken: list[Span]) -> list[Mention]:
    """`500k`, `1tr2`, `1.200.000đ` in whole đồng."""
    found = []
    for match in _MONEY.finditer(raw):
        if not _inside(match.span(), taken) and _is_money(match):
            found.append(Mention("amount", match.span(), str(_dong(match)), 0.95))
    spans = [*taken, *(mention.span for mention in found)]
    for match in _GROUPED.finditer(raw):
        if not _inside(match.span(), spans) and len(re.sub(r"\D", "", match.group())) >= 5:
            found.append(Mention("amount", match.span(), re.sub(r"\D", "", match.group()), 0.8))
    return found


def _is_money(match: re.Match[str]) -> bool:
    unit = fold(match.group(2))
    return unit != "d" or len(re.sub(r"\D", "", match.group(1))) >= 3


def _dong(match: re.Match[str]) -> int:
    number, unit, tail, half = (
        match.group(1),
        fold(match.group(2)).rstrip("동 "),
        match.group(3),
        match.group(4),
    )
    factor = _FACTORS.get(unit, 1)
    if factor == 1:
        return int(re.sub(r"\D", "", number)[:15])
    whole, _, fraction = number.replace(",", ".").partition(".")
    part = (fraction or tail or ("5" if half else "0"))[:3]
    places = len(str(factor)) - 1
    return int(whole[:9]) * factor + int(part.ljust(places, "0")[:places])


def _inside(span: Span, taken: list[Span]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in taken)
