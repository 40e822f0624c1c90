"""Send an order: one parcel, whatever is pressed twice or fails between."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import audit
from core.actor import SYSTEM, Actor
from core.customers.phones import local_phone
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.jobs.crash_points import crash_point
from core.jobs.events import publish
from core.jobs.queue import enqueue
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.money import Dong
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.recording import outstanding
from core.ports.addresses import DeliveryAddress
from core.ports.carrier import Carrier, CarrierAddress, Parcel, ParcelItem, ParcelRequest
from core.ports.errors import Rejected
from core.shipping.labels import attach_label
from core.shipping.models import Shipment
from core.shipping.parcels import box_for
from core.stock.models import Reservation, Warehouse

LIVE = ("cancelled", "refused", "returned", "lost")
MAX_INSURANCE = 5_000_000


def request_shipment(
    session: Session, *, actor: Actor, order_id: str, now: datetime, carrier: str = "ghn"
) -> Shipment:
    """Write our key down and put the booking into the queue; the live parcel when there is one already."""
    actor.require_role("manager", "sales", "warehouse", action="ship orders")
    order = get_order(session, order_id)
    existing = live_shipment(session, order_id=order.id)
    if existing is not None:
        return existing
    if order.fulfilment_state != "packed":
        raise Conflict(
            "order_not_packed",
            f"Order {order.code} is {order.fulfilment_state}. Pack it before shipping.",
            {"code": order.code, "fulfilment_state": order.fulfilment_state},
        )
    if not order.address:
        raise Invalid(
            "address_missing", f"Order {order.code} has no address with codes. Correct it first.", {}
        )
    box = box_for([(line.weight_g, line.quantity) for line in order.lines])
    cod = outstanding(session, order) if order.payment_method == "cod" else 0
    shipment = Shipment(
        id=new_id(), order_id=order.id, warehouse_id=_warehouse_of(session, order), carrier=carrier,
        booking_key=f"{order.code}-{uuid.uuid4().hex[:12]}", state="submitting", weight_g=box.weight_g,
        length_cm=box.length_cm, width_cm=box.width_cm, height_cm=box.height_cm, cod_amount=Dong(cod),
        insurance_value=Dong(min(order.subtotal - order.discount, MAX_INSURANCE)), fee_payer="shop",
        created_at=now, state_at=now,
    )  # fmt: skip
    session.add(shipment)
    session.flush()
    enqueue(
        session,
        "shipment.book",
        {"shipment_id": shipment.id},
        now=now,
        deduplication_key=f"book:{shipment.id}",
    )
    audit.record(
        session, actor=actor, action="shipment.requested", subject_kind="order", subject_id=order.id, now=now,
        data={"shipment_id": shipment.id},
    )  # fmt: skip
    return shipment


def live_shipment(session: Session, *, order_id: str) -> Shipment | None:
    return session.scalar(select(Shipment).where(Shipment.order_id == order_id, Shipment.state.not_in(LIVE)))


def run_booking(run: Run, carriers: Mapping[str, Carrier]) -> None:
    """Job `shipment.book`: our key stands in the database, so a second try looks before it creates."""
    with run.db.read_transaction() as session:
        shipment = session.get_one(Shipment, str(run.payload["shipment_id"]))
        if shipment.state != "submitting":
            return
        order = get_order(session, shipment.order_id)
        request = parcel_request(session, shipment)
    carrier = carriers[shipment.carrier]
    crash_point("shipment.before_call")
    parcel = carrier.find(request.key) if run.attempt > 1 else None
    if parcel is None and order.status == "cancelled":
        _give_up(run, shipment)
        return
    if parcel is None:
        try:
            parcel = carrier.create(request)
        except Rejected as error:
            _refuse(run, shipment, f"{error.code}: {error.message}")
            return
    crash_point("shipment.after_call")
    with run.db.transaction() as session:
        if not _record(session, shipment.id, parcel, run.now):
            return
        if get_order(session, shipment.order_id).status == "cancelled":
            return  # called off while we called: `shipment.cancel` has what it waits for now
        enqueue(
            session, "shipment.label", {"shipment_id": shipment.id}, now=run.now,
            deduplication_key=f"label:{shipment.id}",
        )  # fmt: skip
        payload = {"key": shipment.id, "order_id": shipment.order_id, "shipment_id": shipment.id}
        publish(session, "shipment.booked", payload, now=run.now)
    crash_point("shipment.after_record")


def run_label(run: Run, carriers: Mapping[str, Carrier]) -> None:
    """Job `shipment.label`: the carrier's own PDF where it gives one, else ours."""
    with run.db.read_transaction() as session:
        shipment = session.get_one(Shipment, str(run.payload["shipment_id"]))
    if shipment.label_document_id is not None or not shipment.tracking_number:
        return
    label = carriers[shipment.carrier].label(shipment.tracking_number)
    with run.db.transaction() as session:
        attach_label(session, shipment_id=shipment.id, carrier_label=label, now=run.now)


