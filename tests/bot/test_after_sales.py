"""After the sale, through the chat: each flow, each refusal, and nothing of anybody else's."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from bot.agent.policy import Call, decide
from bot.bootstrap import Parts, build_worker
from bot.conversations.models import Message
from bot.staff.models import DeskMessage
from core.actor import SYSTEM
from core.api.auth import create_key
from core.catalogue.queries import variants_by_sku
from core.orders.models import Order
from core.orders.queries import get_order
from core.payments.recording import record_payment
from core.returns.models import Return
from core.shipping.models import Shipment
from core.stock.levels import adjust
from core.stock.models import StockLevel
from core.tickets.models import Ticket
from nlu import Intent, Parse
from tests.bot.conftest import Chat, Script, ScriptedModel, call, tool_results, words

WHO = "Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"
HOME = "45 Nguyễn Huệ, phường Bến Nghé, quận 1, TP.HCM"


@pytest.fixture(scope="module", autouse=True)
def full_shelves(parts: Parts) -> None:
    """So that one test never sells the next one's goods."""
    for sku in ("AT01-DEN-L", "AT01-DEN-M", "AK01-DEN-L"):
        stock(parts, sku, 1_000)


def stock(parts: Parts, sku: str, available: int) -> None:
    """That many of it at the first warehouse, none elsewhere, beside what is promised already."""
    with parts.db.transaction() as session:
        variant = variants_by_sku(session, [sku])[sku]
        levels = session.scalars(
            select(StockLevel).where(StockLevel.variant_id == variant.id).order_by(StockLevel.on_hand.desc())
        ).all()
        for index, level in enumerate(levels):
            wanted = level.reserved + (0 if index else available)
            if wanted != level.on_hand:
                adjust(
                    session, variant_id=variant.id, warehouse_id=level.warehouse_id, change=wanted - level.on_hand,
                    reason="test", actor=SYSTEM, now=parts.clock(),
                )  # fmt: skip


def place(chat: Chat, goods: str = "2 áo thun cotton đen size L") -> str:
    chat.say(f"{goods}, {WHO}")
    placed = chat.say("chốt")["state"]["order"]
    assert placed is not None
    return str(placed["code"])


def put(parts: Parts, code: str, **columns: Any) -> None:
    with parts.db.transaction() as session:
        session.execute(update(Order).where(Order.code == code).values(**columns))


def place_by_transfer(chat: Chat, parts: Parts) -> str:
    code = place(chat)
    put(parts, code, payment_method="bank_transfer")
    return code


def pay(parts: Parts, code: str, amount: int) -> None:
    with parts.db.transaction() as session:
        record_payment(
            session, actor=SYSTEM, order_id=get_order(session, code).id, kind="bank_transfer", amount=amount,
            reference=f"test:{code}", now=parts.clock(),
        )  # fmt: skip


def deliver(parts: Parts, code: str, *, days_ago: int = 1) -> None:
    at = parts.clock() - timedelta(days=days_ago)
    put(parts, code, status="completed", fulfilment_state="delivered", payment_state="paid", delivered_at=at)


def order_of(parts: Parts, code: str) -> Order:
    with parts.db.read_transaction() as session:
        return get_order(session, code)


def goods_of(parts: Parts, code: str) -> dict[str, int]:
    return {line.sku: line.quantity for line in order_of(parts, code).lines}


def tickets(parts: Parts, chat: Chat) -> list[Ticket]:
    with parts.db.read_transaction() as session:
        mine = select(Ticket).where(Ticket.conversation_id == chat.identity["conversation_id"])
        return list(session.scalars(mine.order_by(Ticket.id)))


def returns(parts: Parts, code: str) -> list[Return]:
    with parts.db.read_transaction() as session:
        return list(session.scalars(select(Return).where(Return.order_id == order_of(parts, code).id)))


def awaiting(answer: dict[str, Any]) -> str:
    held = answer["state"]["awaiting"]
    return str(held[0]) if held else ""


def said(answer: dict[str, Any]) -> str:
    return "\n".join(reply["text"] for reply in answer["replies"])


# --- where it is


