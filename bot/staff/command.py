"""What a staff command is, and what it is given."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.actor import ROLES, Actor, Role
from core.errors import Invalid
from core.ports.addresses import AddressBook
from nlu import Lexicon

ALL: tuple[Role, ...] = ROLES
MAX_ARGUMENT = 4_000
_PAIR = re.compile(r"([^\s,;×*:=]+)\s*(?:[x×*:=]\s*|\s\s*)(\d{1,8})(?=$|[\s,;])", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    text: str
    cards: list[dict[str, Any]] = field(default_factory=list)
    roles: tuple[Role, ...] = ROLES
    """Who may read it in the room; the owner always may."""


@dataclass(frozen=True)
class Tools:
    """What reads free text: the address book, and the catalogue's words as they stand."""

    addresses: AddressBook
    lexicon: Callable[[], Lexicon]


@dataclass(frozen=True)
class Request:
    session: Session
    actor: Actor
    argument: str
    usage: str
    now: datetime
    tools: Tools | None = None

    def code(self) -> str:
        """The first word of the argument; asked for when it is missing."""
        if not self.argument:
            raise Invalid(
                "argument_missing", "Which one? Write the code behind the command.", {"example": self.usage}
            )
        return self.argument.split()[0]

    def behind(self, words: int = 1) -> str:
        """The argument without its first words."""
        parts = self.argument.split(maxsplit=words)
        return parts[words] if len(parts) > words else ""


@dataclass(frozen=True)
class Command:
    name: str
    usage: str
    help: str
    roles: tuple[Role, ...]
    handler: Callable[[Request], Said]


def read_pairs(text: str) -> Mapping[str, int]:
    """`HOA-1 5, LY-1 x 3` → {"HOA-1": 5, "LY-1": 3}; what is no such pair is refused by name."""
    found: dict[str, int] = {}
    for sku, figure in _PAIR.findall(text):
        if sku in found:
            raise Invalid("sku_twice", f"{sku[:40]} stands twice. Write it once.", {"sku": sku[:40]})
        found[sku] = int(figure)
    rest = re.sub(r"[\s,;]+", " ", _PAIR.sub(" ", text)).strip()
    if rest or not found:
        raise Invalid(
            "lines_invalid", f"Write SKU and figure, e.g. HOA-1 5, LY-1 3. Not read: {rest[:60] or '-'}.", {}
        )
    return found
