"""Each tool call on its way in: texts cleaned, inventions refused, nothing written twice, drafts withheld."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from langchain.agents.middleware import AgentMiddleware, ToolCallRequest
from langchain_core.messages import ToolMessage
from langgraph.types import Command

from bot.agent.claims.text import plain
from bot.agent.claims.topics import topics
from bot.agent.turn import Progress, ToolOutcome, Turn
from bot.agent.turn_database import TurnDatabase
from bot.conversations.intake import clean
from bot.replies.texts import say
from core.jobs.crash_points import crash_point

log = logging.getLogger(__name__)

CART_TOOLS = frozenset({"update_order", "empty_cart", "undo_change", "reorder", "hold_order"})
"""What a draft may still do: the cart promises nothing to anybody."""
_CUSTOMERS_WORDS = frozenset(
    {
        "name",
        "phone",
        "address",
        "note",
        "company",
        "company_address",
        "tax_code",
        "email",
        "reason",
        "question",
        "answer",
    }
)
_SAFE_AGAIN = frozenset({"update_order", "empty_cart", "place_order", "reorder", "hold_order"})
"""Done again after a write they find what was done: the cart as it is, the order of that quote."""
MAX_TEXT = 1_000

Result = ToolMessage | Command[Any]
Handler = Callable[[ToolCallRequest], Result]


class ToolCalls(AgentMiddleware[Any, Any]):
    """One call of a turn at a time, in the order in which the model made them."""

    def wrap_tool_call(self, request: ToolCallRequest, handler: Handler) -> Result:
        turn: Turn = cast(Any, request.runtime).context
        with turn.in_order(*_place(request)):
            return self._take(request, handler, turn)

    def _take(self, request: ToolCallRequest, handler: Handler, turn: Turn) -> Result:
        call = request.tool_call
        arguments = _cleaned(call["args"])
        invented = _invented(arguments, turn)
        if invented:
            said = (
                f"Not done: take {', '.join(invented)} from the customer's own words only, else leave it out."
            )
            return _message(request, {"ok": False, "say": "", "data": {"error": said}})
        if turn.tell is not None:
            turn.tell(Progress("tool", call["name"]))
        with turn.lock:
            turn.own_texts.extend(
                str(arguments[k]) for k in _CUSTOMERS_WORDS & set(arguments) if arguments[k]
            )
            if call["name"] in turn.written_before and call["name"] == "update_order":
                arguments = {}
            asked = request.override(tool_call={**call, "args": arguments})
            return _act(asked, handler, turn)


def _place(request: ToolCallRequest) -> tuple[str, set[str]]:
    """The call's id and those of the calls before it in the model's message."""
    own = str(request.tool_call["id"])
    ids = [str(call["id"]) for call in getattr(request.state["messages"][-1], "tool_calls", ())]
    return own, set(ids[: ids.index(own)]) if own in ids else set()


def _act(request: ToolCallRequest, handler: Handler, turn: Turn) -> Result:
    name = request.tool_call["name"]
    services, noted = turn.services, len(turn.outcomes)
    db = TurnDatabase(
        services.db, message_id=turn.message_id, tool=name, may_write=not turn.shadow or name in CART_TOOLS
    )
    turn.services = replace(services, db=db)
    try:
        crash_point("turn.before_tool")
        result = _run(request, handler, turn, db, noted)
        crash_point("turn.after_tool")
    finally:
        turn.services = services
    if db.has_withheld:
        del turn.outcomes[noted:]
        return _propose(request, turn)
    return result


def _run(request: ToolCallRequest, handler: Handler, turn: Turn, db: TurnDatabase, noted: int) -> Result:
    """A tool that breaks is tried once more where that does nothing twice; then the customer is told the truth."""
    name = request.tool_call["name"]
    for attempt in (1, 2):
        try:
            return handler(request)
        except Exception:
            log.exception("the tool %s broke", name)
            del turn.outcomes[noted:]
            if db.has_written and name == "update_order":
                request = request.override(tool_call={**request.tool_call, "args": {}})
            if attempt == 2 or (db.has_written and name not in _SAFE_AGAIN):
                break
    if db.has_written:
        turn.state["handoff"] = "unclear"
    outcome = turn.note(
        ToolOutcome(name, False, say(turn.language, "unclear" if db.has_written else "problem"))
    )
    return _message(request, outcome.for_model())


def _propose(request: ToolCallRequest, turn: Turn) -> Result:
    call = request.tool_call
    turn.proposals.append({"tool": call["name"], "arguments": call["args"]})
    outcome = turn.note(ToolOutcome(call["name"], False, say(turn.language, "passed_to_staff"), awaiting=()))
    return _message(request, outcome.for_model())


def _message(request: ToolCallRequest, content: dict[str, Any]) -> ToolMessage:
    call = request.tool_call
    return ToolMessage(json.dumps(content, ensure_ascii=False), tool_call_id=call["id"], name=call["name"])


def _cleaned(value: Any) -> Any:
    """No control characters: what a tool writes is shown in terminals, on labels and in the desk."""
    if isinstance(value, str):
        return clean(value)[:MAX_TEXT]
    if isinstance(value, dict):
        return {str(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _invented(arguments: dict[str, Any], turn: Turn) -> list[str]:
    """Which free texts hold figures or promises that this customer never wrote."""
    said = "\n".join([turn.text, *turn.customer_texts])
    digits = re.sub(r"\D", "", said)
    offered = {claim.name for claim in topics(plain(said))}
    found = []
    for field in sorted((_CUSTOMERS_WORDS - {"reason", "question", "answer"}) & set(arguments)):
        text = str(arguments[field] or "")
        numbers = re.findall(r"\d+", re.sub(r"(?<=\d)[ .-](?=\d)", "", text.removeprefix("+84")))
        if (
            any(number.removeprefix("0") not in digits for number in numbers)
            or field == "note"
            and {claim.name for claim in topics(plain(text))} - offered
        ):
            found.append(field)
    return found
