"""A shop of its own server: what a reset leaves is nobody else's start."""

import httpx

from tests.e2e.conftest import Shop


def test_reset_starts_afresh_from_a_shop_file(shop: Shop) -> None:
    content = {
        "shop": {"name": "Tiệm thử", "payment_methods": ["cod"], "shipping": {"flat_fee": 10_000}},
        "warehouses": [{"code": "K", "name": "Kho", "address": "1 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"}],
        "products": [
            {
                "sku": "BANH",
                "name": "Bánh quy bơ",
                "variants": [{"sku": "BANH-1", "price": 50_000, "stock": {"K": 5}}],
            }
        ],
    }

    answer = httpx.post(f"{shop.url}/api/v1/test/reset", json=content, timeout=30)

    assert answer.status_code == 200, answer.text
    assert answer.json()["products"] == 1
    said = shop.customer().say("cho mình 3 bánh quy bơ")
    assert said["state"]["cart"]["subtotal"] == 150_000
