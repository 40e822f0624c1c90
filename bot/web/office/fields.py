"""Fields as people here fill them in. What cannot be read stays as it was typed, and the use case's schema says why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    EnumField,
    IntegerField,
    PasswordField,
    StringField,
    TextAreaField,
)

from bot.web.office.words import gettext
from core.money import format_dong

_GROUPED = re.compile(r"-?\d{1,3}([., ]\d{3})+")
_PLAIN = re.compile(r"-?\d{1,18}")


def whole(typed: str) -> int | str | None:
    """`250000`, `250.000`, `250,000đ`; None when empty, the text itself when it is no whole number."""
    text = typed.strip().removesuffix("đ").strip()
    if not text:
        return None
    plain = re.sub(r"[., ]", "", text) if _GROUPED.fullmatch(text) else text
    return int(plain) if plain.isascii() and _PLAIN.fullmatch(plain) else typed


def grouped(value: int) -> str:
    return f"{value:,}".replace(",", ".")


@dataclass
class WholeField(IntegerField):
    input_type: str = "text"
    class_: str = "form-control"

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        return whole(typed(form_data, self.id))

    async def serialize_value(self, request: Request, value: Any) -> Any:
        return grouped(value) if isinstance(value, int) else value


@dataclass
class DongField(WholeField):
    async def serialize_value(self, request: Request, value: Any) -> Any:
        if request.state.action.is_form() or not isinstance(value, int):
            return await super().serialize_value(request, value)
        return format_dong(value)


@dataclass
class HiddenField(StringField):
    """Seen by nobody: the version that was looked at, the number of a form."""

    form_template: str = "office/hidden.html"
    label_template: str = "office/no_label.html"
    exclude_from_list: bool | None = True
    exclude_from_detail: bool | None = True


@dataclass
class SecretField(PasswordField):
    """Never sent back to the page."""

    form_template: str = "office/secret.html"
    exclude_from_list: bool | None = True
    exclude_from_detail: bool | None = True


@dataclass
class ChoiceField(EnumField):
    """One of a list, told in words; a value that is not on it is shown as it stands."""

    def _get_label(self, value: Any, request: Request) -> Any:
        return next((label for own, label in self._get_choices(request) if own == value), value)


@dataclass
class ChecksField(BaseField):
    """Some of a few, each with a box to tick."""

    choices: Sequence[tuple[str, Any]] = ()
    form_template: str = "office/checks.html"

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        return [str(value) for value in form_data.getlist(self.id)]


@dataclass
class YesField(ChoiceField):
    """A yes or no that is always sent, so that a form that lost it is not taken for a no."""

    def __post_init__(self) -> None:
        self.choices = [("yes", gettext("Yes")), ("no", gettext("No"))]
        super().__post_init__()

    def _get_choices(self, request: Request) -> Any:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]

    async def serialize_value(self, request: Request, value: Any) -> Any:
        told = value if isinstance(value, str) else "yes" if value else "no"
        return await super().serialize_value(request, told)


@dataclass
class LongField(TextAreaField):
    rows: int = 3

    async def parse_form_data(self, request: Request, form_data: FormData) -> Any:
        return typed(form_data, self.id).replace("\r\n", "\n")


def typed(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def pairs(text: str | None) -> list[dict[str, str]]:
    """`Chất liệu: cotton`, one a line."""
    found = []
    for line in lines(text):
        name, _, value = line.partition(":")
        found.append({"name": name.strip(), "value": value.strip()})
    return found
