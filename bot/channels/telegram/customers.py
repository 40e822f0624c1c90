"""Customers in private chats: what they write, send, edit and press, put where every channel's messages go."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channels.models import Delivery
from bot.channels.outbox import close_buttons
from bot.channels.telegram.api import NAME
from bot.conversations.bursts import BurstRule, accept
from bot.conversations.intake import MAX_TEXT, clean, open_trusted_conversation
from bot.conversations.media import NAMED_PRODUCT
from bot.conversations.models import Conversation, Message
from bot.conversations.writing import write_notice
from bot.replies.texts import LANGUAGES, say
from core.catalogue.queries import get_product
from core.customers.phones import local_phone
from core.errors import NotFound
from core.shop import shop_profile

if TYPE_CHECKING:
    from telegram import Message as Told
    from telegram import User

FILES = "/api/desk/telegram/files/"
"""Where staff see what a customer sent; the token that opens it stays here."""


@dataclass(frozen=True)
class Rules:
    burst: BurstRule
    rate_limit: int


def conversation_of(session: Session, user: "User", now: datetime) -> Conversation:
    """Theirs, or a new one in the language of their app as far as we speak it."""
    conversation_id = open_trusted_conversation(session, chat_channel=NAME, user_id=str(user.id), now=now)
    conversation = session.get_one(Conversation, conversation_id, populate_existing=True)
    if not conversation.is_pushed:
        conversation.is_pushed = True
        code = (user.language_code or "").partition("-")[0].lower()
        if code in LANGUAGES and not _has_messages(session, conversation_id):
            conversation.language = code
        session.flush()
    return conversation


def _has_messages(session: Session, conversation_id: str) -> bool:
    query = select(Message.id).where(Message.conversation_id == conversation_id).limit(1)
    return session.scalar(query) is not None


def hear(session: Session, told: "Told", conversation: Conversation, rules: Rules, now: datetime) -> str:
    """Stores what was sent, to be answered with what else comes at once."""
    text, attachments = clean(_words(told)), attachments_of(told)
    if not text and not attachments:
        return "nothing to read"
    pieces = [text[start : start + MAX_TEXT] for start in range(0, len(text), MAX_TEXT)] or [""]
    for number, piece in enumerate(pieces):
        accept(
            session, conversation_id=conversation.id, text=piece, rate_limit=rules.rate_limit, rule=rules.burst,
            external_id=f"{told.message_id}:{number}" if number else str(told.message_id), now=now,
            attachments=attachments if number == 0 else (),
        )  # fmt: skip
    return "heard"


def _words(told: "Told") -> str:
    if told.contact is not None:
        return local_phone(told.contact.phone_number)
    return told.text or told.caption or ""


def attachments_of(told: "Told") -> list[dict[str, Any]]:
    if told.location is not None:
        place = told.location
        name = f"{told.venue.title}, {told.venue.address}" if told.venue else ""
        return [
            _attachment("location", f"https://www.google.com/maps?q={place.latitude},{place.longitude}", name)
        ]
    if told.photo:
        return [_attachment("image", FILES + told.photo[-1].file_id)]
    if told.sticker is not None:
        return [_attachment("sticker", "", told.sticker.emoji or "")]
    if told.voice is not None or told.audio is not None:
        sound = told.voice or told.audio
        return [_attachment("voice", FILES + sound.file_id)] if sound else []
    video = told.video or told.video_note or told.animation
    if video is not None:
        return [_attachment("video", FILES + video.file_id)]
    if told.document is not None:
        kind = "image" if (told.document.mime_type or "").startswith("image/") else "file"
        return [_attachment(kind, FILES + told.document.file_id, told.document.file_name or "")]
    return []


def _attachment(kind: str, url: str = "", name: str = "") -> dict[str, Any]:
    return {"type": kind, "url": url[:2_000], "name": name[:200], "text": ""}


def greet(
    session: Session, told: "Told", payload: str, conversation: Conversation, rules: Rules, now: datetime
) -> str:
    """`/start`, alone or by a link from the shop's site that names a product."""
    sku = _product_named(session, payload)
    if sku:
        named = {"type": NAMED_PRODUCT, "url": "", "name": "", "text": sku}
        accept(
            session, conversation_id=conversation.id, text="", rate_limit=rules.rate_limit, rule=rules.burst,
            external_id=str(told.message_id), now=now, attachments=[named],
        )  # fmt: skip
        return f"came by a link to {sku}"
    text = say(conversation.language, "greeting", shop=shop_profile(session).name)
    notice(session, conversation, f"start:{told.message_id}", text, now)
    return "greeted"


def _product_named(session: Session, payload: str) -> str:
    """A SKU as it is, or in URL-safe base64 where it has other signs than a link may carry."""
    for name in (payload, _decoded(payload)):
        if name:
            try:
                return get_product(session, name).sku
            except NotFound:
                continue
    return ""


def _decoded(payload: str) -> str:
    try:
        return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""


def notice(session: Session, conversation: Conversation, key: str, text: str, now: datetime) -> None:
    write_notice(session, conversation, key=f"{NAME}:{key}", text=text, evidence={"event": key}, now=now)


def hear_edited(
    session: Session, told: "Told", conversation: Conversation, rules: Rules, now: datetime
) -> str:
    """Read as it is now while it waits; once it was answered the customer is asked to write it anew."""
    number = str(told.message_id)
    mine = (Message.conversation_id == conversation.id, Message.external_id == number)
    known = session.execute(select(Message.text, Message.handled_at).where(*mine)).first()
    if known is None:
        return hear(session, told, conversation, rules, now)  # it overtook the first one
    text = clean(_words(told))[:MAX_TEXT]
    if text == known.text or not text:
        return "the same words"
    changed = session.execute(
        update(Message)
        .where(*mine, Message.handled_at.is_(None))
        .values(text=text)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is not None:
        return "edited in time"
    key = f"edited:{number}:{int(told.edit_date.timestamp()) if told.edit_date else 0}"
    notice(session, conversation, key, say(conversation.language, "edited_late"), now)
    return "edited too late"


def too_fast(session: Session, conversation: Conversation, now: datetime) -> None:
    key = f"too_fast:{now - timedelta(seconds=now.second, microseconds=now.microsecond):%H%M%d%m%y}"
    notice(session, conversation, key, say(conversation.language, "too_fast"), now)


def press(
    session: Session, delivery: Delivery, number: int, conversation: Conversation, rules: Rules, now: datetime
) -> tuple[str, bool]:
    """As if the button's words had been written. (What is shown at the press, whether it is a refusal.)"""
    language, button = conversation.language, delivery.buttons[number]
    key = f"pressed:{delivery.id}"
    if session.scalar(
        select(Message.id).where(Message.conversation_id == conversation.id, Message.external_id == key)
    ):
        return say(language, "button_used"), True
    if _has_newer(session, delivery):
        return say(language, "button_old"), True
    accept(
        session, conversation_id=conversation.id, external_id=key, text=button["says"],
        rate_limit=rules.rate_limit, rule=rules.burst, now=now,
    )  # fmt: skip
    close_buttons(session, delivery, now=now)
    return f"✓ {button['label']}", False


def _has_newer(session: Session, delivery: Delivery) -> bool:
    """Whether the talk has gone on: to press what was asked before would answer something else."""
    asked = session.scalars(select(Message.seq).where(Message.id == delivery.message_id)).one()
    newer = select(Message.id).where(
        Message.conversation_id == delivery.conversation_id, Message.seq > asked,
        Message.author.in_(("assistant", "staff")),
    )  # fmt: skip
    return session.scalar(newer.limit(1)) is not None
