"""What staff type about money and goods that come back, and what the customer is told: each step once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.conversations.models import Conversation, Message
from bot.conversations.notices import tell_customer, tell_staff
from bot.replies.texts import LANGUAGES
from bot.staff import room
from bot.staff.accounts import add_staff
from bot.staff.commands import run
from bot.staff.models import DeskMessage, StaffAccount
from bot.staff.order_cards import order_with_cards
from bot.staff.refusals import staff_refusal
from core.actor import SYSTEM, Actor, Role
from core.approvals.decisions import request_approval
from core.customers.identities import customer_for
from core.db import Database
from core.errors import AppError, NotAllowed
from core.jobs.models import Job
from core.jobs.worker import Run
from core.orders.carts import set_delivery, set_lines, set_payment_method, start_cart
from core.orders.fulfilment import pack_order
from core.orders.models import Order
from core.orders.placement import place_order
from core.orders.queries import get_order
from core.orders.quoting import quote_cart
from core.payments.bank_matching import match_transfer, receive_transfers
from core.payments.models import BankTransfer
from core.payments.recording import record_payment
from core.ports.bank import TransferNews
from core.returns.decisions import approve_return
from core.returns.inspection import receive_return
from core.returns.undelivered import run_came_back
from core.stock.levels import consume_order
from tests.small_shop import PLACE, fill

Type = Callable[..., str]


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    return sqlite_db


@pytest.fixture
def order(db: Database, now: datetime) -> str:
    """Three flowers for 170.000đ, by transfer, of a customer who chats."""
    fill(db, now=now)
    with db.transaction() as session:
        customer = customer_for(session, chat_channel="t", external_id="1", now=now)
        session.add(
            Conversation(
                chat_channel="t",
                external_id="1",
                customer_id=customer.id,
                last_message_at=now,
                created_at=now,
            )
        )
        cart = start_cart(session, customer_id=customer.id, sales_channel="chat", now=now).id
        set_lines(session, cart_id=cart, quantities={"HOA-1": 3}, now=now)
        set_delivery(session, cart_id=cart, now=now, buyer_name="Lan", phone="0901234567", address=PLACE)
        set_payment_method(session, cart_id=cart, method="bank_transfer", now=now)
        return place_order(
            session, actor=SYSTEM, quote_id=quote_cart(session, cart_id=cart, now=now).id, now=now
        ).code


@pytest.fixture
def delivered(db: Database, order: str, now: datetime) -> str:
    with db.transaction() as session:
        found = get_order(session, order)
        record_payment(
            session,
            actor=SYSTEM,
            order_id=found.id,
            kind="bank_transfer",
            amount=found.total,
            reference="x",
            now=now,
        )
        pack_order(session, order_id=found.id, actor=SYSTEM, now=now)
        consume_order(session, order_id=found.id, actor=SYSTEM, now=now)
        session.execute(update(Order).values(fulfilment_state="delivered", delivered_at=now))
    return order


@pytest.fixture
def desk(db: Database, now: datetime) -> Type:
    """A line of staff; what the desk says, or the refusal's code."""

    def typed(text: str, role: Role = "manager") -> str:
        try:
            with db.transaction() as session:
                return run(session, text=text, actor=Actor("staff", "s", "Mai", role), now=now).text
        except AppError as error:
            return error.code

    return typed


def told(db: Database, now: datetime) -> list[str]:
    """Every notice that waits is given, twice over; what the customer has read by then."""
    with db.read_transaction() as session:
        waiting = session.scalars(select(Job).where(Job.name.in_(("notice.customer", "notice.staff")))).all()
    for job in [*waiting, *waiting]:
        (tell_customer if job.name == "notice.customer" else tell_staff)(Run(db, job.payload, 1, now))
    with db.read_transaction() as session:
        return list(session.scalars(select(Message.text).order_by(Message.seq)))


def cards(db: Database) -> list[dict[str, Any]]:
    with db.read_transaction() as session:
        return [card for message in session.scalars(select(DeskMessage)) for card in message.cards]


