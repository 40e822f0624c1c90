"""The desk over HTTP: login, the room with its commands, conversations, documents, live events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bot.conversations.drafts import drop_draft, send_draft
from bot.conversations.evidence import reply_evidence
from bot.conversations.handoff import release, staff_reply, take
from bot.staff import accounts, linking, room
from bot.staff.command import Tools
from bot.staff.commands import commands_for, run
from bot.staff.refusals import staff_refusal
from bot.staff.todo import todo_counts
from bot.staff.words import in_words
from bot.streams import MAX_SEQ, resume_point
from bot.web.inbox import conversation_summary, conversation_view, list_conversations, message_view
from core.actor import Actor
from core.api.access import Desk, DeskDep
from core.documents.models import Document
from core.errors import AppError, Conflict, NotAllowed, NotFound, Unauthenticated
from core.reports.making import make_report
from core.reports.picture import as_png
from core.reports.writing import as_csv

COOKIE = "chotdon_desk"
STREAM_PAUSE_S = 0.5
T = TypeVar("T")
router = APIRouter(prefix="/api/desk", tags=["desk"], include_in_schema=False)


class LoginIn(BaseModel):
    login: str = Field(max_length=100)
    password: str = Field(max_length=200)


class TextIn(BaseModel):
    text: str = Field(min_length=1, max_length=4_000)


class DraftIn(BaseModel):
    text: str | None = Field(None, max_length=4_000, description="Empty: the draft as it is.")


def wording(path: str, code: str, data: Mapping[str, Any]) -> str | None:
    """Staff are refused in their own words, on every path of the desk."""
    return staff_refusal(code, data) if path.startswith(router.prefix) else None


def _reader(desk: DeskDep, chotdon_desk: Annotated[str | None, Cookie()] = None) -> accounts.LoggedIn:
    with desk.db.read_transaction() as session:
        return accounts.session_of(session, token=chotdon_desk, now=desk.clock())


Reader = Annotated[accounts.LoggedIn, Depends(_reader)]


def _writer(staff: Reader, x_csrf_token: Annotated[str | None, Header()] = None) -> Actor:
    if x_csrf_token != staff.csrf_token:
        raise NotAllowed("csrf_token_wrong", "The page is out of date. Reload it and try again.")
    return staff.actor


Writer = Annotated[Actor, Depends(_writer)]


@router.post("/login")
def login(desk: DeskDep, body: LoginIn, request: Request, response: Response) -> dict[str, Any]:
    with desk.db.transaction() as session:
        account = accounts.check_password(
            session, login=body.login.strip().lower(), password=body.password, now=desk.clock()
        )
        staff = accounts.start_session(session, account=account, now=desk.clock()) if account else None
    if staff is None:
        raise Unauthenticated("login_wrong", "Login or password is wrong.")
    response.set_cookie(
        COOKIE,
        staff.token,
        max_age=accounts.SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/",
    )
    return _me(staff, request)


@router.post("/logout", status_code=204)
def logout(
    desk: DeskDep, _actor: Writer, response: Response, chotdon_desk: Annotated[str | None, Cookie()] = None
) -> None:
    with desk.db.transaction() as session:
        accounts.end_session(session, token=chotdon_desk)
    response.delete_cookie(COOKIE, path="/")


@router.get("/me")
def me(staff: Reader, request: Request) -> dict[str, Any]:
    return _me(staff, request)


@router.post("/link-code")
def link_code(desk: DeskDep, actor: Writer, request: Request) -> dict[str, Any]:
    """For this member of staff alone, so it is not said in the room."""
    if not _can_link(request):
        raise Conflict("no_staff_chat", "No chat channel for staff is set up. Ask whoever runs the shop.", {})
    with desk.db.transaction() as session:
        code = linking.new_code(session, staff_id=actor.id, now=desk.clock())
    return {"code": code, "line": f"/link {code}", "minutes": linking.CODE_MINUTES}


@router.get("/room")
def read_room(
    desk: DeskDep, staff: Reader, after: Annotated[int | None, Query(ge=0, le=MAX_SEQ)] = None
) -> dict[str, Any]:
    with desk.db.read_transaction() as session:
        return {
            "messages": [
                room.message_view(m) for m in room.messages(session, after=after, reader=staff.actor)
            ]
        }


@router.get("/counts")
def counts(desk: DeskDep, _staff: Reader) -> dict[str, Any]:
    """What waits, in numbers, each with the command that lists it."""
    with desk.db.read_transaction() as session:
        return {"counts": [vars(count) for count in todo_counts(session, now=desk.clock())]}


@router.post("/commands")
def command(desk: DeskDep, actor: Writer, body: TextIn, request: Request) -> dict[str, Any]:
    """The line and its answer, kept in the room; a refusal is an answer too and changes nothing else."""
    tools = Tools(desk.addresses, request.app.state.lexicon)
    with desk.db.transaction() as session:
        before = room.messages(session, after=None, limit=1)
        room.post(session, author="staff", author_name=actor.name, text=body.text, now=desk.clock())
    try:
        with desk.db.transaction() as session:
            said = run(session, text=body.text, actor=actor, now=desk.clock(), tools=tools)
            room.post(
                session, author="system", text=said.text, cards=said.cards, roles=said.roles, now=desk.clock()
            )
    except AppError as error:
        with desk.db.transaction() as session:
            room.post(
                session, author="system", text=f"⚠ {staff_refusal(error.code, error.data)}", now=desk.clock()
            )
    with desk.db.read_transaction() as session:
        after = before[0].seq if before else 0
        found = room.messages(session, after=after, reader=actor)
        return {"messages": [room.message_view(m) for m in found]}


@router.get("/conversations")
def conversations(
    desk: DeskDep,
    _staff: Reader,
    mode: Annotated[str | None, Query(max_length=10)] = None,
    before: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    with desk.db.read_transaction() as session:
        return {"conversations": list_conversations(session, mode=mode, before=before)}


@router.get("/conversations/{conversation_id}")
def conversation(desk: DeskDep, _staff: Reader, conversation_id: str) -> dict[str, Any]:
    with desk.db.read_transaction() as session:
        return conversation_view(session, conversation_id)


@router.post("/conversations/{conversation_id}/messages")
def reply(desk: DeskDep, actor: Writer, conversation_id: str, body: TextIn) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        message = staff_reply(
            session, conversation_id=conversation_id, text=body.text, actor=actor, now=desk.clock()
        )
        return {"message": message_view(message)}

    return _change(desk, work)


@router.post("/conversations/{conversation_id}/take")
def take_over(desk: DeskDep, actor: Writer, conversation_id: str) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        take(session, conversation_id=conversation_id, actor=actor, now=desk.clock())
        return {"conversation": conversation_summary(session, conversation_id)}

    return _change(desk, work)


@router.post("/conversations/{conversation_id}/release")
def hand_back(desk: DeskDep, actor: Writer, conversation_id: str) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        release(session, conversation_id=conversation_id, actor=actor, now=desk.clock())
        return {"conversation": conversation_summary(session, conversation_id)}

    return _change(desk, work)


@router.get("/conversations/{conversation_id}/messages/{message_id}/evidence")
def evidence(
    desk: DeskDep,
    _staff: Reader,
    conversation_id: str,
    message_id: str,
    after: Annotated[int, Query(ge=0, le=MAX_SEQ)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> dict[str, Any]:
    with desk.db.read_transaction() as session:
        return reply_evidence(
            session, conversation_id=conversation_id, message_id=message_id, after=after, limit=limit
        )


@router.post("/drafts/{draft_id}/send")
def send(desk: DeskDep, actor: Writer, draft_id: str, body: DraftIn) -> dict[str, Any]:
    def work(session: Session) -> dict[str, Any]:
        message = send_draft(session, draft_id=draft_id, text=body.text, actor=actor, now=desk.clock())
        return {"message": message_view(message)}

    return _change(desk, work)


@router.post("/drafts/{draft_id}/drop", status_code=204)
def drop(desk: DeskDep, actor: Writer, draft_id: str) -> None:
    _change(desk, lambda session: drop_draft(session, draft_id=draft_id, actor=actor, now=desk.clock()))


@router.get("/documents/{document_id}")
def document(desk: DeskDep, _staff: Reader, document_id: str) -> Response:
    with desk.db.read_transaction() as session:
        found = session.get(Document, document_id)
        if found is None:
            raise NotFound("document_not_found", "There is no such document.", {})
        return document_response(session, found)


def document_response(session: Session, found: Document) -> Response:
    content = session.scalars(select(Document.content).where(Document.id == found.id)).one()
    headers = {
        "Content-Disposition": f'inline; filename="{found.filename}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600",
    }
    return Response(content, media_type=found.content_type, headers=headers)


@router.get("/reports/{name}.{format}")
def report_file(
    desk: DeskDep,
    staff: Reader,
    name: str,
    format: Literal["png", "csv"],
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Response:
    """For the report's card: as its reader may see it, and as the figures are now."""
    with desk.db.read_transaction() as session:
        table = make_report(session, name=name, actor=staff.actor, now=desk.clock(), first=first, last=last)
    headers = {"Cache-Control": "private, max-age=60", "X-Content-Type-Options": "nosniff"}
    if format == "png":
        return Response(as_png(table), media_type="image/png", headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{table.report.name}.csv"'
    return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/stream")
async def stream(
    desk: DeskDep,
    request: Request,
    staff: Reader,
    after: Annotated[int | None, Query(ge=0, le=MAX_SEQ)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events of the room and of conversations; resumes after `Last-Event-ID` (or `after`)."""
    resumed = resume_point(last_event_id)
    seen = after if resumed is None else resumed
    newest = await run_in_threadpool(_newest, desk)
    # A number above the newest is not of this room: waiting for it would be silence.
    start = newest if seen is None else min(seen, newest)
    return StreamingResponse(
        _events(desk, request, staff.actor, start),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache"},
    )


async def _events(desk: Desk, request: Request, reader: Actor, seq: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    since = desk.clock()
    quiet = 0.0
    while not await request.is_disconnected():
        messages, changed, since = await run_in_threadpool(_news, desk, reader, seq, since)
        for message in messages:
            seq = message["seq"]
            yield f"id: {seq}\nevent: room\ndata: {json.dumps({'message': message}, ensure_ascii=False)}\n\n"
        for summary in changed:
            yield f"event: conversation\ndata: {json.dumps(summary, ensure_ascii=False)}\n\n"
        quiet = 0.0 if messages or changed else quiet + STREAM_PAUSE_S
        if quiet >= 20:
            quiet = 0.0
            yield "event: ping\ndata: {}\n\n"
        await asyncio.sleep(STREAM_PAUSE_S)


def _newest(desk: Desk) -> int:
    with desk.db.read_transaction() as session:
        last = room.messages(session, after=None, limit=1)
        return last[0].seq if last else 0


def _news(
    desk: Desk, reader: Actor, seq: int, since: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], Any]:
    with desk.db.read_transaction() as session:
        messages = [room.message_view(m) for m in room.messages(session, after=seq, reader=reader)]
        changed = list_conversations(session, mode=None, before=None, changed_since=since)
        newest = max([since, *(c["changed_at"] for c in changed)])
        for summary in changed:
            summary.pop("changed_at")
        return messages, changed, newest


def _change(desk: Desk, work: Callable[[Session], T]) -> T:
    with desk.db.transaction() as session:
        return work(session)


def _can_link(request: Request) -> bool:
    return bool(getattr(request.app.state, "links_staff", False))


def _me(staff: accounts.LoggedIn, request: Request) -> dict[str, Any]:
    actor = staff.actor
    return {
        "staff": {
            "id": actor.id,
            "login": staff.login,
            "name": actor.name,
            "role": actor.role,
            "role_text": in_words("role", actor.role or ""),
        },
        "csrf_token": staff.csrf_token,
        "commands": commands_for(actor),
        "can_link": _can_link(request),
    }
