"""Every noun's router; who serves the API mounts these.

A request is held against one route after another, so what comes in rushes stands first.
"""

from fastapi import APIRouter

from core.api import (
    catalogue,
    counts,
    exchange,
    fulfilment,
    health,
    knowledge,
    media,
    order_desk,
    orders,
    payments,
    products,
    purchasing,
    reports,
    returns,
    stock,
    storefront,
    suppliers,
    tickets,
    transfers,
    webhooks,
    website,
)

ROUTERS: tuple[APIRouter, ...] = (
    webhooks.router,
    order_desk.router,
    orders.router,
    products.router,
    media.router,
    catalogue.router,
    exchange.router,
    stock.router,
    transfers.router,
    counts.router,
    fulfilment.router,
    suppliers.router,
    purchasing.router,
    returns.router,
    payments.router,
    tickets.router,
    reports.router,
    knowledge.router,
    storefront.router,
    website.router,
    health.router,
)
