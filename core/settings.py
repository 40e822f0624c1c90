"""Every setting, in one place. Environment prefix `CHOTDON_`; each default fits the demo.

A wrong value stops the start with its name, what was given, and the mend.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_BOT_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_BOT_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
# Read elsewhere: by tests and by the crash suite.
_OTHER_NAMES = frozenset({"CHOTDON_CHROMIUM", "CHOTDON_CRASH_AT"})


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
    import_max_rows: int = Field(
        50_000, ge=1, le=1_000_000, description="Rows that a CSV or XLSX file may bring at once."
    )
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
    knowledge_dir: Path | None = Field(
        None, description="Folder of documents (.md .txt .html .docx .pdf), read again when they change."
    )
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

    sepay_api_key: SecretStr = Field(
        SecretStr(""), description="The key of SePay's webhook; empty: staff confirm transfers by hand."
    )
    sepay_scheme: str = Field("Apikey", pattern=r"^[A-Za-z0-9_-]{1,30}$", description="Word before the key.")

    telegram_token: SecretStr = Field(SecretStr(""), description="From @BotFather; empty: no Telegram.")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="webhook needs CHOTDON_PUBLIC_URL and CHOTDON_TELEGRAM_WEBHOOK_SECRET."
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="You choose it: 16 to 256 of A-Z, a-z, 0-9, _ and -."
    )
    telegram_base_url: str = Field(
        "https://api.telegram.org", description="Another one for a server of your own."
    )
    telegram_staff_chat: str = Field(
        "",
        pattern=r"^(-[0-9]{1,20})?$",
        description="Negative id of the staff's group, e.g. -1001234567890; empty: none.",
    )

    burst_quiet_seconds: float = Field(
        2.5, ge=0, le=60, description="Silence after which several short messages get one answer."
    )
    burst_max_seconds: float = Field(10.0, ge=0, le=120, description="No burst waits longer than this.")

    webhook_private_addresses: bool = Field(
        False,
        description="Webhooks may go to the shop's own network, also without https. Not on a shared machine.",
    )
    api_requests_per_minute: int = Field(
        60_000, ge=1, description="Requests of one API key a minute, in each process."
    )
    storefront_requests_per_minute: int = Field(
        300, ge=1, description="Requests of one visitor with a storefront key a minute, in each process."
    )

    sandbox_port: int = Field(8010, ge=1, le=65535)
    allowed_origins: str = Field(
        "*", description="Sites that may embed the chat or use a storefront key, comma separated."
    )
    rate_limit_per_minute: int = Field(120, ge=1, description="Chat messages per visitor and minute.")

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if not str(value).strip() or "\x00" in str(value):
            raise ValueError("must name a folder")
        return value

    @field_validator("knowledge_dir", mode="before")
    @classmethod
    def _none_when_empty(cls, value: object) -> object:
        """An empty line in .env must not mean the folder that the program was started in."""
        return value if value is None or str(value).strip() else None

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value:
            return value
        if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError("must look like postgresql://user:password@host:5432/name") from None
        if not url.database or url.database == ":memory:":
            raise ValueError("must name a database, or a file that several threads can open")
        return value

    @field_validator(
        "public_url", "ghn_base_url", "ghn_tracking_url", "sinvoice_base_url", "llm_base_url",
        "embeddings_base_url", "chroma_url", "telegram_base_url",
    )  # fmt: skip
    @classmethod
    def _http_url(cls, value: str) -> str:
        return _checked_url(value).rstrip("/") if value else value

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, value: str) -> str:
        for origin in (part.strip() for part in value.split(",")):
            if origin not in ("", "*") and _checked_url(origin) and urlsplit(origin).path:
                raise ValueError(f"must be * or origins like https://myshop.vn, without a path: {origin}")
        return value

    @field_validator("ghn_base_url", "ghn_token", "sinvoice_base_url", "sinvoice_username", "sinvoice_password",
                     "sinvoice_tax_code", "sinvoice_template", "sinvoice_series")  # fmt: skip
    @classmethod
    def _not_empty(cls, value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not text.strip():
            raise ValueError("must not be empty; leave it out for the demo's sandbox")
        return value

    @field_validator(
        "ghn_token",
        "ghn_webhook_secret",
        "sinvoice_password",
        "sepay_api_key",
        "llm_api_key",
        "embeddings_api_key",
    )
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not (text.isascii() and text.isprintable()):
            raise ValueError("holds characters that no HTTP header can carry")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _BOT_TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must look like 123456789:AA…, as @BotFather gives it")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _bot_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _BOT_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must have 16 to 256 of A-Z, a-z, 0-9, _ and -")
        return value

    @model_validator(mode="after")
    def _whole_telegram(self) -> Self:
        if not self.telegram_token.get_secret_value():
            if self.telegram_staff_chat or self.telegram_webhook_secret.get_secret_value():
                raise ValueError(
                    "CHOTDON_TELEGRAM_TOKEN is empty, but other settings of Telegram are set: set it, or unset them."
                )
            return self
        if self.telegram_mode == "polling":
            return self
        if not self.telegram_webhook_secret.get_secret_value():
            raise ValueError(
                "CHOTDON_TELEGRAM_MODE is webhook, but CHOTDON_TELEGRAM_WEBHOOK_SECRET is empty: choose a secret, "
                "or set the mode to polling."
            )
        is_real = urlsplit(self.telegram_base_url).hostname == "api.telegram.org"
        if not self.public_url or (is_real and not self.public_url.startswith("https://")):
            raise ValueError(
                "CHOTDON_TELEGRAM_MODE is webhook, and Telegram calls only https addresses: set CHOTDON_PUBLIC_URL "
                "to one, or set the mode to polling."
            )
        return self

    @model_validator(mode="after")
    def _whole_groups(self) -> Self:
        """Half a model's settings would leave the shop on the built-in brain without a word."""
        llm_key = self.llm_api_key.get_secret_value()
        if (self.llm_base_url or llm_key) and not self.llm_model:
            raise ValueError("CHOTDON_LLM_MODEL is empty, but its address or key is set: name the model.")
        if self.llm_model and not (self.llm_base_url or llm_key):
            raise ValueError(
                "CHOTDON_LLM_MODEL is set without CHOTDON_LLM_BASE_URL and CHOTDON_LLM_API_KEY: set one of them."
            )
        if bool(self.embeddings_base_url) != bool(self.embeddings_model):
            raise ValueError(
                "CHOTDON_EMBEDDINGS_BASE_URL and CHOTDON_EMBEDDINGS_MODEL go together: set both."
            )
        return self

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data_dir / 'chotdon.db').absolute()}"

    @property
    def effective_public_url(self) -> str:
        return self.public_url or f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104

    @property
    def uses_telegram(self) -> bool:
        return bool(self.telegram_token.get_secret_value())

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
    except (SourceError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings cannot be read: {error}. Look at .env.") from None


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: a slip of the pen."""
    known = {f"CHOTDON_{name.upper()}" for name in Settings.model_fields} | _OTHER_NAMES
    return sorted(name for name in environment if name.startswith("CHOTDON_") and name not in known)


def _checked_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        port_is_right = parts.port is None or parts.port > 0
    except ValueError:
        port_is_right = False
    if not (value.startswith(("http://", "https://")) and port_is_right and parts.hostname):
        raise ValueError("must be an address that starts with http:// or https://")
    return value


def _explain(item: ErrorDetails) -> str:
    reason = item["msg"].removeprefix("Value error, ").rstrip(".")
    if not item["loc"]:
        return f"{reason}."
    name = str(item["loc"][0])
    field = Settings.model_fields.get(name)
    secret = field is None or field.annotation is SecretStr or name == "database_url"
    given = "wrong" if secret else f"{str(item.get('input'))[:100]!r}"
    hint = f" {field.description}" if field is not None and field.description else ""
    return f"CHOTDON_{name.upper()} is {given}: {reason}.{hint} Mend it in the environment or in .env."
