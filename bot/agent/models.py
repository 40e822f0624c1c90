"""The model's brain: any OpenAI-compatible server by base URL."""

from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from core.settings import Settings


def openai_compatible_model(settings: Settings) -> BaseChatModel:
    """Some servers want no key; the client wants one to be there."""
    key = settings.llm_api_key.get_secret_value() or "none"
    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_base_url or None,
        api_key=SecretStr(key),
        temperature=0,
        timeout=settings.llm_turn_seconds,
        max_retries=1,
    )
