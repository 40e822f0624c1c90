"""The brain that needs no key and no network: a LangChain chat model over `nlu` and the written policy."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

from bot.agent.clauses import with_clauses
from bot.agent.composing import compose
from bot.agent.parsing import understand
from bot.agent.pointing import picked
from bot.agent.policy import Call, Words, decide
from bot.replies.varying import say_varied
from nlu import Lexicon

CONTEXT_MARK = "CONTEXT "


class BuiltinChatModel(BaseChatModel):
    """Reads the same messages as any model: policy, context, history, the customer's words, tool results."""

    lexicon: Callable[[], Lexicon]

    @property
    def _llm_type(self) -> str:
        return "chotdon-builtin"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[LanguageModelInput, AIMessage]:
        """The policy names the tools itself; nothing has to be told."""
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        context = read_context(messages)
        last = max(i for i, message in enumerate(messages) if isinstance(message, HumanMessage))
        since = messages[last + 1 :]
        results = [json.loads(str(m.content)) for m in since if isinstance(m, ToolMessage)]
        if results:
            opening = next((str(m.text) for m in since if isinstance(m, AIMessage)), "")
            return _result(AIMessage(content=compose(results, context, opening=opening)))
        text = str(messages[last].content)
        lexicon = self.lexicon()
        parse, asides = with_clauses(understand(text, context, lexicon), context, lexicon)
        context["picked"] = "" if parse.items else picked(text, context, lexicon)
        steps = decide(parse, context, asides)
        calls = [
            {"name": step.tool, "args": step.arguments, "id": f"call-{index}", "type": "tool_call"}
            for index, step in enumerate(steps)
            if isinstance(step, Call)
        ]
        words = " ".join(_words(step, context) for step in steps if isinstance(step, Words))
        return _result(AIMessage(content=words, tool_calls=calls))


def read_context(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    for message in messages:
        if isinstance(message, SystemMessage) and str(message.content).startswith(CONTEXT_MARK):
            context: dict[str, Any] = json.loads(str(message.content)[len(CONTEXT_MARK) :])
            return context
    raise ValueError("the built-in brain was called without a context message")


def _words(step: Words, context: dict[str, Any]) -> str:
    facts = {"shop": context["shop"]["name"], "name": context["customer"]}
    return say_varied(context["language"], step.key, context["message"], **facts)


def _result(message: AIMessage) -> ChatResult:
    return ChatResult(generations=[ChatGeneration(message=message)])
