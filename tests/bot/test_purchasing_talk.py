"""Buying from the staff's chat, and what a customer is told of goods on their way."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from bot.app import create_app
from bot.bootstrap import Parts, build_worker
from bot.conversations.models import Message
from bot.replies.days import day_text
from bot.staff.commands import Said, run
from bot.staff.models import DeskMessage
from bot.staff.refusals import staff_refusal
from core.actor import SYSTEM, Actor, Role
from core.catalogue.queries import variants_by_sku
from core.clock import VIETNAM
from core.errors import AppError, NotAllowed
from core.purchasing.suppliers import Offer, add_supplier, set_offers
from core.stock.levels import adjust
from core.stock.models import StockLevel
from tests.bot.conftest import Chat, ScriptedModel, call, tool_results, words

SKU = "AT03-REU-XL"
QUESTION = "áo thun in mặt trời màu rêu size XL còn không"


def staff(role: Role) -> Actor:
    return Actor("staff", f"staff-{role}", role, role)


def typed(parts: Parts, text: str, role: Role = "manager") -> Said:
    with parts.db.transaction() as session:
        return run(session, text=text, actor=staff(role), now=parts.clock())


def refused(parts: Parts, text: str, role: Role = "manager") -> str:
    with pytest.raises(AppError) as error:
        typed(parts, text, role)
    told = staff_refusal(error.value.code, error.value.data)
    assert "…" not in told
    assert "mã lỗi" not in told, error.value.code
    return error.value.code


def code_of(said: Said) -> str:
    return str(said.cards[0]["title"].split(" ")[0])


@pytest.fixture(scope="module")
def supplier(parts: Parts) -> str:
    with parts.db.transaction() as session:
        made = add_supplier(session, details={"name": "Xưởng may"}, actor=SYSTEM, now=parts.clock())
        set_offers(session, code=made.code, offers=[Offer(SKU, 70_000)], actor=SYSTEM, now=parts.clock())
        return made.code


@pytest.fixture(autouse=True)
def sold_out(parts: Parts) -> None:
    with parts.db.transaction() as session:
        variant = variants_by_sku(session, [SKU])[SKU]
        for level in session.scalars(select(StockLevel).where(StockLevel.variant_id == variant.id)):
            if level.on_hand > level.reserved:
                adjust(
                    session, variant_id=variant.id, warehouse_id=level.warehouse_id,
                    change=level.reserved - level.on_hand, reason="test", actor=SYSTEM, now=parts.clock(),
                )  # fmt: skip


@pytest.fixture
def nothing_comes(parts: Parts) -> None:
    for row in _open(parts):
        typed(parts, f"/po {row} hủy", "owner")


def _open(parts: Parts) -> list[str]:
    cards = typed(parts, "/po").cards
    return [row[0] for row in cards[0]["table"]["rows"]] if cards else []


def in_days(parts: Parts, days: int) -> date:
    now: datetime = parts.clock()
    return now.astimezone(VIETNAM).date() + timedelta(days=days)


def ordered(parts: Parts, supplier: str, days: int, quantity: int = 5) -> str:
    code = code_of(typed(parts, f"/po mới {supplier} {SKU}={quantity}"))
    typed(parts, f"/po {code} xác nhận {in_days(parts, days):%d/%m}")
    return code


def test_a_purchase_order_goes_through_the_chat(parts: Parts, supplier: str, nothing_comes: None) -> None:
    drafted = typed(parts, f"/po mới {supplier} {SKU}=5 AT01-DEN-L=2@60000")
    code = code_of(drafted)

    assert drafted.cards[0]["title"] == f"{code} · 470.000đ"
    assert f"/po {code} xác nhận" in {b["command"] for b in drafted.cards[0]["buttons"]}
    assert refused(parts, f"/po {code} xác nhận") == "expected_on_missing"
    typed(parts, f"/po {code} xác nhận {in_days(parts, 3):%d/%m}", "warehouse")
    part = typed(parts, f"/receive {code} {SKU}=2 phiếu PX1", "warehouse")
    assert "2 × AT03-REU-XL" in part.text
    assert part.text == typed(parts, f"/receive {code} {SKU}=2 phiếu PX1", "warehouse").text
    assert refused(parts, f"/receive {code} {SKU}=50") == "over_delivery"
    rest = typed(parts, f"/receive {code}", "warehouse")
    assert "đã về đủ" in rest.cards[0]["lines"]
    assert refused(parts, f"/receive {code}") == "illegal_transition"
    assert code not in _open(parts)


def test_each_command_has_its_roles(parts: Parts, supplier: str) -> None:
    for text, role in (("/po", "accountant"), ("/receive PO1", "sales"), ("/receive PO1", "accountant")):
        with pytest.raises(NotAllowed):
            typed(parts, text, role)  # type: ignore[arg-type]
    code = code_of(typed(parts, f"/po mới {supplier} {SKU}=5", "sales"))
    assert refused(parts, f"/po {code} xác nhận {in_days(parts, 1):%d/%m}", "sales") == "role_not_allowed"


def test_a_large_order_is_asked_about_and_confirmed_by_the_yes(
    parts: Parts, supplier: str, nothing_comes: None
) -> None:
    code = code_of(typed(parts, f"/po mới {supplier} {SKU}=1000"))
    waiting = typed(parts, f"/po {code} xác nhận {in_days(parts, 3):%d/%m}", "warehouse").text

    yes = typed(parts, f"/approve {waiting.split()[-1].strip('.')}", "manager")

    assert f"dự kiến {day_text('vi', in_days(parts, 3))}" in yes.cards[0]["lines"][-1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/receive", "argument_missing"),
        ("/receive PO9999", "purchase_not_found"),
        ("/po mới", "argument_missing"),
        ("/po mới NONE A=1", "supplier_not_found"),
        ("/po PO9999 hủy", "purchase_not_found"),
    ],
)
def test_what_is_not_understood_is_said(parts: Parts, text: str, code: str) -> None:
    assert refused(parts, text) == code


def test_a_line_or_a_day_that_cannot_be_read_is_named(parts: Parts, supplier: str) -> None:
    code = code_of(typed(parts, f"/po mới {supplier} {SKU}=5"))

    for text, reason in (
        (f"/po mới {supplier} nhiều", "line_unreadable"),
        (f"/po {code} xác nhận 31/2", "day_unknown"),
        (f"/po {code} bán", "purchase_step_unknown"),
        (f"/receive {code} phiếu", "supplier_note_missing"),
    ):
        assert refused(parts, text) == reason


def test_the_day_is_told_only_of_a_confirmed_order(
    parts: Parts, supplier: str, chat: Chat, nothing_comes: None
) -> None:
    draft = code_of(typed(parts, f"/po mới {supplier} {SKU}=5"))
    assert "hàng về" not in chat.text(QUESTION)

    day = in_days(parts, 4)
    typed(parts, f"/po {draft} xác nhận {day:%d/%m}")
    assert f"Dự kiến {day_text('vi', day)} hàng về lại ạ." in chat.text(QUESTION)

    moved = in_days(parts, 6)
    typed(parts, f"/po {draft} hẹn {moved:%d/%m}")
    assert day_text("vi", moved) in chat.text(QUESTION)
    typed(parts, f"/po {draft} hủy", "owner")
    assert "hàng về" not in chat.text(QUESTION)


def test_a_model_may_name_the_promised_day_and_no_other(
    parts: Parts, supplier: str, model: ScriptedModel, nothing_comes: None
) -> None:
    asked = {"llm_base_url": model.url, "llm_model": "scripted", "llm_turn_seconds": 20}
    patient = replace(parts, settings=parts.settings.model_copy(update=asked))
    model_chat = Chat(TestClient(create_app(patient, with_worker=False), raise_server_exceptions=False))
    day = in_days(parts, 4)
    ordered(parts, supplier, 4)
    told = {"text": f"Dạ dự kiến {day_text('vi', day)} hàng về lại ạ."}

    def script(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return words(told["text"]) if tool_results(request) else call("check_product", sku=SKU)

    model.script = script
    assert told["text"] in model_chat.text(QUESTION)
    other = day_text("vi", in_days(parts, 5))
    told["text"] = f"Dạ dự kiến {other} hàng về lại ạ."
    assert other not in model_chat.text(QUESTION + " shop")


def test_whoever_waits_is_told_when_goods_are_received(
    parts: Parts, supplier: str, chat: Chat, nothing_comes: None
) -> None:
    chat.say(QUESTION)
    chat.say("có, về thì báo mình nha")
    code = ordered(parts, supplier, 2)

    typed(parts, f"/receive {code}", "warehouse")
    build_worker(parts).run_until_idle(limit=50)

    with parts.db.read_transaction() as session:
        mine = Message.conversation_id == chat.identity["conversation_id"]
        told = session.scalars(select(Message.text).where(mine)).all()
        received = DeskMessage.key.startswith("purchase.received")
        said = session.scalars(select(DeskMessage.text).where(received)).all()
    assert any("đã có hàng lại" in text for text in told), told
    assert any("5 × AT03-REU-XL" in text for text in said)
