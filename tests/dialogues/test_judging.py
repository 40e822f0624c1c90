"""The judge sees what is wrong: each expectation, made wrong on a dialogue that went well, is found."""

from collections.abc import Callable

import pytest

from bot.evaluation.cases import Expect, Fact
from bot.evaluation.customer import Played
from bot.evaluation.invariants import violations
from bot.evaluation.judging import judge
from bot.evaluation.wording import canonical, money_in, says

ORDER = """
- id: one
  language: vi
  kind: order
  turns:
    - 2 áo thun cotton cổ tròn đen size L, Lan 0901234567, 12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM
    - answer: {confirm: chốt}
  expect:
    orders: [{lines: {AT01-DEN-L: 2}, name: Lan, phone: 0901 234 567, address: [12 Lê Lợi], total: 328000}]
    cart: null
    stock: {AT01-DEN-L: {reserved: 2, available: 25}}
    handed_off: false
    said: [328k, "{order}", {any: [không có, "328,000"]}, {regex: "cảm ơn"}]
    said_anywhere: ["30.000"]
    not_said: [miễn phí, "28.000"]
    max_turns: 2
    asked_once: true
    never_asked: [name]
"""


@pytest.fixture(scope="module")
def expectations() -> list[tuple[dict[str, object], str]]:
    return [
        ({"orders": []}, "orders: 0 expected, 1 placed"),
        ({"orders": [{"lines": {"AT01-DEN-L": 3}}]}, "lines are {'AT01-DEN-L': 2}, not {'AT01-DEN-L': 3}"),
        ({"orders": [{"name": "Mai"}]}, "name is “Lan”, not “Mai”"),
        ({"orders": [{"phone": "0901234568"}]}, "phone is 0901234567, not 0901234568"),
        ({"orders": [{"address": ["Lê Lai"]}]}, "without “Lê Lai”"),
        ({"orders": [{"total": 298000}]}, "total is 328000, not 298000"),
        ({"orders": [{"payment_method": "bank_transfer"}]}, "payment is cod"),
        ({"orders": [{"status": "cancelled"}]}, "status is new"),
        ({"cart": {"lines": {"AT01-DEN-L": 2}}}, "cart: is empty"),
        ({"stock": {"AT01-DEN-L": {"reserved": 1}}}, "reserved is 2, not 1"),
        ({"awaiting": ["confirm"]}, "awaiting: asks for"),
        ({"handed_off": True}, "nobody was called"),
        ({"language": "en"}, "language: is vi, not en"),
        ({"said": ["329.000"]}, "said: “329.000” is missing"),
        ({"said_anywhere": ["Mai"]}, "said_anywhere: “Mai” is missing"),
        ({"not_said": ["328.000đ"]}, "not_said: “328.000đ” was said"),
        ({"max_turns": 1}, "took 2 messages, 1 at most"),
        ({"never_asked": ["confirm"]}, "asked for confirm"),
        ({"known_orders": {"DH1008": {"status": "cancelled"}}}, "order DH1008: status is new, not cancelled"),
        ({"known_orders": {"DH7777": {}}}, "order DH7777: there is no such order"),
    ]


def with_expectation(played: Played, expect: dict[str, object]) -> Played:
    script = played.case.script.model_copy(update={"expect": Expect.model_validate(expect)})
    case = type(played.case)(
        script, played.case.file, played.case.folder, played.case.shop_path, played.case.shop
    )
    return Played(case, 0, played.customer_id, played.before, played.after, played.exchanges, [], [], [])


def test_a_dialogue_that_went_well_passes_and_each_wrong_expectation_is_found(
    played: Callable[[str], Played], expectations: list[tuple[dict[str, object], str]]
) -> None:
    well = played(ORDER)

    assert judge(well) == []
    assert violations(well) == []
    for expect, told in expectations:
        found = judge(with_expectation(well, expect))
        assert len(found) == 1, expect
        assert told in found[0]


def test_a_changed_order_that_nothing_expects_is_found(played: Callable[[str], Played]) -> None:
    cancelled = played(
        """
- id: two
  language: vi
  kind: cancel
  customer: {channel: messenger, user_id: u}
  orders: [{code: DH5001, lines: {GD03-01: 1}}]
  turns: [hủy đơn DH5001 giúp mình, {answer: {confirm: đồng ý}}]
  expect: {orders: []}
"""
    )

    assert cancelled.after.orders["DH5001"].status == "cancelled"
    assert judge(cancelled) == ["order DH5001 was changed, which nothing here expects"]


def test_tickets_and_invoice_requests_are_matched_whatever_their_order(
    played: Callable[[str], Played],
) -> None:
    well = played(ORDER)
    code = next(iter(well.new_orders))
    judged = with_expectation(
        well,
        {
            "tickets": [{"kind": ["return", "exchange"], "order": "{order}"}],
            "invoice_requests": [{"order": "{order}"}],
        },
    )
    judged.tickets = [{"kind": "exchange", "order": code, "skus": []}]
    judged.invoice_requests = [{"order_code": code, "tax_code": "0300588569"}]
    assert judge(judged) == []

    judged.tickets = [{"kind": "exchange", "order": code}, {"kind": "handoff", "order": None}]
    judged.invoice_requests = []
    assert len(judge(judged)) == 2


def test_a_message_that_comes_twice_must_get_the_same_answer(played: Callable[[str], Played]) -> None:
    twice = played(
        ORDER.replace("    - answer", "    - {text: shop ở đâu vậy, twice: true}\n    - answer").replace(
            "max_turns: 2", "max_turns: 3"
        )
    )

    assert judge(twice) == []


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("328.000", "Tổng cộng: 328,000 VND."),
        ("328k", "합계 328,000동입니다"),
        ("1.500.000", "khoảng 1,5 triệu ạ"),
        ("0901234567", "số 0901 234 567 ạ"),
        ("AT01-DEN-L", "mã at01-den-l"),
        ("còn hàng", "Dạ CÒN  hàng ạ"),
    ],
)
def test_a_fact_is_found_in_any_spelling(fact: str, text: str) -> None:
    assert says(Fact.model_validate(fact), text)


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("30.000", "130.000đ"),
        ("28.000", "328.000đ"),
        ("M", "Mình lấy size L"),
        ("2", "12 cái"),
        ("hết", "thết đãi"),
    ],
)
def test_a_fact_is_not_found_inside_something_else(fact: str, text: str) -> None:
    assert not says(Fact.model_validate(fact), text)


def test_only_what_is_said_as_money_counts_as_money() -> None:
    assert money_in("2 áo 149k, phí 30.000đ, sđt 0901234567, DH1009, lúc 15:00, 1 triệu") == {
        149_000,
        30_000,
        1_000_000,
    }
    assert canonical("Tổng 328.000 đ") == canonical("tổng  328,000VND")
