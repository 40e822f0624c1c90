"""From the buyer's request to the settlement, on both databases: goods, money and the order end in agreement."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from core.actor import SYSTEM, Actor
from core.api.access import Desk
from core.clock import utc_now
from core.db import Database
from core.errors import AppError, IllegalTransition, NotAllowed
from core.jobs.tasks import list_open, open_task
from core.orders.models import Order
from core.payments.recording import record_payment
from core.returns.decisions import approve_return
from core.returns.inspection import Finding, inspect_return
from core.returns.queries import get_return, returned_pieces
from core.returns.settlement import settle_return
from core.returns.states import RETURN_TRANSITIONS
from core.stock.models import StockLevel, StockMovement
from tests.core.test_api import place
from tests.small_shop import DeskApp, OneTown, fill

CLERK = Actor("staff", "s1", "Mai", "sales")
MANAGER = Actor("staff", "s2", "Hà", "manager")
PACKER = Actor("staff", "s3", "Tú", "warehouse")


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    key = fill(db)
    with TestClient(
        DeskApp(Desk(db, utc_now, OneTown())), headers={"Authorization": f"Bearer {key}"}
    ) as client:
        yield client


def delivered(api: TestClient, db: Database, *, paid: bool = True, **lines: int) -> dict[str, Any]:
    """An order that left the shelf and arrived; paid in full unless said otherwise."""
    wanted = [{"sku": sku.replace("_", "-"), "quantity": q} for sku, q in (lines or {"HOA_1": 3}).items()]
    order = place(api, lines=wanted)
    api.post(f"/api/v1/orders/{order['code']}/pack")
    set_state(db, order, status="processing", fulfilment_state="delivered", delivered_at=utc_now())
    if paid:
        with db.transaction() as session:
            record_payment(
                session, actor=SYSTEM, order_id=order["id"], kind="cod", amount=order["total"],
                reference=order["code"], now=utc_now(),
            )  # fmt: skip
    return order


def set_state(db: Database, order: dict[str, Any], **values: Any) -> None:
    from core.stock.levels import consume_order

    with db.transaction() as session:
        consume_order(session, order_id=order["id"], actor=SYSTEM, now=utc_now())
        session.execute(update(Order).where(Order.id == order["id"]).values(**values))


def post(api: TestClient, path: str, body: dict[str, Any] | None = None, status: int = 200) -> dict[str, Any]:
    answer = api.post(f"/api/v1/{path}", json=body or {})
    assert answer.status_code == status, answer.text
    data: dict[str, Any] = answer.json()
    return data


def refused(api: TestClient, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = api.post(f"/api/v1/{path}", json=body or {})
    assert 400 <= answer.status_code < 500, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"]
    return error


def asked(api: TestClient, order: dict[str, Any], sku: str = "HOA-1", quantity: int = 2, **more: Any) -> str:
    line = {"sku": sku, "quantity": quantity, "exchange_sku": more.pop("instead", "")}
    body = {"order": order["code"], "lines": [line], "reason": "chật", **more}
    return str(post(api, "returns", body, 201)["code"])


def inspected(api: TestClient, code: str, *findings: dict[str, Any]) -> dict[str, Any]:
    post(api, f"returns/{code}/approve")
    post(api, f"returns/{code}/receive", {"warehouse_code": "A"})
    return post(api, f"returns/{code}/inspect", {"findings": list(findings)})


def good(quantity: int, sku: str = "HOA-1") -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "condition": "good"}


def damaged(quantity: int, sku: str = "HOA-1") -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "condition": "damaged", "reason": "gãy cành", "photo": "ảnh 7"}


def stock(api: TestClient, sku: str = "HOA-1") -> tuple[int, int]:
    (level,) = api.get("/api/v1/stock", params={"sku": sku}).json()["items"]
    return level["on_hand"], level["reserved"]


def order_of(api: TestClient, code: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/api/v1/orders/{code}").json()
    return found


def adds_up(db: Database) -> None:
    """On hand is the sum of the ledger, and each order's money holds together."""
    with db.read_transaction() as session:
        moved = {
            (v, w): q
            for v, w, q in session.execute(
                select(StockMovement.variant_id, StockMovement.warehouse_id, func.sum(StockMovement.quantity))
                .group_by(StockMovement.variant_id, StockMovement.warehouse_id)
            )
        }  # fmt: skip
        for level in session.scalars(select(StockLevel)):
            assert level.on_hand == moved.get((level.variant_id, level.warehouse_id), 0)
        for order in session.scalars(select(Order)):
            money = order.money
            assert money.paid - money.refunded == money.due - money.outstanding + money.overpaid
            assert money.refundable >= 0


