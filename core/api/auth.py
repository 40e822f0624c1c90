"""API keys: `Authorization: Bearer ck_…`. Only a hash is stored; each key has scopes."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.models import ApiKey
from core.errors import Invalid, NotAllowed, NotFound, Unauthenticated
from core.ids import new_id

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")
SCOPES = (
    "products", "stock", "customers", "orders", "shipments", "invoices", "approvals", "tickets", "chat",
    "returns", "payments", "conversations", "knowledge", "purchasing",
    "reports", "webhooks", "storefront", "read", "all",
)  # fmt: skip
# Written once: every request asks it.
_LIVE_KEY = select(ApiKey.id, ApiKey.name, ApiKey.scopes).where(
    ApiKey.key_hash == bindparam("key_hash"), ApiKey.revoked_at.is_(None)
)


def create_key(
    session: Session, *, name: str, scopes: list[str], now: datetime, origins: Sequence[str] = ()
) -> str:
    """The key itself, shown this once. One for the storefront stands in pages for all to read, so it opens no more."""
    if not name.strip():
        raise Invalid("name_missing", "Give the key a name, so that it can be told from others.", {})
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(
            "scope_unknown",
            f"Unknown scope {', '.join(unknown) or '(none)'}. Scopes: {', '.join(SCOPES)}.",
            {},
        )
    if "storefront" in scopes and len(set(scopes)) > 1:
        raise Invalid(
            "scope_mixed",
            "A storefront key is public: give it no other scope, and make another key for them.",
            {},
        )
    if origins and "storefront" not in scopes:
        raise Invalid("origins_unused", "Only a storefront key has origins.", {})
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise Invalid("origin_invalid", f"Write origins like https://myshop.vn, not {origin[:100]}.", {})
    key = ("pk_" if "storefront" in scopes else "ck_") + secrets.token_urlsafe(32)
    session.add(
        ApiKey(
            id=new_id(),
            name=name[:100],
            prefix=key[:8],
            key_hash=_hash(key),
            scopes=scopes,
            origins=list(origins),
            created_at=now,
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
    row = session.execute(_LIVE_KEY, {"key_hash": _hash(key.strip())}).first()
    if row is None:
        raise Unauthenticated("key_unknown", "This API key is unknown or revoked.")
    if not {scope, "all", *(() if write else ("read",))} & set(row.scopes):
        raise NotAllowed("scope_missing", f"This key lacks the scope '{scope}'.", {"scope": scope})
    return Actor("api", row.id, row.name)


def check_origin(session: Session, *, actor: Actor, origin: str | None) -> None:
    """A page's browser says where it stands; a storefront key may be kept to the shop's own sites."""
    allowed = session.scalar(select(ApiKey.origins).where(ApiKey.id == actor.id)) or []
    if origin is not None and allowed and origin not in allowed:
        raise NotAllowed("origin_not_allowed", f"This key is not for pages of {origin[:100]}.", {})


def list_keys(session: Session, *, after: str | None, limit: int) -> list[ApiKey]:
    """Oldest first, revoked ones too; none shows the key itself."""
    statement = select(ApiKey).order_by(ApiKey.id).limit(limit)
    if after is not None:
        statement = statement.where(ApiKey.id > after)
    return list(session.scalars(statement))


def revoke_key(session: Session, *, key_id: str, now: datetime) -> ApiKey:
    """At once and for good; a second time changes nothing."""
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFound("key_not_found", "There is no such key.", {})
    key.revoked_at = key.revoked_at or now
    session.flush()
    return key


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
