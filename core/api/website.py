"""/webhook-endpoints, /webhook-deliveries and /api-keys: how the shop's own website is connected."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import audit
from core.actor import Actor
from core.api.access import Authorization, Cursor, DeskDep, Limit, change, read
from core.api.auth import create_key, list_keys, revoke_key
from core.api.error_handlers import REFUSALS
from core.api.models import ApiKey
from core.api.paging import page_of
from core.api.schemas import In, Out, Page
from core.errors import NotFound
from core.sales_channels.models import WebhookDelivery, WebhookEndpoint
from core.sales_channels.webhooks_out import (
    add_endpoint,
    change_endpoint,
    get_endpoint,
    renew_secret,
    replay,
)

router = APIRouter(prefix="/api/v1", tags=["website"], responses=REFUSALS)
SCOPE = "webhooks"


class EndpointIn(In):
    url: str = Field(min_length=1, max_length=2_000, description="https, and not of a private network.")
    events: list[str] = Field(min_length=1, max_length=20)
    description: str = Field("", max_length=300)


class EndpointChange(In):
    """What is left out stays as it is."""

    url: str | None = Field(None, min_length=1, max_length=2_000)
    events: list[str] | None = Field(None, min_length=1, max_length=20)
    description: str | None = Field(None, max_length=300)
    paused: bool | None = None


class EndpointOut(Out):
    id: str
    url: str
    events: list[str]
    description: str
    state: str
    created_at: datetime


class NewEndpointOut(EndpointOut):
    """The secret is told this once; requests are signed with it."""

    secret: str


class AttemptOut(Out):
    """`status` 0: no answer came; `error` says why."""

    at: datetime
    url: str
    headers: dict[str, str]
    status: int
    answer: str
    error: str
    milliseconds: int


class DeliveryOut(Out):
    id: str
    endpoint_id: str
    event: str
    body: str
    state: str
    attempts: int
    created_at: datetime
    delivered_at: datetime | None
    log: list[AttemptOut]


class KeyIn(In):
    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(min_length=1, max_length=30)
    origins: list[str] = Field([], max_length=20, description="Of a storefront key: sites that may use it.")


class KeyOut(Out):
    id: str
    name: str
    prefix: str
    scopes: list[str]
    origins: list[str]
    created_at: datetime
    revoked_at: datetime | None


class NewKeyOut(Out):
    """The key is told this once."""

    key: str


@router.get("/webhook-endpoints")
def endpoints(
    desk: DeskDep, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[EndpointOut]:
    """Oldest first."""

    def work(session: Session) -> Page[EndpointOut]:
        statement = select(WebhookEndpoint).where(WebhookEndpoint.state != "removed")
        if cursor is not None:
            statement = statement.where(WebhookEndpoint.id > cursor)
        rows = list(session.scalars(statement.order_by(WebhookEndpoint.id).limit(limit + 1)))
        return page_of(rows, limit, EndpointOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.post("/webhook-endpoints", status_code=201)
def add(desk: DeskDep, body: EndpointIn, authorization: Authorization) -> NewEndpointOut:
    """Each request carries `Chotdon-Event`, `Chotdon-Delivery` (the same at every try), `Chotdon-Timestamp` and
    `Chotdon-Signature: v1=…`, the hex HMAC-SHA256 of `<timestamp>.<body>` under the secret. Answer 2xx within 10 s.
    """

    def work(session: Session, actor: Actor) -> NewEndpointOut:
        made = add_endpoint(
            session, **body.model_dump(), allow_private=desk.private_webhooks, actor=actor, now=desk.clock()
        )
        return NewEndpointOut.model_validate(made)

    return change(desk, authorization, SCOPE, work)


@router.get("/webhook-endpoints/{endpoint_id}")
def endpoint(desk: DeskDep, endpoint_id: str, authorization: Authorization) -> EndpointOut:
    return read(
        desk, authorization, SCOPE, lambda s: EndpointOut.model_validate(get_endpoint(s, endpoint_id))
    )


@router.patch("/webhook-endpoints/{endpoint_id}")
def edit(desk: DeskDep, endpoint_id: str, body: EndpointChange, authorization: Authorization) -> EndpointOut:
    def work(session: Session, actor: Actor) -> EndpointOut:
        changed = change_endpoint(
            session, endpoint_id=endpoint_id, **body.model_dump(), allow_private=desk.private_webhooks,
            actor=actor, now=desk.clock(),
        )  # fmt: skip
        return EndpointOut.model_validate(changed)

    return change(desk, authorization, SCOPE, work)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204)
def remove(desk: DeskDep, endpoint_id: str, authorization: Authorization) -> None:
    """What was sent there stays in the log."""

    def work(session: Session, actor: Actor) -> None:
        change_endpoint(
            session, endpoint_id=endpoint_id, removed=True, allow_private=True, actor=actor, now=desk.clock()
        )

    change(desk, authorization, SCOPE, work)


@router.post("/webhook-endpoints/{endpoint_id}/secret")
def renew(desk: DeskDep, endpoint_id: str, authorization: Authorization) -> NewEndpointOut:
    """A new secret in the place of the old one, which signs nothing any more."""

    def work(session: Session, actor: Actor) -> NewEndpointOut:
        return NewEndpointOut.model_validate(
            renew_secret(session, endpoint_id=endpoint_id, actor=actor, now=desk.clock())
        )

    return change(desk, authorization, SCOPE, work)


@router.get("/webhook-deliveries")
def deliveries(
    desk: DeskDep,
    authorization: Authorization,
    state: Literal["queued", "delivered", "dead", "dropped"] | None = None,
    endpoint_id: Annotated[str | None, Query(max_length=64)] = None,
    event: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeliveryOut]:
    """Newest first, each with what was sent and answered at every try."""

    def work(session: Session) -> Page[DeliveryOut]:
        statement = select(WebhookDelivery).options(selectinload(WebhookDelivery.log))
        for column, value in (
            (WebhookDelivery.state, state),
            (WebhookDelivery.endpoint_id, endpoint_id),
            (WebhookDelivery.event, event),
        ):
            statement = statement if value is None else statement.where(column == value)
        if cursor is not None:
            statement = statement.where(WebhookDelivery.id < cursor)
        rows = list(session.scalars(statement.order_by(WebhookDelivery.id.desc()).limit(limit + 1)))
        return page_of(rows, limit, DeliveryOut.model_validate)

    return read(desk, authorization, SCOPE, work)


@router.get("/webhook-deliveries/{delivery_id}")
def delivery(desk: DeskDep, delivery_id: str, authorization: Authorization) -> DeliveryOut:
    return read(desk, authorization, SCOPE, lambda s: _delivery(s, delivery_id))


@router.post("/webhook-deliveries/{delivery_id}/replay")
def replay_delivery(desk: DeskDep, delivery_id: str, authorization: Authorization) -> DeliveryOut:
    """Send it once more, with the same body and id."""

    def work(session: Session, actor: Actor) -> DeliveryOut:
        replay(session, delivery_id=delivery_id, actor=actor, now=desk.clock())
        return _delivery(session, delivery_id)

    return change(desk, authorization, SCOPE, work)


@router.get("/api-keys")
def keys(
    desk: DeskDep, authorization: Authorization, cursor: Cursor = None, limit: Limit = 50
) -> Page[KeyOut]:
    """Oldest first, revoked ones too."""

    def work(session: Session) -> Page[KeyOut]:
        rows = list_keys(session, after=cursor, limit=limit + 1)
        return page_of(rows, limit, KeyOut.model_validate)

    return read(desk, authorization, "all", work)


@router.post("/api-keys", status_code=201)
def add_key(desk: DeskDep, body: KeyIn, authorization: Authorization) -> NewKeyOut:
    """A key with the scope `storefront` alone is public: it may stand in pages."""

    def work(session: Session, actor: Actor) -> NewKeyOut:
        key = create_key(session, **body.model_dump(), now=desk.clock())
        audit.record(
            session, actor=actor, action="api_key.created", subject_kind="api_key", subject_id=key[:8],
            now=desk.clock(), data={"name": body.name, "scopes": body.scopes},
        )  # fmt: skip
        return NewKeyOut(key=key)

    return change(desk, authorization, "all", work)


@router.post("/api-keys/{key_id}/revoke")
def revoke(desk: DeskDep, key_id: str, authorization: Authorization) -> KeyOut:
    """At once and for good."""

    def work(session: Session, actor: Actor) -> KeyOut:
        revoked: ApiKey = revoke_key(session, key_id=key_id, now=desk.clock())
        audit.record(
            session, actor=actor, action="api_key.revoked", subject_kind="api_key", subject_id=revoked.id,
            now=desk.clock(),
        )  # fmt: skip
        return KeyOut.model_validate(revoked)

    return change(desk, authorization, "all", work)


def _delivery(session: Session, delivery_id: str) -> DeliveryOut:
    row = session.scalar(
        select(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id)
        .options(selectinload(WebhookDelivery.log))
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("delivery_not_found", "There is no such delivery.", {})
    return DeliveryOut.model_validate(row)
