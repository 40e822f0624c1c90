"""Opening hours that the shop wrote in Vietnamese, told to people who do not read it."""

import pytest

from bot.replies.hours import opening_hours


@pytest.mark.parametrize(
    ("written", "english", "korean"),
    [
        ("9:00–20:00, thứ Hai đến thứ Bảy", "9:00–20:00, Monday to Saturday", "9:00–20:00, 월요일 ~ 토요일"),
        ("8h–21h, T2–CN", "8h–21h, Monday–Sunday", "8h–21h, 월요일–일요일"),
        (
            "Hằng ngày 8:00 đến 22:00, trừ ngày lễ", "every day 8:00 to 22:00, except holidays",
            "매일 8:00 ~ 22:00, 제외: 공휴일",
        ),
        ("nghỉ trưa 12:00", "nghỉ trưa 12:00", "nghỉ trưa 12:00"),
    ],
)  # fmt: skip
def test_days_are_told_in_the_customers_language(written: str, english: str, korean: str) -> None:
    assert [opening_hours(written, language) for language in ("vi", "en", "ko")] == [written, english, korean]