def test_every_open_order_is_told_and_a_code_tells_one(chat: Chat) -> None:
    first, second = place(chat), place(chat, "1 áo khoác gió đen L")

    both = chat.text("đơn của mình tới đâu rồi shop")
    one = chat.text(f"đơn {first} tới đâu rồi")

    assert first in both
    assert second in both
    assert first in one
    assert second not in one


def test_tracking_and_the_expected_day_come_from_the_parcel(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    put(parts, code, status="processing", fulfilment_state="shipped")
    with parts.db.transaction() as session:
        order = get_order(session, code)
        warehouse = session.scalars(select(Shipment.warehouse_id)).first()
        session.add(
            Shipment(
                order_id=order.id, warehouse_id=warehouse, carrier="ghn", booking_key=f"t-{code}",
                state="in_transit", tracking_number=f"GHN{code}", tracking_url="https://donhang.ghn.vn/x",
                weight_g=1, length_cm=1, width_cm=1, height_cm=1, cod_amount=0, created_at=parts.clock(),
                state_at=parts.clock(), expected_delivery_at=parts.clock() + timedelta(days=2),
            )
        )  # fmt: skip
    day = (parts.clock() + timedelta(days=2, hours=7)).strftime("%d/%m/%Y")

    text = chat.text("đơn của mình tới đâu rồi")

    assert f"GHN{code}" in text
    assert "https://donhang.ghn.vn/x" in text
    assert day in text


def test_history_from_the_shop_file_is_told_right(client: TestClient, parts: Parts) -> None:
    with parts.db.transaction() as session:
        key = create_key(session, name="chat", scopes=["chat"], now=parts.clock())
    body = {
        "channel": "widget",
        "user_id": "demo-customer-2",
        "message_id": "h1",
        "text": "đơn của mình tới đâu rồi",
    }

    answer = client.post("/api/chat/messages", json=body, headers={"Authorization": f"Bearer {key}"}).json()

    with parts.db.read_transaction() as session:
        parcel = session.scalars(
            select(Shipment).join(Order, Order.id == Shipment.order_id).where(Order.code == "DH1004")
        ).one()
    assert "DH1004" in said(answer)
    assert str(parcel.tracking_number) in said(answer)
    assert "đang trung chuyển" in said(answer)


# --- a change of a placed order


def test_a_new_address_is_shown_with_the_old_one_and_done_on_the_yes(chat: Chat, parts: Parts) -> None:
    code = place(chat)

    assert awaiting(chat.say("đổi địa chỉ giúp mình")) == "address"
    shown = chat.say(HOME)
    assert order_of(parts, code).address_text.startswith("12 Lê Lợi")
    done = chat.say("đồng ý")

    assert "12 Lê Lợi" in said(shown)
    assert "45 Nguyễn Huệ" in said(shown)
    assert awaiting(shown) == "confirm"
    assert done["state"]["awaiting"] == []
    assert order_of(parts, code).address_text.startswith("45 Nguyễn Huệ")


def test_goods_are_changed_with_the_new_total_shown_first(chat: Chat, parts: Parts) -> None:
    code = place(chat)

    shown = chat.text("đổi sang size M")
    assert "328.000đ" in shown
    assert "(Đen, M)" in shown
    chat.say("ok")
    assert goods_of(parts, code) == {"AT01-DEN-M": 2}

    chat.say("thêm 1 áo khoác gió đen L vào đơn luôn")
    chat.say("đồng ý")
    assert goods_of(parts, code) == {"AT01-DEN-M": 2, "AK01-DEN-L": 1}

    chat.say("bỏ áo khoác gió trong đơn vừa đặt")
    chat.say("đồng ý")
    assert goods_of(parts, code) == {"AT01-DEN-M": 2}
    assert order_of(parts, code).total == 328_000


def test_a_correction_before_the_yes_is_taken_in(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    chat.say("đơn vừa đặt lấy 3 cái thôi")

    assert "626.000đ" not in chat.text("phí ship bao nhiêu vậy shop?")
    corrected = chat.say("lấy 4 cái")
    chat.say("đồng ý")

    assert awaiting(corrected) == "confirm"
    assert goods_of(parts, code) == {"AT01-DEN-L": 4}


@pytest.mark.parametrize("no", ["không", "thôi không đổi nữa", "thôi khỏi đổi", "chưa, để mình xem lại"])
def test_nothing_is_changed_without_a_yes(chat: Chat, parts: Parts, no: str) -> None:
    code = place(chat)
    chat.say("đơn vừa đặt lấy 3 cái thôi")
    chat.say(no)

    assert goods_of(parts, code) == {"AT01-DEN-L": 2}


def test_the_open_cart_is_meant_unless_the_order_is_named(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    chat.say("cho mình 1 áo khoác gió đen L")

    in_cart = chat.say("lấy 2 cái")
    assert in_cart["state"]["cart"]["lines"][0]["quantity"] == 2
    chat.say(f"đơn {code} lấy 3 cái thôi")
    chat.say("đồng ý")

    assert goods_of(parts, code) == {"AT01-DEN-L": 3}
    assert chat.say("xem giỏ hàng")["state"]["cart"]["lines"][0]["sku"] == "AK01-DEN-L"


def test_too_much_is_said_and_another_number_taken(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo khoác gió đen L")
    stock(parts, "AK01-DEN-L", 4)

    short = chat.say("đơn vừa đặt lấy 9 cái")
    chat.say("lấy 3 cái")
    chat.say("đồng ý")
    stock(parts, "AK01-DEN-L", 1_000)

    assert "5 cái" in said(short)
    assert "AK01" not in said(short)
    assert goods_of(parts, code) == {"AK01-DEN-L": 3}


def test_taking_the_last_thing_out_offers_to_cancel(chat: Chat, parts: Parts) -> None:
    code = place(chat)

    asked = chat.say("bỏ áo thun trong đơn vừa đặt")
    assert goods_of(parts, code) == {"AT01-DEN-L": 2}
    chat.say("đồng ý")

    assert awaiting(asked) == "confirm"
    assert order_of(parts, code).status == "cancelled"


def test_an_order_that_changed_meanwhile_is_shown_again(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    chat.say("đơn vừa đặt lấy 3 cái thôi")
    put(parts, code, version=99)

    again = chat.say("đồng ý")
    assert awaiting(again) == "confirm"
    assert goods_of(parts, code) == {"AT01-DEN-L": 2}
    chat.say("đồng ý")
    assert goods_of(parts, code) == {"AT01-DEN-L": 3}


def test_a_packed_order_is_left_to_staff_with_a_ticket(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    put(parts, code, fulfilment_state="packed", status="processing")

    answer = chat.say(f"đổi địa chỉ đơn {code} sang {HOME}")

    assert [(t.kind, t.order_code) for t in tickets(parts, chat)] == [("order_change", code)]
    assert HOME in tickets(parts, chat)[0].summary
    assert "đóng gói" in said(answer)
    assert order_of(parts, code).address_text.startswith("12 Lê Lợi")


@pytest.mark.parametrize(
    ("state", "status", "why"),
    [
        ("shipped", "processing", "vận chuyển"),
        ("delivered", "completed", "đổi hàng"),
        ("cancelled", "cancelled", "đơn mới"),
    ],
)
def test_later_changes_are_refused_with_the_way_on(
    chat: Chat, parts: Parts, state: str, status: str, why: str
) -> None:
    code = place(chat)
    put(parts, code, fulfilment_state=state, status=status)

    answer = chat.text(f"đổi địa chỉ đơn {code} sang {HOME}")

    assert why in answer
    assert order_of(parts, code).address_text.startswith("12 Lê Lợi")


def test_after_a_paid_transfer_the_difference_is_stated_with_its_qr(chat: Chat, parts: Parts) -> None:
    code = place_by_transfer(chat, parts)
    pay(parts, code, 328_000)

    chat.say("đơn vừa đặt lấy 3 cái thôi")
    more = chat.say("đồng ý")
    chat.say("đơn vừa đặt lấy 1 cái thôi")
    less = chat.say("đồng ý")

    qr = next(card for card in more["replies"][0]["cards"] if card["type"] == "qr")
    assert (qr["amount"], qr["memo"]) == (149_000, code)
    assert "149.000đ" in said(more)
    assert "149.000đ" in said(less)


# --- a cancellation


def test_a_cancellation_asks_once_and_takes_the_reason_along(chat: Chat, parts: Parts) -> None:
    code = place(chat)

    asked = chat.say("hủy đơn giúp mình")
    again = chat.say("mình đặt nhầm")
    assert order_of(parts, code).status == "new"
    chat.say("đồng ý")

    assert asked["state"]["awaiting"] == ["confirm", "reason"]
    assert awaiting(again) == "confirm"
    assert (order_of(parts, code).status, order_of(parts, code).cancel_reason) == (
        "cancelled",
        "mình đặt nhầm",
    )


def test_a_paid_order_that_is_cancelled_waits_for_a_refund(chat: Chat, parts: Parts) -> None:
    code = place_by_transfer(chat, parts)
    pay(parts, code, 328_000)

    chat.say("hủy đơn giúp mình")
    done = chat.text("đồng ý")

    assert "328.000đ" in done
    assert [(t.kind, t.order_code, t.details["amount"]) for t in tickets(parts, chat)] == [
        ("refund", code, 328_000)
    ]


def test_several_open_orders_are_asked_about(chat: Chat, parts: Parts) -> None:
    first, second = place(chat), place(chat, "1 áo khoác gió đen L")

    asked = chat.say("hủy đơn giúp mình")
    chat.say(second[2:])
    chat.say("đồng ý")

    assert awaiting(asked) == "order_code"
    assert first in said(asked)
    assert second in said(asked)
    assert [order_of(parts, code).status for code in (first, second)] == ["new", "cancelled"]


def test_after_packing_an_approval_waits_and_after_shipping_it_is_refused(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    put(parts, code, fulfilment_state="packed", status="processing")
    chat.say(f"hủy đơn {code}")
    waiting = chat.text("đồng ý")
    assert "duyệt" in waiting
    assert order_of(parts, code).status == "processing"

    put(parts, code, fulfilment_state="shipped")
    refused = chat.say(f"hủy đơn {code}")

    assert "không hủy được" in said(refused)
    assert "Gặp nhân viên" in refused["replies"][0]["quick_replies"]


def test_what_was_paid_for_an_order_that_staff_let_go_is_a_ticket_for_them(chat: Chat, parts: Parts) -> None:
    code = place_by_transfer(chat, parts)
    pay(parts, code, 328_000)
    put(parts, code, fulfilment_state="packed", status="processing")
    chat.say(f"hủy đơn {code}")
    chat.say("đồng ý")
    with parts.db.transaction() as session:
        key = create_key(session, name="refunds", scopes=["approvals"], now=parts.clock())
    staff = {"Authorization": f"Bearer {key}"}
    listed = chat.client.get("/api/v1/approvals", headers=staff).json()["items"]
    approval = next(one["code"] for one in listed if one["subject_code"] == code)

    chat.client.post(f"/api/v1/approvals/{approval}/approve", json={}, headers=staff).raise_for_status()

    assert order_of(parts, code).status == "cancelled"
    with parts.db.read_transaction() as session:
        owed = session.scalars(select(Ticket).where(Ticket.order_code == code, Ticket.kind == "refund")).all()
    assert [ticket.details["amount"] for ticket in owed] == [328_000]


# --- a return, an exchange


def test_pictures_that_come_during_a_return_go_with_it(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    deliver(parts, code)
    chat.say(f"mình muốn trả hàng đơn {code}")
    picture = {"type": "image", "url": "https://files.example/tear.jpg"}
    body = {**chat.identity, "message_id": "photo", "text": "", "attachments": [picture, picture]}
    kept = chat.client.post("/api/chat/messages", json=body).json()
    chat.say("trả cả hai")
    chat.say("áo bị rách")
    chat.say("đồng ý")

    assert "lưu lại" in said(kept)
    assert [made.photo_count for made in returns(parts, code)] == [2]


def test_a_return_from_goods_to_reason_to_yes(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L, 2 áo khoác gió đen L")
    deliver(parts, code)

    steps = [
        awaiting(chat.say(text))
        for text in ("mình muốn trả hàng", "áo khoác gió", "1 cái", "mặc không vừa", "đồng ý")
    ]

    assert steps == ["item", "quantity", "reason", "confirm", ""]
    [made] = returns(parts, code)
    assert (made.kind, made.state, made.reason) == ("return", "requested", "mặc không vừa")
    [ticket] = tickets(parts, chat)
    assert (ticket.kind, ticket.order_code, ticket.skus) == ("return", code, ["AK01-DEN-L"])
    assert ticket.details["return"] == made.code


def test_a_question_and_a_new_order_in_the_middle_of_a_return(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)
    chat.say("mình muốn trả hàng")

    answered = chat.say("phí ship bao nhiêu vậy shop?")
    assert "30.000đ" in said(answered)
    assert "lý do" in said(answered)
    ordered = chat.say("cho mình 1 áo khoác gió đen L")
    assert ordered["state"]["cart"]["lines"][0]["sku"] == "AK01-DEN-L"
    chat.say("chốt")
    chat.say("mình muốn trả hàng")
    chat.say("áo bị chật")
    chat.say("đồng ý")

    assert len(returns(parts, code)) == 1


@pytest.mark.parametrize("drop", ["thôi không trả nữa", "thôi khỏi trả"])
def test_a_return_is_dropped(chat: Chat, parts: Parts, drop: str) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)
    chat.say("mình muốn trả hàng")

    dropped = chat.say(drop)
    chat.say("đồng ý")

    assert dropped["state"]["awaiting"] == []
    assert returns(parts, code) == []


def test_a_yes_in_the_same_message_as_the_wish_is_none(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)

    chat.say("mình muốn trả hàng vì chật, đồng ý luôn")

    assert returns(parts, code) == []


def test_an_exchange_asks_for_what_instead_and_checks_it(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)

    asked = chat.say("mình muốn đổi hàng")
    assert awaiting(asked) == "exchange"
    assert "Đen, M" in said(asked)
    assert awaiting(chat.say("size M")) == "reason"
    shown = chat.say("áo hơi rộng")
    assert "(Đen, M)" in said(shown)
    chat.say("ok")

    [made] = returns(parts, code)
    [ticket] = tickets(parts, chat)
    assert made.kind == "exchange"
    assert (ticket.kind, ticket.details["exchange_sku"]) == ("exchange", "AT01-DEN-M")


@pytest.mark.parametrize(
    ("wish", "sku"),
    [
        ("mình muốn đổi hàng, đổi áo thun đen L sang size M", "AT01-DEN-M"),
        ("mình muốn đổi hàng: áo thun lấy áo khoác gió đen L", "AK01-DEN-L"),
    ],
)
def test_an_exchange_told_in_one_message(chat: Chat, parts: Parts, wish: str, sku: str) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)

    assert awaiting(chat.say(wish)) == "reason"
    chat.say("không")
    chat.say("đồng ý")

    assert tickets(parts, chat)[0].details["exchange_sku"] == sku


def test_the_same_again_for_goods_that_came_faulty(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)
    for text in ("mình muốn đổi hàng", "đổi cái mới y vậy", "bị lỗi đường may", "ok"):
        chat.say(text)

    assert tickets(parts, chat)[0].details["exchange_sku"] == "AT01-DEN-L"


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"fulfilment_state": "shipped", "status": "processing"}, "đang giao"),
        ({"fulfilment_state": "unpacked", "status": "new"}, "chưa gửi đi"),
    ],
)
def test_what_is_not_delivered_cannot_come_back(
    chat: Chat, parts: Parts, columns: dict[str, str], why: str
) -> None:
    code = place(chat)
    put(parts, code, **columns)

    assert why in chat.text(f"mình muốn trả hàng đơn {code}")
    assert returns(parts, code) == []


def test_too_late_says_the_last_day(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    deliver(parts, code, days_ago=30)
    last = (parts.clock() - timedelta(days=30) + timedelta(days=7, hours=7)).strftime("%d/%m/%Y")

    answer = chat.say("mình muốn trả hàng")

    assert last in said(answer)
    assert "Gặp nhân viên" in answer["replies"][0]["quick_replies"]


def test_a_second_request_names_the_first(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)
    for text in ("mình muốn trả hàng", "chật", "đồng ý"):
        chat.say(text)

    again = chat.text(f"mình muốn trả hàng đơn {code}")

    assert returns(parts, code)[0].code in again
    assert len(returns(parts, code)) == 1


# --- a complaint, money, an invoice


def test_a_complaint_is_sorry_written_down_and_handed_over(chat: Chat, parts: Parts) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)

    answer = chat.say("áo bị rách rồi shop ơi, thất vọng quá")

    assert "xin lỗi" in said(answer)
    assert answer["state"]["handed_off"] is True
    kinds = {t.kind: t for t in tickets(parts, chat)}
    assert set(kinds) == {"complaint", "handoff"}
    assert (kinds["complaint"].order_code, kinds["complaint"].skus) == (code, ["AT01-DEN-L"])
    assert "bị rách" in kinds["complaint"].summary
    assert kinds["handoff"].details["reason"] == "anger"


def test_a_person_who_is_asked_for_opens_a_ticket_that_closes_with_the_release(
    chat: Chat, parts: Parts, client: TestClient
) -> None:
    chat.say("cho mình gặp nhân viên với")
    [ticket] = tickets(parts, chat)
    assert (ticket.kind, ticket.state, ticket.details["reason"]) == ("handoff", "open", "asked")
    assert ticket.summary == "cho mình gặp nhân viên với"

    staff = desk(client, "sales")
    assert ticket.code in str(staff("/tickets handoff"))
    staff(f"/take {ticket.conversation_id}")
    staff(f"/release {ticket.conversation_id}")

    assert tickets(parts, chat)[0].state == "closed"


PAID = "mình chuyển khoản rồi nha"


def script_of(tool: str, **arguments: Any) -> Script:
    """A model that calls this tool and then says what it answered."""

    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        results = tool_results(request)
        return words(results[-1]["say"]) if results else call(tool, **arguments)

    return script


def test_money_that_is_claimed_is_looked_up_and_never_confirmed_by_words(
    model_chat: Chat, model: ScriptedModel, parts: Parts
) -> None:
    code = place_by_transfer(model_chat, parts)
    model.script = script_of("check_payment")

    answers = [model_chat.text(PAID) for _ in range(2)]

    assert order_of(parts, code).payment_state == "unpaid"
    assert all("chưa thấy tiền" in answer for answer in answers)
    [ticket] = tickets(parts, model_chat)
    assert (ticket.kind, ticket.order_code, ticket.details["outstanding"]) == ("payment", code, 328_000)


@pytest.mark.parametrize(("amount", "told"), [(328_000, "đã nhận đủ"), (100_000, "mới nhận 100.000đ")])
def test_money_that_came_is_told(
    model_chat: Chat, model: ScriptedModel, parts: Parts, amount: int, told: str
) -> None:
    code = place_by_transfer(model_chat, parts)
    pay(parts, code, amount)
    model.script = script_of("check_payment", code=code)

    assert told in model_chat.text(PAID)


def test_on_cash_on_delivery_no_transfer_is_needed(
    model_chat: Chat, model: ScriptedModel, parts: Parts
) -> None:
    code = place(model_chat)
    model.script = script_of("check_payment")

    assert f"{code} là thanh toán khi nhận hàng" in model_chat.text(PAID)


def test_the_built_in_brain_looks_claimed_money_up(parts: Parts) -> None:
    parse = Parse(PAID, "vi", 1.0, intents=(Intent("paid_notice", 0.9),))
    context = {"awaiting": [], "cart": None, "orders": [], "shown": [], "flow": None, "invoice_wished": False}

    assert decide(parse, context) == [Call("check_payment", {"code": ""})]


INVOICE = "Công ty Nắng Mới"


def test_an_invoice_is_gathered_bit_by_bit_and_the_wrong_tax_code_asked_again(
    chat: Chat, parts: Parts
) -> None:
    code = place(chat)

    first = chat.say("xuất hóa đơn giúp mình")
    wrong = chat.say("mst 0100109107")
    texts = (
        "0100109106",
        INVOICE,
        "12 Trần Phú, phường Điện Biên, quận Ba Đình, Hà Nội",
        "a@nang",
        "a@nang.vn",
    )
    steps = [chat.say(text)["state"]["awaiting"] for text in texts]

    assert first["state"]["awaiting"] == ["tax_code", "company", "company_address", "email", "invoice"]
    assert wrong["state"]["awaiting"][0] == "tax_code"
    assert "0100109107" in said(wrong)
    assert [s[:1] for s in steps] == [["company"], ["company_address"], ["email"], ["email"], []]
    assert order_of(parts, code).invoice_request["tax_code"] == "0100109106"
    chat.say("đổi email hóa đơn thành ketoan@nang.vn")
    assert order_of(parts, code).invoice_request["email"] == "ketoan@nang.vn"
    assert order_of(parts, code).invoice_request["company"] == INVOICE


def test_an_invoice_told_all_at_once(chat: Chat, parts: Parts) -> None:
    code = place(chat)

    answer = chat.say(
        "xuất hóa đơn cho công ty TNHH Gió, mst 0100109106, địa chỉ 5 Hai Bà Trưng, phường Bến Nghé, quận 1, TP.HCM, "
        "email a@gio.vn"
    )

    assert answer["state"]["awaiting"] == []
    wish = order_of(parts, code).invoice_request
    assert (wish["company"], wish["tax_code"], wish["email"]) == (
        "công ty TNHH Gió",
        "0100109106",
        "a@gio.vn",
    )
    assert wish["address"].startswith("5 Hai Bà Trưng")


def test_a_wish_made_with_the_cart_stands_on_the_order(chat: Chat, parts: Parts) -> None:
    chat.say("cho mình 1 áo thun cotton đen size L")
    between = chat.say(
        "xuất hóa đơn: Công ty Gió, mst 0100109106, địa chỉ 5 Hai Bà Trưng, phường Bến Nghé, quận 1, TP.HCM, "
        "email a@gio.vn"
    )
    assert between["state"]["awaiting"][0] == "name"
    chat.say(WHO)
    placed = chat.say("chốt")["state"]["order"]

    order = order_of(parts, placed["code"])
    assert (order.invoice_state, order.invoice_request["company"]) == ("requested", "Công ty Gió")


def test_an_invoice_for_a_person_needs_name_and_e_mail(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    chat.say("mình cần xuất hóa đơn cá nhân thôi")
    chat.say("lan@mail.vn")

    wish = order_of(parts, code).invoice_request
    assert (wish["name"], wish["email"], wish["tax_code"]) == ("Lan", "lan@mail.vn", "")


def test_an_issued_invoice_is_left_to_staff(chat: Chat, parts: Parts) -> None:
    code = place(chat)
    put(parts, code, invoice_state="issued")

    chat.say(f"xuất hóa đơn cho đơn {code}")

    assert [(t.kind, t.order_code) for t in tickets(parts, chat)] == [("invoice", code)]


# --- other people's orders, other languages, the other brain


@pytest.mark.parametrize(
    "text",
    [
        "hủy đơn {code}",
        "đổi địa chỉ đơn {code}",
        "mình muốn trả hàng đơn {code}",
        "xuất hóa đơn cho đơn {code}",
        "đơn {code} tới đâu rồi",
        "cancel order {code}",
        "I want to return order {code}",
    ],
)
def test_somebody_else_s_order_is_no_order(chat: Chat, client: TestClient, parts: Parts, text: str) -> None:
    code = place(chat)
    deliver(parts, code)
    before = order_of(parts, code)
    stranger = Chat(client)

    answer = stranger.text(text.format(code=code))
    stranger.say("đồng ý")

    after = order_of(parts, code)
    assert (after.status, after.version, after.invoice_request) == (before.status, before.version, {})
    assert "328.000" not in answer
    assert "Lan" not in answer
    assert returns(parts, code) == []
    assert [t for t in tickets(parts, stranger) if t.order_code] == []


@pytest.mark.parametrize(
    ("language", "wish", "reason", "yes"),
    [
        ("en", "I want to return my order", "it is too small", "yes please"),
        ("ko", "이 주문 반품하고 싶어요", "사이즈가 작아요", "네"),
    ],
)
def test_a_return_in_other_languages(
    chat: Chat, parts: Parts, language: str, wish: str, reason: str, yes: str
) -> None:
    code = place(chat, "1 áo thun cotton đen size L")
    deliver(parts, code)

    asked = chat.say(wish)
    shown = chat.say(reason)
    chat.say(yes)

    assert asked["state"]["language"] == shown["state"]["language"] == language
    assert (awaiting(asked), awaiting(shown)) == ("reason", "confirm")
    assert len(returns(parts, code)) == 1


def test_a_model_changes_nothing_in_the_message_that_asks(
    model_chat: Chat, model: ScriptedModel, parts: Parts
) -> None:
    """Asking and agreeing in one turn is not agreeing, whatever a model tries."""
    model.script = lambda _request: (500, {})
    code = place(model_chat)

    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        results = tool_results(request)
        if len(results) == 0:
            return call("change_order", code=code, items=[{"sku": "AT01-DEN-L", "quantity": 3}])
        return call("confirm_request") if len(results) == 1 else words(results[-1]["say"])

    model.script = script
    model_chat.say("đồng ý đổi đơn thành 3 cái")

    assert goods_of(parts, code) == {"AT01-DEN-L": 2}


def test_a_refusal_of_the_order_desk_is_never_raw_english(
    model_chat: Chat, model: ScriptedModel, parts: Parts
) -> None:
    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        results = tool_results(request)
        return words(results[-1]["say"]) if results else call("update_order", name="x" * 300, items=[
            {"sku": "AT01-DEN-L", "quantity": 1}, {"sku": "AT01-DEN-M", "quantity": 10_000}])  # fmt: skip

    model.script = script
    text = model_chat.text("cho mình 1 áo thun cotton đen size L")

    assert not any(word in text for word in ("must", "There is", "quantity", "cannot"))


# --- who is told


def desk(client: TestClient, login: str) -> Any:
    client.cookies.clear()
    me = client.post("/api/desk/login", json={"login": login, "password": "chotdon-demo"}).json()

    def command(text: str) -> dict[str, Any]:
        answer = client.post(
            "/api/desk/commands", json={"text": text}, headers={"X-CSRF-Token": me["csrf_token"]}
        )
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return command


def test_staff_see_tickets_and_changes_as_cards_and_close_them(
    chat: Chat, parts: Parts, client: TestClient
) -> None:
    code = place(chat)
    chat.say("đơn vừa đặt lấy 3 cái thôi")
    chat.say("đồng ý")
    put(parts, code, fulfilment_state="packed", status="processing")
    chat.say(f"đổi địa chỉ đơn {code} sang {HOME}")
    build_worker(parts).run_until_idle()

    [ticket] = tickets(parts, chat)
    with parts.db.read_transaction() as session:
        room = [m for m in session.scalars(select(DeskMessage)) if m.key]
        cards = [card for m in room for card in m.cards if ticket.code in card["title"]]
        told = session.scalars(
            select(Message.text).where(
                Message.conversation_id == chat.identity["conversation_id"], Message.author == "system"
            )
        ).all()
    assert any(m.key.startswith("order.changed:") and code in m.text for m in room)
    assert len(cards) == 1
    assert f"/close {ticket.code}" in {b["command"] for b in cards[0]["buttons"]}
    assert not any("cập nhật đơn" in text for text in told)

    staff = desk(client, "sales")
    assert ticket.code in str(staff(f"/tickets {code}"))
    staff(f"/close {ticket.code}")
    assert tickets(parts, chat)[0].state == "closed"


def test_a_change_by_staff_is_told_to_the_customer_once(chat: Chat, parts: Parts, client: TestClient) -> None:
    code = place(chat)
    with parts.db.transaction() as session:
        key = create_key(session, name="desk", scopes=["orders"], now=parts.clock())
    changed = client.patch(
        f"/api/v1/orders/{code}", json={"name": "Mai"}, headers={"Authorization": f"Bearer {key}"}
    )
    assert changed.status_code == 200, changed.text
    for _ in range(2):
        build_worker(parts).run_until_idle()

    with parts.db.read_transaction() as session:
        told = session.scalars(
            select(Message.text).where(
                Message.conversation_id == chat.identity["conversation_id"], Message.author == "system"
            )
        ).all()
    assert sum("cập nhật đơn" in text for text in told) == 1
