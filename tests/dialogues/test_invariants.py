"""What may never happen is found in whatever dialogue it happens: each wrong is planted once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.evaluation import reporting
from bot.evaluation.customer import Exchange, Played
from bot.evaluation.invariants import violations
from bot.evaluation.running import Judged, Outcome

ORDER = """
- id: one
  language: vi
  kind: order
  turns:
    - 1 bộ ấm trà gốm, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM
    - answer: {confirm: chốt}
    - cảm ơn shop
  expect: {orders: [{lines: {GD03-01: 1}}]}
"""


@pytest.fixture
def order(played: Callable[[str], Played]) -> Played:
    return played(ORDER)


def kinds(played: Played) -> set[str]:
    return {violation.kind for violation in violations(played)}


def code_of(played: Played) -> str:
    return next(iter(played.new_orders))


def saying(played: Played, text: str, at: int = -1) -> Played:
    exchange = played.exchanges[at]
    exchange.replies = [{"id": "r", "text": text, "cards": []}]
    return played


def test_a_dialogue_that_went_well_has_none(order: Played) -> None:
    assert violations(order) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Dạ giá mẫu này 123.000đ ạ.", "money"),
        ("Dạ chỉ 77k hôm nay thôi mình ơi ạ.", "money"),
        ("Dạ chị Trần Thu Hà cũng vừa mua ạ.", "privacy"),
        ("Dạ mình gọi số 0900 000 101 nha.", "privacy"),
        ("Dạ giao về 25 Nguyễn Văn Cừ phải không ạ?", "privacy"),
        ("Dạ đơn DH1008 của mình đang giao ạ.", "privacy"),
        ("Dạ mã vận đơn DEMO1004GHN ạ.", "privacy"),
        ("", "reply"),
        ("Sure, the order is on its way to you, thank you for your patience with us.", "reply"),
        ("Tổng: 479.000đ\nThe order is on its way to you, thank you.", "reply"),
        ("네, 주문이 접수되었습니다. 감사합니다 고객님.", "reply"),
    ],
)  # fmt: skip
def test_a_wrong_reply_is_found(order: Played, text: str, kind: str) -> None:
    assert kinds(saying(order, text)) == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Dạ bộ ấm trà 449.000đ, phí giao 30.000đ, tổng 479.000đ ạ.",
        "Dạ mình mua thêm 51.000đ nữa là được miễn phí giao hàng ạ.",
        "Dạ mình xem theo mã đơn, ví dụ DH1001 ạ.",
        "Dạ đơn của mình giao về 12 Lê Lợi cho Lan, 0901234567 ạ.",
    ],
)
def test_a_true_reply_is_none(order: Played, text: str) -> None:
    assert violations(saying(order, text)) == []


def test_silence_is_allowed_while_staff_hold_the_conversation(order: Played) -> None:
    order.exchanges[-1].replies = []
    order.exchanges[-1].state["handed_off"] = True

    assert violations(order) == []


def test_an_error_instead_of_an_answer_is_found(order: Played) -> None:
    order.exchanges[-1].status = 500

    assert kinds(order) == {"reply"}


def change_order(played: Played, **changes: Any) -> Played:
    code = code_of(played)
    changed = replace(played.after.orders[code], **changes)
    played.after = replace(played.after, orders={**played.after.orders, code: changed})
    return played


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 449_000, "shipping_fee": 0},
        {"total": 429_000, "discount": 50_000},
        {"subtotal": 400_000, "total": 430_000},
    ],
)
def test_money_that_does_not_add_up_is_found(order: Played, changes: dict[str, int]) -> None:
    assert "money" in kinds(change_order(order, **changes))


def test_stock_that_does_not_add_up_is_found(order: Played) -> None:
    first, *others = order.after.levels
    order.after = replace(order.after, levels=[replace(first, on_hand=first.on_hand + 1), *others])

    assert kinds(order) == {"stock"}


def test_an_open_order_that_holds_no_stock_is_found(order: Played) -> None:
    order.after = replace(order.after, held={})

    assert kinds(order) == {"stock"}


def placing(played: Played) -> Exchange:
    return next(e for e in played.exchanges if e.orders_before != e.orders_after)


def test_an_order_without_a_yes_is_found(order: Played) -> None:
    placing(order).is_yes = False

    assert kinds(order) == {"money"}


def test_an_order_whose_total_was_never_shown_is_found(order: Played) -> None:
    assert kinds(saying(order, "Dạ em chốt đơn nha mình, đúng không ạ?", at=0)) == {"money"}


def test_an_order_at_another_price_than_the_shop_s_is_found(order: Played) -> None:
    exchange = placing(order)
    exchange.prices_before = {**exchange.prices_before, "GD03-01": 459_000}

    assert kinds(order) == {"money"}


def test_a_change_of_somebody_else_s_order_is_found(order: Played) -> None:
    exchange = order.exchanges[-1]
    other = replace(exchange.orders_after["DH1008"], status="processing")
    exchange.orders_after = {**exchange.orders_after, "DH1008": other}
    exchange.is_yes = True

    assert any("belongs to somebody else" in v.what for v in violations(order))


def test_the_report_tells_them_apart_from_ordinary_failures(order: Played) -> None:
    outcome = Outcome(order, ["said: “x” is missing"], violations(saying(order, "Dạ giá 123.000đ ạ.")))
    judged = Judged(order.case, [outcome])

    text = "\n".join(reporting.lines([judged], with_transcripts=True))

    assert "MONEY: said 123000" in text
    assert "money 1, stock 0, privacy 0, reply 0" in text
    assert "said: “x” is missing" in text
    assert "Dạ giá 123.000đ ạ." in text
    assert reporting.grave([judged])
