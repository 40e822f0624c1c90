"""How a tool runs: on the turn's identity, refusals turned into what a brain can say."""

import json
from collections.abc import Callable
from typing import Any

from langchain.tools import ToolRuntime

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.refusals import refusal_text
from core.errors import AppError

# Its context is a `Turn`; said as Any, since the tool schema is built from these annotations.
Runtime = ToolRuntime[Any, Any]


def run(runtime: Runtime, work: Callable[[Turn], ToolOutcome]) -> str:
    """A refusal becomes something a brain can say; a turn that was given up does nothing more."""
    turn: Turn = runtime.context
    if turn.closed:
        return json.dumps({"ok": False, "say": "", "data": {"closed": True}})
    try:
        outcome = work(turn)
    except AppError as error:
        said = refusal_text(turn.language, error)
        outcome = turn.note(ToolOutcome(error.code, False, said, error.data))
    return json.dumps(outcome.for_model(), ensure_ascii=False)
