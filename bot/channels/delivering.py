"""Jobs that send what was put out: each part at most once, in order, no faster than the channel bears.

Chat channels know no idempotency key. A part is marked as being sent, committed, then sent, then recorded: when a
worker dies or the network breaks in between, nobody knows whether it arrived, and it is shown to staff instead of
being sent again (docs/decisions/0009-each-message-at-most-once.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.channels.base import Button, CannotBeReached, ChatChannel, ChatMoved, Pace, Part
from bot.channels.files import Files
from bot.channels.models import ChatPace, Delivery
from bot.channels.outbox import move_chat, where_now
from bot.channels.planning import Content, card_part, plan
from bot.conversations.models import Message
from core.clock import Clock
from core.db import Database, insert_for
from core.jobs.crash_points import crash_point
from core.jobs.tasks import open_task
from core.jobs.worker import Later, Run
from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    Retryable,
)

MINUTE_S = 60.0
IN_A_ROW = 5
"""Messages that a group may get in a row, before what is left of its minute's share is spread over the minute."""
UNDELIVERED = "message_undelivered"
UNSURE = "message_unsure"
DIED = "the worker ended while it was sending"


@dataclass(frozen=True)
class Post:
    """What these jobs work with."""

    channels: Mapping[str, ChatChannel]
    files: Files
    clock: Clock


@dataclass(frozen=True)
class _Way:
    delivery: Delivery
    channel: ChatChannel
    recipient: str
    parts: Sequence[Part]

    @property
    def next(self) -> int:
        return self.delivery.parts_sent


def run_delivery(run: Run, *, post: Post) -> None:
    """Job `chat.deliver`: the next part of a delivery; the one after it waits for the chat's next turn."""
    with run.db.read_transaction() as session:
        way = _way(session, str(run.payload["delivery_id"]), post)
    if way is None or way.delivery.state != "queued":
        return
    if way.delivery.sending:
        _end(run.db, way, "unknown", DIED, post.clock())
    elif way.next >= len(way.parts):
        _end(run.db, way, "sent", "", post.clock())
    elif _take_turn(run.db, way, post.clock()):
        _send(run.db, way, post)


def _send(db: Database, way: _Way, post: Post) -> None:
    ids = button_ids(way.delivery.id, way.parts, way.next)
    crash_point("chat.before_call")
    try:
        sent = way.channel.send(way.recipient, way.parts[way.next], button_ids=ids)
    except OutcomeUnknown as error:
        _end(db, way, "unknown", error.message, post.clock())
    except Rejected as error:
        _end(db, way, "refused", error.message, post.clock())
    except (Retryable, Misconfigured) as error:
        _put_back(db, way, error, post.clock())
    else:
        crash_point("chat.after_call")
        _record(db, way, sent, post.clock())


def _way(session: Session, delivery_id: str, post: Post) -> _Way | None:
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        return None
    channel = post.channels.get(delivery.channel)
    if channel is None:
        raise Misconfigured(
            delivery.channel, "send", "this channel is not set up: set its token, then try this again"
        )
    recipient = where_now(session, channel=delivery.channel, recipient=delivery.recipient)
    return _Way(delivery, channel, recipient, parts_of(session, delivery, channel, post))


def parts_of(session: Session, delivery: Delivery, channel: ChatChannel, post: Post) -> list[Part]:
    def open_file(address: str) -> Any:
        return post.files.open(session, address, staff_id=delivery.staff_id, now=post.clock())

    content = _content(session, delivery)
    if address := delivery.content.get("file"):
        opened = open_file(address)
        return [Part(text=content.text, file=opened)] if opened is not None else []
    return plan(content, able=channel.abilities, open_file=open_file)


def _content(session: Session, delivery: Delivery) -> Content:
    told = delivery.content
    if delivery.message_id is None:
        return Content(told.get("text", ""), told.get("cards", ()), told.get("quick_replies", ()))
    message = session.query(Message).filter_by(id=delivery.message_id).one()
    return Content(message.text, message.cards, message.quick_replies)


def button_ids(delivery_id: str, parts: Sequence[Part], number: int) -> list[str]:
    """`<delivery>:<n>` for each button of this part, counted through the whole delivery."""
    before = sum(len(part.buttons) for part in parts[:number])
    return [f"{delivery_id}:{before + n}" for n in range(len(parts[number].buttons))]


