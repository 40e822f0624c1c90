"""What a refusal looks like everywhere in Chotdon.

    AppError(code, message, data)
    ├─ NotFound    404
    ├─ NotAllowed  403
    ├─ Conflict    409   InsufficientStock · IllegalTransition · QuoteExpired · AlreadyDecided …
    └─ Invalid     422

`code` is stable and for programs; `message` is for people and says what is wrong and what to do;
`data` carries what an answer needs (SKUs, amounts, candidates) and never a secret.
"""

from collections.abc import Mapping
from typing import Any


class AppError(Exception):
    """A refusal with a reason. Anything else that is raised is a bug."""

    status = 400

    def __init__(self, code: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data: dict[str, Any] = dict(data or {})


class Unauthenticated(AppError):
    status = 401


class NotFound(AppError):
    status = 404


class NotAllowed(AppError):
    status = 403


class Conflict(AppError):
    status = 409


class Invalid(AppError):
    status = 422


class InsufficientStock(Conflict):
    """`data["lines"]` lists each short line: sku, asked, available."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        short = ", ".join(
            f"{line['sku']}: asked {line['asked']}, available {line['available']}" for line in lines
        )
        super().__init__("insufficient_stock", f"Not enough stock. {short}.", {"lines": lines})


class IllegalTransition(Conflict):
    def __init__(self, subject: str, current: str, wanted: str, hint: str = "") -> None:
        super().__init__(
            "illegal_transition",
            f"{subject} is '{current}' and cannot become '{wanted}'. {hint}".strip(),
            {"subject": subject, "current": current, "wanted": wanted},
        )


class QuoteExpired(Conflict):
    pass


class AlreadyDecided(Conflict):
    pass
