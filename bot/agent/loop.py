"""One turn: the brain decides, tools act, the guard reads the reply before anybody else does."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from threading import RLock
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import ModelCallLimitMiddleware
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage

from bot.agent.builtin_model import CONTEXT_MARK, BuiltinChatModel
from bot.agent.circuit import Circuit
from bot.agent.claims.evidence import Standing
from bot.agent.composing import compose
from bot.agent.context import standing, turn_context
from bot.agent.live_text import LiveText
from bot.agent.model_calls import ModelCalls, TurnClosed
from bot.agent.prices import Prices
from bot.agent.reviewing import Said, review
from bot.agent.tool_calls import ToolCalls
from bot.agent.turn import Progress, Turn
from bot.replies.texts import say
from bot.tools.customer import CUSTOMER_TOOLS
from core.telemetry import correlation_id

log = logging.getLogger(__name__)
MAX_MODEL_CALLS = 6
HISTORY_MESSAGES = 12
HISTORY_CHARACTERS = 800
History = Sequence[tuple[str, str]]


class Brain:
    """The agent graph over one chat model; built once, used by every turn."""

    def __init__(self, model: BaseChatModel, *, turn_seconds: float | None = None) -> None:
        self.name = model._llm_type
        self.model_name = str(getattr(model, "model_name", "") or self.name)
        limit: Any = ModelCallLimitMiddleware(run_limit=MAX_MODEL_CALLS, exit_behavior="error")
        middleware: list[Any] = [limit, ToolCalls()]
        if turn_seconds is not None:
            middleware.append(ModelCalls(turn_seconds))
        self._graph: Any = create_agent(
            model, tools=CUSTOMER_TOOLS, context_schema=Turn, middleware=middleware
        )

    def reply(self, turn: Turn, context: dict[str, Any], history: History) -> str:
        final = self._graph.invoke(_prompt(turn, context, history), context=turn, config=_CONFIG)
        return str(final["messages"][-1].text).strip()

    def stream(self, turn: Turn, context: dict[str, Any], history: History) -> Iterator[str | None]:
        """Pieces of the reply as they come; None where the model turned to a tool and begins anew."""
        events = self._graph.stream(
            _prompt(turn, context, history), context=turn, config=_STREAMED, stream_mode="messages"
        )
        for chunk, _ in events:
            if turn.closed:
                raise TurnClosed
            if isinstance(chunk, AIMessageChunk):
                yield None if chunk.tool_call_chunks else chunk.text


# A later tool reads what an earlier one of the same message wrote.
_CONFIG: Any = {"recursion_limit": 40, "max_concurrency": 1}
# The graph keeps one thread waiting for words; with a single one nothing else would ever run.
_STREAMED: Any = {**_CONFIG, "max_concurrency": 2}


def _prompt(turn: Turn, context: dict[str, Any], history: History) -> dict[str, list[BaseMessage]]:
    """What never changes comes first, so that a server's prompt cache can hold it: tools, policy, then the rest."""
    return {
        "messages": [
            SystemMessage(policy_text()),
            SystemMessage(CONTEXT_MARK + json.dumps(context, ensure_ascii=False)),
            *(
                HumanMessage(text[:HISTORY_CHARACTERS])
                if author == "customer"
                else AIMessage(text[:HISTORY_CHARACTERS])
                for author, text in history[-HISTORY_MESSAGES:]
            ),
            HumanMessage(turn.text),
        ]
    }


@dataclass(frozen=True)
class Limits:
    turn_seconds: float
    rest_after_failures: int = 3
    rest_seconds: float = 60.0


