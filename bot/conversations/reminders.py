"""A word about a cart that was left behind: once a cart, only if the shop wants it, never at night."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation, Message
from bot.conversations.writing import push
from bot.replies.texts import say
from bot.tools.ordering.summary import cart_view
from core.ids import new_id
from core.jobs.worker import Run
from core.orders.carts import claim_reminder
from core.orders.models import Cart, CartLine
from core.orders.queries import get_cart
from core.shop import ReminderRule, shop_profile

FORGOTTEN_AFTER = timedelta(days=2)
DAY_BEGINS, DAY_ENDS = 8, 22


def remind(run: Run) -> None:
    """Job `cart.remind`: every cart that is due now, each in a transaction of its own."""
    with run.db.read_transaction() as session:
        profile = shop_profile(session)
        rule = profile.reminders
        hour = run.now.astimezone(ZoneInfo(profile.timezone)).hour
        if rule is None or not DAY_BEGINS <= hour < DAY_ENDS:
            return
        due = _left_behind(session, rule, run.now)
    for cart_id, conversation_id in due:
        with run.db.transaction() as session:
            _remind(session, cart_id, conversation_id, rule, run.now)


def _left_behind(session: Session, rule: ReminderRule, now: datetime) -> list[tuple[str, str]]:
    """(cart, conversation) where goods and a phone were told, and then nothing more."""
    rows = session.execute(
        select(Cart.id, Conversation.id)
        .join(Conversation, Conversation.customer_id == Cart.customer_id)
        .where(
            Cart.status == "open",
            Cart.sales_channel == "chat",
            Cart.reminder == "",
            Cart.phone != "",
            Cart.updated_at <= now - timedelta(minutes=rule.after_minutes),
            Cart.updated_at > now - FORGOTTEN_AFTER,
            exists().where(CartLine.cart_id == Cart.id),
            Conversation.mode == "auto",
        )
        .order_by(Cart.id, Conversation.last_message_at.desc())
        .limit(500)
    )
    newest: dict[str, str] = {}
    for cart_id, conversation_id in rows:
        newest.setdefault(cart_id, conversation_id)
    return list(newest.items())


def _remind(session: Session, cart_id: str, conversation_id: str, rule: ReminderRule, now: datetime) -> None:
    """Any message since then has put it off."""
    wrote = session.scalar(
        select(Message.created_at)
        .where(Message.conversation_id == conversation_id, Message.direction == "in")
        .order_by(Message.seq.desc())
        .limit(1)
    )
    if wrote is None or wrote > now - timedelta(minutes=rule.after_minutes):
        return
    if not claim_reminder(session, cart_id=cart_id):
        return
    conversation = session.get_one(Conversation, conversation_id)
    view = cart_view(session, get_cart(session, cart_id), conversation.language)
    items = ", ".join(f"{line['quantity']} × {line['name']}" for line in view["lines"])
    message = Message(
        id=new_id(), conversation_id=conversation_id, direction="out", author="system", author_name="",
        external_id=f"reminder:{cart_id}", text=rule.text or say(conversation.language, "reminder", items=items),
        attachments=[], cards=[], quick_replies=[], evidence=[{"cart": view}], state_after={}, created_at=now,
        handled_at=now,
    )  # fmt: skip
    session.add(message)
    push(session, conversation, message.id, now)
    conversation.last_message_at = now
