"""Names and places as answers: whole from their first word, the house told last, notes aside, kin before a name."""

import pytest

from nlu import Context, Lexicon, Parse, parse
from nlu.addresses import AddressBook


def read(text: str, awaiting: str | None = None) -> Parse:
    return parse(text, Context(Lexicon(), awaiting=awaiting))


def address(text: str, awaiting: str | None = "address") -> str:
    span = read(text, awaiting).address_span
    assert span is not None, text
    return text[slice(*span)]


@pytest.mark.parametrize(
    "text",
    [
        "803, R2-5, Sky Garden 2, phường Tân Phong, quận 7, TP.HCM",
        "Hoa Lan 5-18, Vinhomes Riverside, Phuc Loi ward, Long Bien, Hanoi",
        "K48/12 Tran Cao Van, phuong Tam Thuan, quan Thanh Khe, Da Nang",
        "Landmark 81, 720A Điện Biên Phủ, P.22, Bình Thạnh, HCM",
        "chung cư Hạnh Phúc, 112 Cây Keo, phường Tam Phú, TP Thủ Đức, TP.HCM",
        "72 Le Thanh Ton, 5층, Ben Nghe, quan 1, HCM",
        "ap 3 xa phuoc loc huyen nha be tphcm, so nha 1419/6",
        "số 8 tổ 3, thôn Đông, xã Hoà Phong, huyện Hoà Vang, Đà Nẵng",
    ],
)
def test_an_address_is_the_whole_answer(text: str) -> None:
    assert address(text) == text
    assert read(text, "address").name is None


def test_a_note_in_brackets_is_no_part_of_the_street() -> None:
    text = "32 Hang Be street (hostel reception!!), Hang Bac ward, Hoan Kiem, Hanoi"

    read_address = AddressBook.load().resolve(address(text)).best

    assert read_address is not None
    assert (read_address.street, read_address.ward) == ("32 Hang Be street", "Phường Hàng Bạc")


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("ap 3 xa phuoc loc huyen nha be tphcm, so nha 1419/6", "1419/6, ap 3"),
        ("thôn Đông Hải, xã Hòa Tiến, huyện Hòa Vang, Đà Nẵng, nhà số 25", "25, thôn Đông Hải"),
    ],
)
def test_a_house_told_behind_its_district(text: str, street: str) -> None:
    result = AddressBook.load().resolve(text)

    assert result.accepted
    assert result.best is not None
    assert result.best.street == street


def test_a_ward_by_the_name_it_had_before() -> None:
    result = AddressBook.load().resolve("số 31 ngõ 89 Tô Hiệu, phường Trại Cau, quận Lê Chân, Hải Phòng")

    assert result.accepted
    assert result.best is not None
    assert result.best.district == "Quận Lê Chân"


def test_a_ward_is_spelt_as_the_customer_spells_it() -> None:
    best = AddressBook.load().resolve("số 8, xã Hoà Phong, huyện Hoà Vang, Đà Nẵng").best

    assert best is not None
    assert (best.ward, best.district) == ("Xã Hoà Phong", "Huyện Hoà Vang")


@pytest.mark.parametrize(
    ("text", "district"),
    [
        ("14 Yersin, phường 4, Đà Lạt", "Thành phố Đà Lạt"),
        ("3A Ấp Bắc p4 my tho", "Thành phố Mỹ Tho"),
        ("40 tran hung dao p2 tp soc trang", "Thành phố Sóc Trăng"),
        ("40 Trần Hưng Đạo, phường 3, thành phố Quảng Trị", None),
    ],
)
def test_a_numbered_ward_of_a_town_without_its_province(text: str, district: str | None) -> None:
    result = AddressBook.load().resolve(text)

    assert (result.best.district if result.accepted and result.best else None) == district


def test_goods_before_a_province_are_no_address() -> None:
    assert read("bán mình 1 hũ mắm ruốc Huế").address_span is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Receiver is my mom Nguyen Thi Thuy 0912 440 188", "Nguyen Thi Thuy"),
        ("send it to Sofia Martins 0886 101 999", "Sofia Martins"),
        ("người nhận là mẹ em Phạm Thị Nhài 0915 306 482", "Phạm Thị Nhài"),
        ("ship to my friend Tom Becker, 0765 889 123", "Tom Becker"),
    ],
)
def test_a_receiver_is_told_by_kin_and_name(text: str, name: str) -> None:
    found = read(text).name

    assert found is not None
    assert found.value == name


@pytest.mark.parametrize("text", ["아 잠깐만요 하나는 500 말고 750으로 바꿔 주세요", "배송은 언제 와요"])
def test_korean_talk_is_no_name(text: str) -> None:
    assert read(text, "name").name is None


@pytest.mark.parametrize("text", ["lay 2 may loc nuoc", "lấy 2 máy nha"])
def test_two_machines_are_no_day_of_may(text: str) -> None:
    assert read(text).dates == ()


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("k9/3 nga ba hoa vang, xa hoa chau, h hoa vang, da nang", "k9/3 nga ba hoa vang"),
        (
            "15 Xô Viết Nghệ Tĩnh Bình Thạnh, phường 26, quận Bình Thạnh, TP.HCM",
            "15 Xô Viết Nghệ Tĩnh Bình Thạnh",
        ),
    ],
)
def test_a_street_keeps_its_last_words_where_a_district_is_called_so(text: str, street: str) -> None:
    found = AddressBook.load().resolve(text).best

    assert found is not None
    assert found.street == street
