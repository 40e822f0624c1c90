"""An amount in Vietnamese words, as invoices write it (hundreds said in every later group, linh, mốt, tư, lăm)."""

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")


def amount_in_words(amount: int) -> str:
    """`1015000` → `Một triệu không trăm mười lăm nghìn đồng`. Raises ValueError below zero."""
    if amount < 0:
        raise ValueError("an amount in words is not negative")
    words = " ".join(_number(amount))
    return words[0].upper() + words[1:] + " đồng"


def _number(number: int) -> list[str]:
    if number == 0:
        return [_DIGITS[0]]
    billions, rest = divmod(number, 10**9)
    words: list[str] = []
    if billions:
        words = [*_number(billions), "tỷ"]
    if rest:
        words += _below_a_billion(rest, spoken_before=bool(words))
    return words


def _below_a_billion(number: int, *, spoken_before: bool) -> list[str]:
    words: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group:
            words += _group(group, full=spoken_before or bool(words))
            if _SCALES[power]:
                words.append(_SCALES[power])
    return words


def _group(group: int, *, full: bool) -> list[str]:
    """Three digits; `full` says the hundreds even when they are zero."""
    hundreds, tens, units = group // 100, group // 10 % 10, group % 10
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if units:
            words += ["linh"] * bool(words) + [_DIGITS[units]]
        return words
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if units:
        words.append(_unit_after_tens(tens, units))
    return words


def _unit_after_tens(tens: int, units: int) -> str:
    if units == 5:
        return "lăm"
    if tens > 1 and units == 1:
        return "mốt"
    if tens > 1 and units == 4:
        return "tư"
    return _DIGITS[units]
