"""What endpoints share: the database, the caller, and creating things once per Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.auth import require_key
from core.api.models import IdempotentAnswer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.ports.addresses import AddressBook, DeliveryAddress
from core.ports.carrier import Carrier
from core.ports.knowledge import KnowledgeDesk

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


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(desk_of)]
Authorization = Annotated[str | None, Header(description="Bearer ck_…")]
IdempotencyKey = Annotated[
    str | None,
    Header(max_length=200, description="The same key again gives the first answer, creates nothing."),
]


def read(desk: Desk, authorization: str | None, scope: str, work: Callable[[Session], T]) -> T:
    with desk.db.read_transaction() as session:
        require_key(session, authorization, scope=scope, write=False)
        return work(session)


def change(desk: Desk, authorization: str | None, scope: str, work: Callable[[Session, Actor], T]) -> T:
    with desk.db.transaction() as session:
        return work(session, require_key(session, authorization, scope=scope))


def create(
    desk: Desk,
    authorization: str | None,
    scope: str,
    key: str | None,
    request: Any,
    answer_type: type[ModelT],
    work: Callable[[Session, Actor], ModelT],
) -> ModelT:
    """Create once per caller and key, in the transaction of the deed; the same key with another request is refused."""
    if key is None:
        return change(desk, authorization, scope, work)
    if not key.strip():
        raise Invalid("idempotency_key_empty", "Idempotency-Key must not be empty.", {})
    fingerprint = hashlib.sha256(
        json.dumps(request, sort_keys=True, default=str, ensure_ascii=False).encode()
    ).hexdigest()
    try:
        with desk.db.transaction() as session:
            actor = require_key(session, authorization, scope=scope)
            known = _known(session, actor, key, fingerprint)
            if known is not None:
                return answer_type.model_validate(known)
            answer = work(session, actor)
            session.add(
                IdempotentAnswer(
                    id=new_id(),
                    api_key_id=actor.id,
                    idempotency_key=key,
                    request_hash=fingerprint,
                    status=201,
                    body=answer.model_dump(mode="json"),
                    created_at=desk.clock(),
                )
            )
            session.flush()
            return answer
    except IntegrityError:
        with desk.db.read_transaction() as session:
            actor = require_key(session, authorization, scope=scope)
            known = _known(session, actor, key, fingerprint)
        if known is None:
            raise
        return answer_type.model_validate(known)


def _known(session: Session, actor: Actor, key: str, fingerprint: str) -> dict[str, Any] | None:
    row = session.scalar(
        select(IdempotentAnswer).where(
            IdempotentAnswer.api_key_id == actor.id, IdempotentAnswer.idempotency_key == key
        )
    )
    if row is None:
        return None
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
