"""Days and times that a text names, each in one form for all languages."""

import re
from collections.abc import Iterator

from bot.agent.claims.text import loose

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})\s?[/]\s?(\d{1,2})(?:\s?/\s?\d{2,4})?(?![\d/])")
_ISO = re.compile(r"(?<!\d)\d{4}-(\d{2})-(\d{2})(?!\d)")
_WORDED_VI = loose(r"(?:ngày\s+|mùng\s+|mồng\s+)?(\d{1,2})\s+tháng\s+(\d{1,2})")
_DAY_VI = loose(r"(?:ngày|mùng|mồng)\s+(\d{1,2})(?![\d/]|\s*(?:tháng|[-–]))")
_WORDED_EN = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(MONTH)[a-z]*\b|(MONTH)[a-z]*\.?\s+(\d{1,2})(?:st|nd|rd|th)?\b)".replace(
        "MONTH", "|".join(_MONTHS)
    ),
    re.IGNORECASE,
)
_WORDED_KO = re.compile(r"(\d{1,2})월\s*(\d{1,2})일")
_CLOCK = re.compile(
    r"(?<![\d:])(?:(\d{1,2})(?::|h|giờ\s?)(\d{2})(?!\d)|(\d{1,2})\s?(?:h|시)(?![^\W\d_])|(\d{1,2})\s?([ap])\.?m\b)",
    re.IGNORECASE,
)
_WEEKDAYS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (day, loose(pattern))
    for day, pattern in (
        ("mon", r"(?<!\w)thứ\s+(?:hai|2)(?!\w)|\bmondays?\b|월요일"),
        ("tue", r"(?<!\w)thứ\s+(?:ba|3)(?!\w)|\btuesdays?\b|화요일"),
        ("wed", r"(?<!\w)thứ\s+(?:tư|bốn|4)(?!\w)|\bwednesdays?\b|수요일"),
        ("thu", r"(?<!\w)thứ\s+(?:năm|5)(?!\w)|\bthursdays?\b|목요일"),
        ("fri", r"(?<!\w)thứ\s+(?:sáu|6)(?!\w)|\bfridays?\b|금요일"),
        ("sat", r"(?<!\w)thứ\s+(?:bảy|bẩy|7)(?!\w)|\bsaturdays?\b|토요일"),
        ("sun", r"(?<!\w)chủ\s+nhật(?!\w)|\bsundays?\b|일요일"),
    )
)
_RELATIVE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, loose(pattern))
    for name, pattern in (
        ("today", r"(?<!\w)(?:hôm|bữa)\s+nay(?!\w)|(?<!\w)(?:sáng|trưa|chiều|tối|đêm)\s+nay(?!\w)"
                  r"|\b(?:today|tonight|this (?:morning|afternoon|evening))\b|오늘|당일"
                  r"|(?<!\w)(?:ngay\s+)?trong\s+ngày(?!\w)|\bsame[- ]day\b"),
        ("tomorrow", r"(?<!\w)(?:ngày|sáng|trưa|chiều|tối|bữa)\s+mai(?!\w)|(?<!chị\s)(?<!anh\s)(?<!bạn\s)(?<!cô\s)(?<!tên\s)(?<!\w)mai\s+(?:là|mình|em|shop|bên|giao|có|nhận|hàng|tới|đến|ship|gửi)(?!\w)"
                     r"|(?:giao|nhận|có|đến|tới|gửi|ship|hàng|xong|trong|vào)\s+(?:ngay\s+)?mai(?!\w)|\btomorrow\b|\bovernight\b|\bnext[- ]day\b|내일|익일"),
        ("day after", r"(?<!\w)(?:ngày\s+)?(?:mốt|kia)(?=\s*(?:là|mình|em|giao|nhận|hàng|ạ|nha|nhé|có|tới|[.,!?]|$))|\bday after tomorrow\b|모레"),
        ("weekend", r"(?<!\w)cuối\s+tuần|\bweekends?\b|주말"),
        ("this week", r"(?<!\w)tuần\s+này|\bthis week\b|이번\s*주"),
        ("next week", r"(?<!\w)(?:tuần|đầu tuần)\s+(?:sau|tới)|\bnext week\b|다음\s*주"),
        ("month", r"(?<!\w)(?:tháng|đầu tháng|cuối tháng)\s+(?:sau|tới|này)(?!\w)|\b(?:next|this) month\b|다음\s*달|이번\s*달"),
        ("few days", r"(?<!\w)(?:vài|mấy|ít)\s+(?:ngày|hôm|bữa|tiếng|giờ|tuần)(?!\w)|\b(?:a few|a couple of|several) (?:days|hours|weeks)\b|며칠|몇\s*시간"),
        ("half day", r"(?<!\w)nửa\s+(?:ngày|buổi|tiếng|tháng)|\bhalf (?:a day|an hour)\b|반나절"),
        ("one day", r"(?<!\w)(?:trong|sau|mất|khoảng|tầm|chỉ|vòng)\s+(?:một|1)\s+(?:ngày|hôm|buổi|tiếng|giờ|tuần|tháng|năm|phút)"
                    r"|\b(?:in|within|after|takes?|about|only|just) (?:a|an|one) (?:day|hour|week|month|year)\b|하루\s*(?:안|만|이내|뒤|후)"),
    )
)  # fmt: skip


def dates(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(kind, value, start, end) of each day, clock time or vague time that the text names."""
    for m in _ISO.finditer(text):
        yield "date", f"{int(m.group(2))}/{int(m.group(1))}", m.start(), m.end()
    for pattern in (_NUMERIC, _WORDED_VI):
        for m in pattern.finditer(text):
            yield "date", f"{int(m.group(1))}/{int(m.group(2))}", m.start(), m.end()
    for m in _WORDED_KO.finditer(text):
        yield "date", f"{int(m.group(2))}/{int(m.group(1))}", m.start(), m.end()
    for m in _WORDED_EN.finditer(text):
        day, month = (m.group(1), m.group(2)) if m.group(1) else (m.group(4), m.group(3))
        yield "date", f"{int(day)}/{_MONTHS.index(month.lower()) + 1}", m.start(), m.end()
    for m in _DAY_VI.finditer(text):
        yield "date", m.group(1), m.start(), m.end()
    yield from _times(text)


def _times(text: str) -> Iterator[tuple[str, str, int, int]]:
    for m in _CLOCK.finditer(text):
        yield "clock", _clock(m), m.start(), m.end()
    for name, pattern in (*_WEEKDAYS, *_RELATIVE):
        for m in pattern.finditer(text):
            yield "day", name, m.start(), m.end()


def _clock(m: re.Match[str]) -> str:
    hour = int(m.group(1) or m.group(3) or m.group(4))
    if (m.group(5) or "").lower() == "p" and hour < 12:
        hour += 12
    return f"{hour}:{int(m.group(2) or 0):02}"
