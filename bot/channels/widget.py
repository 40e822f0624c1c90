"""The chat over HTTP: the widget on the shop's page, and trusted callers that bring other channels in."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from bot.conversations.attachments import MAX_ATTACHMENTS, Attachment
from bot.conversations.intake import open_conversation, open_trusted_conversation, store_message
from bot.conversations.live import Listener, Live
from bot.conversations.models import Message
from bot.conversations.turns import Answer, Incoming, answer_message
from bot.streams import MAX_SEQ, resume_point
from core.api.access import Authorization
from core.api.auth import require_key
from core.api.error_handlers import REFUSALS
from core.clock import Clock
from core.db import Database
from core.errors import Invalid

STREAM_PAUSE_S = 0.4
PING_EVERY_S = 20.0


class ChatMessageIn(BaseModel):
    message_id: str = Field(
        min_length=1, max_length=100, description="Yours; the same one again gives the same replies."
    )
    text: str = Field("", max_length=100_000, description="May be empty beside an attachment.")
    attachments: list[Attachment] = Field([], max_length=MAX_ATTACHMENTS)
    conversation_id: str | None = Field(None, max_length=100)
    visitor_token: str | None = Field(None, max_length=200)
    channel: str | None = Field(None, min_length=1, max_length=40, description="Trusted callers only.")
    user_id: str | None = Field(None, min_length=1, max_length=200, description="Trusted callers only.")


class ReplyOut(BaseModel):
    id: str
    text: str
    cards: list[dict[str, Any]]
    quick_replies: list[str]


class ChatState(BaseModel):
    language: str
    awaiting: list[str]
    cart: dict[str, Any] | None
    order: dict[str, Any] | None
    handed_off: bool


class ChatMessageOut(BaseModel):
    conversation_id: str
    visitor_token: str | None
    replies: list[ReplyOut]
    state: ChatState


@dataclass(frozen=True)
class ChatDesk:
    """What the endpoints need; made by the composition root."""

    db: Database
    think: Callable[[Incoming], Answer]
    clock: Clock
    rate_limit: int
    live: Live = field(default_factory=Live)


def chat_router(desk: ChatDesk) -> APIRouter:
    router = APIRouter(prefix="/api/chat", tags=["chat"], responses=REFUSALS)

    @router.post("/messages", openapi_extra={"security": [{}]})
    def post_message(body: ChatMessageIn, authorization: Authorization) -> ChatMessageOut:
        """A customer's message and the assistant's answer to it. Only `channel` and `user_id` need a key."""
        return _answer(desk, body, authorization)

    @router.get(
        "/stream", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}}
    )
    async def stream(
        request: Request,
        conversation_id: Annotated[str, Query(max_length=100)],
        visitor_token: Annotated[str, Query(max_length=200)],
        after: Annotated[int | None, Query(ge=0, le=MAX_SEQ)] = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        """Server-sent events: everything said to this visitor after `Last-Event-ID` (or `after`)."""
        await run_in_threadpool(_check_visitor, desk, conversation_id, visitor_token)
        resumed = resume_point(last_event_id)
        start = after if resumed is None else resumed
        if start is None:
            start = await run_in_threadpool(_last_seq, desk, conversation_id)
        return StreamingResponse(
            _events(desk, request, conversation_id, start),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )

    return router


def _answer(desk: ChatDesk, body: ChatMessageIn, authorization: str | None) -> ChatMessageOut:
    now = desk.clock()
    with desk.db.transaction() as session:
        token: str | None
        if body.channel is not None or body.user_id is not None:
            if body.channel is None or body.user_id is None:
                raise Invalid("identity_incomplete", "Send channel and user_id together.", {})
            require_key(session, authorization, scope="chat")
            conversation_id, token = (
                open_trusted_conversation(session, chat_channel=body.channel, user_id=body.user_id, now=now),
                None,
            )
        else:
            visitor = open_conversation(
                session, conversation_id=body.conversation_id, visitor_token=body.visitor_token, now=now
            )
            conversation_id, token = visitor.conversation_id, visitor.token
        stored = store_message(
            session,
            conversation_id=conversation_id,
            external_id=body.message_id,
            text=body.text,
            attachments=[attachment.model_dump() for attachment in body.attachments],
            rate_limit=desk.rate_limit,
            now=now,
        )
    answered = answer_message(desk.db, stored=stored, think=desk.think, clock=desk.clock)
    return ChatMessageOut(
        conversation_id=conversation_id,
        visitor_token=token,
        replies=[
            ReplyOut(id=r.id, text=r.text, cards=r.cards, quick_replies=r.quick_replies)
            for r in answered.replies
        ],
        state=ChatState(**answered.public_state),
    )


def _check_visitor(desk: ChatDesk, conversation_id: str, visitor_token: str) -> None:
    with desk.db.read_transaction() as session:
        open_conversation(
            session, conversation_id=conversation_id, visitor_token=visitor_token, now=desk.clock()
        )


def _last_seq(desk: ChatDesk, conversation_id: str) -> int:
    with desk.db.read_transaction() as session:
        last = session.scalar(
            select(Message.seq)
            .where(Message.conversation_id == conversation_id)
            .order_by(Message.seq.desc())
            .limit(1)
        )
        return last or 0


def messages_after(desk: ChatDesk, conversation_id: str, seq: int) -> list[dict[str, Any]]:
    with desk.db.read_transaction() as session:
        rows = session.scalars(
            select(Message)
            .where(Message.conversation_id == conversation_id, Message.seq > seq, Message.direction == "out")
            .order_by(Message.seq)
            .limit(50)
        )
        return [
            {
                "id": m.id, "seq": m.seq, "author": m.author, "author_name": m.author_name, "text": m.text,
                "cards": m.cards, "quick_replies": m.quick_replies, "created_at": m.created_at.isoformat(),
            }
            for m in rows
        ]  # fmt: skip


async def _events(desk: ChatDesk, request: Request, conversation_id: str, seq: int) -> AsyncIterator[str]:
    """Stored messages as `message`; while an answer is being written, `delta` with all of it that may be shown."""
    yield "retry: 2000\n\n"
    quiet_since = time.monotonic()
    with desk.live.listening(conversation_id) as listener:
        while not await request.is_disconnected():
            messages = await run_in_threadpool(messages_after, desk, conversation_id, seq)
            for message in messages:
                seq = message["seq"]
                yield f"id: {seq}\nevent: message\ndata: {json.dumps(message, ensure_ascii=False)}\n\n"
                quiet_since = time.monotonic()
            if time.monotonic() - quiet_since >= PING_EVERY_S:
                quiet_since = time.monotonic()
                yield "event: ping\ndata: {}\n\n"
            async for event in _until_pause(listener):
                yield f"event: delta\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"


async def _until_pause(listener: Listener) -> AsyncIterator[dict[str, Any]]:
    """What is told within one pause between two looks at the database."""
    end = time.monotonic() + STREAM_PAUSE_S
    while (left := end - time.monotonic()) > 0:
        try:
            yield await asyncio.wait_for(listener.queue.get(), left)
        except TimeoutError:
            return
