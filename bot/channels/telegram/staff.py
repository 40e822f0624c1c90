"""Staff in their group and in private chats: the desk's commands, by words and by buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from bot.channels.models import Delivery
from bot.channels.outbox import change_cards, put_out
from bot.channels.telegram import words
from bot.channels.telegram.api import NAME
from bot.staff import room
from bot.staff.cards import approval_card
from bot.staff.command import Said, Tools
from bot.staff.commands import run
from bot.staff.linking import link, linked_actor, unlink
from bot.staff.words import in_words
from core.actor import ROLES, Actor
from core.approvals.decisions import get_approval

if TYPE_CHECKING:
    from telegram import Message as Told


@dataclass(frozen=True)
class Place:
    """Where something was said, and the key of this happening."""

    chat: str
    person: str
    happening: str
    is_group: bool


def actor_in(session: Session, person: str) -> Actor | None:
    return linked_actor(session, channel=NAME, external_id=person)


def addressed(told: "Told", username: Callable[[], str]) -> str | None:
    """What is said to the bot in a group: a command, a line with its name, an answer to a message of its own."""
    text = told.text or told.caption or ""
    if text.startswith("/"):
        command, _, rest = text.partition(" ")
        name, _, bot = command.partition("@")
        is_ours = not bot or bot.lower() == username().lower()
        return f"{name} {rest}".strip() if is_ours else None
    mark = f"@{username()}".lower()
    at = text.lower().find(mark)
    if at >= 0:
        return (text[:at] + text[at + len(mark) :]).strip()
    answered = told.reply_to_message
    is_answer = answered is not None and answered.from_user is not None
    if is_answer and answered and answered.from_user and (answered.from_user.username or "") == username():
        return text or None
    return None


def command(
    session: Session,
    text: str,
    actor: Actor,
    place: Place,
    tools: Tools,
    now: datetime,
    *,
    pressed: bool = False,
) -> Said:
    """Runs the line and puts its answer out; in the group both stand in the desk's room as well."""
    said = run(session, text=text, actor=actor, now=now, tools=tools)
    if place.is_group:
        room.post(session, author="staff", author_name=actor.name, text=text, now=now)
        room.post(session, author="system", text=said.text, cards=said.cards, roles=said.roles, now=now)
    shown = f"{actor.name} · {text}\n{said.text}".strip() if pressed and place.is_group else said.text
    answer(session, Said(shown, said.cards, said.roles), actor, place, now)
    return said


def answer(session: Session, said: Said, actor: Actor | None, place: Place, now: datetime) -> None:
    """Into the same chat; what not every role may read, to the one who asked alone."""
    is_secret = place.is_group and not set(said.roles) >= set(ROLES)
    if is_secret and actor is not None:
        tell(session, place, words.SENT_PRIVATELY.format(name=actor.name), now, key=f"{place.happening}:hint")
    if said.text or said.cards:
        put_out(
            session, channel=NAME, recipient=place.person if is_secret else place.chat, source=place.happening,
            now=now, content={"text": said.text, "cards": said.cards}, staff_id=actor.id if actor else None,
        )  # fmt: skip


def tell(session: Session, place: Place, text: str, now: datetime, *, key: str = "") -> None:
    put_out(
        session,
        channel=NAME,
        recipient=place.chat,
        source=key or place.happening,
        now=now,
        content={"text": text},
    )


def link_account(session: Session, text: str, place: Place, now: datetime) -> Actor | None:
    """`/link CODE`, privately; in a group the code is spoilt, because everybody has read it."""
    code = text.partition(" ")[2].strip()
    if not code:
        tell(session, place, words.LINK_HOW, now)
        return None
    actor = link(session, channel=NAME, external_id=place.person, code=code, now=now)
    if place.is_group:
        unlink(session, channel=NAME, external_id=place.person)
        tell(session, place, words.LINK_PRIVATELY, now)
        return None
    told = words.LINKED.format(name=actor.name, role=in_words("role", actor.role or ""))
    tell(session, place, told, now)
    return actor


def unlink_account(session: Session, place: Place, now: datetime) -> None:
    unlink(session, channel=NAME, external_id=place.person)
    tell(session, place, words.UNLINKED, now)


def press(
    session: Session, delivery: Delivery, button: dict[str, Any], place: Place, tools: Tools, now: datetime
) -> tuple[str, bool]:
    """(What is shown to the one who pressed, whether as an alert.) Who may is asked again now."""
    actor = actor_in(session, place.person)
    if actor is None:
        return words.NOT_LINKED, True
    if button["file"]:
        put_out(
            session, channel=NAME, recipient=place.chat, source=place.happening, now=now,
            content={"text": button["label"], "file": button["file"]}, staff_id=actor.id,
        )  # fmt: skip
        return words.FILE_SENT, False
    said = command(session, button["says"], actor, place, tools, now, pressed=True)
    return (said.text or words.DONE)[:200], False


def renew_card(session: Session, delivery: Delivery, now: datetime) -> None:
    """An old card whose question is settled says so from now on."""
    kind, _, code = delivery.subject.partition(":")
    if kind == "approval" and (approval := get_approval(session, code)).state != "pending":
        change_cards(session, subject=delivery.subject, card=approval_card(approval), now=now)
