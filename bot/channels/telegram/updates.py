"""Job `telegram.update`: one stored update, worked on once; a button's press is always answered."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.models import Delivery
from bot.channels.outbox import move_chat, where_now
from bot.channels.telegram import customers, staff, words
from bot.channels.telegram.api import NAME, TelegramApi
from bot.channels.telegram.customers import Rules
from bot.channels.telegram.menu import MENU_JOB
from bot.channels.telegram.staff import Place
from bot.conversations.intake import TooManyMessages
from bot.conversations.models import Conversation
from bot.replies.texts import say
from bot.staff.command import Tools
from bot.staff.commands import COMMANDS
from bot.staff.refusals import staff_refusal
from core.errors import AppError
from core.jobs.models import InboundEvent
from core.jobs.queue import enqueue
from core.jobs.worker import Run
from core.ports.errors import Rejected

if TYPE_CHECKING:
    from telegram import CallbackQuery, Message, Update, User

_PRIVATE = "private"
ANONYMOUS_ADMIN = 1087968824
"""As whom Telegram shows a group's admin who hides behind the group."""


@dataclass(frozen=True)
class Desk:
    """What this job works with."""

    api: TelegramApi
    rules: Rules
    tools: Tools
    staff_chat: str


@dataclass(frozen=True)
class _Done:
    outcome: str
    shown: str = ""
    """At a press, to the one who pressed."""
    is_alert: bool = False


def run_update(run: Run, *, desk: Desk) -> None:
    from telegram import Update

    with run.db.read_transaction() as session:
        event = session.scalars(
            select(InboundEvent).where(
                InboundEvent.source == run.payload["source"],
                InboundEvent.external_id == run.payload["update_id"],
            )
        ).one()
    try:
        happened = Update.de_json(event.payload, None)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        _keep(run, event.id, lambda _session: _Done("unreadable"))
        return
    done = _worked(event) or _work(run, event.id, happened, desk, _line(happened, desk))
    if happened.callback_query is not None:
        _answer_press(desk.api, happened.callback_query.id, done)


def _line(happened: "Update", desk: Desk) -> str | None:
    """What is said to the bot in a group. Telegram is asked for the bot's name, so this stands before the work."""
    told = happened.message
    return (
        staff.addressed(told, desk.api.username) if told is not None and told.chat.type != _PRIVATE else None
    )


def _worked(event: InboundEvent) -> _Done | None:
    """What an attempt before this one came to."""
    if event.processed_at is None:
        return None
    told = json.loads(event.outcome) if event.outcome.startswith("{") else {"outcome": event.outcome}
    return _Done(**told)


def _work(run: Run, event_id: str, happened: "Update", desk: Desk, line: str | None) -> _Done:
    try:
        return _keep(run, event_id, lambda session: _handle(session, happened, desk, line, run.now))
    except AppError as error:
        # What it had begun is undone; that it was refused is kept and told.
        refusal = error
    return _keep(run, event_id, lambda session: _refuse(session, happened, refusal, desk, run.now))


def _keep(run: Run, event_id: str, work: Callable[[Session], _Done]) -> _Done:
    """The work and that it is done, together: a second attempt finds it done."""
    with run.db.transaction() as session:
        claimed = session.execute(
            update(InboundEvent)
            .where(InboundEvent.id == event_id, InboundEvent.processed_at.is_(None))
            .values(processed_at=run.now)
            .returning(InboundEvent.id)
            .execution_options(synchronize_session=False)
        ).first()
        if claimed is None:
            return _Done("done before")
        done = work(session)
        kept = json.dumps(vars(done), ensure_ascii=False) if done.shown else done.outcome
        session.execute(
            update(InboundEvent)
            .where(InboundEvent.id == event_id)
            .values(outcome=kept)
            .execution_options(synchronize_session=False)
        )
    return done


def _handle(session: Session, happened: "Update", desk: Desk, line: str | None, now: datetime) -> _Done:
    told = happened.message or happened.edited_message
    if happened.callback_query is not None:
        return _press(session, happened.callback_query, happened.update_id, desk, now)
    if happened.my_chat_member is not None:
        return _Done(f"the bot is {happened.my_chat_member.new_chat_member.status} there")
    if told is None or told.from_user is None:
        return _Done("ignored: nothing of what is worked on")
    if told.migrate_to_chat_id is not None:
        move_chat(
            session, channel=NAME, recipient=str(told.chat.id), moved_to=str(told.migrate_to_chat_id), now=now
        )
        return _Done("the group has moved")
    if told.from_user.id == ANONYMOUS_ADMIN and line and _is_staff_chat(session, str(told.chat.id), desk):
        staff.tell(session, _place(told, happened.update_id), words.ANONYMOUS, now)
        return _Done("refused: anonymous")
    if told.from_user.is_bot or told.chat.type == "channel":
        return _Done("ignored: not a person's")
    if told.chat.type != _PRIVATE:
        return _in_group(session, told, line, happened.update_id, desk, now)
    return _in_private(session, told, happened, desk, now)


def _in_private(session: Session, told: "Message", happened: "Update", desk: Desk, now: datetime) -> _Done:
    place, text = _place(told, happened.update_id), (told.text or "").strip()
    is_new = happened.message is not None
    actor = staff.actor_in(session, place.person)
    name = text.partition(" ")[0].partition("@")[0].lower()
    if is_new and name == "/link":
        linked = staff.link_account(session, text, place, now)
        if linked is not None:
            enqueue(session, MENU_JOB, {"chat": place.chat, "staff_id": linked.id}, now=now)
        return _Done("asked to be linked")
    if actor is not None:
        if not is_new or not text:
            return _Done("ignored: no command")
        if name == "/unlink":
            staff.unlink_account(session, place, now)
        elif name == "/start":
            staff.command(session, "/help", actor, place, desk.tools, now)
        else:
            staff.command(session, text, actor, place, desk.tools, now)
        return _Done(f"command of {actor.id}")
    user = happened.effective_user
    if user is None:
        return _Done("ignored: nobody's")
    conversation = customers.conversation_of(session, user, now)
    return _Done(_of_customer(session, told, name, is_new, conversation, desk, now))


