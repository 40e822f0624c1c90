"""/transfers: goods from one warehouse to another."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.actor import Actor
from core.api.access import Authorization, Cursor, Desk, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import Page
from core.api.stock_schemas import (
    ReasonIn,
    StockLineIn,
    TransferIn,
    TransferLineOut,
    TransferLinesIn,
    TransferOut,
    TransferReceiptIn,
)
from core.api.versions import IfMatch, expected_version, set_etag
from core.errors import Invalid
from core.stock.models import Transfer, Warehouse
from core.stock.queries import get_warehouse
from core.stock.transfers import (
    cancel_transfer,
    change_transfer,
    close_transfer,
    draft_transfer,
    get_transfer,
    receive_transfer,
    send_transfer,
)

router = APIRouter(prefix="/api/v1", tags=["stock"], responses=REFUSALS)


@router.get("/transfers")
def transfers(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["draft", "sent", "closed", "cancelled"] | None = None,
    warehouse: Annotated[str | None, Query(max_length=40, description="Source or destination.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TransferOut]:
    """Newest first."""

    def work(session: Session) -> Page[TransferOut]:
        statement = (
            select(Transfer)
            .order_by(Transfer.id.desc())
            .limit(limit + 1)
            .options(selectinload(Transfer.lines))
        )
        if state is not None:
            statement = statement.where(Transfer.state == state)
        if warehouse is not None:
            place = get_warehouse(session, warehouse).id
            statement = statement.where((Transfer.source_id == place) | (Transfer.destination_id == place))
        if cursor is not None:
            statement = statement.where(Transfer.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, lambda row: transfer_out(session, row))

    return read(desk, authorization, "stock", work)


@router.post("/transfers", status_code=201)
def add_transfer(
    desk: DeskDep, body: TransferIn, authorization: Authorization, once: IdempotencyKey
) -> TransferOut:
    """A draft; nothing moves before `send`."""

    def work(session: Session, actor: Actor) -> TransferOut:
        made = draft_transfer(
            session, source=get_warehouse(session, body.source),
            destination=get_warehouse(session, body.destination), quantities=quantities(body.lines),
            note=body.note, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return transfer_out(session, made)

    return create(desk, authorization, "stock", once, body.model_dump(), TransferOut, work)


@router.get("/transfers/{transfer}")
def transfer_by_code(
    desk: DeskDep, transfer: str, response: Response, authorization: Authorization
) -> TransferOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a step."""
    found = read(desk, authorization, "stock", lambda s: transfer_out(s, get_transfer(s, transfer)))
    set_etag(response, found.version)
    return found


@router.put("/transfers/{transfer}/lines")
def replace_lines(
    desk: DeskDep,
    transfer: str,
    body: TransferLinesIn,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> TransferOut:
    """Of a draft: these in the place of all before."""
    version = expected_version(if_match)

    def step(session: Session, actor: Actor) -> Transfer:
        return change_transfer(
            session, transfer_id=transfer, quantities=quantities(body.lines), expected_version=version,
            actor=actor, now=desk.clock(),
        )  # fmt: skip

    return _step(desk, authorization, step)


@router.post("/transfers/{transfer}/send")
def send(desk: DeskDep, transfer: str, authorization: Authorization, if_match: IfMatch = None) -> TransferOut:
    """Off the shelf. What is promised to orders or kept aside stays where it is."""
    version = expected_version(if_match)

    def step(session: Session, actor: Actor) -> Transfer:
        return send_transfer(
            session, transfer_id=transfer, expected_version=version, actor=actor, now=desk.clock()
        )

    return _step(desk, authorization, step)


@router.post("/transfers/{transfer}/receipts", status_code=201)
def receive(
    desk: DeskDep,
    transfer: str,
    body: TransferReceiptIn,
    authorization: Authorization,
    once: IdempotencyKey,
    if_match: IfMatch = None,
) -> TransferOut:
    """What has come, in parts or whole; the transfer closes itself when everything has."""
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> TransferOut:
        received = receive_transfer(
            session, transfer_id=transfer, quantities=quantities(body.lines), reason=body.reason,
            expected_version=version, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return transfer_out(session, received)

    return create(desk, authorization, "stock", once, body.model_dump(), TransferOut, work)


@router.post("/transfers/{transfer}/close")
def close(
    desk: DeskDep, transfer: str, body: ReasonIn, authorization: Authorization, if_match: IfMatch = None
) -> TransferOut:
    """No more will come: what is missing is written off, with the reason."""
    version = expected_version(if_match)

    def step(session: Session, actor: Actor) -> Transfer:
        return close_transfer(
            session, transfer_id=transfer, reason=body.reason, expected_version=version, actor=actor,
            now=desk.clock(),
        )  # fmt: skip

    return _step(desk, authorization, step)


@router.post("/transfers/{transfer}/cancel")
def cancel(
    desk: DeskDep, transfer: str, authorization: Authorization, if_match: IfMatch = None
) -> TransferOut:
    """Before it is sent."""
    version = expected_version(if_match)

    def step(session: Session, actor: Actor) -> Transfer:
        return cancel_transfer(
            session, transfer_id=transfer, expected_version=version, actor=actor, now=desk.clock()
        )

    return _step(desk, authorization, step)


def quantities(lines: list[StockLineIn]) -> dict[str, int]:
    """A SKU twice is refused: two figures for one thing are a slip."""
    found: dict[str, int] = {}
    for line in lines:
        if line.sku in found:
            raise Invalid(
                "sku_twice", f"{line.sku[:40]} stands twice. Write it once.", {"sku": line.sku[:40]}
            )
        found[line.sku] = line.quantity
    return found


def transfer_out(session: Session, transfer: Transfer) -> TransferOut:
    codes = {
        row.id: row.code
        for row in session.execute(
            select(Warehouse.id, Warehouse.code).where(
                Warehouse.id.in_((transfer.source_id, transfer.destination_id))
            )
        )
    }
    return TransferOut(
        code=transfer.code, state=transfer.state, source=codes[transfer.source_id],
        destination=codes[transfer.destination_id], note=transfer.note, created_at=transfer.created_at,
        sent_at=transfer.sent_at, closed_at=transfer.closed_at, version=transfer.version,
        lines=[TransferLineOut.model_validate(line) for line in transfer.lines],
    )  # fmt: skip


def _step(desk: Desk, authorization: str | None, step: Callable[[Session, Actor], Transfer]) -> TransferOut:
    return change(
        desk, authorization, "stock", lambda session, actor: transfer_out(session, step(session, actor))
    )
