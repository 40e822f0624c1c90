"""A typed address: whole, begun, ambiguous, or one of the places that were offered."""

import re
from typing import Any

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.asking import ask_for_address
from bot.tools.ordering.changes import Ask, Result
from core.orders.carts import set_delivery
from core.orders.models import Cart
from core.ports.addresses import AddressBook, AddressReading, DeliveryAddress
from nlu import fold

_NOT_BUT = re.compile(
    r"\s*(?:,\s*)?(?:\bmoi dung\b|\bmới đúng\b|\b(?:chứ |chu )?(?:không phải|khong phai|ko phải|ko phai)\b"
    r"|\b(?:and )?not\b|\binstead of\b|말고|아니고)\s*",
    re.IGNORECASE,
)
"""Behind it stands what was wrong."""
_KINDS = {"tp": "thanh pho", "tx": "thi xa", "q": "quan", "h": "huyen", "p": "phuong", "x": "xa"}
_SHORT_KIND = re.compile(r"\b(tp|tx|[qhpx])(?:\.\s*|\s+|(?=\d))")
_FIRST = re.compile(
    r"(?:cai|cho|noi|so|dia chi)?\s*(?:thu nhat|dau(?: tien)?|tren(?: cung)?|first(?: one)?)(?: (?:a|nha|nhe|do))*"
)
_NUMBER = re.compile(r"\d[\w/.-]*")
MAX_BEGUN = 500
_BETWEEN = re.compile(r"\s*(?:[;\n]|\s(?:hoặc|hoac|hay là|hay la|or|또는)\s)\s*", re.IGNORECASE)


def apply_address(session: Session, turn: Turn, cart: Cart, text: str, result: Result) -> None:
    """Alone, or as the missing part of the one begun before; doubt is asked, never guessed."""
    chosen = _chosen(turn.state.get("address_choices", []), text)
    before = turn.state.get("address_text", "")
    if chosen is not None and not chosen.street:
        _begin_with(turn, chosen)
        result.changed = True
        return
    reading = AddressReading(chosen) if chosen else read_address(turn.services.addresses, text, before)
    if reading.address is None and cart.address and not before:
        held = DeliveryAddress(**cart.address)
        reading = _corrected(turn.services.addresses, text, held) or reading
    if reading.address is not None:
        forget_begun(turn)
        address = DeliveryAddress(**{**reading.address.as_dict(), "raw": text[:MAX_BEGUN]})
        result.changed |= cart.address != address.as_dict()
        set_delivery(session, cart_id=cart.id, now=turn.services.clock(), address=address)
        return
    known = turn.state.get("address_missing")
    begun = f"{before}, {text}" if before and fold(text) not in fold(before) else before or text
    now_missing = _missing(read_address(turn.services.addresses, begun[:MAX_BEGUN], ""))
    if before and known is not None and now_missing >= known:
        result.misfit = "address"
        begun = before
    turn.state["address_text"] = begun[:MAX_BEGUN]
    turn.state["address_missing"] = min(now_missing, known) if known is not None else now_missing
    turn.state["address_choices"] = [c.as_dict() for c in reading.candidates[:3]]
    result.changed |= result.misfit != "address"


def _corrected(book: AddressBook, text: str, known: DeliveryAddress) -> AddressReading | None:
    """`phường Vỹ Dạ chứ không phải Phú Xuân`, `số 18 Lê Hồng Phong, not 81`: one part of the address that is there."""
    part = _NOT_BUT.split(text, maxsplit=1)[0].strip(" ,.")
    if _NUMBER.fullmatch(part):
        part = _NUMBER.sub(part, known.street, count=1)
    whole = [known.district, known.province] if known.district else [known.province]
    tries = (
        [known.street, part, *whole], [known.street, part, known.province], [part, known.ward, *whole],
    )  # fmt: skip
    for levels in tries:
        reading = book.read(", ".join(level for level in levels if level))
        if part and reading.address is not None and reading.address.text != known.text:
            return reading
    return None


def begun_question(turn: Turn) -> Ask | None:
    """An address that was begun is asked on, not anew."""
    begun = turn.state.get("address_text")
    if not begun:
        return None
    choices = tuple(DeliveryAddress(**choice) for choice in turn.state.get("address_choices", []))
    reading = (
        AddressReading(None, (), choices) if choices else read_address(turn.services.addresses, begun, "")
    )
    kind, question = ask_for_address(turn.language, begun, reading)
    return Ask(kind, question, tuple(choice.text for choice in reading.candidates[:3]))


def _begin_with(turn: Turn, place: DeliveryAddress) -> None:
    """The ward is settled, house and street are still to be told."""
    turn.state["address_text"] = place.text
    turn.state["address_missing"] = _missing(read_address(turn.services.addresses, place.text, ""))
    turn.state["address_choices"] = []


def forget_begun(turn: Turn) -> None:
    for key in ("address_text", "address_choices", "address_missing"):
        turn.state.pop(key, None)


def read_address(book: AddressBook, text: str, before: str) -> AddressReading:
    """Two places in one message are a doubt, unless they are one place by its old and its new name."""
    readings = [] if before else [book.read(part) for part in _BETWEEN.split(text) if part.strip()]
    places = [place for reading in readings if (place := reading.address)]
    if len(places) > 1:
        streets = {fold(place.street) for place in places}
        if len(streets) == 1 and len({place.era for place in places}) == len(places):
            return AddressReading(places[0])
        return AddressReading(None, (), tuple(places))
    if len(places) == 1 and len(readings) > 1:
        return AddressReading(places[0])
    tries = [book.read(text)]
    told = tries[0].address
    if before and not (told is not None and any(c.isdigit() for c in told.street)):
        # A whole address with its house needs nothing of what was begun before.
        tries = [book.read(f"{before}, {text}"), *tries, book.read(f"{text}, {before}")]
    return next((r for r in tries if r.address is not None), tries[0])


def _missing(reading: AddressReading) -> int:
    """How far from sure: each missing level, or a choice that is still open."""
    return 10 * len(reading.missing) + len(reading.candidates)


def _chosen(choices: list[dict[str, Any]], text: str) -> DeliveryAddress | None:
    """By its whole text, by its number in the list, or by words that only one of them has."""
    places = [DeliveryAddress(**choice) for choice in choices]
    said = _SHORT_KIND.sub(
        lambda found: f"{_KINDS[found.group(1)]} ", " ".join(fold(text).split()).strip(" .,;")
    )
    number = re.fullmatch(r"(?:so|thu|cai|so thu|cai thu|no|number)?\s*#?([1-9])\s*(?:a|nha|nhe)?", said)
    if number is not None and int(number.group(1)) <= len(places):
        return places[int(number.group(1)) - 1]
    if places and _FIRST.fullmatch(said):
        return places[0]
    exact = [place for place in places if fold(place.text) == said]
    fitting = exact or [place for place in places if said and len(said) > 2 and said in fold(place.text)]
    return fitting[0] if len(fitting) == 1 else None
