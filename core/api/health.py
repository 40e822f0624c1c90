"""/healthz and /metrics."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from core.api.access import DeskDep
from core.api.error_handlers import REFUSALS
from core.jobs.models import Job
from core.orders.models import Order

router = APIRouter(tags=["operation"])


@router.get("/healthz", responses={503: REFUSALS[503]})
def healthz(desk: DeskDep) -> dict[str, str]:
    """Answers 200 while the database answers, else 503."""
    desk.db.ping()
    return {"status": "ok"}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}, 503: REFUSALS[503]},
)
def metrics(desk: DeskDep) -> Response:
    """Counts of jobs and orders by state, for Prometheus."""
    registry = CollectorRegistry()
    jobs = Gauge("chotdon_jobs", "Jobs by state", ["state"], registry=registry)
    orders = Gauge("chotdon_orders", "Orders by status", ["status"], registry=registry)
    with desk.db.read_transaction() as session:
        for state, count in session.execute(select(Job.state, func.count()).group_by(Job.state)):
            jobs.labels(state).set(count)
        for status, count in session.execute(select(Order.status, func.count()).group_by(Order.status)):
            orders.labels(status).set(count)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
