"""Webhooks of carriers and banks: verified on the raw body, stored, answered; the work is a job."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from core.api.access import Desk, DeskDep
from core.api.error_handlers import REFUSALS
from core.api.group_commit import GroupCommit
from core.errors import AppError, Invalid, NotFound, Unauthenticated
from core.payments.bank_matching import receive_transfers
from core.ports.carrier import IncomingRequest
from core.ports.errors import Rejected, SignatureInvalid
from core.shipping.tracking import Arrival, receive_all
from core.telemetry import correlation_id

T = TypeVar("T")
MAX_BYTES = 65_536
router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], responses=REFUSALS)


class TooLarge(AppError):
    status = 413


@router.post("/carriers/{carrier}")
async def carrier_webhook(desk: DeskDep, carrier: str, request: Request) -> dict[str, int]:
    """`received` counts what was new; a repeat is answered the same way and changes nothing."""
    if carrier not in desk.carriers:
        raise NotFound("carrier_unknown", "There is no such carrier here.", {})
    incoming = await _incoming(request)
    updates = _verified(lambda: desk.carriers[carrier].read_webhook(incoming))
    return {"received": await _intake(desk, carrier).put(Arrival(updates, correlation_id.get()))}


class BankAnswer(BaseModel):
    """`success` is what SePay looks for: anything else is sent again."""

    success: bool
    received: int


@router.post("/banks/{bank}")
async def bank_webhook(desk: DeskDep, bank: str, request: Request) -> BankAnswer:
    """`received` counts what was new; a repeat is answered the same way and changes nothing."""
    if bank not in desk.banks:
        raise NotFound("bank_unknown", "There is no such bank here, or its key is not set.", {})
    incoming = await _incoming(request)
    received = await run_in_threadpool(_receive_transfers, desk, bank, incoming)
    return BankAnswer(success=True, received=received)


async def _incoming(request: Request) -> IncomingRequest:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge("webhook_too_large", f"A webhook has at most {MAX_BYTES} bytes.", {})
    headers = {name.lower(): value for name, value in request.headers.items()}
    return IncomingRequest(bytes(body), headers, dict(request.query_params))


def _intake(desk: Desk, carrier: str) -> GroupCommit[Arrival, int]:
    def store(arrivals: Sequence[Arrival]) -> list[int]:
        with desk.db.transaction() as session:
            return receive_all(session, carrier=carrier, arrivals=arrivals, now=desk.clock())

    return desk.intakes.setdefault(carrier, GroupCommit(store))


def _receive_transfers(desk: Desk, bank: str, incoming: IncomingRequest) -> int:
    news = _verified(lambda: desk.banks[bank].read_webhook(incoming))
    with desk.db.transaction() as session:
        return receive_transfers(session, bank=bank, news=news, now=desk.clock())


def _verified(read: Callable[[], T]) -> T:
    try:
        return read()
    except SignatureInvalid:
        raise Unauthenticated("webhook_not_authentic", "This webhook does not carry our secret.") from None
    except Rejected as error:
        raise Invalid("webhook_unreadable", error.message, {}) from None
