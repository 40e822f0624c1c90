"""What a text may hold. NUL is the one character that PostgreSQL cannot keep."""

from typing import Any


def without_nul(data: Any) -> Any:
    """For a model's `before` validator: raises ValueError when a text of this model holds a NUL character.

    Looks one level deep (texts, lists and dicts of texts); a model inside checks itself.
    """
    if isinstance(data, dict):
        for key, value in data.items():
            _refuse(key)
            if isinstance(value, dict):
                for inner_key, inner in value.items():
                    _refuse(inner_key)
                    _refuse(inner)
            elif isinstance(value, list):
                for inner in value:
                    _refuse(inner)
            else:
                _refuse(value)
    return data


def _refuse(value: Any) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("texts may not hold NUL characters")
