"""The model's brain: any OpenAI-compatible server by base URL."""

import re

from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from core.settings import Settings

# Reasoning models refuse a temperature.
_OWN_TEMPERATURE = re.compile(r"(?:^|/)(?:o\d|gpt-5)", re.IGNORECASE)
MAX_REPLY_TOKENS = 1_500


def openai_compatible_model(settings: Settings) -> BaseChatModel:
    """Some servers want no key; the client wants one to be there. Tries again are `model_calls`' business."""
    key = settings.llm_api_key.get_secret_value() or "none"
    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_base_url or None,
        api_key=SecretStr(key),
        temperature=None if _OWN_TEMPERATURE.search(settings.llm_model) else 0,
        timeout=settings.llm_turn_seconds,
        max_retries=0,
        max_completion_tokens=MAX_REPLY_TOKENS,
        stream_usage=True,
        use_responses_api=False,
    )