def test_good_pieces_go_back_to_stock_and_damaged_ones_are_written_off(api: TestClient, db: Database) -> None:
    order = delivered(api, db)
    before = stock(api)[0]

    done = inspected(api, asked(api, order), good(1), damaged(1))

    assert done["state"] == "inspected"
    assert [(f["condition"], f["quantity"], f["photo"]) for f in done["findings"]] == [
        ("good", 1, ""),
        ("damaged", 1, "ảnh 7"),
    ]
    assert stock(api)[0] == before + 1
    with db.read_transaction() as session:
        kinds = select(StockMovement.kind, StockMovement.quantity).where(
            StockMovement.subject_kind == "return"
        )
        assert sorted(map(tuple, session.execute(kinds))) == [("return", 1), ("return", 1), ("write_off", -1)]
    adds_up(db)


def test_the_whole_price_of_the_pieces_goes_back_and_the_refund_waits_for_its_yes(
    api: TestClient, db: Database
) -> None:
    order = delivered(api, db)
    code = asked(api, order)
    inspected(api, code, good(2))

    done = post(api, f"returns/{code}/settle")

    refund = api.get(f"/api/v1/refunds/{done['refund']}").json()
    assert (done["state"], done["credit"], refund["amount"], refund["state"]) == (
        "settled", 100_000, 100_000, "requested",
    )  # fmt: skip
    money = order_of(api, order["code"])["money"]
    assert (money["due"], money["refund_held"], money["overpaid"]) == (70_000, 100_000, 100_000)
    adds_up(db)


def test_a_part_of_the_price_may_go_back_and_never_more_than_is_due(api: TestClient, db: Database) -> None:
    order = delivered(api, db)
    code = asked(api, order)
    inspected(api, code, damaged(2))

    too_much = refused(api, f"returns/{code}/settle", {"amount": 170_001})
    done = post(api, f"returns/{code}/settle", {"amount": 30_000})

    assert (too_much["code"], too_much["data"]["most"]) == ("settlement_too_much", 170_000)
    assert api.get(f"/api/v1/refunds/{done['refund']}").json()["amount"] == 30_000
    assert order_of(api, order["code"])["status"] == "processing"


def test_with_everything_back_the_order_is_returned(api: TestClient, db: Database) -> None:
    order = delivered(api, db)
    for quantity in (2, 1):
        code = asked(api, order, quantity=quantity)
        inspected(api, code, good(quantity))
        post(api, f"returns/{code}/settle")

    ended = order_of(api, order["code"])
    assert (ended["status"], ended["fulfilment_state"]) == ("returned", "returned")
    assert ended["money"]["due"] == ended["shipping_fee"]
    adds_up(db)


def test_goods_of_an_unpaid_order_lower_what_is_due_and_nothing_is_refunded(
    api: TestClient, db: Database
) -> None:
    order = delivered(api, db, paid=False)
    code = asked(api, order)
    inspected(api, code, good(2))

    done = post(api, f"returns/{code}/settle")

    assert done["refund"] is None
    assert order_of(api, order["code"])["money"]["outstanding"] == 70_000


def test_a_dearer_exchange_is_a_linked_order_that_waits_for_the_difference(
    api: TestClient, db: Database
) -> None:
    order = delivered(api, db, LY_1=2)
    code = asked(api, order, "LY-1", 2, kind="exchange", instead="HOA-1")
    inspected(api, code, good(2, "LY-1"))
    held = stock(api)[1]

    done = post(api, f"returns/{code}/settle", {"shipping_fee": 15_000})

    new, old = order_of(api, done["exchange_order"]), order_of(api, order["code"])
    assert (new["total"], new["money"]["paid"], new["money"]["outstanding"]) == (115_000, 60_000, 55_000)
    assert (new["replaces_order_id"], new["payment_state"], new["status"]) == (old["id"], "part_paid", "new")
    assert (old["money"]["refunded"], old["money"]["refund_held"], old["status"]) == (60_000, 0, "returned")
    assert done["refund"] is None
    assert stock(api)[1] == held + 2
    adds_up(db)


def test_a_cheaper_exchange_is_paid_and_the_rest_goes_back(api: TestClient, db: Database) -> None:
    order = delivered(api, db, HOA_1=2)
    code = asked(api, order, "HOA-1", 1, kind="exchange", instead="LY-1")
    inspected(api, code, good(1))

    done = post(api, f"returns/{code}/settle")

    new = order_of(api, done["exchange_order"])
    refund = api.get(f"/api/v1/refunds/{done['refund']}").json()
    assert (new["total"], new["payment_state"], refund["amount"]) == (30_000, "paid", 20_000)
    adds_up(db)


