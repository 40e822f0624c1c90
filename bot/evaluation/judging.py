"""What a dialogue expected against what came: each expectation that does not hold, in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.evaluation.cases import (
    ExpectedCart,
    ExpectedInvoice,
    ExpectedOrder,
    ExpectedStock,
    ExpectedTicket,
    OrderParts,
)
from bot.evaluation.customer import Played
from bot.evaluation.state import CartView, OrderView
from bot.evaluation.wording import canonical, described, has, says
from core.customers.phones import local_phone, normalise_phone
from core.errors import AppError
from nlu import fold

_DETAILS = frozenset({"name", "phone", "address", "ward", "payment", "variant", "quantity", "item", "email",
                      "company", "company_address", "tax_code", "order_code", "reason"})  # fmt: skip


def judge(played: Played) -> list[str]:
    return [
        *played.troubles,
        *_orders(played),
        *_known_orders(played),
        *_cart(played),
        *_stock(played),
        *_tickets(played),
        *_invoice_requests(played),
        *_state(played),
        *_words(played),
        *_asking(played),
    ]


def _orders(played: Played) -> Iterator[str]:
    expected = played.case.script.expect.orders
    if expected is None:
        return
    placed = list(played.new_orders.values())
    if len(placed) != len(expected):
        yield f"orders: {len(expected)} expected, {len(placed)} placed{_list(placed)}"
        return
    for wanted in _unmatched(expected, placed, _order_faults):
        nearest = min((list(_order_faults(wanted, order)) for order in placed), key=len)
        yield f"orders: {'; '.join(nearest)}"


def _list(orders: Sequence[OrderView]) -> str:
    return "".join(f"; {order.code}: {order.lines}, {order.total}" for order in orders)


def _unmatched(wanted: Iterable[Any], there: Sequence[Any], faults: Any) -> Iterator[Any]:
    """Those of `wanted` that nothing fits which is not taken yet."""
    left = list(there)
    for item in wanted:
        fitting = next((thing for thing in left if not list(faults(item, thing))), None)
        if fitting is None:
            yield item
        else:
            left.remove(fitting)


_AS_SET_UP = {"packed": "packed", "shipped": "shipping", "delivered": "delivered", "failed": "failed"}
"""The words that a dialogue sets an order up in, by its parcel's state: they may stand in what is expected too."""


def _order_faults(wanted: ExpectedOrder, order: OrderView) -> Iterator[str]:
    yield from _parts_faults(wanted, order)
    if wanted.lines is not None and wanted.lines != order.lines:
        yield f"lines are {order.lines}, not {wanted.lines}"
    if wanted.status is not None and wanted.status not in (
        order.status,
        _AS_SET_UP.get(order.fulfilment_state),
    ):
        yield f"status is {order.status}, not {wanted.status}"
    for name in ("total", "discount", "shipping_fee"):
        value = getattr(wanted, name)
        if value is not None and value != getattr(order, name):
            yield f"{name} is {getattr(order, name)}, not {value}"
    for words in wanted.note or ():
        if not has(words, canonical(order.note)):
            yield f"note is “{order.note}”, without “{words}”"


def _parts_faults(wanted: OrderParts, there: OrderView | CartView) -> Iterator[str]:
    if wanted.name is not None and canonical(wanted.name) != canonical(there.name):
        yield f"name is “{there.name}”, not “{wanted.name}”"
    if wanted.phone is not None and _phone(wanted.phone) != there.phone:
        yield f"phone is {there.phone or 'missing'}, not {wanted.phone}"
    for words in wanted.address or ():
        if not has(fold(words), canonical(fold(there.address))):
            yield f"address is “{there.address}”, without “{words}”"
    if wanted.payment_method is not None and wanted.payment_method != there.payment_method:
        yield f"payment is {there.payment_method or 'open'}, not {wanted.payment_method}"


def _phone(text: str) -> str:
    try:
        return local_phone(normalise_phone(text))
    except AppError:
        return text


def _known_orders(played: Played) -> Iterator[str]:
    expected = played.case.script.expect.known_orders
    for code, wanted in expected.items():
        order = played.after.orders.get(code)
        faults = ["there is no such order"] if order is None else list(_order_faults(wanted, order))
        if faults:
            yield f"order {code}: {'; '.join(faults)}"
    for code, before in played.before.orders.items():
        if code not in expected and played.after.orders.get(code) != before:
            yield f"order {code} was changed, which nothing here expects"


def _cart(played: Played) -> Iterator[str]:
    expect = played.case.script.expect
    if "cart" not in expect.model_fields_set:
        return
    cart = played.after.cart
    if expect.cart is None:
        if cart is not None:
            yield f"cart: nothing expected, holds {cart.lines}"
    elif cart is None:
        yield "cart: is empty"
    else:
        yield from (f"cart: {fault}" for fault in _cart_faults(expect.cart, cart))


def _cart_faults(wanted: ExpectedCart, cart: CartView) -> Iterator[str]:
    yield from _parts_faults(wanted, cart)
    if wanted.lines is not None and wanted.lines != cart.lines:
        yield f"lines are {cart.lines}, not {wanted.lines}"


def _stock(played: Played) -> Iterator[str]:
    for sku, wanted in played.case.script.expect.stock.items():
        levels = [level for level in played.after.levels if level.sku == sku]
        on_hand, reserved = sum(x.on_hand for x in levels), sum(x.reserved for x in levels)
        there = ExpectedStock(on_hand=on_hand, reserved=reserved, available=on_hand - reserved)
        for name, value in wanted.model_dump(exclude_none=True).items():
            if value != getattr(there, name):
                yield f"stock of {sku}: {name} is {getattr(there, name)}, not {value}"


