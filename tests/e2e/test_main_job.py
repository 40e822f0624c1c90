"""A chat becomes a delivered, invoiced order: every station over its real interface."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from sqlalchemy import func, select

from core.documents.models import Document
from core.invoices.models import Invoice
from core.orders.queries import get_order
from core.shipping.models import Shipment
from core.stock.models import StockLevel, StockMovement
from tests.e2e.conftest import Shop

T = TypeVar("T")
ORDER_LINE = (
    "cho mình 2 áo thun đen size L, ship về 12 Lê Lợi, phường Bến Nghé, Q1, HCM, sđt 0901234567, tên Lan"
)


def wait_for(look: Callable[[], T], patience_s: float = 20.0) -> T:
    deadline = time.monotonic() + patience_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_one_line_becomes_a_delivered_and_invoiced_order(shop: Shop) -> None:
    customer, staff = shop.customer(), shop.staff()

    summary = customer.say(ORDER_LINE)
    assert summary["state"]["awaiting"][:1] == ["confirm"]
    card = next(c for c in summary["replies"][0]["cards"] if c["type"] == "summary")
    assert (card["subtotal"], card["shipping_fee"], card["total"]) == (298_000, 30_000, 328_000)
    assert (card["buyer_name"], card["phone"]) == ("Lan", "0901234567")
    assert "Bến Nghé" in card["address"]
    assert summary["state"]["order"] is None

    placed = customer.say("ok chốt")
    code = placed["state"]["order"]["code"]
    assert placed["state"]["order"] == {"code": code, "status": "new", "total": 328_000}

    assert "đã đóng gói" in staff.command(f"/pack {code}")["text"]
    staff.command(f"/ship {code}")
    shipment = wait_for(lambda: _booked(shop, code))
    assert shipment.cod_amount == 328_000
    label = _document(shop, shipment.label_document_id)
    assert label.startswith(b"%PDF")

    for status in ("picked", "delivering", "delivered"):
        answer = httpx.post(
            f"{shop.sandbox_url}/ghn/_sandbox/advance",
            json={"order_code": shipment.tracking_number, "status": status},
        )
        assert answer.status_code == 200, answer.text
    wait_for(lambda: _order(shop, code).status == "completed")
    assert _order(shop, code).payment_state == "paid"

    staff.command(f"/invoice {code}")
    invoice = wait_for(lambda: _coded_invoice(shop, code))
    assert invoice.amount == 328_000
    assert len(invoice.tax_authority_code) == 34
    assert _document(shop, invoice.pdf_document_id).startswith(b"%PDF")
    assert b"<HDon" in _document(shop, invoice.xml_document_id)

    told = _notices(shop, customer.identity["conversation_id"])
    for words in (
        "đã đóng gói",
        "đã giao cho GHN",
        "đã lấy hàng",
        "đang được giao",
        "giao thành công",
        "hóa đơn",
    ):
        assert sum(words in text for text in told) == 1, (words, told)
    assert _stock_adds_up(shop)


def test_the_same_message_twice_gives_the_same_replies_and_one_order(shop: Shop) -> None:
    http = shop.http()
    first = http.post("/api/chat/messages", json={"message_id": "a", "text": ORDER_LINE}).json()
    who = {k: first[k] for k in ("conversation_id", "visitor_token")}

    yes = [
        http.post("/api/chat/messages", json={**who, "message_id": "b", "text": "chốt"}).json()
        for _ in range(2)
    ]

    assert yes[0]["replies"] == yes[1]["replies"]
    assert yes[0]["state"]["order"]["code"] == yes[1]["state"]["order"]["code"]


def test_a_conversation_opens_only_with_its_own_token(shop: Shop) -> None:
    customer = shop.customer()
    customer.say("xin chào")
    body = {
        "conversation_id": customer.identity["conversation_id"],
        "message_id": "x",
        "text": "đơn của mình",
    }

    without = customer.http.post("/api/chat/messages", json=body)
    wrong = customer.http.post("/api/chat/messages", json={**body, "visitor_token": "guess"})

    assert (without.status_code, wrong.status_code) == (403, 403)
    assert without.json()["error"]["code"] == "conversation_not_yours"


def test_staff_take_a_conversation_and_the_assistant_stays_silent(shop: Shop) -> None:
    customer, staff = shop.customer(), shop.staff("sales")
    asked = customer.say("cho mình gặp nhân viên")
    assert asked["state"]["handed_off"] is True
    conversation = asked["conversation_id"]

    staff.command(f"/take {conversation}")
    assert customer.say("còn ai không ạ")["replies"] == []
    staff.http.post(
        f"/api/desk/conversations/{conversation}/messages",
        json={"text": "Dạ Vy đây ạ"},
        headers={"X-CSRF-Token": staff.csrf},
    ).raise_for_status()
    staff.command(f"/release {conversation}")

    assert "Nắng Hiên" in customer.say("xin chào")["replies"][0]["text"]


def test_a_role_may_only_do_what_its_commands_say(shop: Shop) -> None:
    warehouse = shop.staff("warehouse")

    answer = warehouse.command("/invoice DH1001")

    assert "kế toán" in answer["text"]


def test_a_wrong_webhook_secret_moves_nothing(shop: Shop) -> None:
    answer = httpx.post(
        f"{shop.url}/api/v1/webhooks/carriers/ghn",
        json={"OrderCode": "X"},
        headers={"X-Chotdon-Token": "wrong"},
    )

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "webhook_not_authentic"


def _order(shop: Shop, code: str) -> Any:
    with shop.parts.db.read_transaction() as session:
        return get_order(session, code)


def _booked(shop: Shop, code: str) -> Shipment | None:
    with shop.parts.db.read_transaction() as session:
        return session.scalar(
            select(Shipment).where(
                Shipment.order_id == get_order(session, code).id, Shipment.label_document_id.is_not(None)
            )
        )


def _coded_invoice(shop: Shop, code: str) -> Invoice | None:
    with shop.parts.db.read_transaction() as session:
        return session.scalar(
            select(Invoice).where(Invoice.order_id == get_order(session, code).id, Invoice.state == "coded")
        )


def _document(shop: Shop, document_id: str | None) -> bytes:
    with shop.parts.db.read_transaction() as session:
        return session.scalars(select(Document.content).where(Document.id == document_id)).one()


def _notices(shop: Shop, conversation_id: str) -> list[str]:
    from bot.conversations.models import Message

    def enough() -> list[str]:
        with shop.parts.db.read_transaction() as session:
            texts = session.scalars(
                select(Message.text).where(
                    Message.conversation_id == conversation_id, Message.author == "system"
                )
            ).all()
        return list(texts) if len(texts) >= 6 else []

    return wait_for(enough)


def _stock_adds_up(shop: Shop) -> bool:
    with shop.parts.db.read_transaction() as session:
        on_hand = {
            (v, w): q
            for v, w, q in session.execute(
                select(StockLevel.variant_id, StockLevel.warehouse_id, StockLevel.on_hand)
            )
            if q
        }
        ledger = {
            (v, w): q
            for v, w, q in session.execute(
                select(
                    StockMovement.variant_id, StockMovement.warehouse_id, func.sum(StockMovement.quantity)
                ).group_by(StockMovement.variant_id, StockMovement.warehouse_id)
            )
            if q
        }
    return on_hand == ledger