def test_an_exchange_that_cannot_be_had_settles_nothing_and_may_be_refunded_instead(
    api: TestClient, db: Database
) -> None:
    order = delivered(api, db, LY_1=2)
    code = asked(api, order, "LY-1", 2, kind="exchange", instead="HOA-1")
    inspected(api, code, good(2, "LY-1"))
    post(api, "stock/adjustments", {"sku": "HOA-1", "warehouse_code": "A", "change": -19, "reason": "x"}, 201)

    short = refused(api, f"returns/{code}/settle")
    standing = api.get(f"/api/v1/returns/{code}").json()
    done = post(api, f"returns/{code}/settle", {"exchange": False})

    assert (short["code"], standing["state"], standing["credit"]) == ("insufficient_stock", "inspected", 0)
    assert (done["exchange_order"], done["credit"]) == (None, 60_000)


def test_the_same_goods_cost_what_they_cost_then(api: TestClient, db: Database) -> None:
    order = delivered(api, db, HOA_1=1)
    code = asked(api, order, "HOA-1", 1, kind="exchange", instead="HOA-1")
    api.patch("/api/v1/variants/HOA-1", json={"price": 90_000})
    inspected(api, code, damaged(1))

    done = post(api, f"returns/{code}/settle")

    assert order_of(api, done["exchange_order"])["money"]["outstanding"] == 0


def test_a_refused_request_says_why_and_may_be_asked_again(api: TestClient, db: Database) -> None:
    order = delivered(api, db)
    code = asked(api, order, quantity=3)

    assert refused(api, f"returns/{code}/reject", {"reason": " "})["code"] == "reason_required"
    done = post(api, f"returns/{code}/reject", {"reason": "đã cắt mác"})

    assert (done["state"], done["decision_note"]) == ("rejected", "đã cắt mác")
    assert asked(api, order, quantity=3) != code


def test_a_step_out_of_turn_names_the_one_that_comes_first(api: TestClient, db: Database) -> None:
    code = asked(api, delivered(api, db))

    early = refused(api, f"returns/{code}/settle")
    unseen = refused(api, f"returns/{code}/inspect", {"findings": [good(1)]})
    post(api, f"returns/{code}/approve")
    nowhere = refused(api, f"returns/{code}/receive", {"warehouse_code": "NOPE"})
    post(api, f"returns/{code}/receive", {"warehouse_code": "A"})

    assert "Approve or reject it first." in early["message"] + unseen["message"]
    assert nowhere["code"] == "warehouse_not_found"
    assert refused(api, f"returns/{code}/cancel")["code"] == "illegal_transition"


def test_an_inspection_in_several_goes_never_finds_more_than_was_asked_back(
    api: TestClient, db: Database
) -> None:
    code = asked(api, delivered(api, db))
    before = stock(api)[0]

    first = inspected(api, code, good(1))
    too_many = refused(api, f"returns/{code}/inspect", {"findings": [good(1), damaged(1)]})
    last = post(
        api,
        f"returns/{code}/inspect",
        {"findings": [{"sku": "HOA-1", "quantity": 1, "condition": "missing"}]},
    )

    assert (first["state"], last["state"]) == ("received", "inspected")
    assert (too_many["code"], too_many["data"]["left"]) == ("return_quantity_invalid", 0)
    assert stock(api)[0] == before + 1
    assert post(api, f"returns/{code}/settle")["credit"] == 50_000


def test_the_ledger_names_the_order_that_goods_left_and_came_back_for(api: TestClient, db: Database) -> None:
    order = delivered(api, db)
    code = post(api, "returns", {"order": order["code"], "lines": [{"sku": "HOA-1", "quantity": 1}]}, 201)[
        "code"
    ]
    post(api, f"returns/{code}/approve")
    post(api, f"returns/{code}/receive", {"warehouse_code": "A"})
    post(api, f"returns/{code}/inspect", {"findings": [good(1)]})

    rows = api.get("/api/v1/stock/movements").json()["items"]

    assert {row["kind"]: row["order"] for row in rows} == {
        "return": order["code"], "shipment": order["code"], "receipt": None,
    }  # fmt: skip
    with db.read_transaction() as session:
        assert returned_pieces(session, order["id"]) == {"HOA-1": 1}


