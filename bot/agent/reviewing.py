"""What is left of a model's reply once the guard has read it, and whether that still answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.agent.claims.evidence import Standing, gather
from bot.agent.claims.reading import MAX_SENTENCE, read
from bot.agent.claims.text import plain, sentences
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
    verdict = _word_for_word(text, turn.outcomes) or check(text, gather(turn.outcomes, known))
    if not verdict.ok and not turn.outcomes:
        return Said("", verdict=verdict)
    if not _answers(verdict.kept, turn.outcomes) or not _tells_what_counts(verdict.kept, turn.outcomes):
        return Said("", verdict=verdict)
    return Said(verdict.kept, outcome="passed" if verdict.ok else "trimmed", verdict=verdict)


def _word_for_word(text: str, outcomes: Sequence[ToolOutcome]) -> Verdict | None:
    """Sentences that a tool has given as they are need no weighing."""
    given = {sentence.strip() for outcome in outcomes for sentence, _ in sentences(outcome.say)}
    return Verdict(text) if all(s.strip() in given for s, _ in sentences(text)) else None


def _answers(text: str, outcomes: Sequence[ToolOutcome]) -> bool:
    """Courtesy alone answers nothing once a tool has answered."""
    if not outcomes:
        return bool(text)
    readings = [read(plain(sentence[:MAX_SENTENCE])) for sentence, _ in sentences(text)]
    told = any(reading.figures or reading.topics or reading.deeds for reading in readings)
    return told or "?" in text or len(text.split()) >= 5


def _tells_what_counts(text: str, outcomes: Sequence[ToolOutcome]) -> bool:
    """The total of a summary and the code of what was done must be in the words, not on a card only."""
    told = {
        (f.kind, f.value)
        for sentence, _ in sentences(text)
        for f in read(plain(sentence[:MAX_SENTENCE])).figures
    }
    for outcome in outcomes:
        totals = {str(card["total"]) for card in outcome.cards if card.get("type") == "summary"}
        if totals and not any(("money", total) in told for total in totals):
            return False
        code = str(outcome.data.get("code") or "") if outcome.committed else ""
        if code and ("code", code.upper()) not in told:
            return False
    return True
