"""Money back, on both databases: never more than came in, by a yes, with its proof, once; and the sums agree."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from core.actor import SYSTEM
from core.api.access import Desk
from core.approvals.models import Approval
from core.clock import utc_now
from core.db import Database
from core.jobs.worker import Run
from core.orders.models import Order
from core.orders.money import add_up
from core.payments.models import Payment
from core.payments.recording import record_payment
from core.payments.refunds import ask_again
from core.shop import save_shop_profile, shop_profile
from tests.core.test_api import place
from tests.core.test_return_steps import order_of, post, refused
from tests.small_shop import DeskApp, OneTown, fill


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    with TestClient(
        DeskApp(Desk(db, utc_now, OneTown())), headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


@pytest.fixture
def paid(api: TestClient) -> str:
    """An order of 120.000đ, paid by transfer in two parts."""
    order = place(api, quantity=2, payment_method="bank_transfer")
    for amount, reference in ((50_000, "FT1"), (70_000, "FT2")):
        done = post(api, f"orders/{order['code']}/payments", {"amount": amount, "reference": reference}, 201)
    assert (done["payment_state"], done["money"]["outstanding"]) == ("paid", 0)
    return str(order["code"])


def ask(api: TestClient, order: str, amount: int, **more: Any) -> dict[str, Any]:
    return post(api, f"orders/{order}/refunds", {"amount": amount, **more}, 201)


def decide(api: TestClient, refund: str, answer: str, **body: Any) -> None:
    (pending,) = [
        a
        for a in api.get("/api/v1/approvals", params={"state": "pending"}).json()["items"]
        if a["subject_code"] == refund
    ]
    post(api, f"approvals/{pending['code']}/{answer}", body)


PROOF = {"method": "bank_transfer", "reference": "FT26001"}


def test_a_part_payment_is_a_part_and_says_what_is_left(api: TestClient) -> None:
    order = place(api, quantity=2, payment_method="bank_transfer")

    done = post(api, f"orders/{order['code']}/payments", {"amount": 50_000, "reference": "FT1"}, 201)

    assert done["payment_state"] == "part_paid"
    assert done["money"] == {
        "due": 120_000, "paid": 50_000, "refunded": 0, "refund_held": 0, "outstanding": 70_000, "overpaid": 0,
    }  # fmt: skip


def test_a_refund_waits_for_a_yes_and_is_recorded_with_its_proof(api: TestClient, paid: str) -> None:
    refund = ask(api, paid, 20_000, reason="hoa héo")
    early = refused(api, f"refunds/{refund['code']}/pay", PROOF)
    decide(api, refund["code"], "approve")
    done = post(api, f"refunds/{refund['code']}/pay", PROOF)
    twice = refused(api, f"refunds/{refund['code']}/pay", PROOF)

    assert (refund["state"], early["code"], twice["code"]) == (
        "requested",
        "illegal_transition",
        "illegal_transition",
    )
    assert (done["state"], done["method"], done["reference"]) == ("paid", "bank_transfer", "FT26001")
    order = order_of(api, paid)
    assert order["payment_state"] == "paid"
    assert order["money"] == {
        "due": 100_000, "paid": 120_000, "refunded": 20_000, "refund_held": 0, "outstanding": 0, "overpaid": 0,
    }  # fmt: skip


def test_all_refunds_together_never_exceed_what_came_in(api: TestClient, paid: str) -> None:
    ask(api, paid, 80_000)
    too_much = refused(api, f"orders/{paid}/refunds", {"amount": 40_001})
    ask(api, paid, 40_000)

    assert (too_much["code"], too_much["data"]["refundable"]) == ("refund_too_much", 40_000)
    assert refused(api, f"orders/{paid}/refunds", {"amount": 1})["data"]["refundable"] == 0


def test_a_no_sets_the_amount_free_again(api: TestClient, paid: str) -> None:
    refund = ask(api, paid, 120_000)
    decide(api, refund["code"], "reject", note="không đủ lý do")

    after = api.get(f"/api/v1/refunds/{refund['code']}").json()
    assert (after["state"], after["decision_note"]) == ("rejected", "không đủ lý do")
    assert order_of(api, paid)["money"]["refund_held"] == 0
    assert refused(api, f"refunds/{refund['code']}/pay", PROOF)["code"] == "illegal_transition"


def test_a_cancelled_refund_takes_its_question_along(api: TestClient, paid: str) -> None:
    refund = ask(api, paid, 120_000)
    post(api, f"refunds/{refund['code']}/cancel")

    assert api.get("/api/v1/approvals", params={"state": "pending"}).json()["items"] == []
    assert order_of(api, paid)["money"]["refund_held"] == 0


def test_a_question_that_ran_out_is_asked_again(api: TestClient, paid: str, db: Database) -> None:
    refund = ask(api, paid, 10_000)
    later = utc_now() + timedelta(days=3)
    with db.transaction() as session:
        session.execute(update(Approval).values(state="expired"))

    for _ in range(2):
        ask_again(Run(db, {}, 1, later))

    with db.read_transaction() as session:
        pending = select(func.count()).select_from(Approval).where(Approval.state == "pending")
        assert session.scalar(pending) == 1
    decide(api, refund["code"], "reject")


def test_without_the_rule_no_yes_is_needed(api: TestClient, paid: str, db: Database) -> None:
    with db.transaction() as session:
        profile = shop_profile(session)
        rules = profile.approvals.model_copy(update={"refund_from": 50_000})
        save_shop_profile(session, profile=profile.model_copy(update={"approvals": rules}), now=utc_now())

    assert [ask(api, paid, amount)["state"] for amount in (49_999, 50_000)] == ["approved", "requested"]


def test_what_a_cancelled_order_was_paid_goes_back_whole(api: TestClient, paid: str) -> None:
    post(api, f"orders/{paid}/cancel", {"reason": "đổi ý"})
    assert order_of(api, paid)["money"]["overpaid"] == 120_000

    refund = ask(api, paid, 120_000)
    decide(api, refund["code"], "approve")
    post(api, f"refunds/{refund['code']}/pay", {"method": "cash", "reference": "phiếu chi 7"})

    order = order_of(api, paid)
    assert (refund["kind"], order["payment_state"], order["money"]["overpaid"]) == ("overpaid", "refunded", 0)


def test_the_database_itself_keeps_refunds_within_what_came_in(paid: str, db: Database) -> None:
    with pytest.raises(IntegrityError), db.transaction() as session:
        session.execute(update(Order).values(refund_held=Order.paid + 1))


def test_the_counters_are_the_sums_of_the_rows(api: TestClient, paid: str, db: Database) -> None:
    refund = ask(api, paid, 30_000)
    decide(api, refund["code"], "approve")
    post(api, f"refunds/{refund['code']}/pay", PROOF)
    with db.transaction() as session:
        order_id = session.scalars(select(Order.id).where(Order.code == paid)).one()
        twice = [
            record_payment(
                session,
                actor=SYSTEM,
                order_id=order_id,
                kind="cod",
                amount=5_000,
                reference="x",
                now=utc_now(),
            )
            for _ in range(2)
        ]

    assert twice == [True, False]
    with db.read_transaction() as session:
        is_refund = Payment.kind == "refund"
        sums = dict(session.execute(select(is_refund, func.sum(Payment.amount)).group_by(is_refund)).all())
        order = session.scalars(select(Order)).one()
        assert (order.paid, order.refunded) == (sums[False], sums[True]) == (125_000, 30_000)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders/{}/refunds", {"amount": 0}), ("orders/{}/refunds", {"amount": 10**14}),
        ("orders/{}/refunds", {"amount": 1.5}), ("orders/NOPE/refunds", {"amount": 1}),
        ("refunds/RF9/pay", PROOF), ("refunds/RF9/cancel", {}),
    ],
)  # fmt: skip
def test_nonsense_is_refused(api: TestClient, paid: str, path: str, body: dict[str, Any]) -> None:
    refused(api, path.format(paid), body)


amounts = st.integers(0, 10**13)


@given(amounts, amounts, st.booleans(), amounts, st.data())
def test_an_order_s_money_adds_up(
    total: int, credited: int, called_off: bool, paid: int, data: st.DataObject
) -> None:
    refunded = data.draw(st.integers(0, paid))
    held = data.draw(st.integers(0, paid - refunded))

    money = add_up(
        total=total, credited=credited, called_off=called_off, paid=paid, refunded=refunded, refund_held=held
    )

    assert money.paid - money.refunded == money.due - money.outstanding + money.overpaid
    assert min(money.due, money.outstanding, money.overpaid, money.refundable) >= 0
    assert 0 in (money.outstanding, money.overpaid)
