"""The customer's yes or no to what was asked about a placed order."""

from collections.abc import Callable

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.orders import cancelling, changing, returning
from bot.tools.orders.flows import Data, agreed, finish, note, open_flow

_DEEDS: dict[str, Callable[[Turn, Data], ToolOutcome]] = {
    "cancel": cancelling.cancel,
    "change": changing.change,
    "return": returning.confirm_return,
}


def confirm_request(turn: Turn) -> ToolOutcome:
    """Only what an earlier message was asked about, and only when this one says a plain yes."""
    flow = agreed(turn)
    if flow is None or flow["name"] not in _DEEDS:
        said = say(turn.language, "need_yes_request")
        return turn.note(ToolOutcome("confirm_request", False, said))
    return _DEEDS[flow["name"]](turn, flow["data"])


def drop_request(turn: Turn) -> ToolOutcome:
    """The customer no longer wants what was being asked about: nothing was done, nothing is kept."""
    flow = open_flow(turn.state)
    if flow is None:
        return turn.note(ToolOutcome("drop_request", False, say(turn.language, "nothing_to_drop")))
    finish(turn, flow["name"])
    said = say(turn.language, f"{flow['name']}_dropped", code=flow["data"].get("code", ""))
    return note(turn, ToolOutcome("drop_request", True, said, {"dropped": flow["name"]}, awaiting=()))
