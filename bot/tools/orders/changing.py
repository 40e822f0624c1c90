"""Changing a placed order: what was told is gathered, shown old → new with the new total, done on a later yes."""

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.asking import ask_for_address, ask_variant, open_values
from bot.replies.cards import line_text, order_card, order_status_key
from bot.replies.texts import say
from bot.tools.ordering.addresses import read_address
from bot.tools.orders.changed_lines import Unclear, new_quantities
from bot.tools.orders.flows import Data, ask, ask_yes, finish, gathered, keep, note, refuse
from bot.tools.orders.goods import Meant, line_name
from bot.tools.orders.own import OPEN, choose_order
from bot.tools.orders.paying import balance_texts
from bot.tools.orders.shortage import short_text
from core.customers.phones import local_phone, normalise_phone
from core.errors import Conflict, InsufficientStock, Invalid
from core.money import format_dong
from core.orders.editing import ChangedOrder, OrderChanges, preview_change
from core.orders.editing import change_order as change_now
from core.orders.models import Order
from core.orders.queries import get_order
from core.ports.addresses import DeliveryAddress
from core.shop import shop_profile
from core.stock.queries import available_by_variant
from core.tickets.filing import open_ticket
from nlu import fold

PARTS = ("address", "phone", "name", "item")


@dataclass(frozen=True)
class ChangeWish:
    """What one message tells; `part` names what is to change when the new value was not told yet."""

    code: str = ""
    items: tuple[Meant, ...] = ()
    name: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    part: str = ""


def can_change(order: Order) -> bool:
    return order.status in OPEN and order.fulfilment_state == "unpacked"


def change_order(turn: Turn, wish: ChangeWish) -> ToolOutcome:
    """First step: nothing is changed before a yes in a later message."""
    data = _gather(turn, wish)
    with turn.services.db.read_transaction() as session:
        order = choose_order(
            session, turn, "change_order", "change", data, code=wish.code or data.get("code", ""), wanted=can_change
        )  # fmt: skip
        if isinstance(order, ToolOutcome):
            return note(turn, order)
        if can_change(order):
            data["code"] = order.code
            return note(turn, _next_step(session, turn, order, data, wish.part))
    return note(turn, too_late(turn, order))


def change(turn: Turn, data: Data) -> ToolOutcome:
    """Second step: what an earlier reply showed, on the order as it was then."""
    now = turn.services.clock()
    try:
        with turn.lock, turn.services.db.transaction() as session:
            order = change_now(
                session, order_id=data["code"], changes=_changes(data), actor=turn.actor, now=now,
                expected_version=data["version"],
            )  # fmt: skip
            texts, cards = balance_texts(session, order, turn.language)
    except InsufficientStock:
        return change_order(turn, ChangeWish())
    except Conflict as error:
        if error.code == "order_changed_meanwhile":
            return change_order(turn, ChangeWish())
        with turn.services.db.read_transaction() as session:
            order = get_order(session, data["code"])
        return note(turn, too_late(turn, order))
    finish(turn, "change")
    total = format_dong(order.total)
    key = "changed" if data.get("quantities") else "changed_receiver"
    said = " ".join([say(turn.language, key, code=order.code, total=total), *texts])
    told = {"code": order.code, "total": order.total}
    shown = (order_card(order, turn.language), *cards)
    return note(
        turn, ToolOutcome("confirm_request", True, said, told, shown, awaiting=(), committed=order.id)
    )


def too_late(turn: Turn, order: Order) -> ToolOutcome:
    """Packed: staff decide, so a ticket waits for them. Later only the carrier or a return can help."""
    language, status = turn.language, order_status_key(order)
    if order.status in OPEN and order.fulfilment_state == "packed":
        finish(turn, "change")
        with turn.lock, turn.services.db.transaction() as session:
            ticket = open_ticket(
                session, kind="order_change", summary=turn.text, order=order, now=turn.services.clock(),
                conversation_id=turn.conversation_id, customer_id=turn.actor.id,
            )  # fmt: skip
        said = say(language, "change_packed", code=order.code)
        told = {"code": order.code, "ticket": ticket.code}
        return ToolOutcome("change_order", False, said, told, awaiting=(), committed=ticket.id)
    key = {"cancelled": "change_cancelled", "delivered": "change_delivered", "completed": "change_delivered"}
    said = say(
        language, key.get(status, "change_shipped"), code=order.code, status=say(language, f"status_{status}")
    )
    return refuse(turn, "change_order", "change", said, staff=status != "cancelled", code=order.code)


def _gather(turn: Turn, wish: ChangeWish) -> Data:
    data = gathered(turn, "change")
    if wish.code and data.get("code") not in (None, wish.code):
        data = {}
    for field in ("name", "phone", "note"):
        if getattr(wish, field):
            data[field] = getattr(wish, field)
    if wish.address:
        data["address_text"] = wish.address
    data["items"] = [*data.get("items", []), *(asdict(meant) for meant in wish.items)]
    keep(turn, "change", data)
    return data


def _next_step(session: Session, turn: Turn, order: Order, data: Data, part: str) -> ToolOutcome:
    """The first doubt, else what is to change, else the change to say yes to."""
    doubt = _phone(turn, data) or _address(turn, data)
    if doubt is not None:
        return doubt
    try:
        data["quantities"] = new_quantities(session, order, data)
    except Unclear as unclear:
        return _ask_about_goods(session, turn, data, unclear)
    data["items"] = []
    data.pop("draft", None)
    if _is_wholesale(session, data):
        turn.state["handoff"] = "wholesale"
        limit = shop_profile(session).wholesale_from_qty or 0
        return refuse(turn, "change_order", "change", say(turn.language, "wholesale", quantity=limit))
    if not any(data.get(k) for k in ("quantities", "name", "phone", "address", "note")):
        return _ask_what(turn, data, order, part)
    return _show(session, turn, order, data)


