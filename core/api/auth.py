"""API keys: `Authorization: Bearer ck_…`. Only a hash is stored; each key has scopes."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.models import ApiKey
from core.errors import Invalid, NotAllowed, Unauthenticated
from core.ids import new_id

SCOPES = (
    "products", "stock", "customers", "orders", "shipments", "invoices", "approvals", "tickets", "chat",
    "returns", "payments", "conversations", "knowledge", "purchasing", "read", "all",
)  # fmt: skip


def create_key(session: Session, *, name: str, scopes: list[str], now: datetime) -> str:
    """The key itself, shown this once."""
    if not name.strip():
        raise Invalid("name_missing", "Give the key a name, so that it can be told from others.", {})
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(
            "scope_unknown",
            f"Unknown scope {', '.join(unknown) or '(none)'}. Scopes: {', '.join(SCOPES)}.",
            {},
        )
    key = "ck_" + secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            id=new_id(), name=name[:100], prefix=key[:8], key_hash=_hash(key), scopes=scopes, created_at=now
        )
    )
    session.flush()
    return key


def require_key(session: Session, authorization: str | None, *, scope: str, write: bool = True) -> Actor:
    """The caller as an actor; `read` opens every GET, `all` everything."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthenticated(
            "key_missing", "Send an API key: Authorization: Bearer ck_… (chotdon keys create)."
        )
    row = session.scalar(
        select(ApiKey).where(ApiKey.key_hash == _hash(key.strip()), ApiKey.revoked_at.is_(None))
    )
    if row is None:
        raise Unauthenticated("key_unknown", "This API key is unknown or revoked.")
    if not {scope, "all", *(() if write else ("read",))} & set(row.scopes):
        raise NotAllowed("scope_missing", f"This key lacks the scope '{scope}'.", {"scope": scope})
    return Actor("api", row.id, row.name)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
