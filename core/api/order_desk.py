"""/orders beyond one order's steps: many at once, merge and split, tags and notes, risk, orders by staff."""

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import Authorization, Desk, DeskDep, IdempotencyKey, change, create, read_address
from core.api.error_handlers import REFUSALS
from core.api.order_schemas import (
    BulkIn,
    BulkOut,
    BulkRowOut,
    ManualOrderIn,
    MergeIn,
    NoteIn,
    RiskIn,
    SplitIn,
    SplitOut,
    TagsIn,
)
from core.api.orders import place_of
from core.api.schemas import LineIn, OrderOut
from core.api.versions import IfMatch, expected_version, set_etag
from core.errors import Invalid
from core.orders.bulk import in_bulk, read_codes
from core.orders.manual import ManualOrder, quote_written_down, write_down
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.risk import confirm_by_phone, override_risk
from core.orders.tags import set_note, set_tags
from core.payments.regrouping import merge_with_payments, split_with_payments
from core.shipping.rates import FeeQuestion, ask_fee, fee_question

router = APIRouter(prefix="/api/v1", tags=["orders"], responses=REFUSALS)


@router.post("/orders/bulk")
def bulk(desk: DeskDep, body: BulkIn, authorization: Authorization) -> BulkOut:
    """One row an order; a refusal undoes nothing of the others, and running it again is safe."""

    def work(session: Session, actor: Actor) -> BulkOut:
        if not body.codes and not body.range:
            raise Invalid("codes_invalid", "Send `codes` or `range`.", {})
        codes = read_codes(" ".join([*body.codes, body.range]))
        rows = in_bulk(
            session, action=body.action, codes=codes, reason=body.reason, actor=actor, now=desk.clock()
        )
        return BulkOut(results=[BulkRowOut.model_validate(row) for row in rows])

    return change(desk, authorization, "orders", work)


@router.post("/orders/manual", status_code=201)
def manual(
    desk: DeskDep, body: ManualOrderIn, authorization: Authorization, once: IdempotencyKey
) -> OrderOut:
    """Quoted and placed in one go, for whoever has the buyer's yes. Where the shop passes the carrier's fee on, the
    carrier is asked; 503 `carrier_fee_unknown` when it does not tell.
    """

    def write(session: Session, actor: Actor) -> FeeQuestion | None:
        cart = write_down(session, wish=_wish(desk, body), actor=actor, now=desk.clock())
        asked.append(cart.id)
        return fee_question(session, cart_id=cart.id)

    def work(session: Session, actor: Actor) -> OrderOut:
        now = desk.clock()
        quote = quote_written_down(session, cart_id=asked[-1], fee=fee, actor=actor, now=now)
        return OrderOut.model_validate(place_order(session, actor=actor, quote_id=quote.id, now=now))

    asked: list[str] = []
    question = change(desk, authorization, "orders", write)
    fee = ask_fee(question, desk.carriers) if question is not None else None
    return create(desk, authorization, "orders", once, body.model_dump(), OrderOut, work)


def _wish(desk: Desk, body: ManualOrderIn) -> ManualOrder:
    address = read_address(desk, body.address, place_of(body.place))
    if address is None:
        raise Invalid("address_missing", "Send the address as text (`address`) or by codes (`place`).", {})
    return ManualOrder(
        quantities=pieces(body.lines), buyer_name=body.name, phone=body.phone, address=address,
        payment_method=body.payment_method, note=body.note, discount_percent=body.discount_percent,
        customer_id=body.customer_id,
    )  # fmt: skip


@router.put("/orders/{code}/tags")
def tags(
    desk: DeskDep,
    code: str,
    body: TagsIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> OrderOut:
    """These in the place of all before; at any time of the order's life."""
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> OrderOut:
        order = set_tags(
            session, order_id=code, tags=body.tags, expected_version=version, actor=actor, now=desk.clock()
        )
        return _told(response, order)

    return change(desk, authorization, "orders", work)


@router.put("/orders/{code}/note")
def note(
    desk: DeskDep,
    code: str,
    body: NoteIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> OrderOut:
    """The staff's own words; no buyer and no carrier sees them."""
    version = expected_version(if_match)

    def work(session: Session, actor: Actor) -> OrderOut:
        order = set_note(
            session, order_id=code, note=body.note, expected_version=version, actor=actor, now=desk.clock()
        )
        return _told(response, order)

    return change(desk, authorization, "orders", work)


@router.post("/orders/{code}/merge")
def merge(desk: DeskDep, code: str, body: MergeIn, authorization: Authorization) -> OrderOut:
    """The others' lines, stock and payments come over; the shipping fee is paid once, by the shop's rule."""

    def work(session: Session, actor: Actor) -> OrderOut:
        merged = merge_with_payments(session, into=code, others=body.orders, actor=actor, now=desk.clock())
        return OrderOut.model_validate(merged)

    return change(desk, authorization, "orders", work)


@router.post("/orders/{code}/split", status_code=201)
def split(
    desk: DeskDep, code: str, body: SplitIn, authorization: Authorization, once: IdempotencyKey
) -> SplitOut:
    """These lines into an order of their own, which pays no second shipping fee."""

    def work(session: Session, actor: Actor) -> SplitOut:
        kept, new = split_with_payments(
            session, order_id=code, quantities=pieces(body.lines), actor=actor, now=desk.clock()
        )
        return SplitOut(order=OrderOut.model_validate(kept), new_order=OrderOut.model_validate(new))

    return create(desk, authorization, "orders", once, body.model_dump(), SplitOut, work)


@router.post("/orders/{code}/risk")
def risk(desk: DeskDep, code: str, body: RiskIn, authorization: Authorization) -> OrderOut:
    """Settle what the shop's rule asks because of parcels that this buyer refused."""
    return change(desk, authorization, "orders", lambda s, actor: _settle_risk(desk, s, actor, code, body))


def _settle_risk(desk: Desk, session: Session, actor: Actor, code: str, body: RiskIn) -> OrderOut:
    order_id, now = get_order(session, code).id, desk.clock()
    if body.state == "confirmed":
        order = confirm_by_phone(session, order_id=order_id, note=body.reason, actor=actor, now=now)
    else:
        order = override_risk(session, order_id=order_id, reason=body.reason, actor=actor, now=now)
    return OrderOut.model_validate(order)


def pieces(lines: list[LineIn]) -> dict[str, int]:
    """A SKU twice counts together."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def _told(response: Response, order: Order) -> OrderOut:
    set_etag(response, order.version)
    return OrderOut.model_validate(order)
