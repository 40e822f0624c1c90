"""Who refused a parcel before is asked kindly for a deposit or prepayment, in the chat, with the code to pay it."""

from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from bot.bootstrap import Parts
from core.orders.models import Order
from core.shop import BankAccount, CodRiskRule, save_shop_profile, shop_profile
from tests.bot.conftest import Chat


@pytest.fixture
def strict(parts: Parts) -> None:
    """The demo shop, with a deposit after the first refused parcel and all beforehand after the second."""
    with parts.db.transaction() as session:
        profile = shop_profile(session).model_copy(
            update={
                "cod_risk": CodRiskRule(confirm_from=None, deposit_from=1, prepay_from=2, deposit_percent=50),
                "bank": BankAccount(bank="Vietcombank", account="0123456789", holder="TIEM"),
                "payment_methods": ["cod", "bank_transfer"],
            }
        )
        save_shop_profile(session, profile=profile, now=datetime.now(UTC))


def refuse(parts: Parts, phone: str) -> None:
    with parts.db.transaction() as session:
        session.execute(
            update(Order)
            .where(Order.phone == phone, Order.fulfilment_state == "unpacked")
            .values(fulfilment_state="returned", delivered_at=None)
        )


def buy(client: TestClient, phone: str) -> list[dict]:
    chat = Chat(client)
    chat.say(
        f"cho mình 1 áo thun cotton đen size L, Lan, {phone}, 12 Lê Lợi, phường Bến Nghé, quận 1, TP HCM, COD"
    )
    return chat.say("chốt")["replies"]


def test_a_buyer_who_refused_pays_a_deposit_then_all_beforehand(
    strict: None, client: TestClient, parts: Parts
) -> None:
    phone = "0912000111"
    first = "\n".join(reply["text"] for reply in buy(client, phone))
    assert "cọc" not in first
    refuse(parts, "+84912000111")

    replies = buy(client, phone)
    told = "\n".join(reply["text"] for reply in replies)
    assert "tiền cọc" in told
    assert "không nhận" not in told
    qr = next(card for reply in replies for card in reply["cards"] if card["type"] == "qr")
    order = next(card for reply in replies for card in reply["cards"] if card["type"] == "order")
    assert qr["amount"] == (order["total"] + 1) // 2
    assert qr["amount_text"] in told
    refuse(parts, "+84912000111")

    replies = buy(client, phone)
    qr = next(card for reply in replies for card in reply["cards"] if card["type"] == "qr")
    assert qr["amount"] == next(c for r in replies for c in r["cards"] if c["type"] == "order")["total"]
