"""Size advice from a chart that is plain text."""

import pytest

from core.catalogue.sizes import advise, read_chart

SHIRT = """S: cao 150–160 cm, nặng 42–50 kg
M: cao 158–166 cm, nặng 51–58 kg
L: cao 164–172 cm, nặng 59–67 kg
Nằm giữa hai size thì chọn size lớn hơn."""


@pytest.mark.parametrize(
    ("body", "sizes"),
    [
        ({"height": 160, "weight": 52}, ("M",)),
        ({"height": 155, "weight": 45}, ("S",)),
        ({"height": 160, "weight": 60}, ("M", "L")),
        ({"height": 159, "weight": 50.5}, ("S", "M")),
        ({"weight": 61}, ("L",)),
        ({"height": 190, "weight": 90}, ()),
        ({"height": 160, "weight": 90}, ()),
        ({"waist": 80}, ()),
    ],
)
def test_the_chart_s_size_or_both_neighbours_or_none(body: dict[str, float], sizes: tuple[str, ...]) -> None:
    assert advise(read_chart(SHIRT), body).sizes == sizes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "measures", "sizes"),
    [
        ("29: waist 74–76 cm\n30: waist 77 - 79 cm", ("waist",), ["29", "30"]),
        ("S: 키 150~160 cm, 몸무게 42~50 kg", ("height", "weight"), ["S"]),
        ("38: bàn chân 23,5–24 cm", ("foot",), ["38"]),
        ("4 tuổi: cao 96–106 cm", ("height", "age"), ["4 tuổi"]),
        ("XL: ngực từ 100 đến 108 cm", ("chest",), ["XL"]),
        ("Form rộng, chọn đúng size thường mặc.", (), []),
    ],
)
def test_charts_of_other_goods_and_languages_are_read(
    text: str, measures: tuple[str, ...], sizes: list[str]
) -> None:
    chart = read_chart(text)

    assert (chart.measures, list(chart.sizes)) == (measures, sizes)


def test_what_is_no_size_is_a_remark() -> None:
    assert read_chart(SHIRT).remarks == ("Nằm giữa hai size thì chọn size lớn hơn.",)
