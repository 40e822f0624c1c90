"""A property-based run against the OpenAPI document: no 500, no answer that the document does not announce."""

from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from core.clock import utc_now
from core.db import Database
from tests.small_shop import cart_body, desk_app, fill

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
]  # fmt: skip


def known_values(client: TestClient) -> dict[str, dict[str, str]]:
    """By the beginning of a path: names that are there, so that requests get past the first door."""

    def made(path: str, body: Any) -> Any:
        answer = client.post(f"/api/v1{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    cart = made("/carts", cart_body())
    order = made("/orders", {"quote_id": made(f"/carts/{cart['id']}/quotes", None)["id"]})
    supplier = made("/suppliers", {"name": "NCC"})["code"]
    lines = [{"sku": "HOA-1", "quantity": 9, "unit_price": 5}]
    purchase = made("/purchase-orders", {"supplier": supplier, "lines": lines})["code"]
    day = (utc_now() + timedelta(days=9)).date().isoformat()
    made(f"/purchase-orders/{purchase}/confirm", {"expected_on": day})
    receipt = made(f"/purchase-orders/{purchase}/receipts", {"lines": [{"sku": "HOA-1", "quantity": 2}]})
    hooks = {"url": "https://myshop.vn/hooks", "events": ["order.placed"]}
    return {
        "/api/v1/orders": {"code": order["code"]},
        "/api/v1/carts": {"cart_id": cart["id"]},
        "/api/v1/customers": {"customer_id": order["customer_id"]},
        "/api/v1/products": {"sku": "HOA"},
        "/api/v1/variants": {"sku": "HOA-1"},
        "/api/v1/suppliers": {"code": supplier, "sku": "HOA-1"},
        "/api/v1/purchase-orders": {"code": purchase},
        "/api/v1/purchase-receipts": {"code": receipt["receipt"]["code"]},
        "/api/v1/storefront/products": {"sku": "HOA"},
        "/api/v1/webhook-endpoints": {"endpoint_id": made("/webhook-endpoints", hooks)["id"]},
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
def test_the_api_answers_as_its_document_says(sqlite_db: Database) -> None:
    headers = {"Authorization": f"Bearer {fill(sqlite_db, stock=100_000)}"}
    app = desk_app(sqlite_db)
    known = known_values(TestClient(app, headers=headers))
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    bound = settings(
        max_examples=6, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    accepted: set[str] = set()

    def answered(case: Case, use_known: bool) -> None:
        there = next((v for path, v in known.items() if case.operation.path.startswith(path)), {})
        if use_known and case.path_parameters:
            case.path_parameters = {name: there.get(name, v) for name, v in case.path_parameters.items()}
        case.headers = {**(case.headers or {}), **headers}
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        if response.status_code < 300:
            accepted.add(case.operation.label)

    for operation in operations:
        bound(given(case=operation.as_strategy(), use_known=st.booleans())(answered))()
    assert len(operations) > 80
    assert len(accepted) > len(operations) * 0.3, sorted(accepted)
