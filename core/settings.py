"""Every setting, in one place. Environment prefix `CHOTDON_`; each default fits the demo.

A wrong value stops the start with its name, what was given, and the mend.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """One or more settings are wrong; the message lists each with the mend."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="CHOTDON_", env_file=".env", extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8000, ge=1, le=65535, description="Port of the shop's server.")
    public_url: str = Field("", description="How customers reach this server, e.g. https://chat.myshop.vn")
    data_dir: Path = Field(Path(".data"), description="Everything that is written on disk lies under it.")
    database_url: str = Field("", description="SQLite or PostgreSQL URL; empty: SQLite under the data dir.")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    allow_reset: bool = Field(False, description="Opens POST /api/v1/test/reset. Never in production.")
    worker_threads: int = Field(2, ge=1, le=32, description="Jobs that one process works on at once.")

    llm_base_url: str = Field("", description="OpenAI-compatible address; empty with no key: built-in brain.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key of the model's server.")
    llm_model: str = Field("", description="Model name, e.g. gpt-4.1-mini; empty: the built-in brain.")
    llm_turn_seconds: float = Field(
        20.0, gt=0, le=120, description="After this the built-in brain takes over."
    )

    llm_rest_after_failures: int = Field(3, ge=1, description="So many failures in a row, and it rests.")
    llm_rest_seconds: float = Field(60.0, ge=0, description="How long a failing model is left alone.")
    llm_price_currency: Literal["VND", "US cents"] = "VND"
    llm_price_input: int = Field(0, ge=0, description="Per million input tokens, whole units.")
    llm_price_cached: int = Field(0, ge=0, description="Per million input tokens from the server's cache.")
    llm_price_output: int = Field(0, ge=0, description="Per million output tokens.")

    embeddings_base_url: str = Field("", description="OpenAI-compatible embeddings; empty: local.")
    embeddings_api_key: SecretStr = SecretStr("")
    embeddings_model: str = ""
    embeddings: Literal["auto", "lexical"] = Field("auto", description="lexical: never load a local model.")
    chroma_url: str = Field("", description="Chroma server, e.g. http://chroma:8000; empty: embedded.")

    carrier: Literal["ghn"] = "ghn"
    ghn_base_url: str = Field(
        "http://127.0.0.1:8010/ghn", description="https://online-gateway.ghn.vn when live."
    )
    ghn_token: SecretStr = SecretStr("00000000-0000-4000-8000-000000000000")
    ghn_shop_id: int = Field(196560, ge=1)
    ghn_webhook_secret: SecretStr = Field(
        SecretStr("demo-ghn-webhook-secret"), description="You choose it at GHN."
    )
    ghn_tracking_url: str = "https://donhang.ghn.vn"
    ghn_required_note: Literal["CHOTHUHANG", "CHOXEMHANGKHONGTHU", "KHONGCHOXEMHANG"] = "CHOXEMHANGKHONGTHU"

    einvoice: Literal["viettel_sinvoice"] = "viettel_sinvoice"
    sinvoice_base_url: str = Field(
        "http://127.0.0.1:8010/sinvoice", description="https://api-vinvoice.viettel.vn"
    )
    sinvoice_username: str = "0100109106-990"
    sinvoice_password: SecretStr = SecretStr("demo-sinvoice-password")
    sinvoice_tax_code: str = "0100109106-990"
    sinvoice_template: str = "1/001"
    sinvoice_series: str = "C26TAA"

    sandbox_port: int = Field(8010, ge=1, le=65535)
    allowed_origins: str = Field("*", description="Sites that may embed the chat widget, comma separated.")
    rate_limit_per_minute: int = Field(120, ge=1, description="Chat messages per visitor and minute.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value

    @field_validator("ghn_base_url", "sinvoice_base_url", "llm_base_url", "embeddings_base_url", "chroma_url")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'chotdon.db').absolute()}"

    @property
    def effective_public_url(self) -> str:
        return self.public_url or f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104

    @property
    def uses_model(self) -> bool:
        return bool(self.llm_model and (self.llm_base_url or self.llm_api_key.get_secret_value()))


@lru_cache
def load_settings() -> Settings:
    """The process's settings; raises `SettingsError` with one line for each wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(item) for item in error.errors())) from None


def _explain(item: ErrorDetails) -> str:
    name = str(item["loc"][0])
    field = Settings.model_fields.get(name)
    secret = field is not None and field.annotation is SecretStr
    given = "a secret" if secret else repr(item.get("input"))
    hint = f" {field.description}" if field is not None and field.description else ""
    return f"CHOTDON_{name.upper()} is {given}: {item['msg']}.{hint} Mend it in the environment or in .env."