def _of_customer(
    session: Session,
    told: "Message",
    name: str,
    is_new: bool,
    conversation: Conversation,
    desk: Desk,
    now: datetime,
) -> str:
    if not is_new:
        return customers.hear_edited(session, told, conversation, desk.rules, now)
    if name in ("/start", "/help"):
        payload = (told.text or "").partition(" ")[2].strip() if name == "/start" else ""
        return customers.greet(session, told, payload, conversation, desk.rules, now)
    if name in COMMANDS or name == "/unlink":
        text = say(conversation.language, "staff_only")
        customers.notice(session, conversation, f"staff_only:{told.message_id}", text, now)
        return "a command of staff, refused"
    return customers.hear(session, told, conversation, desk.rules, now)


def _in_group(
    session: Session, told: "Message", line: str | None, update_id: int, desk: Desk, now: datetime
) -> _Done:
    if not line:
        return _Done("ignored: not said to the bot")
    place = _place(told, update_id)
    if line.partition(" ")[0].lower() == "/id":
        staff.tell(session, place, words.CHAT_ID.format(id=place.chat), now)
        return _Done("asked for the chat's id")
    if not _is_staff_chat(session, place.chat, desk):
        return _Done("ignored: not the staff's group")
    if line.partition(" ")[0].lower() == "/link":
        staff.link_account(session, line, place, now)
        return _Done("asked to be linked")
    actor = staff.actor_in(session, place.person)
    if actor is None:
        staff.tell(session, place, words.LINK_HOW, now)
        return _Done("refused: not linked")
    staff.command(session, line, actor, place, desk.tools, now)
    return _Done(f"command of {actor.id}")


def _is_staff_chat(session: Session, chat: str, desk: Desk) -> bool:
    return bool(desk.staff_chat) and chat == where_now(session, channel=NAME, recipient=desk.staff_chat)


def _press(session: Session, query: "CallbackQuery", update_id: int, desk: Desk, now: datetime) -> _Done:
    """A button names a delivery and its number there; everything else is looked up, and asked again now."""
    shown_in = query.message
    found = _button(session, query.data or "", str(shown_in.chat.id) if shown_in is not None else "")
    if shown_in is None or found is None:
        return _Done("a button that is gone", _gone(session, query.from_user), True)
    delivery, number = found
    if delivery.conversation_id is not None:
        conversation = session.get_one(Conversation, delivery.conversation_id)
        shown, is_alert = customers.press(session, delivery, number, conversation, desk.rules, now)
        return _Done("pressed by the customer", shown, is_alert)
    place = Place(
        str(shown_in.chat.id), str(query.from_user.id), f"{NAME}:{update_id}", shown_in.chat.type != _PRIVATE
    )
    if place.is_group and not _is_staff_chat(session, place.chat, desk):
        return _Done("a button of a former group", words.BUTTON_GONE, True)
    shown, is_alert = staff.press(session, delivery, delivery.buttons[number], place, desk.tools, now)
    return _Done("pressed by staff", shown, is_alert)


def _button(session: Session, data: str, chat: str) -> tuple[Delivery, int] | None:
    """Only one that was shown in this chat."""
    delivery_id, _, number = data.partition(":")
    delivery = session.get(Delivery, delivery_id)
    if (
        delivery is None
        or not (number.isascii() and number.isdigit())
        or int(number) >= len(delivery.buttons)
    ):
        return None
    if where_now(session, channel=NAME, recipient=delivery.recipient) != chat:
        return None
    return delivery, int(number)


def _gone(session: Session, user: "User") -> str:
    if staff.actor_in(session, str(user.id)) is not None:
        return words.BUTTON_GONE
    return say((user.language_code or "vi").partition("-")[0], "button_gone")


def _refuse(session: Session, happened: "Update", error: AppError, desk: Desk, now: datetime) -> _Done:
    told, query = happened.message or happened.edited_message, happened.callback_query
    who = query.from_user if query is not None else told.from_user if told is not None else None
    if isinstance(error, TooManyMessages) and who is not None:
        conversation = customers.conversation_of(session, who, now)
        customers.too_fast(session, conversation, now)
        return _Done(error.code, say(conversation.language, "too_fast") if query is not None else "", True)
    text = staff_refusal(error.code, error.data)
    if query is not None:
        shown_in = query.message
        found = _button(session, query.data or "", str(shown_in.chat.id)) if shown_in is not None else None
        if found is not None:
            staff.renew_card(session, found[0], now)
        return _Done(error.code, text[:200], True)
    if told is not None:
        staff.tell(session, _place(told, happened.update_id), f"⚠ {text}", now)
    return _Done(error.code)


def _place(told: "Message", update_id: int) -> Place:
    person = str(told.from_user.id) if told.from_user is not None else ""
    return Place(str(told.chat.id), person, f"{NAME}:{update_id}", told.chat.type != _PRIVATE)


def _answer_press(api: TelegramApi, query_id: str, done: _Done) -> None:
    """Again when the network fails; one that is too old, or was answered, needs none."""
    try:
        api.call(
            "answerCallbackQuery",
            lambda bot: bot.answer_callback_query(
                query_id, text=done.shown or None, show_alert=done.is_alert
            ),
        )
    except Rejected:
        return
