"""What this turn's tools answered, in the same form as what a reply states, so that the two can be compared."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agent.claims.figures import Figure, link_value
from bot.agent.claims.reading import MAX_SENTENCE, read
from bot.agent.claims.text import plain, sentences
from bot.agent.claims.words import words_of
from bot.agent.turn import ToolOutcome

Known = tuple[str, str]
"""(kind, value) of a figure."""

_MONEY_KEYS = re.compile(
    r"price|amount|total|fee|cost|cod|deposit|paid|due|refund|discount$|value|floor|charge|balance"
)
_LABELS = {"total": "total", "shipping_fee": "delivery", "price": "price", "unit_price": "price", "amount": "price",
           "subtotal": "subtotal", "discount": "discount"}  # fmt: skip
_NAME_KEYS = frozenset(
    {
        "title",
        "name",
        "description",
        "source",
        "category",
        "values",
        "categories",
        "option_text",
        "brand",
        "options",
    }
)
_OPAQUE_KEYS = frozenset(
    {
        "image",
        "type",
        "quote_id",
        "cart_id",
        "order_id",
        "id",
        "passage_id",
        "expires_at",
        "version",
        "closed",
        "question",
    }
)


_STATUS_CLAIMS = {
    "new": ("order_placed", "waiting"), "processing": ("order_placed", "waiting", "preparing"),
    "packed": ("order_placed", "packed"), "shipped": ("order_placed", "sent", "shipping"),
    "delivered": ("order_placed", "sent", "delivered"), "completed": ("order_placed", "sent", "delivered", "success"),
    "cancelled": ("cancelled",), "returned": ("returned",),
}  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One sentence of a tool's answer."""

    text: str
    figures: frozenset[Known]
    claims: frozenset[tuple[str, bool]]
    topics: frozenset[str]


@dataclass
class Act:
    """One tool's answer: what it told, and whether it wrote something."""

    units: list[Unit] = field(default_factory=list)
    committed: bool = False
    settled: bool = False
    codes: set[str] = field(default_factory=set)

    def tells(self, name: str) -> bool:
        return any((name, False) in unit.claims for unit in self.units)


@dataclass
class Evidence:
    acts: list[Act] = field(default_factory=list)
    figures: set[Known] = field(default_factory=set)
    own: set[Known] = field(default_factory=set)
    """What the customer told of themselves; backs no price, stock, date or deed."""
    labelled: dict[str, set[str]] = field(default_factory=dict)
    prices: dict[str, set[str]] = field(default_factory=dict)
    """Product name → its amounts."""
    stocked: dict[str, bool] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    options: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    catalogue: Sequence[str] = ()
    handed_off: bool = False

    @property
    def units(self) -> Iterator[Unit]:
        return (unit for act in self.acts for unit in act.units)


@dataclass(frozen=True)
class Standing:
    """What is known beside the tools' answers: whose chat it is and what the customer said of themselves."""

    customer_text: str = ""
    own_texts: tuple[str, ...] = ()
    """Name, phone, address and the like, as the customer told them; never evidence, wherever they turn up."""
    codes: tuple[str, ...] = ()
    """The customer's own orders."""
    asked: str = ""
    """The question that stands open, as a tool asked it in an earlier turn."""
    known_words: tuple[str, ...] = ()
    catalogue: Sequence[str] = ()
    handed_off: bool = False


def gather(outcomes: Iterable[ToolOutcome], standing: Standing) -> Evidence:
    evidence = Evidence(catalogue=standing.catalogue, handed_off=standing.handed_off)
    _own(evidence, standing)
    for outcome in outcomes:
        act = Act(committed=bool(outcome.committed), settled=not outcome.awaiting)
        names = _Walk(evidence, act, standing).walk(outcome)
        act.units.extend(_units(_without(outcome.say, (*standing.own_texts, *names)), evidence))
        act.codes |= {value for unit in act.units for kind, value in unit.figures if kind == "code"}
        evidence.words |= words_of(outcome.say)
        evidence.acts.append(act)
    if standing.asked:
        asked = Act()
        asked.units.extend(_units(_without(standing.asked, standing.own_texts), evidence))
        evidence.words |= words_of(standing.asked)
        evidence.acts.append(asked)
    evidence.figures |= {known for unit in evidence.units for known in unit.figures}
    return evidence


def _own(evidence: Evidence, standing: Standing) -> None:
    evidence.own |= {("code", code) for code in standing.codes}
    for text in (standing.customer_text, *standing.own_texts):
        evidence.words |= words_of(text)
        for figure in _figures_of(text):
            if figure.kind in ("phone", "email", "size", "measure", "code", "digits"):
                evidence.own.add((figure.kind, figure.value))
            elif figure.kind in ("quantity", "stock") and int(figure.value) < 1_000:
                evidence.own.add(("quantity", figure.value))
            elif figure.kind == "date" and text is not standing.customer_text:
                evidence.own.add((figure.kind, figure.value))
    for text in standing.known_words:
        evidence.words |= words_of(text)


