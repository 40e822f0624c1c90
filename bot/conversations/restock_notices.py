"""Goods are back: those who asked are told, once, in the conversation in which they asked."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.conversations.models import Conversation
from bot.conversations.writing import write_notice
from bot.replies.cards import product_card, variant_name
from bot.replies.texts import say
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.jobs.worker import Run
from core.money import format_dong
from core.stock.queries import available_by_variant
from core.stock.watching import Watcher, claim_watchers


def tell_watchers(run: Run) -> None:
    """Job `notice.restock`. Taking the watches and writing the notices is one transaction."""
    variant_id = str(run.payload["variant_id"])
    with run.db.transaction() as session:
        watchers = claim_watchers(session, variant_id=variant_id, now=run.now)
        if not watchers:
            return
        sku = session.scalars(select(Variant.sku).where(Variant.id == variant_id)).one()
        product = get_product(session, sku)
        variant = next(v for v in product.variants if v.id == variant_id)
        for watcher in sorted(watchers, key=lambda w: w.watch_id):
            conversation = _conversation(session, watcher)
            if conversation is not None:
                _write(session, conversation, watcher, product, variant, run)


def _conversation(session: Session, watcher: Watcher) -> Conversation | None:
    """Where it was asked for; else where this customer wrote last."""
    asked_in = session.get(Conversation, watcher.conversation_id)
    if asked_in is not None and asked_in.customer_id == watcher.customer_id:
        return asked_in
    return session.scalar(
        select(Conversation)
        .where(Conversation.customer_id == watcher.customer_id)
        .order_by(Conversation.last_message_at.desc())
        .limit(1)
    )


def _write(
    session: Session,
    conversation: Conversation,
    watcher: Watcher,
    product: Product,
    variant: Variant,
    run: Run,
) -> None:
    language = conversation.language
    available = available_by_variant(session, [v.id for v in product.variants])
    text = say(
        language, "notice_restock", name=variant_name(product, variant, language),
        price=format_dong(variant.price),
    )  # fmt: skip
    write_notice(
        session, conversation, key=f"stock.back:{watcher.watch_id}", text=text, now=run.now,
        cards=(product_card(product, available, language),),
        evidence={"event": "stock.back", "sku": variant.sku, "version": product.version},
    )  # fmt: skip
    # "I'll take one" then means this product.
    conversation.state = {**conversation.state, "shown": [product.sku]}
