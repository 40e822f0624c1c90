"""People, places and numbers in a message, each with its place in the raw text."""

from datetime import date

import pytest

from nlu import Context, Lexicon, Parse, parse

NONE = Lexicon.build([])


def read(text: str, **scene: object) -> Parse:
    return parse(text, Context(NONE, **scene))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "typed",
    [
        "0901234567",
        "090 123 4567",
        "0901.234.567",
        "+84 90 123 4567",
        "84901234567",
        "(090) 123-4567",
        "o9o1234567",
    ],
)
def test_phones_in_any_writing(typed: str) -> None:
    (phone,) = read(f"sđt mình {typed} nha").phones

    assert (phone.value, phone.valid) == ("+84901234567", True)


def test_a_wrong_phone_is_told_as_such() -> None:
    (phone,) = read("sđt 09012345").phones

    assert (phone.valid, phone.raw) == (False, "09012345")


def test_a_house_number_behind_a_phone_is_no_part_of_it() -> None:
    found = read("0901234567 48 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM")

    assert found.phones[0].value == "+84901234567"
    assert found.text[slice(*found.address_span or (0, 0))] == "48 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tên mình là Trần Thị Hạnh", "Trần Thị Hạnh"),
        ("ten nguoi nhan: nguyen van tu", "Nguyen Van Tu"),
        ("Ngọc Lan 0901234567", "Ngọc Lan"),
        ("0901234567, Phạm Quân, 12 Lê Lợi, quận 1, HCM", "Phạm Quân"),
        ("my name is John Carter, phone 0901234567", "John Carter"),
        ("이름은 김하늘이고 번호는 0901234567", "김하늘"),
    ],
)
def test_names(text: str, name: str) -> None:
    found = read(text).name

    assert found is not None
    assert found.value == name
    assert text[slice(*found.span)].lower() == name.lower()


@pytest.mark.parametrize("text", ["tên gì vậy shop", "shop tên là gì", "đổi tên được không", "chào shop"])
def test_no_name_where_none_is_told(text: str) -> None:
    assert read(text).name is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("giao về ấp 4, xã Tân Nhựt, huyện Bình Chánh nha", "ấp 4, xã Tân Nhựt, huyện Bình Chánh"),
        ("ship qua hẻm 12/3 Lý Chính Thắng P.8 Q.3 HCM giúp em", "hẻm 12/3 Lý Chính Thắng P.8 Q.3 HCM"),
        (
            "deliver to 45 Hang Bac, Hoan Kiem District, Hanoi please",
            "45 Hang Bac, Hoan Kiem District, Hanoi",
        ),
    ],
)
def test_addresses_among_other_words(text: str, address: str) -> None:
    span = read(text).address_span

    assert span is not None
    assert text[slice(*span)] == address


@pytest.mark.parametrize("text", ["bao lâu thì tới Hà Nội vậy shop", "shop có cửa hàng ở Đà Nẵng không"])
def test_a_city_in_a_question_is_no_address(text: str) -> None:
    assert read(text).address_span is None


def test_codes_amounts_mail_and_invoice() -> None:
    found = read(
        "đơn dh 1023 mình ck 1tr2 rồi, xuất hoá đơn Công ty TNHH Hoa Mai, mst 0312345678, mail a@hoamai.vn"
    )

    assert found.order_codes == ("DH1023",)
    assert found.amounts == (1_200_000,)
    assert found.company == "Công ty TNHH Hoa Mai"
    assert found.tax_code is not None
    assert found.tax_code.digits == "0312345678"
    assert found.email == "a@hoamai.vn"
    assert found.phones == ()


def test_a_bare_number_is_a_code_only_when_it_is_one_of_ours() -> None:
    assert read("đơn 1023 tới đâu rồi").order_codes == ()
    assert read("đơn 1023 tới đâu rồi", order_codes=("DH1023",)).order_codes == ("DH1023",)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("mai giao được không", "2026-03-05"),
        ("thứ 6 giao nha", "2026-03-06"),
        ("thứ 3 tuần sau", "2026-03-10"),
        ("ngày 20/3 mình cần", "2026-03-20"),
        ("by next Tuesday", "2026-03-10"),
        ("다음주 화요일까지 와요?", "2026-03-10"),
        ("내일 받을 수 있어요?", "2026-03-05"),
    ],
)
def test_days_are_resolved_when_today_is_known(text: str, day: str) -> None:
    (found,) = read(text, today=date(2026, 3, 4)).dates

    assert found.day == day
    assert read(text).dates[0].day is None


def test_the_second_one_is_no_monday() -> None:
    assert read("lấy cái thứ 2").dates == ()


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("cod nha", "cod"),
        ("mình chuyển khoản nhé", "bank_transfer"),
        ("cash on delivery please", "cod"),
        ("착불로 할게요", "cod"),
    ],
)
def test_how_somebody_pays(text: str, method: str) -> None:
    assert read(text).payment == method


@pytest.mark.parametrize(
    "text", ["shop có cho chuyển khoản không?", "can i pay by bank transfer?", "em ck rồi nha shop"]
)
def test_asking_or_telling_is_not_choosing(text: str) -> None:
    assert read(text).payment is None