def parcel_request(session: Session, shipment: Shipment) -> ParcelRequest:
    order = get_order(session, shipment.order_id)
    warehouse = session.get_one(Warehouse, shipment.warehouse_id)
    place = DeliveryAddress(**order.address)
    return ParcelRequest(
        key=shipment.booking_key,
        sender=sender_of(warehouse),
        receiver=CarrierAddress(
            order.buyer_name, local_phone(order.phone), place.street, place.ward, place.district, place.province,
            place.era,
        ),
        items=tuple(
            ParcelItem(
                f"{line.name} {line.option_text}".strip()[:200], line.sku, line.quantity, line.unit_price,
                line.weight_g,
            )
            for line in order.lines
        ),
        weight_g=shipment.weight_g,
        length_cm=shipment.length_cm,
        width_cm=shipment.width_cm,
        height_cm=shipment.height_cm,
        cod_amount=shipment.cod_amount,
        insurance_value=shipment.insurance_value,
        fee_payer="shop",
        note=order.delivery_note,
    )  # fmt: skip


def sender_of(warehouse: Warehouse) -> CarrierAddress:
    return CarrierAddress(
        warehouse.contact_name or warehouse.name, warehouse.phone, warehouse.street or warehouse.address,
        warehouse.ward, warehouse.district, warehouse.province,
        "new" if warehouse.address_era == "new" else "old",
    )  # fmt: skip


def _warehouse_of(session: Session, order: Order) -> str:
    held = session.scalar(
        select(Reservation.warehouse_id)
        .where(Reservation.order_id == order.id, Reservation.state == "held")
        .order_by(Reservation.quantity.desc())
        .limit(1)
    )
    if held is None:
        raise Conflict(
            "stock_not_held", f"Order {order.code} holds no stock. Cancel it and place it again.", {}
        )
    return held


def _record(session: Session, shipment_id: str, parcel: Parcel, now: datetime) -> bool:
    """False when the parcel is recorded already; a webhook may have been faster and moved it on."""
    shipment = session.get_one(Shipment, shipment_id)
    if shipment.tracking_number is not None:
        return False
    session.execute(
        update(Shipment)
        .where(Shipment.id == shipment_id)
        .values(
            tracking_number=parcel.tracking_number,
            tracking_url=parcel.tracking_url,
            sort_code=parcel.sort_code,
            fee=parcel.fee,
            expected_delivery_at=parcel.expected_delivery_at,
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Shipment)
        .where(Shipment.id == shipment_id, Shipment.state == "submitting")
        .values(state="created", state_at=now)
        .execution_options(synchronize_session=False)
    )
    return True


def _give_up(run: Run, shipment: Shipment) -> None:
    """The order was cancelled before the carrier heard of its parcel."""
    with run.db.transaction() as session:
        session.execute(
            update(Shipment)
            .where(Shipment.id == shipment.id, Shipment.state == "submitting")
            .values(state="cancelled", state_at=run.now)
            .execution_options(synchronize_session=False)
        )


def _refuse(run: Run, shipment: Shipment, reason: str) -> None:
    with run.db.transaction() as session:
        refused = session.execute(
            update(Shipment)
            .where(Shipment.id == shipment.id, Shipment.state == "submitting")
            .values(state="refused", refusal=reason[:500], state_at=run.now)
            .returning(Shipment.id)
            .execution_options(synchronize_session=False)
        ).first()
        if refused is None:
            return
        code = session.scalars(select(Order.code).where(Order.id == shipment.order_id)).one()
        open_task(
            session, key=f"shipment:{shipment.id}", kind="shipment_refused",
            title=f"{shipment.carrier.upper()} refused the parcel of {code}", detail=reason,
            subject_kind="order", subject_id=shipment.order_id, now=run.now,
        )  # fmt: skip
        payload = {"key": shipment.id, "order_id": shipment.order_id, "shipment_id": shipment.id}
        publish(session, "shipment.refused", payload, now=run.now)
        audit.record(
            session, actor=SYSTEM, action="shipment.refused", subject_kind="order", subject_id=shipment.order_id,
            now=run.now, data={"reason": reason[:500]},
        )  # fmt: skip
