"""Time is UTC with a zone inside and Asia/Ho_Chi_Minh when shown. Use cases take `now` as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def utc_now() -> datetime:
    return datetime.now(UTC)


def vietnam_date_text(moment: datetime) -> str:
    """`24/11/2026`, as people here write a date."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y")


def vietnam_time_text(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