@pytest.mark.parametrize("prepaid", [False, True])
def test_a_parcel_that_nobody_took_is_inspected_and_ends_the_order(
    api: TestClient, db: Database, prepaid: bool
) -> None:
    order = delivered(api, db, paid=prepaid)
    set_state(db, order, fulfilment_state="failed", delivered_at=None)
    before = stock(api)[0]
    with db.transaction() as session:
        for kind in ("parcel_delivery_failed", "parcel_returned", "invoice_refused"):
            open_task(
                session,
                key=kind,
                kind=kind,
                title=kind,
                subject_kind="order",
                subject_id=order["id"],
                now=utc_now(),
            )
    body = {"order": order["code"], "kind": "undelivered"}

    code = post(api, "returns", body, 201)["code"]
    assert post(api, "returns", body, 201)["code"] == code
    post(api, f"returns/{code}/receive", {"warehouse_code": "A"})
    done = post(api, f"returns/{code}/inspect", {"findings": [good(2), damaged(1)]})
    if prepaid:
        assert done["state"] == "inspected"
        # The shop keeps what the way there and back has cost.
        done = post(api, f"returns/{code}/settle", {"amount": 150_000})

    ended = order_of(api, order["code"])
    assert (done["state"], ended["status"], ended["fulfilment_state"]) == ("settled", "returned", "returned")
    assert stock(api)[0] == before + 2
    with db.read_transaction() as session:
        left = [task.kind for task in list_open(session) if task.subject_id == order["id"]]
    assert left == ["invoice_refused"], "what asked about the parcel is done with it"
    if prepaid:
        assert api.get(f"/api/v1/refunds/{done['refund']}").json()["amount"] == 150_000
    else:
        assert (ended["money"]["due"], ended["money"]["outstanding"], ended["payment_state"]) == (
            0,
            0,
            "unpaid",
        )
    adds_up(db)


def test_only_a_parcel_on_its_way_can_come_back(api: TestClient, db: Database) -> None:
    order = delivered(api, db)

    assert (
        refused(api, "returns", {"order": order["code"], "kind": "undelivered"})["code"] == "parcel_not_out"
    )


def test_each_step_is_for_those_whose_work_it_is(api: TestClient, db: Database, now: datetime) -> None:
    code = asked(api, delivered(api, db))

    def attempt(work: Any) -> type[AppError] | None:
        try:
            with db.transaction() as session:
                work(session)
        except AppError as error:
            return type(error)
        return None

    finding = [Finding("HOA-1", 2, "good")]
    assert attempt(lambda s: approve_return(s, code=code, actor=PACKER, now=now)) is NotAllowed
    assert attempt(lambda s: approve_return(s, code=code, actor=CLERK, now=now)) is None
    post(api, f"returns/{code}/receive", {"warehouse_code": "A"})
    assert (
        attempt(lambda s: inspect_return(s, code=code, findings=finding, actor=CLERK, now=now)) is NotAllowed
    )
    assert attempt(lambda s: inspect_return(s, code=code, findings=finding, actor=PACKER, now=now)) is None
    assert attempt(lambda s: settle_return(s, code=code, actor=PACKER, now=now)) is NotAllowed
    assert attempt(lambda s: settle_return(s, code=code, actor=MANAGER, now=now)) is None
    assert attempt(lambda s: settle_return(s, code=code, actor=MANAGER, now=now)) is IllegalTransition
    with db.read_transaction() as session:
        # Asked by a manager, who would be the one to say yes.
        refund_id = get_return(session, code).refund_id
    assert api.get(f"/api/v1/refunds/{refund_id}").json()["state"] == "approved"


def test_the_list_is_filtered_and_paged(api: TestClient, db: Database) -> None:
    order, other = delivered(api, db), delivered(api, db)
    codes = [asked(api, order, quantity=1) for _ in range(3)]
    asked(api, other, quantity=1)
    post(api, f"returns/{codes[0]}/approve")

    first = api.get("/api/v1/returns", params={"order": order["code"], "limit": 2}).json()
    rest = api.get(
        "/api/v1/returns", params={"order": order["code"], "limit": 2, "cursor": first["next_cursor"]}
    ).json()
    approved = api.get("/api/v1/returns", params={"state": "approved"}).json()["items"]

    assert [r["code"] for r in first["items"] + rest["items"]] == codes[::-1]
    assert rest["next_cursor"] is None
    assert [r["code"] for r in approved] == codes[:1]


def test_no_state_leads_back() -> None:
    def reach(state: str) -> set[str]:
        targets = RETURN_TRANSITIONS[state]
        return set(targets).union(*map(reach, targets))

    assert all(state not in reach(state) for state in RETURN_TRANSITIONS)
    assert {"requested"} | reach("requested") == set(RETURN_TRANSITIONS)
