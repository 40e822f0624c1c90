"""Every noun's router, in the order of the document; who serves the API mounts these."""

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
    products.router,
    media.router,
    catalogue.router,
    exchange.router,
    stock.router,
    transfers.router,
    counts.router,
    order_desk.router,
    orders.router,
    fulfilment.router,
    suppliers.router,
    purchasing.router,
    returns.router,
    payments.router,
    tickets.router,
    knowledge.router,
    storefront.router,
    website.router,
    webhooks.router,
    health.router,
)
