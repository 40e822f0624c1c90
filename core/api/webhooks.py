"""Carriers' webhooks: verified on the raw body, stored, answered; the work is a job."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from core.api.access import Desk, DeskDep
from core.api.error_handlers import REFUSALS
from core.errors import AppError, Invalid, NotFound, Unauthenticated
from core.ports.carrier import IncomingRequest
from core.ports.errors import Rejected, SignatureInvalid
from core.shipping.tracking import receive_updates

MAX_BYTES = 65_536
router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"], responses=REFUSALS)


class TooLarge(AppError):
    status = 413


@router.post("/carriers/{carrier}")
async def carrier_webhook(desk: DeskDep, carrier: str, request: Request) -> dict[str, int]:
    """`received` counts what was new; a repeat is answered the same way and changes nothing."""
    if carrier not in desk.carriers:
        raise NotFound("carrier_unknown", "There is no such carrier here.", {})
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge("webhook_too_large", f"A webhook has at most {MAX_BYTES} bytes.", {})
    headers = {name.lower(): value for name, value in request.headers.items()}
    incoming = IncomingRequest(bytes(body), headers, dict(request.query_params))
    return {"received": await run_in_threadpool(_receive, desk, carrier, incoming)}


def _receive(desk: Desk, carrier: str, incoming: IncomingRequest) -> int:
    try:
        updates = desk.carriers[carrier].read_webhook(incoming)
    except SignatureInvalid:
        raise Unauthenticated("webhook_not_authentic", "This webhook does not carry our secret.") from None
    except Rejected as error:
        raise Invalid("webhook_unreadable", error.message, {}) from None
    with desk.db.transaction() as session:
        return receive_updates(session, carrier=carrier, updates=updates, now=desk.clock())
