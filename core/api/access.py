"""What endpoints share: the database, the caller, pages, and creating things once per Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.auth import require_key
from core.api.group_commit import GroupCommit
from core.api.limits import RequestLimits
from core.api.models import IdempotentAnswer
from core.catalogue.media_store import MediaStore
from core.clock import Clock
from core.db import Database, insert_for
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.ports.addresses import AddressBook, DeliveryAddress
from core.ports.bank import Bank
from core.ports.carrier import Carrier
from core.ports.knowledge import KnowledgeDesk
from core.shipping.tracking import Arrival

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Desk:
    """The order desk as endpoints reach it; put on `app.state.desk` by the composition root."""

    db: Database
    clock: Clock
    addresses: AddressBook
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    knowledge: KnowledgeDesk | None = None
    media: MediaStore | None = None
    banks: Mapping[str, Bank] = field(default_factory=dict)
    limits: RequestLimits = field(default_factory=RequestLimits)
    intakes: dict[str, GroupCommit[Arrival, int]] = field(default_factory=dict)
    """Of the carriers' webhooks, by carrier."""
    private_webhooks: bool = False
    """Webhooks may go to addresses of the shop's own network, also without https."""


@dataclass(frozen=True)
class Once:
    """A caller's Idempotency-Key and the request line it was sent with."""

    key: str
    request_line: str


_bearer = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="A key made by `chotdon keys create NAME --scope …`."
)


async def the_desk(request: Request) -> Desk:
    """Async, as what comes before every endpoint: another one would be called in a thread of its own."""
    return desk_of(request)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def _authorization(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> str | None:
    if credentials is None:
        return None
    visitor = request.client.host if request.client else ""
    desk_of(request).limits.take(credentials.credentials.strip(), visitor)
    return f"{credentials.scheme} {credentials.credentials}"


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, description="The same key again gives the first answer, creates nothing."),
    ] = None,
) -> Once | None:
    if idempotency_key is None:
        return None
    if not idempotency_key.strip():
        raise Invalid("idempotency_key_empty", "Idempotency-Key must not be empty.", {})
    return Once(idempotency_key, f"{request.method} {request.url.path}")


DeskDep = Annotated[Desk, Depends(the_desk)]
Authorization = Annotated[str | None, Depends(_authorization)]
IdempotencyKey = Annotated[Once | None, Depends(_once)]
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[
    str | None, Query(pattern="^[0-9a-f]{32}$", description="`next_cursor` of the page before.")
]


def read(desk: Desk, authorization: str | None, scope: str, work: Callable[[Session], T]) -> T:
    with desk.db.read_transaction() as session:
        require_key(session, authorization, scope=scope, write=False)
        return work(session)


def change(desk: Desk, authorization: str | None, scope: str, work: Callable[[Session, Actor], T]) -> T:
    def attempt() -> T:
        with desk.db.transaction() as session:
            return work(session, require_key(session, authorization, scope=scope))

    return _look_again(attempt)


def create(
    desk: Desk,
    authorization: str | None,
    scope: str,
    once: Once | None,
    request: Any,
    answer_type: type[ModelT],
    work: Callable[[Session, Actor], ModelT],
) -> ModelT:
    """Create once per caller and key, in the transaction of the deed; the same key with another request is refused."""
    if once is None:
        return change(desk, authorization, scope, work)
    text = json.dumps([once.request_line, request], sort_keys=True, default=str)
    fingerprint = hashlib.sha256(text.encode()).hexdigest()

    def attempt() -> ModelT:
        with desk.db.transaction() as session:
            actor = require_key(session, authorization, scope=scope)
            claimed = _claim(session, actor, once.key, fingerprint, desk)
            if claimed is None:
                return answer_type.model_validate(_first_answer(session, actor, once.key, fingerprint))
            answer = work(session, actor)
            session.execute(
                update(IdempotentAnswer)
                .where(IdempotentAnswer.id == claimed)
                .values(body=answer.model_dump(mode="json"))
            )
            return answer

    return _look_again(attempt)


def _look_again(attempt: Callable[[], T]) -> T:
    """Somebody made the same thing between our look and our write: a second look finds it and says so."""
    try:
        return attempt()
    except IntegrityError:
        return attempt()


def _claim(session: Session, actor: Actor, key: str, fingerprint: str, desk: Desk) -> str | None:
    """Written before the deed, so that the same key at the same moment waits for our commit; None when taken."""
    return session.scalar(
        insert_for(session, IdempotentAnswer)
        .values(
            id=new_id(), api_key_id=actor.id, idempotency_key=key, request_hash=fingerprint, status=201, body={},
            created_at=desk.clock(),
        )
        .on_conflict_do_nothing(index_elements=["api_key_id", "idempotency_key"])
        .returning(IdempotentAnswer.id)
    )  # fmt: skip


def _first_answer(session: Session, actor: Actor, key: str, fingerprint: str) -> dict[str, Any]:
    row = session.scalars(
        select(IdempotentAnswer).where(
            IdempotentAnswer.api_key_id == actor.id, IdempotentAnswer.idempotency_key == key
        )
    ).one()
    if row.request_hash != fingerprint:
        raise Conflict("idempotency_key_reused", "This Idempotency-Key was used for another request.", {})
    return row.body


def read_address(desk: Desk, typed: str | None, given: DeliveryAddress | None) -> DeliveryAddress | None:
    """Typed text or codes; what is doubtful is refused with what is missing and which places fit."""
    if given is not None:
        verified = desk.addresses.verify(given)
        if verified is None:
            raise Invalid("address_unknown", "These codes name no place. Send the address as text.", {})
        return verified
    if typed is None:
        return None
    reading = desk.addresses.read(typed)
    if reading.address is None:
        raise Invalid(
            "address_doubtful",
            f"The address is not clear. Missing: {', '.join(reading.missing) or 'a choice between places'}.",
            {
                "missing": list(reading.missing),
                "candidates": [{**c.as_dict(), "text": c.text} for c in reading.candidates],
            },
        )
    return reading.address
