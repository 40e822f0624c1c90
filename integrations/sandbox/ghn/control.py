"""What only the sandbox has: the controls under `/_sandbox/`, the label page, the tracking page."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from integrations.sandbox.ghn.answers import Refusal
from integrations.sandbox.ghn.orders import ENDS, Order, next_status
from integrations.sandbox.ghn.params import read_params
from integrations.sandbox.ghn.world import World
from integrations.sandbox.page import Button, Row, Section

_PAPER = {"printA5": "148mm 210mm", "print80x80": "80mm 80mm", "print52x70": "52mm 70mm"}
_SHOWN = 200

Action = Callable[[World, Mapping[str, Any]], Any]


def _advance(world: World, given: Mapping[str, Any]) -> Any:
    return world.advance(
        str(given.get("order_code", "")),
        str(given.get("status", "")),
        str(given.get("reason_code", "")),
        str(given.get("reason", "")),
    ).detail()


def _set_webhook(world: World, given: Mapping[str, Any]) -> Any:
    changed = world.set_webhook(given)
    return {"url": changed.url, "header": changed.header, "policy": changed.policy}


def _set_auto(world: World, given: Mapping[str, Any]) -> Any:
    seconds = float(given.get("seconds", 0))
    if not 0 <= seconds <= 86_400:
        raise ValueError("seconds must lie between 0 (off) and 86400")
    world.set_auto(seconds)
    return {"seconds": seconds}


def _transfer_cod(world: World, given: Mapping[str, Any]) -> Any:
    return world.transfer_cod(str(given.get("order_code", ""))).detail()


def _reweigh(world: World, given: Mapping[str, Any]) -> Any:
    weight, fee = int(given.get("weight", 0)), int(given.get("main_service_fee", 0))
    return world.reweigh(str(given.get("order_code", "")), weight, fee).detail()


def _set_conflicts(world: World, given: Mapping[str, Any]) -> Any:
    world.address_conflicts = max(0, int(given.get("times", 1)))
    return {"times": world.address_conflicts}


# POST /_sandbox/<name>, JSON or a form of the page.
ACTIONS: dict[str, Action] = {
    "advance": _advance,
    "webhook": _set_webhook,
    "auto": _set_auto,
    "cod-transfer": _transfer_cod,
    "reweigh": _reweigh,
    "address-conflict": _set_conflicts,
}


def control_routes(world: World) -> list[Route]:
    async def parcels(_: Request) -> Response:
        return JSONResponse({"parcels": [order.detail() for order in world.orders()]})

    async def webhooks(_: Request) -> Response:
        pending = [delivery["payload"] for delivery in world.sender.pending()]
        return JSONResponse({"sent": world.sender.records(), "pending": pending})

    async def label(request: Request) -> Response:
        return _label_page(world, request)

    async def tracking(request: Request) -> Response:
        return _tracking_page(world, request.query_params.get("order_code", ""))

    return [
        Route("/_sandbox/parcels", parcels),
        Route("/_sandbox/webhooks", webhooks),
        *(Route(f"/_sandbox/{name}", _control(world, name), methods=["POST"]) for name in ACTIONS),
        Route("/a5/public-api/{size}", label),
        Route("/tracking", tracking),
    ]


def _control(world: World, name: str) -> Callable[[Request], Any]:
    async def control(request: Request) -> Response:
        form = await _form(request)
        try:
            given = {key: str(form[key]) for key in form} if form else (await read_params(request)).values
            data = ACTIONS[name](world, given)
        except (ValueError, TypeError, Refusal) as error:
            return JSONResponse({"error": str(error)}, 400)
        # The page's own buttons come back to it.
        return RedirectResponse("/", 303) if form else JSONResponse(data)

    return control


async def _form(request: Request) -> FormData | None:
    kind = request.headers.get("content-type", "")
    return await request.form() if kind.startswith("application/x-www-form-urlencoded") else None


def page_section(world: World) -> Section:
    shown = world.orders()[:_SHOWN]
    rows = tuple(
        Row(
            cells=(
                order.order_code,
                order.client_order_code,
                str(order.body.get("to_name", "")),
                f"{order.cod_amount:,}".replace(",", "."),
                order.status,
            ),
            buttons=_buttons(order),
            link=f"/ghn/tracking?order_code={order.order_code}",
        )
        for order in shown
    )
    auto = f"{world.auto_seconds:g} s a step" if world.auto_seconds else "off"
    target = world.webhook.url or "nowhere"
    return Section(
        title="GHN: parcels",
        columns=("Parcel", "Shop's key", "Receiver", "COD (đ)", "Status"),
        rows=rows,
        note=f"Webhooks go to {target}. Moving by itself: {auto}.",
        buttons=(
            Button("Move by itself, 3 s a step", "/ghn/_sandbox/auto", (("seconds", "3"),)),
            Button("Stop", "/ghn/_sandbox/auto", (("seconds", "0"),)),
        ),
    )


def _buttons(order: Order) -> tuple[Button, ...]:
    if order.status in ENDS:
        return ()
    code = ("order_code", order.order_code)
    action = "/ghn/_sandbox/advance"
    buttons = [Button(f"→ {next_status(order.status)}", action, (code,))]
    if order.status == "delivering":
        failed = (code, ("status", "delivery_fail"), ("reason_code", "GHN-DFC1A4"))
        buttons.append(Button("→ delivery_fail", action, failed))
    buttons.append(Button("→ lost", action, (code, ("status", "lost"))))
    return tuple(buttons)


def _label_page(world: World, request: Request) -> Response:
    paper = _PAPER.get(request.path_params["size"])
    if paper is None:
        return PlainTextResponse("404 page not found", 404)
    orders = world.labelled_by(request.query_params.get("token", ""))
    if orders is None:
        return HTMLResponse("<!doctype html><p>Token đã hết hạn</p>", 401)
    labels = "".join(_label(order) for order in orders)
    return HTMLResponse(
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>GHN</title>'
        f"<style>@page {{ size: {paper}; margin: 4mm }} section {{ page-break-after: always }}</style>"
        f"</head><body>{labels}</body></html>"
    )


def _label(order: Order) -> str:
    body = order.body
    where = ", ".join(
        str(body[key])
        for key in ("to_address", "to_ward_name", "to_district_name", "to_province_name")
        if body.get(key)
    )
    return (
        f"<section><h1>{escape(order.order_code)}</h1><p><strong>{escape(order.sort_code)}</strong></p>"
        f"<p>{escape(str(body.get('to_name', '')))} · {escape(str(body.get('to_phone', '')))}</p>"
        f"<p>{escape(where)}</p><p>COD {order.cod_amount:,} đ · {order.weight} g</p>"
        f"<p>{escape(str(body.get('content', '')))}</p></section>"
    )


def _tracking_page(world: World, order_code: str) -> Response:
    """What a receiver sees: where the parcel is, and nothing about a person."""
    order = next((one for one in world.orders() if one.order_code == order_code), None)
    if order is None:
        return HTMLResponse("<!doctype html><p>Không tìm thấy đơn hàng</p>", 404)
    steps = "".join(
        f"<li>{escape(str(step['updated_date']))}: {escape(str(step['status']))}</li>" for step in order.log
    )
    return HTMLResponse(
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(order_code)}</title></head>'
        f"<body><h1>{escape(order_code)}</h1><p>{escape(order.status)}</p><ol>{steps}</ol></body></html>"
    )
