"""A day as people say it: with its name, so that nobody has to look at a calendar."""

from datetime import date

_NAMES = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}


def day_text(language: str, day: date) -> str:
    """`thứ Sáu 27/11`, `Friday 27/11`, `11월 27일 금요일`."""
    name = day_name(language, day.weekday())
    if language == "ko":
        return f"{day.month}월 {day.day}일 {name}"
    return f"{name} {day.day}/{day.month}"


def day_name(language: str, weekday: int) -> str:
    """0 is Monday."""
    return _NAMES.get(language, _NAMES["vi"])[weekday]
