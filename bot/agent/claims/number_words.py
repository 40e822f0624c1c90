"""Numbers told in words become digits: `hai trăm nghìn` → `200000đ`, `two hundred` → `200`, `십만 원` → `100000 원`."""

import re
from collections.abc import Callable

from bot.agent.claims.text import loose

_VI_DIGITS = {
    "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "nhăm": 5, "sáu": 6, "bảy": 7,
    "bẩy": 7, "tám": 8, "chín": 9, "mười": 10,
}  # fmt: skip
_VI_SCALES = {"mươi": 10, "chục": 10, "trăm": 100, "nghìn": 1_000, "ngàn": 1_000, "triệu": 10**6, "củ": 10**6,
              "tỷ": 10**9, "tỉ": 10**9}  # fmt: skip
_EN_DIGITS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_EN_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 10**6}
_KO_DIGITS = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_KO_NATIVE = {
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10, "스무": 20,
    "서른": 30, "마흔": 40, "쉰": 50,
}  # fmt: skip
_KO_DAYS = {"이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "열흘": 10, "보름": 15}

_VI_UNIT = r"(?:ngày|giờ|tiếng|tuần|tháng|phút|cái|chiếc|sản phẩm|đồng|phần trăm|%|k\b)"
_EN_UNIT = r"(?:business |working )?(?:days?|hours?|weeks?|months?|years?|minutes?|per ?cent|pieces?|items?|left|of them)"
_VI_WORDS = loose("|".join(sorted([*_VI_DIGITS, *_VI_SCALES, "linh", "lẻ", "rưỡi"], key=len, reverse=True)))
_VI_WORD = r"(?:" + _VI_WORDS.pattern + r")"
_VI_RUN = re.compile(rf"(?<![\w])(?:\d+(?:[.,]\d+)?\s+)?{_VI_WORD}(?:\s+{_VI_WORD})*(?![\w])", re.IGNORECASE)
_EN_WORD = r"(?:" + "|".join([*_EN_DIGITS, *_EN_SCALES]) + r")s?"
_EN_RUN = re.compile(rf"\b(?:(?:a|\d+)\s+)?{_EN_WORD}(?:(?:\s+and\s+|[\s-]+){_EN_WORD})*\b", re.IGNORECASE)
_KO_RUN = re.compile(
    r"(?<![가-힣\d])((?:[일이삼사오육칠팔구십백천만]\s?)*[십백천만]\s?|[일이삼사오육칠팔구])(?=(?:원(?![가-힣]*피)|동|퍼센트|프로|일\b|개|시간|주|월|년))"
)
_KO_NATIVE_RUN = re.compile(
    r"(?<![가-힣])((?:열|스물|서른)?(?:두|세|네|다섯|여섯|일곱|여덟|아홉)|열|스무)\s?(?=개|장|벌|켤레|시간|달|권)"
)
_KO_DAY_RUN = re.compile(r"(?<![가-힣])(" + "|".join(_KO_DAYS) + r")(?![가-힣]{3,})")


def with_digits(text: str) -> str:
    """The text with its number words as digits; small words that are no number (`một chút`, `ba mẹ`) stay."""
    text = _VI_RUN.sub(_replacer(_vietnamese, loose(_VI_UNIT), text), text)
    text = _EN_RUN.sub(_replacer(_english, re.compile(_EN_UNIT, re.IGNORECASE), text), text)
    text = _KO_DAY_RUN.sub(lambda m: f"{_KO_DAYS[m.group(1)]}일", text)
    text = _KO_NATIVE_RUN.sub(lambda m: str(_native(m.group(1))), text)
    return _KO_RUN.sub(lambda m: f"{_sino(m.group(1))} ", text)


def _replacer(
    read: Callable[[list[str]], tuple[int, bool] | None], unit: re.Pattern[str], text: str
) -> Callable[[re.Match[str]], str]:
    def replace(match: re.Match[str]) -> str:
        words = re.split(r"[\s-]+", match.group().lower())
        followed = unit.match(text[match.end() :].lstrip())
        value = read(words)
        lone_one = len(words) == 1 and value is not None and value[0] == 1
        if value is None or lone_one or not (value[1] or followed):
            return match.group()
        number = str(value[0])
        in_money = value[0] >= 1_000 and not followed
        return f"{number}đ" if in_money else number

    return replace


def _vietnamese(words: list[str]) -> tuple[int, bool] | None:
    """(value, whether it can be nothing but a number)."""
    if len(words) == 2 and _same(words[1], "năm") and not words[0].isdigit():
        return None
    total, group, last, scaled, seen = 0, 0.0, 1, False, False
    for word in words:
        plain = _known(word)
        if plain in _VI_SCALES:
            factor, scaled = _VI_SCALES[plain], True
            if factor >= 1_000:
                total, group = total + int((group or 1) * factor), 0.0
            else:
                group = (
                    (group // 100 * 100 + (group % 100 or 1) * factor)
                    if factor == 10
                    else (group or 1) * factor
                )
            last = factor
        elif plain == "rưỡi":
            group, total = (group + last / 2, total) if last < 1_000 else (group, total + last // 2)
            scaled = True
        elif plain in ("linh", "lẻ"):
            continue
        elif re.fullmatch(r"\d+(?:[.,]\d+)?", word):
            group += float(word.replace(",", "."))
        else:
            digit = _VI_DIGITS[plain]
            group += digit * (last // 10) if seen and last >= 1_000 and word == words[-1] else digit
        seen = True
    return total + int(group), scaled and (len(words) > 1)


def _known(word: str) -> str:
    names = (*_VI_DIGITS, *_VI_SCALES, "linh", "lẻ", "rưỡi")
    return word if word in names else next((name for name in names if _same(word, name)), word)


def _same(word: str, name: str) -> bool:
    return word == name or loose(name).fullmatch(word) is not None


def _english(words: list[str]) -> tuple[int, bool] | None:
    total, group, scaled = 0, 0, False
    for word in words:
        singular = word.removesuffix("s") if word not in _EN_DIGITS else word
        if singular in _EN_SCALES:
            factor, scaled = _EN_SCALES[singular], True
            if factor >= 1_000:
                total, group = total + (group or 1) * factor, 0
            else:
                group = (group or 1) * factor
        elif singular in _EN_DIGITS:
            group += _EN_DIGITS[singular]
        elif singular.isdigit():
            group += int(singular)
    return total + group, scaled or len(words) > 1


def _sino(text: str) -> int:
    total, group, digit = 0, 0, 0
    for letter in text.replace(" ", ""):
        if letter == "만":
            total, group, digit = total + ((group + digit) or 1) * 10_000, 0, 0
        elif letter in "십백천":
            group, digit = group + (digit or 1) * {"십": 10, "백": 100, "천": 1_000}[letter], 0
        else:
            digit = _KO_DIGITS[letter]
    return total + group + digit


def _native(text: str) -> int:
    if text in _KO_NATIVE:
        return _KO_NATIVE[text]
    tens = {"열": 10, "스물": 20, "서른": 30}
    head = next((h for h in tens if text.startswith(h)), "")
    return tens.get(head, 0) + _KO_NATIVE[text.removeprefix(head)]
