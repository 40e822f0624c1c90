"""Which value fits, by the ranges that a product's description tells."""

import pytest

from core.catalogue.ranges import fitting_values, suits

COLLAR = "Vải dù mềm. Theo vòng cổ của bé: XS 16–22 cm, S 23–32 cm, M 33–45 cm, L 46–60 cm."
CHEW = "Vị bạc hà, cho chó từ 6 tháng tuổi. S: chó dưới 7 kg; M: 7–15 kg; L: trên 15 kg."
TENT = "Fly sheet included. Small: up to 2 people, 1.8 kg; Large: 3 to 4 people, 3.1 kg."
SIZES = ("XS", "S", "M", "L")


@pytest.mark.parametrize(
    ("text", "values", "question", "fitting"),
    [
        (COLLAR, SIZES, "cổ 40 phân thì size nào", ("M",)),
        (COLLAR, SIZES, "vòng cổ 22cm", ("XS",)),
        (COLLAR, SIZES, "cổ 80 cm", ()),
        (CHEW, ("S", "M", "L"), "bé nhà mình 5 ký", ("S",)),
        (CHEW, ("S", "M", "L"), "chó 20kg ạ", ("L",)),
        (CHEW, ("S", "M", "L"), "7 kg", ("S", "M")),
        (CHEW, ("S", "M", "L"), "chó 8 tháng", ()),
        (TENT, ("Small", "Large"), "a tent for 4 people", ("Large",)),
        ("Màu nào cũng có.", ("Đen", "Trắng"), "cao 160 cm", ()),
    ],
)
def test_what_fits(text: str, values: tuple[str, ...], question: str, fitting: tuple[str, ...]) -> None:
    assert fitting_values(text, values, question).values == fitting


def test_the_measure_is_told_in_the_customers_words() -> None:
    assert fitting_values(COLLAR, SIZES, "cổ 40 phân, cao 1 gang").told == ("40 phân",)


@pytest.mark.parametrize(
    ("text", "question", "suitable"),
    [
        ("Cho mèo từ 12 tháng tuổi.", "bé mèo hơn 2 tháng rưỡi", False),
        ("Cho mèo con từ 2 đến 12 tháng tuổi.", "bé mèo hơn 2 tháng rưỡi", True),
        ("Hạt tròn 9 mm.", "bé mèo hơn 2 tháng rưỡi", True),
        ("Đựng bé tối đa 6 kg.", "mèo nhà mình 7 ký", False),
    ],
)
def test_what_does_not_suit_is_told_apart(text: str, question: str, suitable: bool) -> None:
    assert suits(text, question) is suitable
