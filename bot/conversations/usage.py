"""What the model took: per day, and what an order cost in tokens."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.conversations.models import ModelUsage


def usage_report(session: Session, *, since: datetime, until: datetime) -> dict[str, Any]:
    """Costs are in millionths of the currency's unit: whole numbers, whatever a token costs."""
    period = (ModelUsage.created_at >= since, ModelUsage.created_at < until)
    rows = session.execute(
        select(
            ModelUsage.model, ModelUsage.currency, func.count(), func.sum(ModelUsage.calls),
            func.sum(ModelUsage.input_tokens), func.sum(ModelUsage.cached_tokens),
            func.sum(ModelUsage.output_tokens), func.sum(ModelUsage.cost),
            func.count(func.distinct(ModelUsage.order_id)),
        )
        .where(*period)
        .group_by(ModelUsage.model, ModelUsage.currency)
        .order_by(ModelUsage.model, ModelUsage.currency)
    )  # fmt: skip
    models = []
    for model, currency, turns, calls, taken, cached, given, cost, orders in rows:
        models.append(
            {
                "model": model, "currency": currency, "turns": turns, "calls": int(calls),
                "input_tokens": int(taken), "cached_tokens": int(cached), "output_tokens": int(given),
                "cost_millionths": int(cost), "cost_per_turn_millionths": int(cost) // turns,
                "orders": orders, "cost_per_order_millionths": _per_order(session, model, currency, period),
            }
        )  # fmt: skip
    outcomes = session.execute(
        select(ModelUsage.outcome, func.count()).where(*period).group_by(ModelUsage.outcome)
    )
    return {"models": models, "outcomes": {row[0]: row[1] for row in outcomes}}


def _per_order(session: Session, model: str, currency: str, period: tuple[Any, ...]) -> int | None:
    """The turns that led to an order, over the orders."""
    cost, orders = session.execute(
        select(func.sum(ModelUsage.cost), func.count(func.distinct(ModelUsage.order_id))).where(
            ModelUsage.model == model,
            ModelUsage.currency == currency,
            ModelUsage.order_id.is_not(None),
            *period,
        )
    ).one()
    return int(cost) // orders if orders else None
