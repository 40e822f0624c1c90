"""Phone numbers as Vietnam writes them."""

import phonenumbers

from core.errors import Invalid


def normalise_phone(text: str) -> str:
    """`0901 234 567` → `+84901234567`; raises `Invalid` with what is wrong."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise Invalid(
            "phone_invalid",
            "The phone number is not valid. Write it as 10 digits, for instance 0901234567.",
            {"phone": text[:40]},
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def local_phone(phone: str) -> str:
    """`+84901234567` → `0901234567`, as people here read it."""
    return "0" + phone[3:] if phone.startswith("+84") else phone