def test_a_return_from_request_to_refund_in_the_desk(
    db: Database, desk: Type, delivered: str, now: datetime
) -> None:
    steps = [
        f"/return {delivered} HOA-1 2 hoa héo", "/return R1001 duyệt", "/return R1001 nhận",
        "/return R1001 kiểm HOA-1 1 tốt; HOA-1 1 hỏng gãy cành", "/return R1001 xong 80k",
        "/refund RF1001 FT26112400",
    ]  # fmt: skip

    said = [desk(step) for step in steps]

    assert said == [
        "R1001: chờ duyệt", "R1001: đã đồng ý, chờ hàng về", "R1001: hàng đã về, chờ kiểm",
        "R1001: đã kiểm, chờ quyết toán", "R1001: xong", "RF1001: đã chuyển tiền",
    ]  # fmt: skip
    texts = [text for text in told(db, now) if "R1001" in text or "hoàn" in text]
    assert len(texts) == 5
    assert all("80.000đ" in text for text in texts[3:])
    assert "Giảm giá trị đơn: 80.000đ" in str(cards(db))
    with db.read_transaction() as session:
        shown = order_with_cards(session, get_order(session, delivered))["lines"]
    assert any(line.startswith("Đã trả lại: ") and "HOA-1" in line and "80.000đ" in line for line in shown), (
        shown
    )


def room_texts(db: Database, reader: Actor | None = None) -> list[str]:
    with db.read_transaction() as session:
        return [message.text for message in room.messages(session, after=0, reader=reader)]


def test_what_a_command_has_answered_is_not_told_again_to_who_gave_it(
    db: Database, delivered: str, now: datetime
) -> None:
    mai, minh = (Actor("staff", name, name, "manager") for name in ("mai", "minh"))
    with db.transaction() as session:
        said = run(session, text=f"/return {delivered} HOA-1 1 hoa héo", actor=mai, now=now)
    assert said.text == "R1001: chờ duyệt"
    told(db, now)
    assert "R1001: chờ duyệt" not in room_texts(db, mai)
    assert room_texts(db, minh).count("R1001: chờ duyệt") == 1

    with db.transaction() as session:
        approve_return(session, code="R1001", note="", actor=mai, now=now)
        receive_return(session, code="R1001", warehouse_code="A", actor=mai, now=now)
    told(db, now)
    assert room_texts(db, mai).count("R1001: hàng đã về, chờ kiểm") == 1, "no command has answered that"


def test_money_sent_back_is_not_told_as_money_that_came(
    db: Database, desk: Type, delivered: str, now: datetime
) -> None:
    desk(f"/refund {delivered} 10k khách quen")
    desk("/refund RF1001 FT1")
    told(db, now)

    assert f"Đơn {delivered}: đã hoàn tiền cho khách" in room_texts(db)


def test_a_refused_return_tells_the_customer_why_and_the_way_on(
    db: Database, desk: Type, delivered: str, now: datetime
) -> None:
    desk(f"/return {delivered} HOA-1 1")
    assert desk("/return R1001 từ chối") == "reason_required"
    assert desk("/return R1001 từ chối đã cắt mác") == "R1001: đã từ chối"

    refusal = told(db, now)[-1]
    assert "đã cắt mác" in refusal
    assert "gửi lại yêu cầu" in refusal


def test_a_parcel_that_came_back_is_told_once_and_waits_in_the_list(
    db: Database, desk: Type, delivered: str, now: datetime
) -> None:
    with db.transaction() as session:
        session.execute(update(Order).values(fulfilment_state="returned", status="processing"))
        order_id = get_order(session, delivered).id
    for state in ("returning", "returned", "returned"):
        run_came_back(Run(db, {"order_id": order_id, "state": state}, 1, now))

    assert sum("hoàn về shop" in text for text in told(db, now)) == 1
    assert desk("/return") == "1 yêu cầu đổi trả đang chờ"
    assert any(card["title"] == "R1001 · Hàng hoàn về" for card in cards(db))


