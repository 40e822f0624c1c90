"""Opening hours as the shop wrote them in Vietnamese, with the days in the customer's language."""

import re

_DAYS = {
    "en": {
        "hai": "Monday", "ba": "Tuesday", "tư": "Wednesday", "năm": "Thursday", "sáu": "Friday", "bảy": "Saturday",
        "chủ nhật": "Sunday", "hằng ngày": "every day", "đến": "to", "và": "and", "trừ": "except",
        "cả tuần": "all week", "lễ": "holidays",
    },
    "ko": {
        "hai": "월요일", "ba": "화요일", "tư": "수요일", "năm": "목요일", "sáu": "금요일", "bảy": "토요일",
        "chủ nhật": "일요일", "hằng ngày": "매일", "đến": "~", "và": ",", "trừ": "제외:",
        "cả tuần": "매일", "lễ": "공휴일",
    },
}  # fmt: skip
_NUMBERS = {"2": "hai", "3": "ba", "4": "tư", "5": "năm", "6": "sáu", "7": "bảy"}
_WORDS = re.compile(
    r"(?<!\w)(?:thứ\s+(hai|ba|tư|năm|sáu|bảy|[2-7])|t([2-7])|(chủ nhật|cn)|(hằng ngày|hàng ngày|mỗi ngày)"
    r"|(đến|tới)|(và)|(trừ)|(cả tuần)|(?:ngày )?(lễ))(?!\w)",
    re.IGNORECASE,
)
_ALIKE = (None, None, "chủ nhật", "hằng ngày", "đến", "và", "trừ", "cả tuần", "lễ")


def opening_hours(text: str, language: str) -> str:
    """Words that are not known stay as they are: nothing is made up."""
    days = _DAYS.get(language)
    if days is None:
        return text

    def told(match: re.Match[str]) -> str:
        place = next(i for i, group in enumerate(match.groups()) if group)
        word = match.group(place + 1).lower()
        return days[_ALIKE[place] or _NUMBERS.get(word, word)]

    return _WORDS.sub(told, text)
