"""The assistant for programs: its mode, its drafts' report, what its model takes, the evidence of a reply."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session

from bot.conversations.drafts import drafts_report
from bot.conversations.evidence import reply_evidence
from bot.conversations.usage import usage_report
from core import audit
from core.actor import Actor
from core.api.access import Authorization, Desk, DeskDep, change, read
from core.errors import Invalid
from core.shop import save_shop_profile, shop_profile

router = APIRouter(prefix="/api/v1", tags=["assistant"])
SCOPE = "conversations"
DEFAULT_DAYS = 30


class Mode(BaseModel):
    mode: Literal["auto", "shadow"]


@router.get("/assistant/mode")
def get_mode(desk: DeskDep, authorization: Authorization = None) -> Mode:
    return read(desk, authorization, SCOPE, lambda session: Mode(mode=shop_profile(session).assistant.mode))


@router.put("/assistant/mode")
def set_mode(desk: DeskDep, body: Mode, authorization: Authorization = None) -> Mode:
    """`shadow`: it only drafts and a person sends; `auto`: it answers by itself."""

    def work(session: Session, actor: Actor) -> Mode:
        profile = shop_profile(session)
        profile.assistant.mode = body.mode
        save_shop_profile(session, profile=profile, now=desk.clock())
        audit.record(
            session, actor=actor, action=f"assistant.{body.mode}", subject_kind="shop", subject_id="1",
            now=desk.clock(),
        )  # fmt: skip
        return body

    return change(desk, authorization, SCOPE, work)


@router.get("/assistant/drafts/report")
def drafts(
    desk: DeskDep,
    authorization: Authorization = None,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """How many drafts were sent unchanged, edited or dropped, by the intent of the customer's message."""
    start, end = _period(desk, since, until)
    return read(desk, authorization, SCOPE, lambda session: drafts_report(session, since=start, until=end))


@router.get("/assistant/usage")
def usage(
    desk: DeskDep,
    authorization: Authorization = None,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Tokens and cost of the model, per turn and per order. Costs are in millionths of the currency's unit."""
    start, end = _period(desk, since, until)
    return read(desk, authorization, SCOPE, lambda session: usage_report(session, since=start, until=end))


@router.get("/conversations/{conversation_id}/messages/{message_id}/evidence")
def evidence(
    desk: DeskDep,
    conversation_id: str,
    message_id: str,
    authorization: Authorization = None,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    """What a reply rests on: tool results, product and passage versions, committed ids, the guard's word."""
    return read(
        desk,
        authorization,
        SCOPE,
        lambda session: reply_evidence(
            session, conversation_id=conversation_id, message_id=message_id, after=after, limit=limit
        ),
    )


def _period(desk: Desk, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """The last thirty days unless told otherwise."""
    if any(moment is not None and moment.tzinfo is None for moment in (since, until)):
        raise Invalid(
            "time_without_zone", "Give times with a zone, for instance 2026-11-01T00:00:00+07:00.", {}
        )
    end = until or desk.clock()
    start = since or end - timedelta(days=DEFAULT_DAYS)
    if start > end:
        raise Invalid("period_invalid", "`from` is after `to`. Swap them.", {})
    return start, end
