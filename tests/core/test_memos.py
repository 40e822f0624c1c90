"""What a memo says, however a bank or a person has written it; and what of it is sure."""

import pytest

from core.payments.memos import Named, codes_in, judge


@pytest.mark.parametrize(
    ("memo", "plainly"),
    [
        ("DH1001", True), ("dh1001", True), ("dh 1001", True), ("DH-1001", True), ("Đh1001 cảm ơn shop", True),
        ("MBVCB.3278907687.DH1001.CT tu 0123456789 NGUYEN VAN A toi 9876543210", True), ("IBFT DH1001", True),
        ("thanh toan don hang DH1001", True), ("QR - DH1001-020526", True), ("ND:DH1001;tks", True),
        ("THANHTOANDH1001", False), ("D H 1001", False), ("DH10 01", False), ("20DH1001", False),
        ("dh  1001", False), ("DH:.1001", False),
    ],
)  # fmt: skip
def test_the_code_is_found(memo: str, plainly: bool) -> None:
    assert codes_in(memo).get("DH1001") is plainly


@pytest.mark.parametrize(
    "memo",
    [
        "",
        "DH10011",
        "DH100",
        "1001",
        "H1001",
        "DH",
        "DH mot nghin le mot",
        "DHX1001",
        "DH 2 va 1001 dong",
        "ĐƠN 1001",
    ],
)
def test_another_code_is_not(memo: str) -> None:
    assert "DH1001" not in codes_in(memo)


def test_a_number_behind_the_code_does_not_grow_it() -> None:
    codes = codes_in("DH1001 2 ao thun")

    assert (codes["DH1001"], codes["DH10012"]) == (True, False)


@pytest.mark.parametrize(
    "memo", ["1 " * 5_000, "A" * 100_000, "DH" * 50_000, "9" * 100_000, "\u0661\u0662\ud800 DH1"]
)
def test_no_memo_is_too_wild(memo: str) -> None:
    assert len(codes_in(memo)) < 5_000


def named(outstanding: int = 100, *, code: str = "DH1", plainly: bool = True, **state: bool) -> Named:
    return Named(code, outstanding, state.get("called_off", False), state.get("at_the_door", False), plainly)


@pytest.mark.parametrize(
    ("orders", "verdict"),
    [
        ([named()], "exact"), ([named(plainly=False)], "exact"), ([named(150)], "under"),
        ([named(150, plainly=False)], "unsure_code"), ([named(60)], "over"), ([named(0)], "already_paid"),
        ([named(called_off=True)], "late"), ([named(at_the_door=True)], "cod_on_the_way"), ([], "no_order"),
        ([named(60), named(40, code="DH2")], "several_orders"),
        ([named(), named(code="DH12", plainly=False)], "exact"),
        ([named(150), named(code="DH12", plainly=False)], "several_orders"),
    ],
)  # fmt: skip
def test_only_a_sure_code_with_the_exact_amount_closes_an_order(orders: list[Named], verdict: str) -> None:
    assert judge(100, orders) == verdict
