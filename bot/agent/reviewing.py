"""What is left of a model's reply once the guard has read it, and whether that still answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agent.claims.deeds import deeds
from bot.agent.claims.evidence import Standing, gather
from bot.agent.claims.figures import figures
from bot.agent.claims.text import plain
from bot.agent.claims.topics import topics
from bot.agent.guard import Verdict, check
from bot.agent.turn import ToolOutcome, Turn


@dataclass(frozen=True)
class Said:
    """A reply and where it comes from. `outcome`: passed, trimmed, rebuilt or own words; `failure`: the model's."""

    text: str
    brain: str = ""
    model: str = ""
    outcome: str = "passed"
    verdict: Verdict = field(default_factory=lambda: Verdict(""))
    failure: str = ""

    def basis(self) -> dict[str, Any]:
        return {
            "brain": self.brain, "model": self.model, "outcome": self.outcome, "failure": self.failure,
            "held_back": list(self.verdict.dropped), "reasons": list(self.verdict.reasons),
        }  # fmt: skip


def review(text: str, turn: Turn, known: Standing) -> Said:
    """`text` without what nothing backs; empty when what is left no longer answers."""
    verdict = check(text, gather(turn.outcomes, known))
    if not verdict.ok and not turn.outcomes:
        return Said("", verdict=verdict)
    if not _answers(verdict.kept, turn.outcomes) or not _tells_what_counts(verdict.kept, turn.outcomes):
        return Said("", verdict=verdict)
    return Said(verdict.kept, outcome="passed" if verdict.ok else "trimmed", verdict=verdict)


def _answers(text: str, outcomes: Sequence[ToolOutcome]) -> bool:
    """Courtesy alone answers nothing once a tool has answered."""
    if not outcomes:
        return bool(text)
    shown = plain(text)
    return "?" in shown or len(shown.split()) >= 5 or any([*figures(shown), *topics(shown), *deeds(shown)])


def _tells_what_counts(text: str, outcomes: Sequence[ToolOutcome]) -> bool:
    """The total of a summary and the code of what was done must be in the words, not on a card only."""
    told = {(figure.kind, figure.value) for figure in figures(plain(text))}
    for outcome in outcomes:
        totals = {str(card["total"]) for card in outcome.cards if card.get("type") == "summary"}
        if totals and not any(("money", total) in told for total in totals):
            return False
        code = str(outcome.data.get("code") or "") if outcome.committed else ""
        if code and ("code", code.upper()) not in told:
            return False
    return True
