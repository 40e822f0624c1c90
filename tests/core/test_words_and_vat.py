from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.catalogue.models import VAT_CLASSES
from core.catalogue.pricing import profit, vat_rate
from core.errors import Invalid
from core.invoices.checks import InvoiceBuyerInput, check_buyer, check_tax_code
from core.invoices.lines import draft_lines
from core.invoices.words import amount_in_words
from core.money import format_dong, split_vat
from core.orders.models import Order, OrderLine
from core.orders.totals import work_out
from core.payments.vietqr import check_account, vietqr_payload
from core.ports.einvoice import NOT_SUBJECT
from core.shop import ShippingRule

DIGITS = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6,
          "bảy": 7, "tám": 8, "chín": 9}  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (15, "Mười lăm đồng"),
        (1_001, "Một nghìn không trăm linh một đồng"),
        (1_015_000, "Một triệu không trăm mười lăm nghìn đồng"),
        (10_101_010, "Mười triệu một trăm linh một nghìn không trăm mười đồng"),
        (1_005_000_000, "Một tỷ không trăm linh năm triệu đồng"),
        (24_316_000, "Hai mươi tư triệu ba trăm mười sáu nghìn đồng"),
        (55, "Năm mươi lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (105, "Một trăm linh năm đồng"),
        (115, "Một trăm mười lăm đồng"),
        (1_010, "Một nghìn không trăm mười đồng"),
        (1_015, "Một nghìn không trăm mười lăm đồng"),
        (10_005, "Mười nghìn không trăm linh năm đồng"),
        (105_000, "Một trăm linh năm nghìn đồng"),
        (1_000_105, "Một triệu một trăm linh năm đồng"),
        (1_000_001_000, "Một tỷ không trăm linh một nghìn đồng"),
        (
            1_234_567_890_123,
            "Một nghìn hai trăm ba mươi tư tỷ năm trăm sáu mươi bảy triệu tám trăm chín mươi nghìn "
            "một trăm hai mươi ba đồng",
        ),
        (1_000_000_000_000_000, "Một triệu tỷ đồng"),
    ],
)
def test_amounts_read_as_on_invoices(amount: int, words: str) -> None:
    assert amount_in_words(amount) == words


@given(st.integers(0, 10**12 - 1))
def test_words_read_back_to_the_amount(amount: int) -> None:
    assert _read_back(amount_in_words(amount)) == amount


def _read_back(words: str) -> int:
    total = group = 0
    last = 0
    for word in words.lower().removesuffix(" đồng").split():
        if word in DIGITS:
            last = DIGITS[word]
            group += last
        elif word == "trăm":
            group += last * 99
        elif word == "mươi":
            group += last * 9
        elif word == "mười":
            group += 10
        elif word in ("nghìn", "triệu"):
            total += group * {"nghìn": 1_000, "triệu": 10**6}[word]
            group = 0
        elif word == "tỷ":
            total = (total + group) * 10**9
            group = 0
    return total + group


@given(st.integers(0, 10**12), st.sampled_from([0, 5, 8, 10]))
def test_vat_inside_a_price_adds_up_and_is_within_a_dong(gross: int, rate: int) -> None:
    net, vat = split_vat(gross, rate)

    assert net + vat == gross
    assert abs(vat * 100 - net * rate) <= 100


def test_the_reducible_class_is_8_until_the_end_of_2026_in_vietnam() -> None:
    assert vat_rate("ten_reducible", datetime(2026, 12, 31, 16, 59, tzinfo=UTC)) == 8
    assert vat_rate("ten_reducible", datetime(2026, 12, 31, 17, 0, tzinfo=UTC)) == 10
    assert vat_rate("not_subject", datetime(2026, 1, 1, tzinfo=UTC)) == NOT_SUBJECT
    assert vat_rate("zero", datetime(2026, 1, 1, tzinfo=UTC)) == 0


def test_profit_leaves_vat_out() -> None:
    earned = profit(
        price=108_000, cost=60_000, vat_class="ten_reducible", moment=datetime(2026, 6, 1, tzinfo=UTC)
    )

    assert (earned.amount, earned.margin_bp) == (40_000, 4_000)


@pytest.mark.parametrize(
    "code",
    [
        "0100109106",
        "0312770607-001",
        "0101 243 150",
        " 0101243150 ",
        "079301001234",
        "001099012345",
        "0100233488",
        "0102030405",
        "0106026495",
        "0313950909",
        "0300741143",
        "0314409058-002",
        "0314409058002",
    ],
)
def test_right_tax_codes(code: str) -> None:
    assert check_tax_code(code).isdigit()


