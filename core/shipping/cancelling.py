"""An order was called off: its parcel, if there is one, is called off at the carrier too."""

from collections.abc import Mapping

from sqlalchemy import select, update

from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.orders.models import Order
from core.ports.carrier import Carrier
from core.ports.errors import ProviderUnavailable, Rejected
from core.shipping.booking import live_shipment
from core.shipping.models import Shipment
from core.shipping.states import sources


def run_cancelling(run: Run, carriers: Mapping[str, Carrier]) -> None:
    """Job `shipment.cancel`. A parcel that is just being booked is waited for; repeating is harmless."""
    order_id = str(run.payload["order_id"])
    with run.db.read_transaction() as session:
        shipment = live_shipment(session, order_id=order_id)
    if shipment is None or shipment.carrier not in carriers:
        return
    if shipment.tracking_number is None:
        raise ProviderUnavailable(shipment.carrier, "cancel", "the parcel is just being booked")
    try:
        carriers[shipment.carrier].cancel(shipment.tracking_number)
    except Rejected as error:
        _tell_staff(run, shipment, f"{error.code}: {error.message}")
        return
    with run.db.transaction() as session:
        session.execute(
            update(Shipment)
            .where(Shipment.id == shipment.id, Shipment.state.in_(sources("cancelled")))
            .values(state="cancelled", state_at=run.now)
            .execution_options(synchronize_session=False)
        )


def _tell_staff(run: Run, shipment: Shipment, reason: str) -> None:
    with run.db.transaction() as session:
        code = session.scalars(select(Order.code).where(Order.id == shipment.order_id)).one()
        open_task(
            session, key=f"stop:{shipment.id}", kind="parcel_not_stopped",
            title=f"{code} is cancelled, but its parcel {shipment.tracking_number} could not be stopped",
            detail=f"{reason}. Stop it at the carrier or refuse its pick-up.", subject_kind="order",
            subject_id=shipment.order_id, now=run.now,
        )  # fmt: skip
