"""From a stored message to the parts in which a channel sends it. Pure: the same message, the same parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channels.base import Abilities, Button, File, Part, Picture

OpenFile = Callable[[str], File | None]
"""What lies at an address of ours or another; None when this channel cannot show it."""
_SAID_BY_TEXT = frozenset({"summary", "source"})
MAX_TITLE = 200
MAX_HEADING = 500


@dataclass(frozen=True)
class Content:
    text: str
    cards: Sequence[dict[str, Any]] = ()
    quick_replies: Sequence[str] = ()


@dataclass
class _Plan:
    able: Abilities
    open_file: OpenFile
    parts: list[Part] = field(default_factory=list)

    def add(self, part: Part) -> None:
        self.parts.extend(_fitting(part, self.able))


def plan(content: Content, *, able: Abilities, open_file: OpenFile) -> list[Part]:
    """Pictures of goods first, then the words with what may be answered, then what is to be kept (a QR code)."""
    planned = _Plan(able, open_file)
    goods = [card for card in content.cards if card.get("type") == "product"]
    framed = [card for card in content.cards if "lines" in card and "buttons" in card]
    codes = [card for card in content.cards if card.get("type") == "qr"]
    answers = tuple(Button(reply[:60], says=reply) for reply in content.quick_replies)
    pictures = _pictures_of(goods, open_file)
    in_album = [each.caption for each in pictures] if len(pictures) > 1 else []
    words = "\n".join([content.text, *_untold(content, in_album)]).strip()
    if len(pictures) == 1 and _units(words) <= able.caption:
        planned.add(Part(text=words, pictures=(pictures[0],), buttons=answers))
        words = ""
    else:
        for start in range(0, len(pictures), able.album):
            planned.add(Part(pictures=tuple(pictures[start : start + able.album])))
    if framed:
        _add_framed(planned, words, framed, answers)
    elif words:
        planned.add(Part(text=words, buttons=answers))
    for code in codes:
        planned.add(_code_part(code, open_file))
    return planned.parts


def card_part(card: dict[str, Any]) -> Part:
    """A card of the staff's: title, lines, table, buttons that say a command, files to ask for."""
    links = [Button(link["label"], file=link["url"]) for link in card.get("links", ())]
    buttons = [Button(each["label"][:60], says=each["command"]) for each in card.get("buttons", ())]
    text = "\n".join(card.get("lines", ()))
    return Part(
        text=text, title=str(card.get("title", ""))[:MAX_TITLE], table=_table(card.get("table")),
        buttons=(*buttons, *links),
    )  # fmt: skip


def _add_framed(
    planned: _Plan, words: str, cards: Sequence[dict[str, Any]], answers: tuple[Button, ...]
) -> None:
    """The words stand above the first card, unless they are long."""
    if _units(words) > MAX_HEADING:
        planned.add(Part(text=words))
        words = ""
    last = len(cards) - 1
    for index, card in enumerate(cards):
        part = replace(card_part(card), heading=words if index == 0 else "")
        picture = card.get("image")
        opened = planned.open_file(picture["url"]) if picture else None
        if opened is not None:
            planned.add(Part(pictures=(Picture(opened, part.title),)))
        planned.add(replace(part, buttons=(*part.buttons, *answers)) if index == last else part)


def _untold(content: Content, shown: Sequence[str]) -> list[str]:
    """Cards in words, unless the text or what is `shown` beside it tells the same; an order's code is enough."""
    lines = []
    for card in content.cards:
        if card.get("type") in _SAID_BY_TEXT or "lines" in card:
            continue
        told = _in_words(card)
        facts = told[:1] if card.get("type") == "order" else told
        if told and " · ".join(told) not in shown and not all(fact in content.text for fact in facts):
            lines.append("• " + " · ".join(told))
    return lines


def _in_words(card: dict[str, Any]) -> list[str]:
    if card.get("type") == "product":
        return [card["title"], card["price_text"]]
    if card.get("type") == "order":
        return [card["code"], card["status_text"], card["total_text"]]
    if card.get("type") == "qr":
        return []
    return [str(card[key]) for key in ("title", "text", "total_text") if card.get(key)]


def _pictures_of(goods: Sequence[dict[str, Any]], open_file: OpenFile) -> list[Picture]:
    opened = [(card, open_file(card["image"])) for card in goods if card.get("image")]
    return [
        Picture(file, f"{card['title']} · {card['price_text']}") for card, file in opened if file is not None
    ]


def _code_part(card: dict[str, Any], open_file: OpenFile) -> Part:
    told = f"{card['bank']} · {card['account']} · {card['holder']}\n{card['amount_text']} · {card['memo']}"
    address = f"qr:{card['bank']}:{card['account']}:{card['amount']}:{card['memo']}"
    opened = open_file(address)
    return Part(text=told, pictures=(Picture(opened),) if opened is not None else ())


def _table(table: dict[str, Any] | None) -> str:
    if not table:
        return ""
    rows = [table["columns"], *table["rows"]]
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(table["columns"]))]
    return "\n".join(
        "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _fitting(part: Part, able: Abilities) -> Iterator[Part]:
    """What is too long in several; the buttons below the last one."""
    if part.pictures and _units(part.text) > able.caption:
        yield replace(part, text="", buttons=())
        part = replace(part, pictures=())
    room = able.text - _units(part.title) - _units(part.heading) - 3
    part = replace(part, buttons=part.buttons[: able.buttons])
    if part.pictures or part.file or _units(part.text) + _units(part.table) + 1 <= room:
        yield part
        return
    pieces: list[Part] = [Part(text=piece) for piece in split_text(part.text, room)]
    pieces += [Part(table=piece) for piece in split_text(part.table, room)]
    pieces[0] = replace(pieces[0], title=part.title, heading=part.heading)
    pieces[-1] = replace(pieces[-1], buttons=part.buttons)
    yield from pieces


def split_text(text: str, limit: int) -> list[str]:
    """Pieces of at most `limit` UTF-16 units, cut at a line's end, else between words, else where it must be."""
    pieces = []
    rest = text.strip("\n")
    while _units(rest) > limit:
        end = _longest(rest, limit)
        cut = max(rest.rfind("\n", end // 2, end), 0) or max(rest.rfind(" ", end // 2, end), 0) or end
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip("\n ")
    return [*pieces, rest] if rest else pieces


def _longest(text: str, limit: int) -> int:
    used = 0
    for index, sign in enumerate(text):
        used += 2 if ord(sign) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)


def _units(text: str) -> int:
    return len(text) + sum(ord(sign) > 0xFFFF for sign in text)
