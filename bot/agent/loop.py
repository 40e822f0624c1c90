"""One turn: the brain decides, tools act, the guard reads the reply before anybody else does."""

import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from bot.agent.builtin_model import CONTEXT_MARK, BuiltinChatModel
from bot.agent.composing import compose
from bot.agent.context import turn_context
from bot.agent.guard import check
from bot.agent.turn import Turn
from bot.replies.texts import say
from bot.tools.customer import CUSTOMER_TOOLS
from core.telemetry import correlation_id

log = logging.getLogger(__name__)
MAX_MODEL_CALLS = 6


class Brain:
    """The agent graph over one chat model; built once, used by every turn."""

    def __init__(self, model: BaseChatModel) -> None:
        self.name = model._llm_type
        limit: Any = ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="error")
        self._graph: Any = create_agent(model, tools=CUSTOMER_TOOLS, context_schema=Turn, middleware=[limit])

    def reply(self, turn: Turn, context: dict[str, Any], history: Sequence[tuple[str, str]]) -> str:
        messages: list[BaseMessage] = [
            SystemMessage(policy_text()),
            SystemMessage(CONTEXT_MARK + json.dumps(context, ensure_ascii=False)),
            *(HumanMessage(text) if author == "customer" else AIMessage(text) for author, text in history),
            HumanMessage(turn.text),
        ]
        final = self._graph.invoke({"messages": messages}, context=turn, config={"recursion_limit": 40})
        return str(final["messages"][-1].text).strip()


class Assistant:
    """The built-in brain, and a model before it when one is set; the same turn is always answered."""

    def __init__(
        self, builtin: BuiltinChatModel, model: BaseChatModel | None, *, turn_seconds: float
    ) -> None:
        self._builtin = Brain(builtin)
        self._model = Brain(model) if model is not None else None
        self._turn_seconds = turn_seconds
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="model")

    def reply(self, turn: Turn, history: Sequence[tuple[str, str]]) -> str:
        with turn.services.db.read_transaction() as session:
            context = turn_context(session, turn)
        if self._model is not None:
            text = self._model_reply(turn, context, history)
            if text is not None:
                return text
            if turn.outcomes:
                return compose([outcome.for_model() for outcome in turn.outcomes], context)
        text = self._builtin.reply(turn, context, history[-6:])
        return text if self._backed(text, turn, context) else self._from_results(turn, context)

    def _model_reply(
        self, turn: Turn, context: dict[str, Any], history: Sequence[tuple[str, str]]
    ) -> str | None:
        """None when the model failed, stalled or said what nothing backs: the caller goes on without it.

        A stalled model keeps its thread and a copy of the turn that is closed to further tool calls.
        """
        model_turn = _copy_for_model(turn)
        correlation = correlation_id.get()

        def think() -> str:
            correlation_id.set(correlation)
            return self._model.reply(model_turn, context, history) if self._model else ""

        try:
            text = self._threads.submit(think).result(timeout=self._turn_seconds)
        except Exception as error:
            log.warning("the model failed (%s); the built-in brain takes the turn over", type(error).__name__)
            text = ""
        with model_turn.lock:
            model_turn.closed = True
            turn.outcomes, turn.state = model_turn.outcomes, model_turn.state
        if text and self._backed(text, turn, context):
            return text
        return None

    def _backed(self, text: str, turn: Turn, context: dict[str, Any]) -> bool:
        results = [*(outcome.for_model() | {"cards": list(outcome.cards)} for outcome in turn.outcomes)]
        standing = {
            "say": "",
            "data": {"shop": context["shop"]["name"], "flow": context.get("flow") or {}},
        }
        verdict = check(text, results=[*results, standing], customer_text=turn.text)
        if not verdict.ok:
            log.warning("a reply was held back: %s", "; ".join(verdict.reasons))
        return bool(text) and verdict.ok

    def _from_results(self, turn: Turn, context: dict[str, Any]) -> str:
        if turn.outcomes:
            return compose([outcome.for_model() for outcome in turn.outcomes], context)
        return say(turn.language, "unsure")


@lru_cache
def policy_text() -> str:
    return files("bot.agent").joinpath("prompts/policy.md").read_text("utf-8")


def _copy_for_model(turn: Turn) -> Turn:
    return Turn(
        services=turn.services,
        conversation_id=turn.conversation_id,
        message_id=turn.message_id,
        actor=turn.actor,
        language=turn.language,
        text=turn.text,
        parse=turn.parse,
        state=dict(turn.state),
        quote_shown_before=turn.quote_shown_before,
    )
