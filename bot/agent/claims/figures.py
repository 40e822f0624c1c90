"""Figures in a text, each with its kind: an amount is never backed by a stock count, nor a day by a percentage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.agent.claims.dates import dates
from bot.agent.claims.number_words import with_digits
from bot.agent.claims.text import loose


@dataclass(frozen=True)
class Figure:
    """`kind`: money, currency, percent, duration, date, clock, day, measure, size, stock, quantity, code, phone,
    digits, link or email; `value` in one form for all languages and spellings.
    """

    kind: str
    value: str
    at: int = 0


_LINK = re.compile(
    r"(?:https?|ftp)://\S+|\bwww\.\S+|\b(?:[\w-]+\.)+(?:vn|com|net|org|shop|me|io|co|ly|xyz|info|biz|store|app|asia|kr|cc"
    r"|link|site|online|top|page|gg|to|us)\b(?:/\S*)?|\b[\w-]+\s?\[?\(?(?:dot|chấm)\)?\]?\s?(?:com|vn|net)\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.,])(?:\+?84|\(?0)\)?(?:[ .-]?\d){8,10}(?!\d)|(?<!\d)1[89]00(?:[ .-]?\d){2,6}(?!\d)"
)
_NUMBER = r"(\d[\d.,]*\d|\d)"
_AND = r"\s*(?:-|–|—|~|đến|tới|to|or|hoặc|hay|and)\s*"
_PERCENT = re.compile(_NUMBER + r"\s*(?:%|phần trăm|phan tram|per ?cent\b|퍼센트|프로(?!모))", re.IGNORECASE)
_FOREIGN = re.compile(
    r"(?:[$€£¥]|\b(?:us\$|usd|eur|krw))\s*" + _NUMBER
    + r"|" + _NUMBER + r"\s*(?:[$€£¥]|(?:usd|eur|krw|won|dollars?|đô(?:\s*la)?|xu|yen|yuan|tệ)(?![^\W\d_])|원(?!피))",
    re.IGNORECASE,
)  # fmt: skip
_MILLION_AND = loose(r"(\d+)\s*(?:tr|triệu|củ)\s*(\d{1,3})(?![\d.,]|\s*(?:k|nghìn|ngàn))(?!\w)")
_KOREAN_MONEY = re.compile(r"(\d[\d.,]*)\s*만(?:\s*(\d+)\s*천)?(?:\s*동)?")
_MONEY = re.compile(
    r"(?:₫|\bvnd)\s*" + _NUMBER + r"()|" + _NUMBER
    + r"\s*(k(?:vnd)?(?![^\W\d_])|nghìn|ngàn|nghin|ngan|tr(?:iệu|ieu)?(?![^\W\d_])|million|thousand|천(?=\s*동|\s|$)|동(?![네생안일시의])"
    r"|đ(?![^\W\d_])|d(?![^\W\d_])|₫|vnđ|vnd|đồng|dong\b)",
    re.IGNORECASE,
)  # fmt: skip
_FACTORS = {"k": 1_000, "kvnd": 1_000, "nghìn": 1_000, "ngàn": 1_000, "nghin": 1_000, "ngan": 1_000, "thousand": 1_000,
            "천": 1_000, "tr": 10**6, "triệu": 10**6, "trieu": 10**6, "million": 10**6}  # fmt: skip
_GROUPS = re.compile(r"(?<![\d.,\w])\d{1,3}(?:[.,]\d{3})+(?!\d)")
_UNITS = (
    ("workday", r"ngày\s+làm\s+việc|(?:business|working)\s+days?\b|영업일"),
    ("day", r"ngày|hôm|bữa|days?\b|일(?!요일|반|상)"), ("hour", r"giờ|tiếng|hours?\b|hrs?\b|h(?!\w)|시간"),
    ("week", r"tuần|weeks?\b|주일|주(?![가-힣])|주\s*(?:안|이내|후|뒤)"), ("month", r"tháng|months?\b|개월|달(?![가-힣]{2})"),
    ("year", r"năm(?!\w)|years?\b|년"), ("minute", r"phút|minutes?\b|mins?\b|분(?![가-힣]{2})"),
)  # fmt: skip
_DURATIONS = tuple(
    (unit, loose(r"(\d+)(?:" + _AND + r"(\d+))?[ -]*(?:" + words + ")")) for unit, words in _UNITS
)
_MEASURE = re.compile(
    r"(\d+(?:[.,]\d+)?)(?:\s*[-–~]\s*(\d+(?:[.,]\d+)?))?\s*(ml|cl|l|lít|lit|cm|mm|m|km|kg|kgs|ký|gram|gr|g|inch|inches|oz|mah|gb|tb|w|v)(?:²|2)?"
    r"(?:/m2|/m²)?(?![^\W_])",
    re.IGNORECASE,
)
_SIZE = re.compile(
    r"(?:size|sz|cỡ|co|사이즈)\s*:?\s*(\d{1,3}|\d?x{0,3}[sml])(?![^\W_])|(?<![\w'])(\d?x{1,3}l|\dxl)(?![^\W_])",
    re.IGNORECASE,
)
_STOCK = loose(
    r"(?:còn|tồn|sẵn|kho có)\s+(?:(?:lại|đúng|khoảng|tầm|hơn|gần|tới|chỉ|có|đến|kho|hàng|mỗi|vỏn|vẹn|sẵn)\s+){0,4}(\d[\d.]*\d|\d)(?!\s*(?:[\w]+\s+)?(?:ngày|giờ|bước|thông|thứ|điều))"
    r"|(?:\bonly|\bjust|\bhave|\babout|\bgot)\s+(\d+)\s+(?:\S+\s+){0,3}?(?:left|in stock|remaining|available)"
    r"|(\d+)\s+(?:\S+\s+){0,3}?(?:left\b|in stock|remaining|available|còn sẵn|sẵn kho|trong kho)"
    r"|(\d+)\s*(?:개|장|벌|켤레)?(?:만|가|이)?\s*(?:남|재고)|재고[^\d.]{0,8}(\d+)"
)
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*(?![\w-])")
_PLAIN_CODE = re.compile(r"^(?:\d+[a-z]{1,4}|[a-z]\d|\d+[a-z]+\d*)$", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\d.,])\d{7,}(?![\d])")
_ANY = re.compile(r"\d+(?:[.,]\d+)*")


def figures(text: str) -> list[Figure]:
    """`text` as `plain` gives it. What one kind has read, no later one reads again."""
    page = _Page(with_digits(text))
    for reader in (
        _links,
        _dates,
        _phones,
        _percents,
        _foreign,
        _amounts,
        _lengths,
        _stocks,
        _groups,
        _codes,
        _rest,
    ):
        for kind, value, start, end in list(reader(page.text)):
            page.take(kind, value, start, end)
    return sorted(page.found, key=lambda figure: figure.at)


Found = Iterator[tuple[str, str, int, int]]


class _Page:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Figure] = []

    def take(self, kind: str, value: str, start: int, end: int) -> None:
        if "\x00" in self.text[start:end]:
            return
        self.found.append(Figure(kind, value, start))
        self.text = self.text[:start] + "\x00" * (end - start) + self.text[end:]


def _links(text: str) -> Found:
    for m in _EMAIL.finditer(text):
        yield "email", re.sub(r"\s|\(|\)|\[|\]", "", m.group().lower()), m.start(), m.end()
    for m in _LINK.finditer(text):
        yield "link", link_value(m.group()), m.start(), m.end()


def link_value(link: str) -> str:
    return re.sub(r"^https?://(www\.)?|^www\.", "", link.lower()).rstrip(".,;:!?)]}\"'”/")


def _dates(text: str) -> Found:
    for kind, value, start, end in dates(text):
        if not (kind == "clock" and re.match(r"\d+\s?h$", text[start:end], re.I) and _is_span(text, start)):
            yield kind, value, start, end


def _is_span(text: str, start: int) -> bool:
    """`trong 24h` is a length of time, `lúc 8h` a time of day."""
    return bool(
        loose(r"(?:trong|sau|mất|khoảng|within|in)\s+(?:vòng\s+)?(?:\d+\s*[-–]\s*)?$").search(text[:start])
    )


def _phones(text: str) -> Found:
    for m in _PHONE.finditer(text):
        digits = re.sub(r"\D", "", m.group())
        yield "phone", re.sub(r"^84", "0", digits), m.start(), m.end()


def _percents(text: str) -> Found:
    for m in _PERCENT.finditer(text):
        yield "percent", m.group(1).replace(",", "."), m.start(), m.end()


def _foreign(text: str) -> Found:
    for m in _FOREIGN.finditer(text):
        yield "currency", m.group().strip().lower(), m.start(), m.end()


def _amounts(text: str) -> Found:
    for m in _MILLION_AND.finditer(text):
        part = m.group(2)
        yield "money", str(int(m.group(1)) * 10**6 + int(part) * 10 ** (6 - len(part))), m.start(), m.end()
    for m in _KOREAN_MONEY.finditer(text):
        value = _decimal(m.group(1), 10_000) + int(m.group(2) or 0) * 1_000
        yield "money", str(value), m.start(), m.end()
    for m in _MONEY.finditer(text):
        number, unit = (m.group(1), "") if m.group(1) else (m.group(3), (m.group(4) or "").lower())
        factor = _FACTORS.get(unit, 1)
        value = _decimal(number, factor) if factor > 1 else int(re.sub(r"\D", "", number)[:18])
        yield "money", str(value), m.start(), m.end()


def _decimal(number: str, factor: int) -> int:
    """`1,2` million is 1,200,000; `1.200` thousand is 1,200,000 too."""
    whole, _, part = number.replace(",", ".").partition(".")
    if not part:
        return int(whole) * factor
    if len(part) == 3 and factor == 1_000:
        return int(whole + part) * factor
    digits = re.sub(r"\D", "", part)[:12]
    return int(whole) * factor + int(digits) * factor // int(10 ** len(digits))


def _lengths(text: str) -> Found:
    for m in _MEASURE.finditer(text):
        unit = {
            "ký": "kg",
            "kgs": "kg",
            "lit": "l",
            "lít": "l",
            "gr": "g",
            "gram": "g",
            "inches": "inch",
        }.get(m.group(3).lower(), m.group(3).lower())
        value = "-".join(n.replace(",", ".") for n in (m.group(1), m.group(2)) if n)
        yield "measure", f"{value}{unit}", m.start(), m.end()
    for unit, pattern in _DURATIONS:
        for m in pattern.finditer(text):
            yield "duration", f"{m.group(1)}-{m.group(2) or m.group(1)} {unit}", m.start(), m.end()
    for m in _SIZE.finditer(text):
        yield "size", (m.group(1) or m.group(2)).upper(), m.start(), m.end()


def _stocks(text: str) -> Found:
    for m in _STOCK.finditer(text):
        index = next(i for i, group in enumerate(m.groups(), 1) if group)
        yield "stock", re.sub(r"\D", "", m.group(index)), m.start(index), m.end(index)


def _groups(text: str) -> Found:
    for m in _GROUPS.finditer(text):
        yield "money", re.sub(r"\D", "", m.group()), m.start(), m.end()


def _codes(text: str) -> Found:
    for m in _CODE.finditer(text):
        if len(m.group()) >= 4 and not _PLAIN_CODE.match(m.group()):
            yield "code", m.group().upper(), m.start(), m.end()
    for m in _DIGITS.finditer(text):
        yield "digits", m.group(), m.start(), m.end()


def _rest(text: str) -> Found:
    for m in _ANY.finditer(text):
        yield "quantity", str(int(re.sub(r"\D", "", m.group())[:18])), m.start(), m.end()