class Assistant:
    """The built-in brain, and a model before it when one is set; the same turn is always answered."""

    def __init__(
        self,
        builtin: BuiltinChatModel,
        model: BaseChatModel | None,
        *,
        limits: Limits,
        prices: Prices | None = None,
        reviewer: Callable[[str, Turn, Standing], Said] = review,
    ) -> None:
        self._builtin = Brain(builtin)
        self._model = Brain(model, turn_seconds=limits.turn_seconds) if model is not None else None
        self._limits, self._review = limits, reviewer
        self.prices = prices or Prices()
        self.model_name = self._model.model_name if self._model is not None else ""
        self._circuit = Circuit(failures=limits.rest_after_failures, rest_seconds=limits.rest_seconds)
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="model")
        self._streams = True

    def reply(self, turn: Turn, history: History) -> Said:
        context = turn.context or _read_context(turn)
        failure = ""
        if self._model is not None and self._circuit.is_open():
            said, failure = self._ask_model(self._model, turn, context, history)
            if said is not None:
                return said
        elif self._model is not None:
            failure = "resting"
        return self._answer_without_model(turn, context, history, failure)

    def _answer_without_model(
        self, turn: Turn, context: dict[str, Any], history: History, failure: str
    ) -> Said:
        """What the model's tools already did is told, never done again."""
        if turn.outcomes:
            text = compose([outcome.for_model() for outcome in turn.outcomes], context)
        else:
            text = self._builtin.reply(turn, context, history[-HISTORY_MESSAGES:])
        verdict = review(text, turn, standing(turn, context)).verdict
        if not verdict.ok:
            log.error("the guard doubts our own words: %s", "; ".join(verdict.reasons))
        text = text or say(turn.language, "unsure")
        return Said(text, "builtin", self._builtin.model_name, "own words", verdict, failure)

    def _ask_model(
        self, brain: Brain, turn: Turn, context: dict[str, Any], history: History
    ) -> tuple[Said | None, str]:
        """(what it said as far as it is backed, why it said nothing). A failed model's reads are forgotten."""
        text, failure = self._think(brain, turn, context, history)
        if failure:
            self._circuit.failed()
            log.warning("the model failed (%s); the built-in brain takes the turn over", failure)
            if not _has_acted(turn):
                turn.outcomes = []
            return None, failure
        self._circuit.succeeded()
        said = self._review(text, turn, standing(turn, context))
        if said.text:
            return replace(said, brain="model", model=brain.model_name), ""
        log.warning("a reply was held back: %s", "; ".join(said.verdict.reasons) or "too thin")
        if not turn.outcomes:
            return None, "held back"
        text = compose([outcome.for_model() for outcome in turn.outcomes], context)
        return Said(text, "model", brain.model_name, "rebuilt", said.verdict, ""), ""

    def _think(self, brain: Brain, turn: Turn, context: dict[str, Any], history: History) -> tuple[str, str]:
        """A stalled model keeps its thread and a copy of the turn that is closed to further tool calls."""
        model_turn = _copy_for_model(turn)
        correlation = correlation_id.get()

        def think() -> str:
            correlation_id.set(correlation)
            return self._reply(brain, model_turn, context, history)

        text, failure = "", ""
        try:
            text = self._threads.submit(think).result(timeout=self._limits.turn_seconds)
            failure = "" if text else "empty"
        except Exception as error:
            failure = type(error).__name__
        with model_turn.lock:
            model_turn.closed = True
            turn.usage, turn.own_texts = model_turn.usage, model_turn.own_texts
            turn.proposals = model_turn.proposals
            if not failure or _has_acted(model_turn):
                turn.outcomes, turn.state = model_turn.outcomes, model_turn.state
        return text, failure

    def _reply(self, brain: Brain, turn: Turn, context: dict[str, Any], history: History) -> str:
        """Streamed where somebody looks on and the server can; a server that cannot is asked again, once for all."""
        if turn.tell is None or not self._streams:
            return brain.reply(turn, context, history)
        turn.tell(Progress("typing"))
        live = LiveText(turn, context)
        try:
            for piece in brain.stream(turn, context, history):
                live.take(piece)
        except ValueError as error:
            if turn.outcomes or live.text:
                raise
            log.warning("the model's server does not stream (%s); it is asked without from now on", error)
            self._streams = False
            return brain.reply(turn, context, history)
        return live.text.strip()


def _read_context(turn: Turn) -> dict[str, Any]:
    with turn.services.db.read_transaction() as session:
        return turn_context(session, turn)


def _has_acted(turn: Turn) -> bool:
    return bool(turn.state.get("handoff")) or any(outcome.committed for outcome in turn.outcomes)


@lru_cache
def policy_text() -> str:
    return files("bot.agent").joinpath("prompts/policy.md").read_text("utf-8")


def _copy_for_model(turn: Turn) -> Turn:
    return replace(
        turn, state=dict(turn.state), outcomes=[], own_texts=[], usage=[], proposals=[], lock=RLock()
    )