def _tickets(played: Played) -> Iterator[str]:
    """Each expected one is there, and none of a kind that no expected one has."""
    expect = played.case.script.expect
    if expect.tickets is None and not expect.no_tickets:
        return
    if played.tickets is None:
        yield "tickets: the API lists none (GET /api/v1/tickets is missing)"
        return

    def faults(wanted: ExpectedTicket, ticket: Mapping[str, Any]) -> list[str]:
        return _ticket_faults(played, wanted, ticket)

    there = [f"{t.get('kind')} {_order_of(t)} {t.get('skus') or ''}".strip() for t in played.tickets]
    kinds = {str(ticket.get("kind")) for ticket in played.tickets}
    for wanted in _unmatched(expect.tickets or (), played.tickets, faults):
        parts = [" or ".join(wanted.kind), wanted.order or "", *(wanted.skus or ())]
        yield f"tickets: {' '.join(filter(None, parts))} expected; there: {there or 'none'}"
    allowed = {kind for wanted in expect.tickets or () for kind in wanted.kind}
    unwanted = kinds & set(expect.no_tickets) | (set() if expect.tickets is None else kinds - allowed)
    if unwanted:
        yield f"tickets: no {', '.join(sorted(unwanted))} expected; there: {there}"


def _ticket_faults(played: Played, wanted: ExpectedTicket, ticket: Mapping[str, Any]) -> list[str]:
    faults = [] if ticket.get("kind") in wanted.kind else ["kind"]
    if wanted.order is not None and _order_of(ticket) != played.filled(wanted.order):
        faults.append("order")
    if wanted.skus is not None and sorted(ticket.get("skus") or []) != sorted(wanted.skus):
        faults.append("skus")
    return faults


def _invoice_requests(played: Played) -> Iterator[str]:
    expected = played.case.script.expect.invoice_requests
    if expected is None:
        return
    requests = played.invoice_requests
    if requests is None:
        yield "invoice_requests: the API lists none (GET /api/v1/invoice-requests is missing)"
    elif len(requests) != len(expected):
        yield f"invoice_requests: {len(expected)} expected, {len(requests)} there"
    else:

        def faults(wanted: ExpectedInvoice, request: Mapping[str, Any]) -> list[str]:
            return list(_invoice_faults(played, wanted, request))

        for wanted in _unmatched(expected, requests, faults):
            nearest = min((faults(wanted, request) for request in requests), key=len)
            yield f"invoice_requests: {'; '.join(nearest)}"


def _invoice_faults(played: Played, wanted: ExpectedInvoice, request: Mapping[str, Any]) -> Iterator[str]:
    if wanted.order is not None and _order_of(request) != played.filled(wanted.order):
        yield f"order is {_order_of(request)}, not {played.filled(wanted.order)}"
    for name in ("tax_code", "company", "email"):
        value = getattr(wanted, name)
        if value is not None and canonical(value) != canonical(str(request.get(name) or "")):
            yield f"{name} is {request.get(name)!r}, not {value!r}"
    for words in wanted.address or ():
        if not has(fold(words), canonical(fold(str(request.get("address") or "")))):
            yield f"address is {request.get('address')!r}, without {words!r}"


def _order_of(row: Mapping[str, Any]) -> str:
    order = row.get("order") or row.get("order_code") or ""
    return str(order.get("code", "")) if isinstance(order, Mapping) else str(order)


def _state(played: Played) -> Iterator[str]:
    expect, last = played.case.script.expect, played.last
    if expect.awaiting is not None:
        asked = last.asks[:1]
        if (asked[0] not in expect.awaiting) if asked else bool(expect.awaiting):
            yield f"awaiting: asks for {asked or 'nothing'}, expected {expect.awaiting or 'nothing'}"
    handed_off = bool(last.state.get("handed_off"))
    if expect.handed_off is not None and handed_off != expect.handed_off:
        yield "handed_off: " + ("nobody was called" if expect.handed_off else "a person was called")
    language = last.state.get("language")
    if expect.language is not None and language != expect.language:
        yield f"language: is {language}, not {expect.language}"


def _words(played: Played) -> Iterator[str]:
    expect = played.case.script.expect
    final = next((e.said for e in reversed(played.exchanges) if e.replies), "")
    everything = "\n".join(e.said for e in played.exchanges)
    for name, facts, text in (
        ("said", expect.said, final),
        ("said_anywhere", expect.said_anywhere, everything),
    ):
        for fact in facts:
            filled = fact.model_copy(update={"any": [played.filled(part) for part in fact.any]})
            if not says(filled, text):
                yield f"{name}: {described(filled)} is missing"
    for fact in expect.not_said:
        if says(fact, everything):
            yield f"not_said: {described(fact)} was said"


def _asking(played: Played) -> Iterator[str]:
    expect = played.case.script.expect
    if expect.max_turns is not None and len(played.exchanges) > expect.max_turns:
        yield f"max_turns: took {len(played.exchanges)} messages, {expect.max_turns} at most"
    for part in expect.never_asked:
        if any(exchange.asks[:1] == [part] for exchange in played.exchanges):
            yield f"never_asked: asked for {part}"
    if expect.asked_once:
        answered = [e.answers for e in played.exchanges if e.answers in _DETAILS]
        for told in sorted({told for told in answered if answered.count(told) > 1}):
            yield f"asked_once: asked again for {told}, which was told"
