"""An answer that does not fit: said what is wrong, asked in other words, and a person after the third time."""

from dataclasses import replace

from bot.agent.turn import Turn
from bot.replies.texts import say
from bot.tools.ordering.changes import Ask, Result

MAX_MISSES = 3
_IN_OTHER_WORDS = frozenset({"name", "phone", "address", "ward", "variant", "quantity", "item"})


def after_misses(turn: Turn, ask: Ask, result: Result) -> Ask | None:
    """The question as it is asked now; None when a person should take over."""
    if result.goods_told and not result.changed and ask.question in turn.state.get("question", ""):
        result.misfit = (
            result.misfit or ask.kind
        )  # `pate cá ngừ`, which is in the cart already, says nothing new
    count = _count(turn, ask.kind, result)
    if count >= MAX_MISSES:
        turn.state.pop("misses", None)
        return None
    if count == 0 or ask.kind not in _IN_OTHER_WORDS:
        return ask
    if count == 1 and any(problem.kind == ask.kind for problem in result.problems):
        return ask
    again = say(turn.language, f"again_{ask.kind}")
    question = f"{again} {ask.question}" if ask.kind in ("variant", "item", "ward") else again
    if count == 1:
        return replace(ask, question=question)
    staff = say(turn.language, "staff_button")
    return replace(ask, question=question, quick_replies=(*ask.quick_replies, staff))


def _count(turn: Turn, kind: str, result: Result) -> int:
    """How often running the answer to this question did not fit. A question in between leaves the count."""
    if _asked_for(result.misfit) != _asked_for(kind):
        if result.changed:
            turn.state.pop("misses", None)
        return 0
    missed = turn.state.get("misses", {})
    count = missed.get("count", 0) + 1 if missed.get("kind") == _asked_for(kind) else 1
    turn.state["misses"] = {"kind": _asked_for(kind), "count": count}
    return count


def _asked_for(kind: str) -> str:
    """A ward is asked for as a part of the address."""
    return "address" if kind == "ward" else kind
