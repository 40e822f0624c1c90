"""What a talk about a placed order has gathered, and which of its questions stands open.

`state["flows"]` keeps what was told, by flow; `state["flow"]` the question asked last, with what it awaits. A
question of the cart that comes later puts that one aside: then `state["awaiting"]` or the quote is another.
"""

from dataclasses import replace
from typing import Any, Literal

from bot.agent.agreement import agrees_to_request
from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say

Flow = Literal["cancel", "change", "return", "invoice"]
Data = dict[str, Any]
ASKED_IN_VAIN = 2
WITH_EXAMPLE = frozenset({"tax_code", "company", "company_address", "email", "address", "ward", "phone", "name",
                          "item", "variant", "quantity", "reason", "order_code", "confirm", "exchange"})  # fmt: skip
ASKED_AGAIN = frozenset({"name", "phone", "address", "payment", "confirm"})


def open_flow(state: Data) -> Data | None:
    """The flow whose question was the last one asked: its name, awaiting, question (key, facts) and data."""
    flow: Data | None = state.get("flow")
    if flow is None or list(flow["awaiting"]) != list(state.get("awaiting", [])):
        return None
    if flow["awaiting"][:1] == ["confirm"] and state.get("quote_id"):
        return None
    return {**flow, "data": state.get("flows", {}).get(flow["name"], {})}


def gathered(turn: Turn, name: Flow) -> Data:
    return dict(turn.state.get("flows", {}).get(name, {}))


def keep(turn: Turn, name: Flow, data: Data) -> None:
    turn.state["flows"] = {**turn.state.get("flows", {}), name: data}


def finish(turn: Turn, *names: Flow) -> None:
    """Forget what was gathered: it is done, or no longer wanted."""
    flows = {k: v for k, v in turn.state.get("flows", {}).items() if k not in names}
    turn.state["flows"] = flows
    if turn.state.get("flow", {}).get("name") in names:
        if open_flow(turn.state) is not None:
            turn.state["aside"] = turn.state["flow"]["aside"]
        turn.state.pop("flow")


def ask(
    turn: Turn,
    tool: str,
    name: Flow,
    data: Data,
    awaiting: tuple[str, ...],
    key: str,
    /,
    *,
    before: str = "",
    cards: tuple[Data, ...] = (),
    quick_replies: tuple[str, ...] = (),
    ok: bool = True,
    **facts: str,
) -> ToolOutcome:
    """Keep what is known and ask for one more thing; `before` is said ahead of the question."""
    asked = open_flow(turn.state)
    aside = asked["aside"] if asked is not None else list(turn.state.get("awaiting", []))
    again = asked is not None and asked["question"] == [key, facts] and asked["awaiting"] == list(awaiting)
    again = again and asked is not None and _told(asked["data"]) == _told(data)
    times = asked.get("times", 1) + 1 if asked is not None and again else 1
    keep(turn, name, data)
    turn.state["flow"] = {
        "name": name, "awaiting": list(awaiting), "question": [key, facts], "aside": aside, "times": times,
    }  # fmt: skip
    question, buttons = _in_other_words(turn, say(turn.language, key, **facts), awaiting[0], times)
    said = f"{before}\n{question}" if before else question
    return ToolOutcome(tool, ok, said, _told(data), cards, (*quick_replies, *buttons), awaiting)


def _in_other_words(turn: Turn, question: str, awaited: str, times: int) -> tuple[str, tuple[str, ...]]:
    """The same question a second time says what an answer looks like; from the third on a person is offered."""
    if times < ASKED_IN_VAIN:
        return question, ()
    shown = [say(turn.language, f"answer_like_{awaited}")] if awaited in WITH_EXAMPLE else []
    if times == ASKED_IN_VAIN:
        return (shown or [question])[0], ()
    turn.state["offer"] = {"kind": "staff"}
    return " ".join([*shown, say(turn.language, "ask_staff")]), (say(turn.language, "staff_button"),)


def ask_yes(
    turn: Turn,
    tool: str,
    name: Flow,
    data: Data,
    key: str,
    /,
    *,
    before: str = "",
    cards: tuple[Data, ...] = (),
    also: tuple[str, ...] = (),
    ok: bool = True,
    **facts: str,
) -> ToolOutcome:
    """Nothing is done before a yes in a later message; a yes to a cart's summary no longer counts meanwhile."""
    turn.state.pop("quote_id", None)
    buttons = (say(turn.language, "agree_button"), say(turn.language, "no_button"))
    return ask(
        turn, tool, name, {**data, "asked_in": turn.message_id}, ("confirm", *also), key, before=before, cards=cards,
        quick_replies=buttons, ok=ok, **facts,
    )  # fmt: skip


def agreed(turn: Turn) -> Data | None:
    """The open flow, when an earlier message asked for a yes and this one gives it."""
    flow = open_flow(turn.state)
    if flow is None or flow["awaiting"][:1] != ["confirm"] or not flow["data"].get("asked_in"):
        return None
    said_yes = agrees_to_request(turn.parse, flow, turn.context.get("orders", ()))
    return flow if said_yes and flow["data"]["asked_in"] != turn.message_id else None


def note(turn: Turn, outcome: ToolOutcome) -> ToolOutcome:
    """When a flow is over, the cart's question that it put aside (or never touched) stands open again."""
    if outcome.awaiting != ():
        return turn.note(outcome)
    aside: list[str] = turn.state.pop("aside", turn.state.get("awaiting", []))
    question = say(turn.language, f"ask_{aside[0]}") if aside and aside[0] in ASKED_AGAIN else ""
    said = f"{outcome.say}\n{question}" if question else outcome.say
    return turn.note(replace(outcome, say=said, awaiting=tuple(aside)))


def refuse(turn: Turn, tool: str, name: Flow, said: str, *, staff: bool = False, **data: Any) -> ToolOutcome:
    """The flow ends here: it cannot be done. `staff` offers a person."""
    finish(turn, name)
    buttons = (say(turn.language, "staff_button"),) if staff else ()
    return ToolOutcome(tool, False, said, data, (), buttons, awaiting=())


def _told(data: Data) -> Data:
    """For the program that reads the result: what is known, without our own notes."""
    return {key: value for key, value in data.items() if key != "asked_in"}
