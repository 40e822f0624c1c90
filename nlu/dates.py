"""Days and times of day in a message: `mai`, `thứ 6 tuần sau`, `20/11`, `next Tuesday`, `다음주 화요일`."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from nlu.models import DateMention, Span
from nlu.normalise import Folded

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_VI_DAYS = {
    "2": 0,
    "hai": 0,
    "3": 1,
    "ba": 1,
    "4": 2,
    "tu": 2,
    "5": 3,
    "nam": 3,
    "6": 4,
    "sau": 4,
    "7": 5,
    "bay": 5,
}
_KO_DAYS = "월화수목금토일"
_RELATIVE = {
    "hom nay": 0, "bua nay": 0, "sang nay": 0, "trua nay": 0, "chieu nay": 0, "toi nay": 0, "today": 0,
    "tonight": 0, "오늘": 0,
    "ngay mai": 1, "sang mai": 1, "trua mai": 1, "chieu mai": 1, "toi mai": 1, "mai": 1, "tomorrow": 1,
    "tmr": 1, "tmrw": 1,
    "내일": 1, "ngay mot": 2, "ngay kia": 2, "mot": 2, "모레": 2, "day after tomorrow": 2, "hom qua": -1,
    "yesterday": -1,
    "어제": -1, "hom kia": -2, "그저께": -2,
}  # fmt: skip
_WEEKS = (
    "tuan nay|tuan sau|tuan toi|tuan truoc|cuoi tuan(?: nay| sau)?|dau tuan(?: sau)?|thang sau|cuoi thang(?: nay)?|"
    "(?:this|next|last) (?:week(?:end)?|month)|weekend|(?:이번|다음|지난) ?(?:주말?|달)|주말"
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("day", re.compile(r"(?<![\d/.\-])(?:ngay |mung )?(\d{1,2})[/\-](\d{1,2})(?:[/\-](\d{4}|\d{2}))?(?![\d/])")),
    ("day", re.compile(r"(?<![\d/.\-])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d/])")),
    ("day", re.compile(r"(?<!\w)(?:ngay|mung) (\d{1,2})(?: thang (\d{1,2}))?(?! *(?:cai|k\b|tr\b))(?!\w)")),
    ("day", re.compile(rf"(?<!\w)(?:the )?(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({'|'.join(_MONTHS)})[a-z]*(?!\w)")),
    ("day", re.compile(rf"(?<!\w)({'|'.join(_MONTHS)})[a-z]* (\d{{1,2}})(?:st|nd|rd|th)?(?!\w)")),
    ("day", re.compile(r"(?<!\w)the (\d{1,2})(?:st|nd|rd|th)(?!\w)")),
    ("day", re.compile(r"(\d{1,2})월 ?(\d{1,2})일")),
    ("day", re.compile(r"(?<![\d월])(\d{1,2})일(?=까지|에|날| |$|이|로)")),
    ("weekday", re.compile(
        r"(?<!\w)(?<!moi )(?:sang |trua |chieu |toi )?(?:(?:thu|t) ?(2|3|4|5|6|7|hai|ba|tu|nam|sau|bay)|(chu nhat|cn))"
        r"(?: (nay|tuan nay|tuan sau|tuan toi|sau|toi))?(?!\w)")),
    ("weekday", re.compile(
        r"(?<!\w)(?:(next|this|last|on|by) )?(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?(?!\w)")),
    ("weekday", re.compile(r"(?:(이번|다음|지난) ?주? ?)?([월화수목금토일])요일")),
    ("relative", re.compile(r"(?<!\w)(?:" + "|".join(sorted((w for w in _RELATIVE if w.isascii()), key=len,
        reverse=True)) + r")(?!\w)")),
    ("relative", re.compile("|".join(w for w in _RELATIVE if not w.isascii()))),
    ("span", re.compile(rf"(?<!\w)(?:{_WEEKS})")),
)  # fmt: skip


def find_dates(line: Folded, taken: Sequence[Span], today: date | None) -> tuple[DateMention, ...]:
    """In the order of the text; `day` is told only where `today` is known and one day is meant."""
    found: list[DateMention] = []
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(line.text):
            span = line.raw_span(*match.span())
            if any(a < span[1] and span[0] < b for a, b in (*taken, *(d.span for d in found))):
                continue
            if not _is_date(kind, match, line, span):
                continue
            day = _resolve(kind, match, today) if today else None
            found.append(
                DateMention(span, kind, line.raw[span[0] : span[1]], day.isoformat() if day else None, 0.9)
            )
    return tuple(sorted(found, key=lambda mention: mention.span))


def _is_date(kind: str, match: re.Match[str], line: Folded, span: Span) -> bool:
    """Only what a calendar has; `mai` and `mốt` by their marks where there are any;
    no `thứ hai` behind `cái`, no `2 máy` for the month of May."""
    raw = line.raw[span[0] : span[1]].lower()
    if kind == "relative" and raw == "mai" and line.raw[span[0]].isupper():
        # `chị Mai`, `Mai Chi` are people; `Mai giao nha` begins a sentence.
        behind = line.raw[span[1] :].lstrip(" ")
        if span[0] > 0 or behind[:1].isupper():
            return False
    if kind == "relative":
        return raw not in ("mái", "mãi", "mại", "một", "mót") and not (
            raw in ("mot",) or raw[:1] != raw[:1].lower()
        )
    if kind == "weekday":
        before = line.text[max(0, match.start() - 9) : match.start()].split()
        en_short = match.group(0) in ("sun", "sat", "mon", "wed", "thu", "tu")
        return not en_short and not (
            before and before[-1] in ("cai", "mau", "loai", "con", "em", "mon", "pham", "lan", "don", "hang")
        )
    if kind == "day" and "may" in match.groups() and "May" not in line.raw[span[0] : span[1]]:
        return False
    if kind == "day":
        numbers = [int(group) for group in match.groups() if group and group.isdigit()]
        return min(numbers) >= 1 and numbers[0] <= 31 and (len(numbers) < 2 or min(numbers[:2]) <= 12)
    return True


def _resolve(kind: str, match: re.Match[str], today: date) -> date | None:
    if kind == "relative":
        return today + timedelta(days=_RELATIVE[match.group()])
    if kind == "weekday":
        return _weekday(match, today)
    return _day(match, today) if kind == "day" else None


def _weekday(match: re.Match[str], today: date) -> date:
    groups = [group or "" for group in match.groups()]
    number = next(
        (
            index
            for group in groups
            for index in (_VI_DAYS.get(group), 6 if group in ("chu nhat", "cn") else None, _index(group))
            if index is not None
        ),
        0,
    )
    later = any(group in ("next", "다음", "tuan sau", "tuan toi", "sau", "toi") for group in groups)
    earlier = any(group in ("last", "지난") for group in groups)
    monday = today - timedelta(days=today.weekday())
    if later or earlier:
        return monday + timedelta(days=number + (7 if later else -7))
    return today + timedelta(days=(number - today.weekday()) % 7)


def _index(group: str) -> int | None:
    if group[:3] in _EN_DAYS:
        return _EN_DAYS.index(group[:3])
    return _KO_DAYS.index(group) if len(group) == 1 and group in _KO_DAYS else None


def _day(match: re.Match[str], today: date) -> date | None:
    groups = [group for group in match.groups() if group]
    named = next((g for g in groups if g[:3] in _MONTHS), None)
    numbers = [int(g) for g in groups if g.isdigit()]
    if named is not None:
        day, month = numbers[0], _MONTHS.index(named[:3]) + 1
    elif "월" in match.group():
        month, day = numbers[:2]
    else:
        day, month = numbers[0], numbers[1] if len(numbers) > 1 else today.month
    year = numbers[2] + (2000 if numbers[2] < 100 else 0) if len(numbers) > 2 else today.year
    return _nearest(year, month, day, today, open_year=len(numbers) < 3)


def _nearest(year: int, month: int, day: int, today: date, *, open_year: bool) -> date | None:
    try:
        found = date(year, month, day)
        return found.replace(year=year + 1) if open_year and (today - found).days > 180 else found
    except ValueError:
        return None
