"""/stock-counts: stock-takes while selling goes on."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, IdempotencyKey, Limit, change, create, read
from core.api.error_handlers import REFUSALS
from core.api.paging import page_of
from core.api.schemas import Page
from core.api.stock_schemas import (
    CountApprovalIn,
    CountIn,
    CountLineOut,
    CountOut,
    CountsIn,
    DifferenceOut,
)
from core.api.versions import IfMatch, expected_version, set_etag
from core.errors import Invalid
from core.orders.short_counts import approve_count
from core.stock.count_sheets import read_sheet, write_sheet
from core.stock.counts import cancel_count, count_lines, difference_of, enter_counts, get_count, open_count
from core.stock.models import StockCount, Warehouse
from core.stock.queries import get_warehouse

router = APIRouter(prefix="/api/v1", tags=["stock"], responses=REFUSALS)


@router.get("/stock-counts")
def counts(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["open", "posted", "cancelled"] | None = None,
    warehouse: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CountOut]:
    """Newest first."""

    def work(session: Session) -> Page[CountOut]:
        statement = select(StockCount).order_by(StockCount.id.desc()).limit(limit + 1)
        if state is not None:
            statement = statement.where(StockCount.state == state)
        if warehouse is not None:
            statement = statement.where(StockCount.warehouse_id == get_warehouse(session, warehouse).id)
        if cursor is not None:
            statement = statement.where(StockCount.id < cursor)
        rows = list(session.scalars(statement))
        return page_of(rows, limit, lambda row: count_out(session, row))

    return read(desk, authorization, "stock", work)


@router.post("/stock-counts", status_code=201)
def add_count(desk: DeskDep, body: CountIn, authorization: Authorization, once: IdempotencyKey) -> CountOut:
    """Freezes what is expected; selling goes on."""

    def work(session: Session, actor: Actor) -> CountOut:
        opened = open_count(
            session, warehouse=get_warehouse(session, body.warehouse_code), skus=body.skus, note=body.note,
            actor=actor, now=desk.clock(),
        )  # fmt: skip
        return count_out(session, opened)

    return create(desk, authorization, "stock", once, body.model_dump(), CountOut, work)


@router.get("/stock-counts/{count}")
def count_by_code(desk: DeskDep, count: str, response: Response, authorization: Authorization) -> CountOut:
    """`ETag` names the version that was seen; send it as `If-Match` with a change."""
    found = read(desk, authorization, "stock", lambda s: count_out(s, get_count(s, count)))
    set_etag(response, found.version)
    return found


@router.get("/stock-counts/{count}/lines")
def lines(
    desk: DeskDep,
    count: str,
    authorization: Authorization,
    after: Annotated[str | None, Query(max_length=64, description="The last SKU already seen.")] = None,
    limit: Limit = 200,
) -> Page[CountLineOut]:
    """By SKU; `next_cursor` goes into `after`."""

    def work(session: Session) -> Page[CountLineOut]:
        rows = count_lines(session, get_count(session, count).id, after=after, limit=limit + 1)
        items = [CountLineOut.model_validate(row) for row in rows[:limit]]
        return Page(items=items, next_cursor=items[-1].sku if len(rows) > limit else None)

    return read(desk, authorization, "stock", work)


@router.get(
    "/stock-counts/{count}/sheet", response_class=Response, responses={200: {"content": {"text/csv": {}}}}
)
def sheet(desk: DeskDep, count: str, authorization: Authorization) -> Response:
    """All lines as CSV, to be filled in and sent back to `counts`."""

    def work(session: Session) -> Response:
        found = get_count(session, count)
        return Response(
            write_sheet(count_lines(session, found.id)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{found.code}.csv"'},
        )

    return read(desk, authorization, "stock", work)


@router.put("/stock-counts/{count}/counts")
def enter(
    desk: DeskDep, count: str, body: CountsIn, authorization: Authorization, if_match: IfMatch = None
) -> CountOut:
    """Lines not named stay uncounted; a line again corrects it. All or nothing."""
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> CountOut:
        entered = enter_counts(
            session, count_id=count, counted=_counted(body), at_opening=body.at_opening, expected_version=version,
            actor=actor, now=desk.clock(),
        )  # fmt: skip
        return count_out(session, entered)

    return change(desk, authorization, "stock", work)


@router.post("/stock-counts/{count}/approve")
def approve(
    desk: DeskDep, count: str, body: CountApprovalIn, authorization: Authorization, if_match: IfMatch = None
) -> CountOut:
    """Post the differences as adjustments, once. Refused with `count_below_reserved` and the orders that it
    hurts; then choose which to cancel.
    """
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> CountOut:
        posted = approve_count(
            session, count_id=count, cancel_orders=set(body.cancel_orders),
            release_holds=set(body.release_holds), leave_uncounted=body.leave_uncounted,
            expected_version=version, actor=actor, now=desk.clock(),
        )  # fmt: skip
        return count_out(session, posted)

    return change(desk, authorization, "stock", work)


@router.post("/stock-counts/{count}/cancel")
def cancel(desk: DeskDep, count: str, authorization: Authorization, if_match: IfMatch = None) -> CountOut:
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> CountOut:
        done = cancel_count(session, count_id=count, expected_version=version, actor=actor, now=desk.clock())
        return count_out(session, done)

    return change(desk, authorization, "stock", work)


def count_out(session: Session, count: StockCount) -> CountOut:
    return CountOut(
        code=count.code, warehouse_code=session.get_one(Warehouse, count.warehouse_id).code, state=count.state,
        note=count.note, opened_at=count.opened_at, ended_at=count.ended_at, version=count.version,
        difference=DifferenceOut.model_validate(difference_of(session, count.id)),
    )  # fmt: skip


def _counted(body: CountsIn) -> dict[str, int]:
    if (body.csv is None) == (not body.lines):
        raise Invalid("counts_missing", "Send either `lines` or `csv`.", {})
    if body.csv is not None:
        return read_sheet(body.csv)
    found: dict[str, int] = {}
    for line in body.lines:
        if line.sku in found:
            raise Invalid(
                "sku_twice", f"{line.sku[:40]} stands twice. Write it once.", {"sku": line.sku[:40]}
            )
        found[line.sku] = line.counted
    return found
