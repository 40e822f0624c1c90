"""Each call of the model's server: counted, tried again only where that can help and the turn's time allows."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage

from bot.agent.turn import Turn, Usage

if TYPE_CHECKING:
    from openai import RateLimitError

SHORT_PAUSE_S = 0.3
MAX_TRIES = 3


class TurnClosed(Exception):
    """The turn was handed to the other brain; the model's late answer is nobody's."""


class ModelCalls(AgentMiddleware[Any, Any]):
    """`turn_seconds` is the whole turn's limit: a wait that would pass it is not begun."""

    def __init__(self, turn_seconds: float) -> None:
        super().__init__()
        self._turn_seconds = turn_seconds

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        turn: Turn = request.runtime.context
        deadline = turn.started + self._turn_seconds
        for attempt in range(1, MAX_TRIES + 1):
            if turn.closed:
                raise TurnClosed
            try:
                response = handler(request)
            except _client_errors() as error:
                pause = _pause(error)
                if pause is None or attempt == MAX_TRIES or time.monotonic() + pause >= deadline:
                    raise
                time.sleep(pause)
                continue
            turn.usage.extend(
                usage_of(message) for message in response.result if isinstance(message, AIMessage)
            )
            return response
        raise TurnClosed


def _client_errors() -> tuple[type[Exception], ...]:
    """None where the client was never loaded: a shop without a model need not carry it."""
    openai = sys.modules.get("openai")
    return (openai.APIConnectionError, openai.APIStatusError) if openai is not None else ()


def _pause(error: Exception) -> float | None:
    """How long to wait before another try; None when another try is of no use."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError, RateLimitError

    if isinstance(error, RateLimitError):
        return _retry_after(error)
    if isinstance(error, APITimeoutError):
        return None
    if isinstance(error, APIConnectionError) or (
        isinstance(error, APIStatusError) and error.status_code >= 500
    ):
        return SHORT_PAUSE_S
    return None


def _retry_after(error: "RateLimitError") -> float:
    try:
        return max(float(error.response.headers.get("retry-after", "1")), SHORT_PAUSE_S)
    except ValueError:
        return 1.0


def usage_of(message: AIMessage) -> Usage:
    counted = message.usage_metadata
    if counted is None:
        return Usage(0, 0, 0)
    cached = (counted.get("input_token_details") or {}).get("cache_read") or 0
    return Usage(counted["input_tokens"], cached, counted["output_tokens"])