def test_a_doubtful_transfer_is_a_card_whose_button_settles_it(
    db: Database, desk: Type, order: str, now: datetime
) -> None:
    news = TransferNews("1", "in", 200_000, f"tt {order}", "0123", "FT1", now)
    with db.transaction() as session:
        receive_transfers(session, bank="sepay", news=[news], now=now)
        match_transfer(session, transfer_id=session.scalars(select(BankTransfer.id)).one(), now=now)
    told(db, now)
    card = next(card for card in cards(db) if card["title"].startswith("NH1001"))

    assert desk("/bank") == "1 khoản chuyển đang chờ"
    assert "việc" in desk("/todo") or desk("/todo")
    assert desk(card["buttons"][0]["command"]) == "NH1001: đã ghi cho đơn"
    assert desk(f"/refund {order}") == "Còn hoàn được 200.000đ"
    assert desk(f"/bank NH1001 {order}") == "bank_transfer_decided"
    assert desk("/bank NH1001 lấy lại") == "reason_missing"
    assert desk("/bank NH1001 lấy lại khách chuyển cho đơn khác") == "NH1001: chờ người xem"
    assert desk("/bank NH1001 lấy lại lần nữa") == "transfer_pays_nothing"
    assert desk("/bank") == "1 khoản chuyển đang chờ"


def test_a_yes_to_one_s_own_question_counts_where_nobody_else_is_there(
    db: Database, order: str, now: datetime
) -> None:
    with db.transaction() as session:
        people = [
            add_staff(session, login=login, name=login, role=role, password="mat-khau-dai", now=now)
            for login, role in (("mai", "manager"), ("minh", "manager"))
        ]
        mai, minh = (Actor("staff", one.id, one.name, "manager") for one in people)
        code = request_approval(
            session, kind="order_over_amount", subject_kind="order", subject_id=get_order(session, order).id,
            subject_code=order, question="?", amount=1, payload={}, actor=mai, expires_minutes=60, now=now,
        ).code  # fmt: skip

    def approve(actor: Actor) -> str:
        with db.transaction() as session:
            return run(session, text=f"/approve {code}", actor=actor, now=now).text

    with pytest.raises(NotAllowed) as refusal:
        approve(mai)
    assert refusal.value.code == "own_question"
    assert "quản lý hoặc chủ shop" in staff_refusal(refusal.value.code, refusal.value.data)
    with db.transaction() as session:
        session.get_one(StaffAccount, minh.id).active = False
    assert "đã duyệt" in approve(mai)


@pytest.mark.parametrize(
    ("line", "role", "said"),
    [
        ("/refund {} 10.000 khách quen", "sales", "RF1001: chờ duyệt"),
        ("/refund {} 10k", "manager", "RF1001: được hoàn, chờ chuyển tiền"),
        ("/refund {} 10.000.000", "manager", "refund_too_much"), ("/refund {} nhiều", "manager", "amount_unreadable"),
        ("/refund RF9", "manager", "refund_not_found"), ("/refund {} 1", "warehouse", "role_not_allowed"),
        ("/bank", "sales", "role_not_allowed"), ("/bank NH9 hoàn", "manager", "bank_transfer_not_found"),
        ("/return", "accountant", "role_not_allowed"), ("/return R9 duyệt", "manager", "return_not_found"),
        ("/return R9 nhảy", "manager", "step_unknown"), ("/return {} HOA-1", "manager", "argument_missing"),
        ("/return {} HOA-1 99", "manager", "return_quantity_invalid"),
        ("/return NOPE", "manager", "order_not_found"), ("/return {}", "manager", "parcel_not_out"),
        ("/refund", "accountant", "Không có khoản hoàn nào đang chờ."),
    ],
)  # fmt: skip
def test_each_line_does_what_it_says_or_says_why_not(
    desk: Type, delivered: str, line: str, role: Role, said: str
) -> None:
    assert desk(line.format(delivered), role) == said


def test_a_part_payment_says_what_is_missing(db: Database, order: str, now: datetime) -> None:
    with db.transaction() as session:
        found = get_order(session, order)
        record_payment(
            session,
            actor=SYSTEM,
            order_id=found.id,
            kind="bank_transfer",
            amount=70_000,
            reference="1",
            now=now,
        )

    assert "còn thiếu 100.000đ" in told(db, now)[-1]


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_steps_are_told_in_the_customer_s_language(
    db: Database, desk: Type, delivered: str, now: datetime, language: str
) -> None:
    with db.transaction() as session:
        session.execute(update(Conversation).values(language=language))
    for step in (f"/return {delivered} HOA-1 3", "/return R1001 duyệt", "/return R1001 nhận", "/return R1001 kiểm tốt",
                 "/return R1001 xong"):  # fmt: skip
        desk(step)

    # The shipping fee stays with the shop unless staff give it back too.
    assert "150.000đ" in told(db, now)[-1]