def _figures_of(text: str) -> Iterator[Figure]:
    for sentence, _ in sentences(text):
        yield from read(plain(sentence[:MAX_SENTENCE])).figures


def _units(text: str, evidence: Evidence) -> Iterator[Unit]:
    for sentence, _ in sentences(text):
        shown = plain(sentence[:MAX_SENTENCE])
        reading = read(shown)
        told = (*reading.deeds, *reading.topics)
        yield Unit(
            shown,
            frozenset((f.kind, f.value) for f in reading.figures),
            frozenset((claim.name, claim.negated) for claim in told),
            frozenset(claim.name for claim in told if claim.form == "topic"),
        )


def _without(text: str, pieces: Iterable[str]) -> str:
    """Names of products and words of customers prove nothing, wherever a tool's answer repeats them."""
    for piece in sorted({p for p in pieces if len(p) >= 3}, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(piece)}(?!\w)", " ", text)
    return text


class _Walk:
    """Goes through an outcome's data and cards: each figure by the name of its field."""

    def __init__(self, evidence: Evidence, act: Act, standing: Standing) -> None:
        self.evidence, self.act, self.standing = evidence, act, standing
        self.names: set[str] = set()

    def walk(self, outcome: ToolOutcome) -> set[str]:
        self._any("data", outcome.data)
        for card in outcome.cards:
            self._any("card", card)
        return self.names

    def _any(self, key: str, value: Any) -> None:
        if isinstance(value, dict) and "values" in value:
            self._option(value)
        elif isinstance(value, dict):
            self._product(value)
            for inner, item in value.items():
                if inner not in _OPAQUE_KEYS:
                    self._any(str(inner), item)
        elif isinstance(value, list | tuple):
            for item in value:
                self._any(key, item)
        elif isinstance(value, bool):
            return
        elif isinstance(value, int):
            self._number(key, value)
        elif isinstance(value, str) and value:
            self._text(key, value)

    def _option(self, option: dict[str, Any]) -> None:
        self.evidence.words |= words_of(str(option.get("name") or ""))
        for value in option["values"]:
            self._text("values", str(value))

    def _product(self, value: dict[str, Any]) -> None:
        name = str(value.get("title") or value.get("name") or "").casefold()
        if not name:
            return
        amounts = {str(v) for k, v in value.items() if type(v) is int and _MONEY_KEYS.search(k)}
        amounts |= {f.value for f in _figures_of(str(value.get("price_text", ""))) if f.kind == "money"}
        if amounts:
            self.evidence.prices.setdefault(name, set()).update(amounts)
        if isinstance(value.get("in_stock"), bool):
            self.evidence.stocked[name] = value["in_stock"]

    def _number(self, key: str, value: int) -> None:
        if key in ("available", "left", "on_hand", "stock"):
            kind = "stock"
        elif "percent" in key:
            kind = "percent"
        elif key.endswith("days"):
            self.evidence.figures.add(("duration", f"{value}-{value} day"))
            return
        else:
            kind = "money" if _MONEY_KEYS.search(key) else "quantity"
        self.evidence.figures.add((kind, str(value)))
        if key in _LABELS:
            self.evidence.labelled.setdefault(_LABELS[key], set()).add(str(value))

    def _text(self, key: str, value: str) -> None:
        self.evidence.words |= words_of(value)
        if key in ("buyer_name", "phone", "address", "delivery_note", "note"):
            return
        if key in _NAME_KEYS:
            self._name(key, value)
        elif key == "status":
            claims = frozenset((name, False) for name in _STATUS_CLAIMS.get(value, ()))
            self.act.units.append(Unit("", frozenset(), claims, frozenset()))
        elif key.endswith("url"):
            self.evidence.figures.add(("link", link_value(value)))
        elif key in ("account", "tracking_number", "code", "sku", "memo", "number"):
            kind = "digits" if value.isdigit() else "code"
            self.evidence.figures.add((kind, value.upper()))
            self.act.codes.add(value.upper())
        else:
            self.act.units.extend(_units(_without(value, self.standing.own_texts), self.evidence))

    def _name(self, key: str, value: str) -> None:
        """A product's own words back its measures and sizes, no price, offer or deed."""
        if key == "values":
            self.evidence.options.add(value)
        if key in ("title", "name"):
            self.names.add(value)
            self.evidence.names.add(value.casefold())
        if re.fullmatch(r"\d{1,3}|\d?X{0,3}[SML]", value, re.IGNORECASE):
            self.evidence.figures.add(("size", value.upper()))
        for figure in _figures_of(value):
            if figure.kind in ("measure", "size", "quantity", "percent", "code") and not _sells(value):
                self.evidence.figures.add((figure.kind, figure.value))


def _sells(text: str) -> bool:
    """A name or description that promises money off is an advertisement, not a description of goods."""
    told = {
        claim.name for sentence, _ in sentences(text) for claim in read(plain(sentence[:MAX_SENTENCE])).topics
    }
    return bool(told & {"promo", "free", "free:delivery", "gift", "refund"})