def shown_buttons(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [_kept(button) for part in parts for button in part.buttons]


def _kept(button: Button) -> dict[str, Any]:
    return {"label": button.label, "says": button.says, "file": button.file}


def _take_turn(db: Database, way: _Way, now: datetime) -> bool:
    """Marks the part as being sent, once the chat may be written to; False when another attempt is at it."""
    delivery = way.delivery
    with db.transaction() as session:
        claim_pace(session, way.channel, way.recipient, now)
        marked = session.execute(
            update(Delivery)
            .where(
                Delivery.id == delivery.id, Delivery.state == "queued", Delivery.sending.is_(False),
                Delivery.parts_sent == way.next,
            )
            .values(sending=True, buttons=shown_buttons(way.parts))
            .returning(Delivery.id)
            .execution_options(synchronize_session=False)
        ).first()  # fmt: skip
    return marked is not None


def claim_pace(session: Session, channel: ChatChannel, recipient: str, now: datetime) -> None:
    """Takes the chat's next place, or says by `Later` when it will be free."""
    pace = channel.pace(recipient)
    at = {"channel": channel.name, "recipient": recipient, "next_at": now, "room_until": now}
    session.execute(insert_for(session, ChatPace).values(at).on_conflict_do_nothing())
    row = session.get_one(ChatPace, (channel.name, recipient))
    wait = max((row.next_at - now).total_seconds(), _room_wait(row, pace, now))
    if wait > 0:
        raise Later(wait)
    values = {"next_at": now + timedelta(seconds=pace.every)}
    if pace.a_minute:
        values["room_until"] = max(row.room_until, now) + _spread(pace.a_minute)
    taken = session.execute(
        update(ChatPace)
        .where(
            ChatPace.channel == channel.name, ChatPace.recipient == recipient,
            ChatPace.next_at == row.next_at, ChatPace.room_until == row.room_until,
        )
        .values(**values)
        .returning(ChatPace.recipient)
        .execution_options(synchronize_session=False)
    ).first()  # fmt: skip
    if taken is None:
        raise Later(pace.every)


def _room_wait(row: ChatPace, pace: Pace, now: datetime) -> float:
    if not pace.a_minute:
        return 0.0
    return (row.room_until - now - (IN_A_ROW - 1) * _spread(pace.a_minute)).total_seconds()


def _spread(a_minute: int) -> timedelta:
    """Between two messages of a rush that lasts: with those in a row no minute ever sees more than its share."""
    return timedelta(seconds=MINUTE_S / (a_minute - IN_A_ROW))


def _record(db: Database, way: _Way, sent: list[str], now: datetime) -> None:
    is_last = way.next + 1 >= len(way.parts)
    with db.transaction() as session:
        row = session.get_one(Delivery, way.delivery.id)
        row.sending, row.parts_sent, row.sent_ids = False, way.next + 1, [*row.sent_ids, sent]
        if is_last:
            row.state, row.finished_at = "sent", now
    if not is_last:
        raise Later(way.channel.pace(way.recipient).every)


def _put_back(db: Database, way: _Way, error: Retryable | Misconfigured, now: datetime) -> None:
    """It was surely not sent: again later, for as long as it takes where the channel says so."""
    with db.transaction() as session:
        row = session.get_one(Delivery, way.delivery.id)
        row.sending, row.error = False, error.message[:500]
        if isinstance(error, ChatMoved):
            move_chat(
                session, channel=way.channel.name, recipient=way.recipient, moved_to=error.moved_to, now=now
            )
        if isinstance(error, RateLimited):
            pace = session.get_one(ChatPace, (way.channel.name, way.recipient))
            pace.next_at = now + timedelta(seconds=error.retry_after or MINUTE_S)
    if isinstance(error, ChatMoved):
        raise Later(0)
    if isinstance(error, RateLimited):
        raise Later(error.retry_after or MINUTE_S)
    # A wrong token is mended by a person; until then everything waits.
    raise ProviderUnavailable(error.provider, error.operation, error.message) from error


def _end(db: Database, way: _Way, state: str, error: str, now: datetime) -> None:
    delivery = way.delivery
    with db.transaction() as session:
        row = session.get_one(Delivery, delivery.id)
        row.state, row.error, row.sending, row.finished_at = state, error[:500], False, now
        if state != "sent":
            _tell_staff(session, row, now)


def _tell_staff(session: Session, delivery: Delivery, now: datetime) -> None:
    """One open task a chat and kind: whoever blocked the bot is no news each time."""
    kind = UNSURE if delivery.state == "unknown" else UNDELIVERED
    is_customer = delivery.conversation_id is not None
    open_task(
        session,
        key=f"{kind}:{delivery.channel}:{delivery.recipient}",
        kind=kind,
        title=f"A message of {delivery.channel} {'may not have' if kind == UNSURE else 'did not'} arrive",
        detail=delivery.error,
        subject_kind="conversation" if is_customer else "delivery",
        subject_id=delivery.conversation_id or delivery.id,
        now=now,
        # What cannot be said in the staff's group need not be tried there once more.
        announce=is_customer,
    )


def run_edit(run: Run, *, post: Post) -> None:
    """Job `chat.edit`: a new card in the place of the one that was sent, or its buttons taken away."""
    with run.db.read_transaction() as session:
        way = _way(session, str(run.payload["delivery_id"]), post)
    if way is None or not way.delivery.sent_ids:
        return
    card = run.payload["card"]
    number = _to_edit(way, card)
    if number is None:
        return
    part = card_part(card) if card is not None else None
    with run.db.transaction() as session:
        claim_pace(session, way.channel, way.recipient, post.clock())
    try:
        way.channel.edit(way.recipient, way.delivery.sent_ids[number][-1], part, button_ids=())
    except (CannotBeReached, Rejected):
        return  # too old, or deleted: there is nothing to be changed any more
    except RateLimited as error:
        raise Later(error.retry_after or MINUTE_S) from None


def _to_edit(way: _Way, card: Mapping[str, Any] | None) -> int | None:
    """The part that holds this card, or the one with buttons."""
    sent = range(min(len(way.delivery.sent_ids), len(way.parts)))
    if card is not None:
        return next((n for n in sent if way.parts[n].title == card["title"]), None)
    return next((n for n in sent if way.parts[n].buttons), None)
