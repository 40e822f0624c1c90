"""A transfer that was given to the wrong order is taken back, on both databases: the sums follow, nothing is erased."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from core.actor import Actor, Role
from core.audit import AuditEntry
from core.clock import utc_now
from core.db import Database
from core.errors import Conflict, NotAllowed
from core.jobs.tasks import list_open
from core.orders.fulfilment import complete_if_done
from core.orders.models import Order
from core.payments.models import Payment
from core.payments.taking_back import take_transfer_back
from tests.core.test_bank_matching import Tell, api, order, ordered, tell
from tests.core.test_return_steps import order_of, post, refused

__all__ = ["api", "order", "tell"]


def back(api: TestClient, code: str, reason: str = "ghi nhầm đơn") -> dict[str, object]:
    return post(api, f"bank-transfers/{code}/take-back", {"reason": reason})


def test_what_it_paid_is_due_again_and_it_waits_for_a_person(
    api: TestClient, tell: Tell, order: str, db: Database
) -> None:
    right = ordered(api)
    code = tell(120_000, order)["code"]

    waits = back(api, code)

    assert (waits["state"], waits["verdict"], waits["note"], waits["used"]) == (
        "doubtful", "taken_back", "ghi nhầm đơn", [],
    )  # fmt: skip
    assert [s["order"] for s in waits["suggestions"]] == [right]  # type: ignore[attr-defined]
    left = order_of(api, order)
    assert (left["payment_state"], left["money"]["paid"], left["money"]["outstanding"]) == (
        "unpaid",
        0,
        120_000,
    )
    post(api, f"bank-transfers/{code}/assign", {"parts": [{"order": right}]})
    assert order_of(api, right)["payment_state"] == "paid"
    with db.read_transaction() as session:
        rows = session.execute(select(Payment.kind, Payment.amount).order_by(Payment.id)).all()
        deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("%taken_back"))).all()
    assert [tuple(row) for row in rows] == [
        ("bank_transfer", 120_000), ("taken_back", 120_000), ("bank_transfer", 120_000),
    ], "what was written stays"  # fmt: skip
    assert sorted(deeds) == ["payment.taken_back", "transfer.taken_back"]


def test_it_may_be_given_to_the_same_order_again_and_taken_back_again(
    api: TestClient, tell: Tell, order: str
) -> None:
    code = tell(120_000, order)["code"]
    for _ in range(3):
        back(api, code)
        assert order_of(api, order)["money"]["paid"] == 0
        done = post(api, f"bank-transfers/{code}/assign", {"parts": [{"order": order}]})
        assert done["used"] == [{"order": order, "amount": 120_000}]
        assert order_of(api, order)["money"]["paid"] == 120_000


def test_of_several_orders_it_is_taken_from_all_or_none(api: TestClient, tell: Tell, order: str) -> None:
    other = ordered(api, 1)
    code = tell(190_000, "hai don")["code"]
    post(
        api,
        f"bank-transfers/{code}/assign",
        {"parts": [{"order": order, "amount": 120_000}, {"order": other}]},
    )
    refund = post(api, f"orders/{other}/refunds", {"amount": 10_000, "reason": "x"}, 201)

    assert refused(api, f"bank-transfers/{code}/take-back", {"reason": "x"})["code"] == "transfer_refunded"
    assert order_of(api, order)["money"]["paid"] == 120_000
    post(api, f"refunds/{refund['code']}/cancel")
    back(api, code)
    assert [order_of(api, each)["money"]["paid"] for each in (order, other)] == [0, 0]


def test_a_completed_order_keeps_what_it_needs(api: TestClient, tell: Tell, order: str, db: Database) -> None:
    code = tell(120_000, order)["code"]
    with db.transaction() as session:
        row = session.scalars(select(Order)).one()
        session.execute(
            update(Order).values(status="processing", fulfilment_state="delivered", delivered_at=utc_now())
        )
        complete_if_done(session, order_id=row.id, now=utc_now())

    told = refused(api, f"bank-transfers/{code}/take-back", {"reason": "x"})
    assert (told["code"], order_of(api, order)["money"]["paid"]) == ("transfer_completed_order", 120_000)

    right = tell(120_000, "tien hang")["code"]
    post(api, f"bank-transfers/{right}/assign", {"parts": [{"order": order}]})
    back(api, code)
    assert (order_of(api, order)["status"], order_of(api, order)["money"]["paid"]) == ("completed", 120_000)


def test_of_a_parcel_that_is_packed_staff_are_told(
    api: TestClient, tell: Tell, order: str, db: Database
) -> None:
    code = tell(120_000, order)["code"]
    post(api, f"orders/{order}/pack")
    back(api, code)

    with db.read_transaction() as session:
        (task,) = [t for t in list_open(session) if t.kind == "payment_difference"]
    assert order in task.title
    assert "120.000đ" in task.title


def test_a_transfer_that_pays_nothing_has_nothing_to_take_back(
    api: TestClient, tell: Tell, order: str
) -> None:
    code = tell(77_000, "x")["code"]
    assert (
        refused(api, f"bank-transfers/{code}/take-back", {"reason": "x"})["code"] == "transfer_pays_nothing"
    )
    paid = tell(120_000, order)["code"]
    back(api, paid)
    assert (
        refused(api, f"bank-transfers/{paid}/take-back", {"reason": "x"})["code"] == "transfer_pays_nothing"
    )
    assert refused(api, f"bank-transfers/{paid}/take-back", {"reason": " "})["code"] == "reason_missing"


@pytest.mark.parametrize("role", ["owner", "manager", "accountant", "sales", "warehouse"])
def test_it_is_the_business_of_who_keeps_the_books(tell: Tell, order: str, db: Database, role: Role) -> None:
    code = tell(120_000, order)["code"]

    def take() -> None:
        with db.transaction() as session:
            take_transfer_back(
                session, code=code, reason="x", actor=Actor("staff", "s", "Mai", role), now=utc_now()
            )

    if role in ("sales", "warehouse"):
        with pytest.raises(NotAllowed):
            take()
        return
    take()
    with pytest.raises(Conflict):
        take()


def test_what_was_split_off_goes_back_too(api: TestClient, tell: Tell, db: Database) -> None:
    code = ordered(api, 3)
    transfer = tell(170_000, code)["code"]
    new = post(api, f"orders/{code}/split", {"lines": [{"sku": "HOA-1", "quantity": 1}]}, 201)
    codes = [code, new["new_order"]["code"]]

    back(api, transfer)

    assert [order_of(api, each)["money"]["paid"] for each in codes] == [0, 0]
