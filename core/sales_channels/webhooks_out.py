"""Endpoints of the shop's own website, and the signed webhooks that go there.

Each request carries `Chotdon-Event`, `Chotdon-Delivery` (the same at every try), `Chotdon-Timestamp` (seconds) and
`Chotdon-Signature: v1=` with the hex HMAC-SHA256 of `timestamp.body` under the endpoint's secret. Whoever listens
answers 2xx within ten seconds and accepts repeats: a try whose answer was lost is made again.
"""

import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session, joinedload

from core import audit
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.jobs.events import OUTSIDE_EVENTS, forget_listeners
from core.jobs.models import EventListener
from core.jobs.queue import enqueue
from core.jobs.tasks import open_task
from core.jobs.worker import Run
from core.ports.errors import ProviderError, RateLimited, Terminal
from core.ports.webhooks import WebhookSender
from core.sales_channels.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from core.sales_channels.webhook_bodies import data_of

WAITS = (10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)
"""Seconds until the next try, after the first, second, … one; then it is dead. About two days in all."""
MAX_TRIES = len(WAITS) + 1
MAX_ENDPOINTS = 20


def add_endpoint(
    session: Session,
    *,
    url: str,
    events: Sequence[str],
    description: str = "",
    allow_private: bool,
    actor: Actor,
    now: datetime,
) -> WebhookEndpoint:
    """With a new secret, which is told this once."""
    _check(url, events, allow_private=allow_private)
    live = session.scalars(select(WebhookEndpoint.id).where(WebhookEndpoint.state != "removed")).all()
    if len(live) >= MAX_ENDPOINTS:
        raise Conflict(
            "too_many_endpoints", f"There are {MAX_ENDPOINTS} endpoints already. Remove one first.", {}
        )
    endpoint = WebhookEndpoint(
        id=new_id(), url=url, events=sorted(set(events)), secret=_new_secret(), description=description[:300],
        state="active", created_at=now,
    )  # fmt: skip
    session.add(endpoint)
    session.flush()
    _listen(session)
    _audit(session, actor, "webhook.added", endpoint, now)
    return endpoint


def change_endpoint(
    session: Session,
    *,
    endpoint_id: str,
    allow_private: bool,
    actor: Actor,
    now: datetime,
    url: str | None = None,
    events: Sequence[str] | None = None,
    description: str | None = None,
    paused: bool | None = None,
    removed: bool = False,
) -> WebhookEndpoint:
    """What is left out stays as it is. A removed endpoint keeps its log."""
    endpoint = get_endpoint(session, endpoint_id)
    _check(url or endpoint.url, events or endpoint.events, allow_private=allow_private)
    endpoint.url = url or endpoint.url
    endpoint.events = sorted(set(events or endpoint.events))
    if description is not None:
        endpoint.description = description[:300]
    if paused is not None:
        endpoint.state = "paused" if paused else "active"
    if removed:
        endpoint.state = "removed"
    session.flush()
    _listen(session)
    _audit(session, actor, "webhook.removed" if removed else "webhook.changed", endpoint, now)
    return endpoint


def renew_secret(session: Session, *, endpoint_id: str, actor: Actor, now: datetime) -> WebhookEndpoint:
    """The old secret signs nothing any more."""
    endpoint = get_endpoint(session, endpoint_id)
    endpoint.secret = _new_secret()
    session.flush()
    _audit(session, actor, "webhook.secret_renewed", endpoint, now)
    return endpoint


def get_endpoint(session: Session, endpoint_id: str) -> WebhookEndpoint:
    endpoint = session.get(WebhookEndpoint, endpoint_id)
    if endpoint is None or endpoint.state == "removed":
        raise NotFound("endpoint_not_found", "There is no such webhook endpoint.", {})
    return endpoint


def replay(session: Session, *, delivery_id: str, actor: Actor, now: datetime) -> str:
    """Send it once more, with the same body and id; refused while it is still being tried."""
    revived = session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.state != "queued")
        .values(state="queued", attempts=0, delivered_at=None)
        .returning(WebhookDelivery.id, WebhookDelivery.endpoint_id)
        .execution_options(synchronize_session=False)
    ).first()
    if revived is None:
        if session.get(WebhookDelivery, delivery_id) is None:
            raise NotFound("delivery_not_found", "There is no such delivery.", {})
        raise Conflict("delivery_queued", "This delivery is still being tried.", {})
    endpoint = get_endpoint(session, revived.endpoint_id)
    if endpoint.state != "active":
        raise Conflict("endpoint_paused", "The endpoint is paused. Take it up again first.", {})
    _enqueue(session, delivery_id, now)
    _audit(session, actor, "webhook.replayed", endpoint, now)
    return delivery_id


def run_fan_out(run: Run) -> None:
    """Job `webhook.fan_out`: one delivery for each endpoint that listens to this event."""
    event, key = str(run.payload["event"]), str(run.payload["event_key"])
    with run.db.transaction() as session:
        listening = [
            endpoint
            for endpoint in session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.state == "active"))
            if event in endpoint.events
        ]
        data = data_of(session, event, run.payload) if listening else None
        if data is None:
            return
        for endpoint in listening:
            _queue(session, endpoint, event, key, data, run.now)