def _show(session: Session, turn: Turn, order: Order, data: Data) -> ToolOutcome:
    try:
        changed = preview_change(session, order_id=order.id, changes=_changes(data), actor=turn.actor)
    except InsufficientStock as error:
        for line in error.data["lines"]:
            data["quantities"].pop(line["sku"], None)
        short = short_text(session, error.data["lines"], turn.language)
        return ask(
            turn,
            "change_order",
            "change",
            data,
            ("quantity", "item"),
            "ask_change_item",
            before=short,
            ok=False,
        )
    except Conflict as error:
        if error.code != "order_would_be_empty":
            raise
        finish(turn, "change")
        return ask_yes(
            turn, "change_order", "cancel", {"code": order.code}, "ask_cancel_empty", code=order.code, ok=False
        )  # fmt: skip
    differences = _differences(changed, turn.language)
    if not differences:
        said = say(turn.language, "change_nothing", code=order.code)
        return refuse(turn, "change_order", "change", said, code=order.code)
    data["version"] = order.version
    outcome = ask_yes(
        turn, "change_order", "change", data, "ask_change", code=order.code, changes="\n".join(differences)
    )  # fmt: skip
    outcome.data["total_after"] = changed.total
    return outcome


def _differences(changed: ChangedOrder, language: str) -> list[str]:
    order, columns = changed.order, changed.columns
    before = {line.sku: line.quantity for line in order.lines}
    after = {row["sku"]: row["quantity"] for row in changed.lines}
    pairs = []
    if before != after:
        new = ", ".join(_row_name(row, language) for row in changed.lines)
        pairs.append(("goods", ", ".join(line_name(line, language) for line in order.lines), new))
    pairs += [
        ("name", order.buyer_name, columns.get("buyer_name", order.buyer_name)),
        ("phone", local_phone(order.phone), local_phone(columns.get("phone", order.phone))),
        ("address", order.address_text, columns.get("address_text", order.address_text)),
        ("note", order.delivery_note or "-", columns.get("delivery_note", order.delivery_note) or "-"),
    ]
    told = [
        say(language, "change_line", part=say(language, f"part_{part}"), before=old, after=new)
        for part, old, new in pairs
        if old != new
    ]
    if told:
        # Said even when it stays, so that nobody has to wonder.
        old, new = format_dong(order.total), format_dong(changed.total)
        part = say(language, "part_total")
        same = say(language, "change_same", part=part, total=new)
        told.append(same if old == new else say(language, "change_line", part=part, before=old, after=new))
    return told


def _row_name(row: Data, language: str) -> str:
    return line_text({**row, "option_text_en": row["option_text_en"] or row["option_text"]}, language)


def _phone(turn: Turn, data: Data) -> ToolOutcome | None:
    if not data.get("phone"):
        return None
    try:
        data["phone"] = normalise_phone(data["phone"])
    except Invalid:
        wrong = data.pop("phone")[:40]
        return ask(turn, "change_order", "change", data, ("phone",), "phone_invalid", phone=wrong, ok=False)
    return None


def _address(turn: Turn, data: Data) -> ToolOutcome | None:
    """Alone, or as the missing part of what was told before; doubt is asked, never guessed."""
    text = data.get("address_text", "")
    if not text:
        return None
    begun = data.pop("address_begun", "")
    reading = read_address(turn.services.addresses, text, begun)
    if reading.address is not None:
        data["address"] = {**reading.address.as_dict(), "raw": text}
        data.pop("address_text")
        return None
    whole = f"{begun}, {text}" if begun and fold(text) not in fold(begun) else begun or text
    data["address_begun"] = whole[:500]
    data.pop("address_text")
    awaited, question = ask_for_address(turn.language, whole, reading)
    return ask(turn, "change_order", "change", data, (awaited,), "said_as_is", text=question, ok=False)


def _ask_about_goods(session: Session, turn: Turn, data: Data, unclear: Unclear) -> ToolOutcome:
    """What cannot be placed is asked again; what was clear before it is kept."""
    data["items"] = unclear.kept
    if unclear.product is not None:
        data["draft"] = unclear.draft
        turn.state["shown"] = [unclear.product.sku]
        product = unclear.product
        available = available_by_variant(session, [v.id for v in product.variants])
        question = ask_variant(turn.language, product, open_values(product, unclear.options, available))
        return ask(turn, "change_order", "change", data, ("variant",), "said_as_is", text=question, ok=False)
    return ask(turn, "change_order", "change", data, ("item",), "ask_change_item", ok=False)


def _ask_what(turn: Turn, data: Data, order: Order, part: str) -> ToolOutcome:
    if part in PARTS:
        return ask(turn, "change_order", "change", data, (part,), f"ask_change_{part}", code=order.code)
    return ask(turn, "change_order", "change", data, PARTS, "ask_change_what", code=order.code)


def _is_wholesale(session: Session, data: Data) -> bool:
    limit = shop_profile(session).wholesale_from_qty
    return limit is not None and max(data["quantities"].values(), default=0) >= limit


def _changes(data: Data) -> OrderChanges:
    return OrderChanges(
        quantities=data.get("quantities", {}),
        buyer_name=data.get("name"),
        phone=data.get("phone"),
        address=DeliveryAddress(**data["address"]) if data.get("address") else None,
        note=data.get("note"),
    )
