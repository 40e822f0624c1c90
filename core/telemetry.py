"""Structured logs with a correlation id and without personal data."""

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")

_PHONE = re.compile(r"(?<!\w)(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\w)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_SECRET = re.compile(
    r"(?i)(authorization|token|password|secret|api[_-]?key)([\"']?\s*[:=]\s*[\"']?)(?:bearer\s+)?[^\s\"',&}]+"
)


def redact(text: str) -> str:
    """Phones, e-mail addresses and anything that looks like a credential never reach a log."""
    return _SECRET.sub(r"\1\2***", _EMAIL.sub("<email>", _PHONE.sub("<phone>", text)))


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if correlation_id.get():
            entry["correlation_id"] = correlation_id.get()
        if record.exc_info:
            entry["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(level: str) -> None:
    """Ours at `level`; of libraries only what is wrong: at debug some of them write down what they are sent."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("bot", "core", "integrations", "knowledge", "nlu"):
        logging.getLogger(ours).setLevel(level.upper())
    # Of these even the warnings may quote a request.
    for talkative in ("httpx", "httpcore", "openai", "telegram", "langchain"):
        logging.getLogger(talkative).setLevel(logging.ERROR)
