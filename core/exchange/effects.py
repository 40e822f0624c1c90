"""What a table does to the shop, row by row, in the table's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from core.exchange.sheets import Line, Problems

MAX_KEPT_EFFECTS = 1_000
MAX_TOLD = 200


@dataclass(frozen=True)
class Effect:
    """`changes`: column → (cell before, cell after)."""

    row: int
    sku: str
    effect: Literal["added", "changed", "same"]
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "row": self.row, "sku": self.sku, "effect": self.effect,
            "changes": [
                {"column": column, "old": _short(old), "new": _short(new)}
                for column, (old, new) in self.changes.items()
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class Changes:
    """What is in the shop already and the table brings up to date."""

    parts: Sequence[Any] = ()
    effects: Sequence[Effect] = ()
    rest: Sequence[Line] = ()
    """The lines that are about something new."""


def effects_of(added: Sequence[Line], changed: Sequence[Effect], problems: Problems) -> list[dict[str, Any]]:
    """The first of them; none of a row that is wrong, or where not every wrong row is known by its number."""
    if problems.count > len(problems.kept):
        return []
    wrong = {problem.row for problem in problems.kept}
    all_of_them = [*(Effect(line.number, line.cells.get("sku", ""), "added") for line in added), *changed]
    right = sorted((e for e in all_of_them if e.row not in wrong), key=lambda effect: effect.row)
    return [effect.as_dict() for effect in right[:MAX_KEPT_EFFECTS]]


def _short(cell: str) -> str:
    return cell if len(cell) <= MAX_TOLD else f"{cell[: MAX_TOLD - 1]}…"
