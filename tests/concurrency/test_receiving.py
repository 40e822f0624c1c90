"""Two deliveries counted in at the same moment, over HTTP; and the same without the guard on the cost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, update

from core.catalogue.models import Variant
from core.clock import utc_now
from core.db import Database
from core.purchasing.costs import moving_average
from core.stock.models import StockLevel, StockMovement
from tests.small_shop import desk_app, fill, served

CLERKS, PIECES = 8, 5
# In whatever order they come no average stands twice, so the costs tell the order.
PRICES = [10_000 + 137 * 3**i for i in range(CLERKS)]


def confirmed(http: httpx.Client, price: int, quantity: int) -> str:
    supplier = http.post("/api/v1/suppliers", json={"name": f"NCC {price}"}).json()["code"]
    lines = [{"sku": "HOA-1", "quantity": quantity, "unit_price": price}]
    code = http.post("/api/v1/purchase-orders", json={"supplier": supplier, "lines": lines}).json()["code"]
    day = (utc_now() + timedelta(days=2)).date().isoformat()
    http.post(f"/api/v1/purchase-orders/{code}/confirm", json={"expected_on": day}).raise_for_status()
    return str(code)


def receive_at_once(
    db: Database, bodies: list[tuple[int, dict[str, Any]]]
) -> list[tuple[int, dict[str, Any]]]:
    """(price, receipt) each for an order of its own where the prices differ; all at the same moment."""
    key = fill(db, stock=0)
    headers = {"Authorization": f"Bearer {key}"}
    with served(desk_app(db)) as url, httpx.Client(base_url=url, headers=headers, timeout=60) as http:
        codes = {
            price: confirmed(http, price, PIECES * len(bodies)) for price in {price for price, _ in bodies}
        }
        together = threading.Barrier(len(bodies))

        def receive(order: tuple[int, dict[str, Any]]) -> tuple[int, dict[str, Any]]:
            together.wait()
            answer = http.post(f"/api/v1/purchase-orders/{codes[order[0]]}/receipts", json=order[1])
            return answer.status_code, answer.json()

        with ThreadPoolExecutor(len(bodies)) as pool:
            return list(pool.map(receive, bodies))


def lines(quantity: int = PIECES) -> dict[str, Any]:
    return {"lines": [{"sku": "HOA-1", "quantity": quantity}]}


def shelf(db: Database) -> tuple[int, int, int | None]:
    """On hand, sum of the ledger and cost."""
    with db.read_transaction() as session:
        variant = session.scalars(select(Variant).where(Variant.sku == "HOA-1")).one()
        on_hand = select(func.sum(StockLevel.on_hand)).where(StockLevel.variant_id == variant.id)
        moved = select(func.sum(StockMovement.quantity)).where(StockMovement.variant_id == variant.id)
        return int(session.scalar(on_hand) or 0), int(session.scalar(moved) or 0), variant.cost


def follows(answers: list[tuple[int, dict[str, Any]]], cost: int | None) -> bool:
    """Whether each receipt averaged over the one before it, whatever the order was."""
    steps = [answer["receipt"]["lines"][0] for _, answer in answers]
    after, on_hand = None, 0
    while steps:
        step = next((s for s in steps if s["cost_before"] == after), None)
        if step is None:
            return False
        steps.remove(step)
        expected = moving_average(
            on_hand=on_hand, cost=after, received=step["quantity"], unit_price=step["unit_price"]
        )
        if step["cost_after"] != expected:
            return False
        after, on_hand = step["cost_after"], on_hand + step["quantity"]
    return after == cost


def test_deliveries_at_once_are_all_counted_and_the_cost_is_right(db: Database) -> None:
    answers = receive_at_once(db, [(price, lines()) for price in PRICES])

    assert [status for status, _ in answers] == [201] * CLERKS
    on_hand, moved, cost = shelf(db)
    assert on_hand == moved == CLERKS * PIECES
    assert follows(answers, cost)


def test_one_note_from_many_clerks_is_counted_in_once(db: Database) -> None:
    answers = receive_at_once(db, [(10_000, {**lines(), "reference": "PX1"})] * CLERKS)

    assert [status for status, _ in answers] == [201] * CLERKS
    assert len({answer["receipt"]["code"] for _, answer in answers}) == 1
    assert shelf(db)[:2] == (PIECES, PIECES)


def test_parts_of_one_order_never_come_to_more_than_was_ordered(db: Database) -> None:
    whole = {"lines": [{"sku": "HOA-1", "quantity": PIECES * 2}]}
    answers = receive_at_once(db, [(10_000, whole)] * 4)

    statuses = sorted(status for status, _ in answers)
    assert statuses == [201, 201, 409, 409]
    assert shelf(db)[:2] == (PIECES * 4, PIECES * 4)


def test_without_the_guard_a_cost_is_lost(postgres_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: the same clerks with the cost read before the row is held."""
    together = threading.Barrier(CLERKS)

    def look_then_write(session, *, variant_id, received, unit_price):
        cost = session.scalar(select(Variant.cost).where(Variant.id == variant_id))
        on_hand = session.scalar(
            select(func.coalesce(func.sum(StockLevel.on_hand), 0)).where(StockLevel.variant_id == variant_id)
        )
        together.wait(20)
        after = moving_average(on_hand=on_hand, cost=cost, received=received, unit_price=unit_price)
        session.execute(update(Variant).where(Variant.id == variant_id).values(cost=after))
        return cost, after

    monkeypatch.setattr("core.purchasing.receiving.average_in", look_then_write)
    # The counter's row makes receipts queue up; without it they meet at the cost.
    numbers = iter(range(10_000, 20_000))
    monkeypatch.setattr("core.purchasing.receiving.next_value", lambda *_a, **_k: next(numbers))

    answers = receive_at_once(postgres_db, [(price, lines()) for price in PRICES])

    assert [status for status, _ in answers] == [201] * CLERKS
    assert not follows(answers, shelf(postgres_db)[2])
