"""Transfers on the account, on both databases: exact closes by itself, the rest waits for people, each counts once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from core.api.access import Desk
from core.clock import utc_now
from core.db import Database
from core.jobs.models import Job
from core.jobs.tasks import list_open
from core.orders.models import Order
from core.payments.bank_matching import match_transfer, receive_transfers
from core.payments.models import BankTransfer, Payment
from core.ports.bank import TransferNews
from tests.core.test_api import place
from tests.core.test_return_steps import order_of, post, refused
from tests.small_shop import DeskApp, OneTown, fill

Tell = Callable[..., dict[str, Any]]


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    with TestClient(
        DeskApp(Desk(db, utc_now, OneTown())), headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


@pytest.fixture
def tell(api: TestClient, db: Database) -> Tell:
    """A transfer comes in and is looked at; how it stands then."""
    numbers = iter(range(1, 100))

    def one(amount: int, memo: str, *, number: int | None = None, direction: Any = "in") -> dict[str, Any]:
        external = str(number or next(numbers))
        news = TransferNews(external, direction, amount, memo, "0123", f"FT{external}", utc_now())
        with db.transaction() as session:
            receive_transfers(session, bank="sepay", news=[news], now=utc_now())
        with db.transaction() as session:
            for job in session.scalars(select(Job).where(Job.name == "transfer.match")):
                match_transfer(session, transfer_id=job.payload["transfer_id"], now=utc_now())
        rows = api.get("/api/v1/bank-transfers").json()["items"]
        return next((row for row in rows if row["external_id"] == external), {})

    return one


@pytest.fixture
def order(api: TestClient) -> str:
    return ordered(api)


def ordered(api: TestClient, quantity: int = 2) -> str:
    """120.000đ for two flowers, 50.000đ for each more."""
    return str(place(api, quantity=quantity, payment_method="bank_transfer")["code"])


def written_badly(code: str) -> str:
    return f"MBVCB.3278.{code[:2].lower()} {code[2:]}.CT tu 0123 toi 456"


def test_the_exact_amount_with_the_code_pays_the_order(api: TestClient, tell: Tell, order: str) -> None:
    transfer = tell(120_000, written_badly(order))

    paid = order_of(api, order)
    assert (transfer["state"], transfer["verdict"], paid["payment_state"]) == ("matched", "exact", "paid")
    assert transfer["used"] == [{"order": order, "amount": 120_000}]


def test_a_repeat_changes_nothing(api: TestClient, tell: Tell, order: str, db: Database) -> None:
    for _ in range(3):
        tell(120_000, order, number=7)

    assert order_of(api, order)["money"]["paid"] == 120_000
    with db.read_transaction() as session:
        for table in (BankTransfer, Payment):
            assert session.scalar(select(func.count()).select_from(table)) == 1


def test_two_transfers_that_reach_the_sum_pay_one_order(
    api: TestClient, tell: Tell, order: str, db: Database
) -> None:
    first = tell(50_000, order)
    between = order_of(api, order)["payment_state"]
    second = tell(70_000, order)

    assert (first["verdict"], between, second["verdict"]) == ("under", "part_paid", "exact")
    assert order_of(api, order)["payment_state"] == "paid"
    with db.read_transaction() as session:
        told = (
            select(func.count()).select_from(Job).where(Job.deduplication_key.contains("transfer.doubtful"))
        )
        assert session.scalar(told) == 1  # of the first, which left something open


def test_too_much_waits_and_stands_as_overpaid_when_it_is_assigned(
    api: TestClient, tell: Tell, order: str
) -> None:
    transfer = tell(130_000, order)
    before = order_of(api, order)["money"]["paid"]
    done = post(api, f"bank-transfers/{transfer['code']}/assign", {"parts": [{"order": order}]})

    assert (transfer["state"], transfer["verdict"], before) == ("doubtful", "over", 0)
    assert transfer["suggestions"] == [{"order": order, "amount": 120_000, "why": "memo"}]
    assert done["state"] == "matched"
    assert order_of(api, order)["money"]["overpaid"] == 10_000


def test_money_for_a_cancelled_order_closes_nothing(api: TestClient, tell: Tell, order: str) -> None:
    post(api, f"orders/{order}/cancel")

    transfer = tell(120_000, order)

    assert (transfer["state"], transfer["verdict"]) == ("doubtful", "late")
    assert [s["why"] for s in transfer["suggestions"]] == ["called off"]


def test_a_second_payment_of_a_paid_order_waits(tell: Tell, order: str) -> None:
    tell(120_000, order)

    assert tell(120_000, order)["verdict"] == "already_paid"


def test_money_for_a_parcel_that_is_paid_at_the_door_waits(api: TestClient, tell: Tell, db: Database) -> None:
    code = place(api, quantity=2)["code"]
    with db.transaction() as session:
        session.execute(update(Order).values(fulfilment_state="shipped", status="processing"))

    assert tell(120_000, code)["verdict"] == "cod_on_the_way"


@pytest.mark.parametrize("memo", ["tien hoa", "H{}", "{}", ""])
def test_a_memo_without_the_code_only_suggests(api: TestClient, tell: Tell, order: str, memo: str) -> None:
    ordered(api, 3)

    transfer = tell(120_000, memo.format(order[2:]))

    assert (transfer["state"], transfer["verdict"]) == ("doubtful", "wrong_memo")
    assert [s["order"] for s in transfer["suggestions"]] == [order]
    assert order_of(api, order)["payment_state"] == "unpaid"


def test_the_order_whose_number_stands_in_the_memo_comes_first(
    api: TestClient, tell: Tell, order: str
) -> None:
    ordered(api)

    suggestions = tell(120_000, f"don {order[2:]}")["suggestions"]

    assert (len(suggestions), suggestions[0]["order"], suggestions[0]["why"]) == (
        2,
        order,
        "number and amount",
    )


def test_money_that_fits_nothing_is_kept_and_shown(tell: Tell, order: str) -> None:
    transfer = tell(77_000, "me gui con")

    assert (transfer["state"], transfer["verdict"], transfer["suggestions"]) == ("doubtful", "no_order", [])


def test_one_transfer_for_two_orders_is_split_by_a_person(api: TestClient, tell: Tell, order: str) -> None:
    other = ordered(api, 1)
    transfer = tell(190_000, f"{order} {other}")
    parts = [{"order": s["order"], "amount": s["amount"]} for s in transfer["suggestions"]]
    short = refused(
        api, f"bank-transfers/{transfer['code']}/assign", {"parts": [{**parts[0], "amount": 1}, parts[1]]}
    )
    post(api, f"bank-transfers/{transfer['code']}/assign", {"parts": parts})

    assert (transfer["state"], transfer["verdict"]) == ("doubtful", "several_orders")
    assert short["code"] == "parts_do_not_add_up"
    assert [order_of(api, code)["payment_state"] for code in (order, other)] == ["paid", "paid"]


def test_a_transfer_is_used_once(api: TestClient, tell: Tell, order: str) -> None:
    other = ordered(api)
    transfer = tell(120_000, "khong ghi gi")
    path = f"bank-transfers/{transfer['code']}"
    post(api, f"{path}/assign", {"parts": [{"order": order}]})

    again = refused(api, f"{path}/assign", {"parts": [{"order": other}]})
    late = refused(api, f"{path}/dismiss", {"why": "not_ours"})

    assert (again["code"], again["data"]["orders"], late["code"]) == (
        "bank_transfer_decided",
        [order],
        "bank_transfer_decided",
    )
    assert order_of(api, other)["money"]["paid"] == 0


@pytest.mark.parametrize(
    ("why", "state"), [("not_ours", "dismissed"), ("recorded", "dismissed"), ("refund_due", "refund_due")]
)
def test_a_transfer_may_be_nobody_s(
    api: TestClient, tell: Tell, order: str, db: Database, why: str, state: str
) -> None:
    transfer = tell(120_000, "x")

    done = post(api, f"bank-transfers/{transfer['code']}/dismiss", {"why": why, "note": "nhầm"})

    assert (done["state"], done["note"]) == (state, f"{why} nhầm")
    with db.read_transaction() as session:
        tasks = [task.kind for task in list_open(session)]
    assert tasks == (["transfer_to_return"] if why == "refund_due" else [])


def test_money_that_leaves_is_no_payment(api: TestClient, tell: Tell, order: str) -> None:
    assert tell(120_000, order, direction="out") == {}
    assert order_of(api, order)["payment_state"] == "unpaid"


@pytest.mark.parametrize(
    "parts",
    [
        [], [{"order": "NOPE"}], [{"order": "{}", "amount": 0}], [{"order": "{}"}, {"order": "{}"}],
        [{"order": "{}", "amount": 119_999}], [{"order": "{}", "amount": 10**13}],
    ],
)  # fmt: skip
def test_parts_that_make_no_sense_are_refused(
    api: TestClient, tell: Tell, order: str, parts: list[Any]
) -> None:
    transfer = tell(120_000, "x")
    given = [{**part, "order": part["order"].format(order)} for part in parts]

    refused(api, f"bank-transfers/{transfer['code']}/assign", {"parts": given})

    assert api.get(f"/api/v1/bank-transfers/{transfer['code']}").json()["state"] == "doubtful"


def test_the_time_of_the_bank_is_kept(api: TestClient, tell: Tell) -> None:
    told = datetime.fromisoformat(tell(1_000, "x")["at"])

    assert abs((told.astimezone(UTC) - utc_now()).total_seconds()) < 60
