"""What a text may hold. NUL is the one character that PostgreSQL cannot keep."""

from typing import Any


def without_nul(value: Any) -> Any:
    """The value itself; raises ValueError when some text in it holds a NUL character."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("texts may not hold NUL characters")
    elif isinstance(value, dict):
        for key, item in value.items():
            without_nul(key)
            without_nul(item)
    elif isinstance(value, list):
        for item in value:
            without_nul(item)
    return value
