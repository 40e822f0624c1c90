"""Amounts in Vietnamese words, as the provider itself writes them on the invoice."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")


def amount_in_words(amount: int) -> str:
    """`105000` → `Một trăm linh năm nghìn đồng`."""
    text = _number(abs(amount))
    if amount < 0:
        text = f"âm {text}"
    return f"{text[0].upper()}{text[1:]} đồng"


def _number(value: int) -> str:
    if value == 0:
        return _DIGITS[0]
    billions, rest = divmod(value, 10**9)
    words = [f"{_number(billions)} tỷ"] if billions else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            words.append(f"{_group(group, spoken_before=bool(words))} {_SCALES[power]}".strip())
    return " ".join(words)


def _group(group: int, *, spoken_before: bool) -> str:
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [f"{_DIGITS[hundreds]} trăm"] if hundreds or spoken_before else []
    if tens == 0:
        if units:
            words.append(f"linh {_DIGITS[units]}" if words else _DIGITS[units])
        return " ".join(words)
    words.append("mười" if tens == 1 else f"{_DIGITS[tens]} mươi")
    if units:
        words.append(_unit_after_tens(tens, units))
    return " ".join(words)


def _unit_after_tens(tens: int, units: int) -> str:
    if units == 5:
        return "lăm"
    if tens > 1 and units == 1:
        return "mốt"
    if tens > 1 and units == 4:
        return "tư"
    return _DIGITS[units]