@pytest.mark.parametrize(
    "code",
    [
        "0100233480",
        "0101245171",
        "8888888888",
        "12345",
        "010124315O",
        "0314409058-000",
        "0100000000",
        "1000000080",
        "１２３４５６７８９０",
        "",
        "07930100123x",
    ],
)
def test_wrong_tax_codes_are_refused(code: str) -> None:
    with pytest.raises(Invalid, match="tax code"):
        check_tax_code(code)


def test_a_tax_code_needs_company_and_address() -> None:
    with pytest.raises(Invalid) as refused:
        check_buyer(InvoiceBuyerInput(tax_code="0100109106", company="Công ty Mẫu"))

    assert refused.value.code == "company_address_missing"


def test_vietqr_carries_bank_account_amount_and_memo() -> None:
    payload = vietqr_payload(bank="Vietcombank", account="0123456789", amount=328_000, memo="DH1009")

    assert payload.startswith("000201010212")
    assert "0010A000000727" in payload
    assert "0006970436" in payload
    assert "5406328000" in payload
    assert "0806DH1009" in payload
    assert payload[-8:-4] == "6304"


def test_vietqr_is_the_code_that_others_make_of_the_same_transfer() -> None:
    """A payload published with its checksum; marks of the memo fall away."""
    payload = vietqr_payload(bank="970415", account="0011001932418", amount=120_000, memo="ủng hộ lũ lụt")

    assert payload == (
        "00020101021238570010A00000072701270006970415011300110019324180208QRIBFTTA53037045406120000"
        "5802VN62170813ung ho lu lut6304C15C"
    )


@pytest.mark.parametrize(
    ("memo", "kept"),
    [("DH1001", "DH1001"), (" đơn #DH1001! ", "don DH1001"), ("x" * 40, "x" * 25), ("", None)],
)
def test_a_memo_keeps_what_every_bank_can_show(memo: str, kept: str | None) -> None:
    payload = vietqr_payload(bank="VCB", account="1", amount=1, memo=memo)

    said = f"62{len(kept) + 4:02d}08{len(kept):02d}{kept}" if kept else ""
    assert payload[:-4].endswith(f"5802VN{said}6304")


@pytest.mark.parametrize("account", ["", "1" * 20, "0123 456", "đ1"])
def test_an_account_that_no_vietqr_can_carry_is_refused(account: str) -> None:
    with pytest.raises(Invalid):
        check_account(account)


def test_money_is_written_as_people_here_write_it() -> None:
    assert format_dong(1_250_000) == "1.250.000đ"


@given(
    lines=st.lists(st.tuples(st.integers(0, 10**8), st.integers(1, 99)), min_size=1, max_size=8),
    percent=st.integers(0, 90),
    fee=st.integers(0, 100_000),
    classes=st.lists(st.sampled_from(VAT_CLASSES), min_size=8, max_size=8),
)
def test_an_invoice_agrees_with_its_order_to_the_dong(
    lines: list[tuple[int, int]], percent: int, fee: int, classes: list[str]
) -> None:
    totals = work_out(lines, discount_percent=percent, shipping=ShippingRule(flat_fee=fee))
    order = Order(shipping_fee=totals.shipping_fee)
    sold = [
        OrderLine(
            sku="A", name="Áo", option_text="", quantity=x.quantity, amount=x.amount, vat_class=vat_class
        )
        for x, vat_class in zip(totals.lines, classes, strict=False)
    ]

    drafts = draft_lines(order, sold, kind="vat", moment=datetime(2026, 6, 1, tzinfo=UTC))

    assert sum(d.amount for d in drafts) == totals.total
    for draft in drafts:
        assert draft.amount_before_vat + draft.vat_amount == draft.amount
        assert abs(Decimal(draft.unit_price) * draft.quantity - draft.amount_before_vat) < 1


def test_the_rate_of_goods_and_of_the_fee_follows_the_day_of_the_invoice() -> None:
    order = Order(shipping_fee=30_000)
    sold = [
        OrderLine(sku="A", name="Áo", option_text="", quantity=1, amount=108_000, vat_class="ten_reducible")
    ]

    for moment, rate in (
        (datetime(2026, 12, 31, 16, tzinfo=UTC), 8),
        (datetime(2026, 12, 31, 18, tzinfo=UTC), 10),
    ):
        assert [d.vat_rate for d in draft_lines(order, sold, kind="vat", moment=moment)] == [rate, rate]
