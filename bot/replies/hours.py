"""Opening hours as the shop wrote them in Vietnamese, with the days in the customer's language."""

import re

from bot.replies.days import day_name

_DAYS = ("hai", "ba", "tư", "năm", "sáu", "bảy", "chủ nhật")
_WORDS = {
    "en": {
        "hằng ngày": "every day", "đến": "to", "và": "and", "trừ": "except", "cả tuần": "all week", "lễ": "holidays",
    },
    "ko": {"hằng ngày": "매일", "đến": "~", "và": ",", "trừ": "제외:", "cả tuần": "매일", "lễ": "공휴일"},
}  # fmt: skip
_NUMBERED = {str(number): day for number, day in enumerate(_DAYS[:-1], 2)}
_KNOWN = re.compile(
    r"(?<!\w)(?:thứ\s+(hai|ba|tư|năm|sáu|bảy|[2-7])|t([2-7])|(chủ nhật|cn)|(hằng ngày|hàng ngày|mỗi ngày)"
    r"|(đến|tới)|(và)|(trừ)|(cả tuần)|(?:ngày )?(lễ))(?!\w)",
    re.IGNORECASE,
)
_ALIKE = (None, None, "chủ nhật", "hằng ngày", "đến", "và", "trừ", "cả tuần", "lễ")


def opening_hours(text: str, language: str) -> str:
    """Words that are not known stay as they are: nothing is made up."""
    others = _WORDS.get(language)
    if others is None:
        return text

    def told(match: re.Match[str]) -> str:
        place = next(i for i, group in enumerate(match.groups()) if group)
        said = match.group(place + 1).lower()
        word = _ALIKE[place] or _NUMBERED.get(said, said)
        return day_name(language, _DAYS.index(word)) if word in _DAYS else others[word]

    return _KNOWN.sub(told, text)
