"""What carriers say, in whatever order and however often: the order ends where the parcel did."""

from collections.abc import Iterable
from datetime import datetime
from itertools import permutations

import pytest
from sqlalchemy import func, select

from core.actor import SYSTEM
from core.customers.identities import customer_for
from core.db import Database
from core.jobs.models import Job
from core.jobs.tasks import list_open
from core.jobs.worker import Worker
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import complete_if_done, pack_order
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import quote_cart
from core.payments.models import Payment
from core.ports.carrier import CarrierState, TrackingUpdate
from core.shipping.booking import request_shipment
from core.shipping.models import Shipment
from core.shipping.tracking import Arrival, receive_all, receive_updates, run_tracking
from core.stock.queries import levels
from tests.small_shop import PLACE, fill

WAY: tuple[CarrierState, ...] = ("picked_up", "delivering", "delivered")


def shipped(db: Database, now: datetime) -> tuple[Order, Shipment]:
    fill(db, now=now)
    with db.transaction() as session:
        customer = customer_for(session, chat_channel="t", external_id="1", now=now)
        cart_id = start_cart(session, customer_id=customer.id, sales_channel="api", now=now).id
        set_lines(session, cart_id=cart_id, quantities={"HOA-1": 2}, now=now)
        set_delivery(session, cart_id=cart_id, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
        set_payment_method(session, cart_id=cart_id, method="cod", now=now)
        quote = quote_cart(session, cart_id=cart_id, now=now)
        order = place_order(session, actor=SYSTEM, quote_id=quote.id, now=now)
        pack_order(session, order_id=order.id, actor=SYSTEM, now=now)
        shipment = request_shipment(session, actor=SYSTEM, order_id=order.id, now=now)
        shipment.tracking_number, shipment.state = "LX1", "created"
        return order, shipment


def tell(db: Database, states: Iterable[CarrierState | None], now: datetime, number: str = "LX1") -> None:
    for state in states:
        news = TrackingUpdate(f"{number}:{state}", number, "", state, str(state), now)
        with db.transaction() as session:
            receive_updates(session, carrier="ghn", updates=[news], now=now)
    Worker(db, {"shipment.track": run_tracking}, clock=lambda: now).run_until_idle(
        ignore_run_at=True, limit=200
    )


@pytest.mark.parametrize("states", list(permutations(WAY)), ids=lambda states: "-".join(states))
def test_late_repeated_and_reordered_news_end_the_same(
    db: Database, now: datetime, states: tuple[CarrierState, ...]
) -> None:
    order, shipment = shipped(db, now)

    tell(db, (*states, None, *states), now)

    with db.transaction() as session:
        complete_if_done(session, order_id=order.id, now=now)
        fresh = get_order(session, order.id)
        parcel = session.get_one(Shipment, shipment.id)
        paid = list(session.scalars(select(Payment.amount)))
        level = levels(session, skus=["HOA-1"])[0]
    assert (parcel.state, fresh.fulfilment_state, fresh.status) == ("delivered", "delivered", "completed")
    assert paid == [fresh.total]
    assert (level.on_hand, level.reserved) == (18, 0)


def test_a_failed_delivery_is_a_task_and_may_still_end_well(db: Database, now: datetime) -> None:
    order, _ = shipped(db, now)

    tell(db, ("picked_up", "delivering", "delivery_failed"), now)
    with db.read_transaction() as session:
        assert get_order(session, order.id).fulfilment_state == "failed"
        assert [task.kind for task in list_open(session) if task.kind != "dead_job"] == [
            "parcel_delivery_failed"
        ]
    tell(db, ("delivered",), now)

    with db.read_transaction() as session:
        assert get_order(session, order.id).fulfilment_state == "delivered"


def test_what_comes_back_is_told_and_nothing_is_paid(db: Database, now: datetime) -> None:
    order, _ = shipped(db, now)

    tell(db, ("picked_up", "delivering", "returning", "returned", "delivered"), now)

    with db.read_transaction() as session:
        assert get_order(session, order.id).fulfilment_state == "returned"
        assert session.scalar(select(func.count()).select_from(Payment)) == 0
        assert "parcel_returned" in [task.kind for task in list_open(session)]


def test_news_of_a_parcel_that_is_not_ours_changes_nothing_and_is_let_go(db: Database, now: datetime) -> None:
    order, _ = shipped(db, now)

    tell(db, ("delivered",), now, number="SOMEBODY-ELSES")

    with db.read_transaction() as session:
        assert get_order(session, order.id).fulfilment_state == "packed"
        states = select(Job.state).where(Job.name == "shipment.track")
        assert set(session.scalars(states)) == {"done"}


def test_stored_together_each_request_counts_its_own_news_and_a_repeat_counts_nothing(
    db: Database, now: datetime
) -> None:
    picked_up, delivered = (TrackingUpdate(state, "LX1", "", state, state, now) for state in WAY[::2])
    arrivals = [Arrival([picked_up], "r1"), Arrival([picked_up, delivered], "r2"), Arrival([], "r3")]

    with db.transaction() as session:
        first = receive_all(session, carrier="ghn", arrivals=arrivals, now=now)
    with db.transaction() as session:
        again = receive_all(session, carrier="ghn", arrivals=arrivals, now=now)

    assert (first, again) == ([1, 1, 0], [0, 0, 0])
    with db.read_transaction() as session:
        jobs = select(Job.correlation_id).where(Job.name == "shipment.track").order_by(Job.id)
        assert list(session.scalars(jobs)) == ["r1", "r2"]
