"""Phone numbers as Vietnam writes them."""

import phonenumbers

from core.errors import Invalid

VIETNAM = 84
_PROBLEMS = {
    "no_number": "There is no number in it.",
    "letters": "It has letters in it.",
    "too_short": "It has too few digits.",
    "too_long": "It has too many digits.",
    "foreign": "It is a number of another country.",
    "unknown": "No network in Vietnam has such numbers.",
}


def normalise_phone(text: str) -> str:
    """`0901 234 567` → `+84901234567`; raises `Invalid` with what is wrong."""
    number = _read(text)
    if number is None or not phonenumbers.is_valid_number(number):
        raise _refusal(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def delivery_phone(text: str) -> str:
    """As `normalise_phone`, and one that a carrier here can call: the problem is `foreign` when it is none."""
    phone = normalise_phone(text)
    if not phone.startswith(f"+{VIETNAM}"):
        raise _refusal(text)
    return phone


def phone_problem(text: str) -> str:
    """What is wrong with it: no_number, letters, too_short, too_long, foreign or unknown."""
    number = _read(text)
    if number is not None and number.country_code != VIETNAM and phonenumbers.is_valid_number(number):
        return "foreign"
    if sum(c.isdigit() for c in text) < 3:
        return "no_number"
    if any(c.isalpha() for c in text):
        return "letters"
    digits = "".join(c for c in text if c.isdigit())
    national = digits.removeprefix("00").removeprefix(str(VIETNAM)) if _has_country(text, digits) else digits
    length = len(national.removeprefix("0"))
    if length < 9:
        return "too_short"
    return "too_long" if length > 9 else "unknown"


def local_phone(phone: str) -> str:
    """`+84901234567` → `0901234567`, as people here read it."""
    return "0" + phone[3:] if phone.startswith("+84") else phone


def _has_country(text: str, digits: str) -> bool:
    return text.strip().startswith("+") or digits.startswith("00") or len(digits) > 10


def _read(text: str) -> phonenumbers.PhoneNumber | None:
    """None also where letters stand for digits, as on a telephone's keys: here they are slips."""
    if any(c.isalpha() for c in text):
        return None
    try:
        return phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return None


def _refusal(text: str) -> Invalid:
    problem = phone_problem(text)
    return Invalid(
        "phone_invalid",
        f"The phone number is not valid. {_PROBLEMS[problem]} Write it as 10 digits, for instance 0901234567.",
        {"phone": text[:40], "problem": problem},
    )