def run_delivery(run: Run, *, sender: WebhookSender) -> None:
    """Job `webhook.deliver`: one try; what it met is in the log before the next."""
    delivery_id = str(run.payload["delivery_id"])
    with run.db.transaction() as session:
        delivery = session.scalar(
            select(WebhookDelivery)
            .where(WebhookDelivery.id == delivery_id, WebhookDelivery.state == "queued")
            .options(joinedload(WebhookDelivery.endpoint))
        )
        if delivery is None:
            return
        if delivery.endpoint.state != "active":
            delivery.state = "dropped"
            return
    url, secret = delivery.endpoint.url, delivery.endpoint.secret
    headers = signed_headers(delivery.event, delivery.id, delivery.body, secret=secret, now=run.now)
    attempt = WebhookAttempt(
        id=new_id(), delivery_id=delivery.id, at=run.now, url=url,
        headers={k: v for k, v in headers.items() if k != "Chotdon-Signature"},
        status=0, answer="", error="", milliseconds=0,
    )  # fmt: skip
    hopeless = False
    try:
        answer = sender.post(url, headers=headers, body=delivery.body.encode())
        attempt.status, attempt.answer, attempt.milliseconds = answer.status, answer.text, answer.milliseconds
        attempt.error = "" if answer.ok else f"answered {answer.status}"
    except ProviderError as error:
        hopeless = isinstance(error, Terminal)
        attempt.error = error.message[:500]
    _record(run, delivery, attempt, hopeless=hopeless)


def signed_headers(event: str, delivery_id: str, body: str, *, secret: str, now: datetime) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "Chotdon-Event": event,
        "Chotdon-Delivery": delivery_id,
        "Chotdon-Timestamp": timestamp,
        "Chotdon-Signature": f"v1={signature(body, secret=secret, timestamp=timestamp)}",
    }


def signature(body: str, *, secret: str, timestamp: str) -> str:
    return hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()


def _record(run: Run, delivery: WebhookDelivery, attempt: WebhookAttempt, *, hopeless: bool) -> None:
    tries = delivery.attempts + 1
    is_over = hopeless or tries >= MAX_TRIES
    state = "delivered" if not attempt.error else "dead" if is_over else "queued"
    with run.db.transaction() as session:
        session.add(attempt)
        session.execute(
            update(WebhookDelivery)
            .where(WebhookDelivery.id == delivery.id, WebhookDelivery.state == "queued")
            .values(state=state, attempts=tries, delivered_at=run.now if state == "delivered" else None)
            .execution_options(synchronize_session=False)
        )
        if state == "dead":
            open_task(
                session, key=f"webhook:{delivery.endpoint_id}", kind="dead_webhook",
                title=f"The website does not take webhooks at {delivery.endpoint.url}",
                detail=f"{delivery.event}: {attempt.error}. Mend the website, then replay the dead deliveries.",
                subject_kind="webhook_delivery", subject_id=delivery.id, now=run.now,
            )  # fmt: skip
    if state == "queued":
        raise RateLimited("webhook", "deliver", attempt.error, retry_after=WAITS[tries - 1])


def _queue(
    session: Session, endpoint: WebhookEndpoint, event: str, key: str, data: Mapping[str, Any], now: datetime
) -> None:
    delivery_id = new_id()
    body = json.dumps(
        {"id": delivery_id, "event": event, "at": now.isoformat(), "data": data}, ensure_ascii=False
    )
    insert_for = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgres_insert
    queued = session.scalar(
        insert_for(WebhookDelivery)
        .values(
            id=delivery_id, endpoint_id=endpoint.id, event=event, event_key=key, body=body, state="queued",
            attempts=0, created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["endpoint_id", "event_key"])
        .returning(WebhookDelivery.id)
    )  # fmt: skip
    if queued is not None:
        _enqueue(session, delivery_id, now)


def _enqueue(session: Session, delivery_id: str, now: datetime) -> None:
    # Its own count of tries ends it; the job's only bounds workers that die on the way.
    enqueue(session, "webhook.deliver", {"delivery_id": delivery_id}, now=now, max_attempts=3 * MAX_TRIES)


def _check(url: str, events: Sequence[str], *, allow_private: bool) -> None:
    unknown = sorted(set(events) - set(OUTSIDE_EVENTS))
    if unknown or not events:
        raise Invalid(
            "event_unknown",
            f"Unknown event {', '.join(unknown)[:100] or '(none)'}. Events: {', '.join(OUTSIDE_EVENTS)}.",
            {"events": list(OUTSIDE_EVENTS)},
        )
    problem = url_problem(url, allow_private=allow_private)
    if problem:
        raise Invalid("url_invalid", f"This address cannot get webhooks: {problem}.", {})


def url_problem(url: str, *, allow_private: bool) -> str:
    """What is wrong with it as it stands; where its name leads is looked at when something is sent."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        return "it is not readable"
    if not url.isprintable() or " " in url or not host or parts.scheme not in ("http", "https"):
        return "write it like https://myshop.vn/webhooks"
    if parts.username or parts.password or parts.fragment:
        return "leave user, password and fragment out of it"
    if allow_private:
        return ""
    if parts.scheme != "https":
        return "it must start with https://"
    return "it must be a public one" if _is_private_name(host) else ""


def _is_private_name(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host


def _listen(session: Session) -> None:
    """Who publishes looks here, so that an event that nobody wants costs one look."""
    wanted = {
        event
        for endpoint in session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.state == "active"))
        for event in endpoint.events
    }
    session.execute(delete(EventListener))
    if wanted:
        session.execute(insert(EventListener), [{"event": event} for event in sorted(wanted)])
    forget_listeners(session)


def _new_secret() -> str:
    return "whsec_" + secrets.token_urlsafe(32)


def _audit(session: Session, actor: Actor, action: str, endpoint: WebhookEndpoint, now: datetime) -> None:
    audit.record(
        session, actor=actor, action=action, subject_kind="webhook_endpoint", subject_id=endpoint.id, now=now,
        data={"url": endpoint.url, "events": list(endpoint.events)},
    )  # fmt: skip
