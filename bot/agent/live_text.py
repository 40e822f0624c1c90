"""A reply while it is being written: only whole sentences that the guard has passed are shown."""

from typing import Any

from bot.agent.claims.evidence import gather
from bot.agent.claims.text import sentences
from bot.agent.context import standing
from bot.agent.guard import MAX_TEXT, unbacked
from bot.agent.model_calls import TurnClosed
from bot.agent.turn import Progress, Turn


class LiveText:
    """Collects a stream; tells whoever looks on all that may be shown so far."""

    def __init__(self, turn: Turn, context: dict[str, Any]) -> None:
        self.text = ""
        self._turn, self._context = turn, context
        self._shown = ""
        self._done = 0

    def take(self, piece: str | None) -> None:
        if piece is None:
            self.text, self._done = "", 0
            return
        self.text += piece
        if len(self.text) > MAX_TEXT:
            raise TurnClosed
        whole = sentences(self.text)[:-1]
        if len(whole) > self._done and self._turn.tell is not None:
            self._done = len(whole)
            evidence = gather(self._turn.outcomes, standing(self._turn, self._context))
            kept = "".join(s + gap for s, gap in whole if not any(unbacked(s, evidence))).strip()
            if kept and kept != self._shown:
                self._shown = kept
                self._turn.tell(Progress("text", kept))
