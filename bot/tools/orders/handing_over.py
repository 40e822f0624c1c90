"""A person takes over."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say

_REASONS = {
    "": "asked",
    "handoff": "asked",
    "complaint": "anger",
    "abuse": "anger",
    "not understood": "unsure",
    "unsure": "unsure",
}


def hand_off(turn: Turn, *, reason: str) -> ToolOutcome:
    """A person takes over; the assistant stays silent until handed back."""
    reason = _REASONS.get(reason.strip(), reason.strip())[:200]
    turn.state["handoff"] = reason
    return turn.note(
        ToolOutcome("hand_off", True, say(turn.language, "handed_off"), {"reason": reason}, awaiting=())
    )
