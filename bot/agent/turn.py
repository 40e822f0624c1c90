"""What one turn of the assistant knows and gathers. Tools get it from the runtime, never from the model."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, RLock
from typing import Any, Protocol

from core.actor import Actor
from core.db import Database
from core.ports.addresses import AddressBook
from core.ports.carrier import Carrier
from nlu import Lexicon, Parse


@dataclass(frozen=True)
class FoundPassage:
    """What retrieval gives back; `sure` says that it may be told as the answer.

    `passage_id` and `version` are the evidence (`core.knowledge.passages.passage_as_told` reads them later).
    `language` may differ from the customer's: then the text is told as it stands, with its source.
    """

    text: str
    source: str
    passage_id: str
    sure: bool
    version: str = ""
    language: str = ""
    title: str = ""
    kind: str = "faq"
    score: float = 0.0


class Knowledge(Protocol):
    def search(self, query: str, *, language: str) -> list[FoundPassage]: ...

    def essence(self, question: str, *, language: str) -> str: ...


@dataclass(frozen=True)
class Services:
    """What a turn works with; made once by the composition root."""

    db: Database
    addresses: AddressBook
    knowledge: Knowledge
    lexicon: Callable[[], Lexicon]
    clock: Callable[[], datetime]
    carriers: Mapping[str, Carrier] = field(default_factory=dict)


@dataclass(frozen=True)
class ToolOutcome:
    """One tool's result: `data` for the program, `say` ready to be said, `cards` ready to be shown."""

    tool: str
    ok: bool
    say: str
    data: dict[str, Any] = field(default_factory=dict)
    cards: tuple[dict[str, Any], ...] = ()
    quick_replies: tuple[str, ...] = ()
    awaiting: tuple[str, ...] | None = None
    committed: str = ""
    """The id of the row that a write made; empty for reads and refusals."""
    ask: str = ""
    """A question that may stand at the end of the reply; left out when something more urgent is asked."""

    def for_model(self) -> dict[str, Any]:
        return {
            "ok": self.ok, "say": self.say, "ask": self.ask, "data": self.data,
            "awaiting": None if self.awaiting is None else list(self.awaiting), "committed": self.committed,
        }  # fmt: skip


@dataclass(frozen=True)
class Usage:
    """What one call of a model took, as its server counts it."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Progress:
    """`kind` is typing, tool or text; `text` is the tool's name, or all of the reply that may be shown so far."""

    kind: str
    text: str = ""


@dataclass
class Turn:
    """Identity and state of one turn. `closed` turns late tool calls of a stalled model away."""

    services: Services
    conversation_id: str
    message_id: str
    actor: Actor
    language: str
    text: str
    parse: Parse
    state: dict[str, Any]
    quote_shown_before: str
    """The quote that an earlier reply showed; only this one may be said yes to."""
    offer: dict[str, Any] | None = None
    """What the reply before this message offered and a plain yes takes up; see tools/shopping/memory.py."""
    context: dict[str, Any] = field(default_factory=dict)
    """What a brain is told besides the words, as it was when the message was read; see agent/context.py."""
    outcomes: list[ToolOutcome] = field(default_factory=list)
    customer_texts: tuple[str, ...] = ()
    """What this customer wrote before, newest last; a tool's free texts must come from here or from `text`."""
    own_texts: list[str] = field(default_factory=list)
    """Names, addresses, notes and the like that tools were given: never evidence of anything."""
    written_before: frozenset[str] = frozenset()
    """Tools that wrote for this very message in a turn that was cut off before its answer was stored."""
    shadow: bool = False
    """Only a draft for staff: nothing but the cart is written."""
    proposals: list[dict[str, Any]] = field(default_factory=list)
    """What the assistant would have done, had it not been a draft."""
    usage: list["Usage"] = field(default_factory=list)
    tell: Callable[["Progress"], None] | None = None
    """Somebody who looks on while the turn goes; None when nobody does."""
    started: float = field(default_factory=time.monotonic)
    closed: bool = False
    lock: RLock = field(default_factory=RLock)
    _called: set[str] = field(default_factory=set)
    _order: Condition = field(default_factory=Condition)

    def note(self, outcome: ToolOutcome) -> ToolOutcome:
        self.outcomes.append(outcome)
        if outcome.awaiting is not None:
            self.state["awaiting"] = list(outcome.awaiting)
        return outcome

    @contextmanager
    def in_order(self, call_id: str, before: set[str]) -> Iterator[None]:
        """Waits until the tool calls `before` are through."""
        with self._order:
            self._order.wait_for(lambda: before <= self._called)
        try:
            yield
        finally:
            with self._order:
                self._called.add(call_id)
                self._order.notify_all()
