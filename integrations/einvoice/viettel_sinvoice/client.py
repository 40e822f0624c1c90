"""S-Invoice over HTTP: login, envelope, errors. Knows nothing of our invoices."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Rejected,
)
from integrations.einvoice.viettel_sinvoice.settings import PROVIDER, SInvoiceSettings
from integrations.http import Answer, Call, ProviderClient, TimeLimits, retry_after

API = "/services/einvoiceapplication/api/InvoiceAPI"
_ALL = frozenset(range(400, 600))
_ACCOUNT_CODES = frozenset(
    {"INVOICE_SERIAL_NOT_FOUND", "TEMPLATE_NOT_FOUND", "SIGNATURE_NOT_FOUND", "OUT_OF_INVOICE_NO",
     "DONOT_HAVE_PERMISSION"}
)  # fmt: skip


class SInvoiceClient:
    """One token for all threads of this process, taken anew before it ends or when it is refused."""

    def __init__(self, settings: SInvoiceSettings, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._http = ProviderClient(
            PROVIDER,
            settings.base_url,
            limits=TimeLimits(settings.connect_seconds, settings.read_seconds, settings.read_seconds * 1.5),
            max_answer_bytes=settings.max_file_bytes * 2,
            transport=transport,
        )
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0

    def close(self) -> None:
        self._http.close()

    def post(
        self,
        operation: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        creates: bool = False,
    ) -> dict[str, Any]:
        """The body of a success. After a refused token: one login, one repeat; safe for an issue only because
        its transaction uuid is sent again."""
        try:
            answer = self._send(operation, path, json, form, creates)
            if _token_refused(answer):
                with self._lock:
                    self._token = ""
                answer = self._send(operation, path, json, form, creates)
            return _read(operation, answer, creates=creates)
        except OutcomeUnknown as error:
            error.retry_after = self._settings.settle_seconds
            raise

    def login(self) -> str:
        with self._lock:
            if not self._token or time.monotonic() >= self._token_ends:
                self._log_in()
            return self._token

    def _send(
        self, operation: str, path: str, json: Any, form: Mapping[str, str] | None, creates: bool
    ) -> Answer:
        headers = {"Cookie": f"access_token={self.login()}"}
        call = Call(
            operation,
            "POST",
            f"{API}/{path}",
            json=json,
            form=form,
            headers=headers,
            creates=creates,
            hand_back=_ALL,
        )
        return self._http.send(call)

    def _log_in(self) -> None:
        body = {"username": self._settings.username, "password": self._settings.password}
        answer = self._http.send(Call("login", "POST", "/auth/login", json=body, hand_back=_ALL))
        data = answer.json()
        token = data.get("access_token") if isinstance(data, dict) else None
        if answer.status == 429:
            raise RateLimited(PROVIDER, "login", "too many calls", retry_after(answer))
        if (answer.status >= 500 or answer.status == 408) and token is None:
            raise ProviderUnavailable(PROVIDER, "login", f"HTTP {answer.status}")
        if not answer.ok or not isinstance(token, str) or not token:
            raise Misconfigured(
                PROVIDER,
                "login",
                "the login was refused: check CHOTDON_SINVOICE_USERNAME and CHOTDON_SINVOICE_PASSWORD",
            )
        lifetime = data.get("expires_in")
        seconds = float(lifetime) if str(lifetime).isdigit() else 300.0
        self._token = token
        self._token_ends = time.monotonic() + max(seconds - self._settings.token_margin_seconds, 5.0)


def _token_refused(answer: Answer) -> bool:
    """401, the bare 500 GENERAL that an ended token gives, or the XML that some endpoints answer."""
    if answer.status == 401 or b"invalid_token" in answer.content[:2000]:
        return True
    data = answer.json()
    return answer.status == 500 and isinstance(data, dict) and data.get("message") == "GENERAL"


def _read(operation: str, answer: Answer, *, creates: bool) -> dict[str, Any]:
    """Success: HTTP 200, no truthy `code` or `error`, `errorCode` empty or 200."""
    data = answer.json()
    if answer.status >= 500 or answer.status == 408:
        error: type[ProviderError] = OutcomeUnknown if creates else ProviderUnavailable
        raise error(PROVIDER, operation, f"HTTP {answer.status}")
    if answer.status == 429:
        raise RateLimited(PROVIDER, operation, "too many calls", retry_after(answer))
    if answer.status in (401, 403):
        raise Misconfigured(
            PROVIDER, operation, "access was refused: check user, tax code and allowed addresses"
        )
    if not isinstance(data, dict):
        wrong: type[ProviderError] = OutcomeUnknown if creates else ProviderUnavailable
        raise wrong(PROVIDER, operation, "the answer is no JSON object")
    code = str(data.get("message") or "") if data.get("code") or data.get("error") else ""
    code = code or ("" if data.get("errorCode") in (None, "", "200", 200) else str(data["errorCode"]))
    if answer.ok and not code:
        return data
    text = str(data.get("data") or data.get("description") or data.get("message") or code)[:500]
    if code in _ACCOUNT_CODES:
        raise Misconfigured(PROVIDER, operation, f"{code}: {text}")
    raise Rejected(PROVIDER, operation, code or f"HTTP_{answer.status}", text)
