"""One page of a list. `rows` were asked for with one more than `limit`: only to see whether there is a next page."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from core.api.schemas import Page


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
R = TypeVar("R", bound=HasId)


def next_cursor(rows: Sequence[HasId], limit: int) -> str | None:
    return rows[limit - 1].id if len(rows) > limit else None


def page_of(rows: Sequence[R], limit: int, told: Callable[[R], T]) -> Page[T]:
    """The first `limit` rows, each as `told`."""
    return Page(items=[told(row) for row in rows[:limit]], next_cursor=next_cursor(rows, limit))
