"""Times as callers write them."""

from datetime import UTC, datetime

from core.clock import VIETNAM
from core.errors import Invalid


def aware(moment: datetime) -> datetime:
    """A time without a zone is meant as Vietnam's."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except OverflowError:
        raise Invalid("time_invalid", f"{moment.isoformat()} is outside of the calendar.", {}) from None


def aware_or_none(moment: datetime | None) -> datetime | None:
    return None if moment is None else aware(moment)
