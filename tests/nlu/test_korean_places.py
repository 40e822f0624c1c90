"""Places as Koreans in Vietnam write them, and houses that are called like people or wards."""

import pytest

from nlu import Context, Lexicon, parse
from nlu.addresses import AddressBook

BOOK = AddressBook.load()
NOTHING = Context(Lexicon.build(()))


@pytest.mark.parametrize(
    ("text", "street", "ward", "district"),
    [
        ("다낭 탄케군 탄케동동 쩐까오번 40번지", None, "Phường Thanh Khê Đông", "Quận Thanh Khê"),
        ("하노이 동다군 깟린동 깟린 8번지", None, "Phường Cát Linh", "Quận Đống Đa"),
        ("호치민시 푸년군 7동 판당르우 30번지", None, "Phường 7", "Quận Phú Nhuận"),
        (
            "호치민 3군 Vo Thi Sau동 Ly Chinh Thang 25번지",
            "Ly Chinh Thang 25번지",
            "Phường Võ Thị Sáu",
            "Quận 3",
        ),
        (
            "18 Le Van Luong, Nhan Chinh동, Thanh Xuan군, Hanoi",
            "18 Le Van Luong",
            "Phường Nhân Chính",
            "Quận Thanh Xuân",
        ),
        (
            "하노이 하이바쯩군 바익코아동 바찌에우 12번지",
            "12 Ba Trieu (바찌에우)",
            "Phường Bách Khoa",
            "Quận Hai Bà Trưng",
        ),
    ],
)
def test_wards_and_districts_in_hangul(text: str, street: str | None, ward: str, district: str) -> None:
    best = BOOK.resolve(text).best

    assert best is not None
    assert (best.ward, best.district) == (ward, district)
    assert street is None or best.street == street


def test_a_place_in_hangul_is_found_within_a_message() -> None:
    text = "받는 사람 오지영 0903 118 264 주소는 하노이 동다군 깟린동 깟린 8번지 입니다"
    found = parse(text, NOTHING)

    assert found.address_span is not None
    assert text[slice(*found.address_span)] == "하노이 동다군 깟린동 깟린 8번지"
    assert found.name is not None
    assert found.name.value == "오지영"


@pytest.mark.parametrize(
    "text", ["하나 주시면 돼요", "다시 볼게요", "감동이에요", "하노이까지 며칠 걸려요?", "역시 좋네요"]
)
def test_korean_talk_is_no_place(text: str) -> None:
    assert parse(text, NOTHING).address_span is None


def test_a_ward_with_a_korean_ending_answers_the_question_for_it() -> None:
    assert BOOK.resolve("18 Le Van Luong, Thanh Xuan, Hanoi, Nhan Chinh 동이에요").accepted
    block = BOOK.resolve("3동 904호, 12 Ly Chinh Thang, Vo Thi Sau동, 3군, HCM").best
    assert block is not None
    assert (block.street, block.ward) == ("3동 904호, 12 Ly Chinh Thang", "Phường Võ Thị Sáu")


def test_a_building_is_no_receiver_and_stays_in_the_address() -> None:
    text = "Diamond Plaza, 34 Le Duan, Ben Nghe ward, district 1, HCMC. Femke Bos 0903 118 264"
    found = parse(text, NOTHING)

    assert found.name is not None
    assert found.name.value == "Femke Bos"
    assert found.address_span is not None
    assert text[slice(*found.address_span)].startswith("Diamond Plaza, 34 Le Duan")


def test_a_house_called_like_its_ward_keeps_its_street() -> None:
    best = BOOK.resolve("Lexington An Phu, 67 Mai Chi Tho, An Phu ward, Thu Duc, HCMC").best

    assert best is not None
    assert (best.street, best.ward) == ("Lexington An Phu, 67 Mai Chi Tho", "Phường An Phú")


def test_the_receiver_may_stand_behind_the_goods() -> None:
    found = parse(
        "1 lamp to Rosa Lindqvist, 0903 118 264, 34 Le Duan, Ben Nghe ward, district 1, HCMC", NOTHING
    )

    assert found.name is not None
    assert found.name.value == "Rosa Lindqvist"
