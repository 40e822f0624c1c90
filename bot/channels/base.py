"""What a chat channel that pushes can be asked to do, and what a message is made of on its way there.

A channel names what it cannot do by the provider errors of `core.ports.errors`, and these two of its own.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from core.ports.errors import Rejected, Retryable


class CannotBeReached(Rejected):
    """This person blocked us, or left: nothing more can be sent until they write again."""


class ChatMoved(Retryable):
    def __init__(self, provider: str, operation: str, moved_to: str) -> None:
        super().__init__(provider, operation, "the group has become another chat")
        self.moved_to = moved_to


@dataclass(frozen=True)
class Button:
    """Pressed, it says `says` as if it had been written; or it opens `url`; or it asks for the file at `file`."""

    label: str
    says: str = ""
    url: str = ""
    file: str = ""


@dataclass(frozen=True)
class File:
    name: str
    content: bytes = b""
    url: str = ""
    """Where the channel may fetch it by itself; then there is no content."""


@dataclass(frozen=True)
class Picture:
    file: File
    caption: str = ""


@dataclass(frozen=True)
class Part:
    """What one call to the channel sends: words, or pictures, or a file; buttons below it."""

    text: str = ""
    heading: str = ""
    """Plain words above the title."""
    title: str = ""
    table: str = ""
    pictures: tuple[Picture, ...] = ()
    file: File | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Abilities:
    """How much one part may hold; lengths in UTF-16 units, as channels count them."""

    text: int
    caption: int
    album: int
    buttons: int


@dataclass(frozen=True)
class Pace:
    """`every` seconds between two messages of a chat; of a group at most `a_minute` in any minute."""

    every: float
    a_minute: int | None = None


class ChatChannel(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def abilities(self) -> Abilities: ...

    def pace(self, recipient: str) -> Pace: ...

    def send(self, recipient: str, part: Part, *, button_ids: Sequence[str]) -> list[str]:
        """The channel's ids of what was sent. `button_ids` name the part's buttons when they are pressed.

        Raises `RateLimited`, `Retryable` (surely not sent), `OutcomeUnknown` (perhaps sent), `CannotBeReached`,
        `ChatMoved`, `Rejected`, `Misconfigured`.
        """
        ...

    def edit(self, recipient: str, sent_id: str, part: Part | None, *, button_ids: Sequence[str]) -> None:
        """Put `part` in the place of what was sent; None only takes its buttons away. May be repeated."""
        ...

    def typing(self, recipient: str) -> AbstractContextManager[None]:
        """Shows, as well as it can, that an answer is being written."""
        ...

    def close(self) -> None: ...
