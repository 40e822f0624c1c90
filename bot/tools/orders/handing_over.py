"""A person takes over."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say


def hand_off(turn: Turn, *, reason: str) -> ToolOutcome:
    """A person takes over; the assistant stays silent until handed back."""
    turn.state["handoff"] = reason[:200] or "asked"
    return turn.note(
        ToolOutcome("hand_off", True, say(turn.language, "handed_off"), {"reason": reason[:200]}, awaiting=())
    )
