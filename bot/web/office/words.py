"""What the pages say, in the language of whoever looks: English in the code, Vietnamese by the tables beside."""

from collections.abc import Mapping

from babel.support import NullTranslations
from pydantic_core import ErrorDetails
from starlette_admin import i18n
from starlette_admin.i18n import gettext, lazy_gettext

from bot.staff.refusals import staff_refusal
from bot.web.office.vi_library import LIBRARY
from bot.web.office.vi_pages import PAGES
from core.errors import AppError

LANGUAGE_COOKIE = "chotdon_language"
_ = lazy_gettext
__all__ = ["LANGUAGE_COOKIE", "_", "gettext", "problem_text", "refusal_text", "speak_vietnamese"]

_PROBLEMS: Mapping[str, str] = {
    "missing": "Fill this in.",
    "string_too_short": "Fill this in.",
    "string_too_long": "At most {max_length} characters.",
    "too_long": "At most {max_length} entries.",
    "too_short": "Choose at least one.",
    "int_type": "Write a whole number, 250000 or 250.000.",
    "int_parsing": "Write a whole number, 250000 or 250.000.",
    "greater_than_equal": "At least {ge}.",
    "less_than_equal": "At most {le}.",
    "literal_error": "Choose one of the list.",
    "bool_parsing": "Choose one of the list.",
    "string_type": "Write a text.",
}


class Vietnamese(NullTranslations):
    def gettext(self, message: str) -> str:
        return PAGES.get(message) or LIBRARY.get(message, message)

    ugettext = gettext

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def speak_vietnamese() -> None:
    """The library knows eight languages and not this one."""
    if "vi" not in i18n.SUPPORTED_LOCALES:
        i18n.SUPPORTED_LOCALES.append("vi")
        i18n.translations["vi"] = Vietnamese()


def refusal_text(refusal: AppError) -> str:
    if i18n.get_locale() == "vi":
        return staff_refusal(refusal.code, refusal.data)
    return refusal.message


def problem_text(error: ErrorDetails) -> str:
    """Of a field that pydantic refused."""
    text = _PROBLEMS.get(error["type"], "This is not valid. Check how it is written.")
    limits = {name: _plain(value) for name, value in error.get("ctx", {}).items()}
    return gettext(text).format(**limits)


def _plain(value: object) -> str:
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)
