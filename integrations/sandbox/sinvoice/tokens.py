"""Log-in tokens: JWT in shape, random in fact."""

import base64
import json
import secrets
import threading
import uuid
from typing import Any

from integrations.sandbox.sinvoice.records import Tenant


class Tokens:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, float]] = {}

    def issue(self, tenant: Tenant, now: float, lifetime_s: float) -> dict[str, Any]:
        """The answer to a log-in. `expires_in` is whole seconds, as the real one writes it."""
        jti = str(uuid.uuid4())
        token = _jwt(tenant.username, jti, now, lifetime_s)
        with self._lock:
            self._known = {kept: held for kept, held in self._known.items() if held[1] > now}
            self._known[token] = (tenant.tax_code, now + lifetime_s)
        return {
            "access_token": token,
            "token_type": "bearer",
            "refresh_token": _jwt(tenant.username, jti, now, lifetime_s),
            "expires_in": max(0, int(lifetime_s) - 1),
            "scope": "openid",
            "iat": int(now),
            "invoice_cluster": "cluster10",
            "type": 1,
            "jti": jti,
        }

    def tax_code_of(self, token: str, now: float) -> str | None:
        with self._lock:
            tax_code, until = self._known.get(token, (None, 0.0))
        return tax_code if until > now else None

    def revoke(self, token: str) -> None:
        with self._lock:
            self._known.pop(token, None)

    def clear(self) -> None:
        with self._lock:
            self._known.clear()


def _jwt(username: str, jti: str, now: float, lifetime_s: float) -> str:
    claims = {
        "user_name": username,
        "scope": ["openid"],
        "exp": int(now + lifetime_s),
        "type": 1,
        "iat": int(now),
        "invoice_cluster": "cluster10",
        "authorities": ["ROLE_USER"],
        "jti": jti,
        "client_id": "web_app",
    }
    head = _encode(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    return f"{head}.{_encode(json.dumps(claims).encode())}.{_encode(secrets.token_bytes(64))}"


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
