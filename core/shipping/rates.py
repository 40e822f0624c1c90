"""What the carrier asks for a cart that is about to be quoted, where the shop passes that on to the buyer.

Three steps, because no network call belongs in a transaction: `fee_question` reads, `ask_fee` calls,
`core.orders.quoting.quote_cart` writes and refuses an answer that belongs to an older state of the cart.
"""

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.catalogue.models import Variant
from core.customers.phones import local_phone
from core.ids import new_id
from core.orders.discounts import discount_percent
from core.orders.models import Cart
from core.orders.queries import known_cart
from core.orders.quoting import CarrierFee, CarrierFeeUnknown, missing_parts
from core.orders.totals import carrier_sets_fee, work_out
from core.ports.addresses import DeliveryAddress
from core.ports.carrier import Carrier, CarrierAddress, ParcelItem, ParcelRequest
from core.ports.errors import ProviderError
from core.shipping.booking import MAX_INSURANCE, sender_of
from core.shipping.parcels import box_for
from core.shop import shop_profile
from core.stock.allocation import Place, distance
from core.stock.models import Warehouse
from core.stock.queries import places

log = logging.getLogger(__name__)
T = TypeVar("T")
ASK_SECONDS = 5.0
# Callers that a silent carrier may hold at once; who comes after them is told without waiting.
_asking = threading.BoundedSemaphore(8)


@dataclass(frozen=True)
class FeeQuestion:
    cart_version: int
    carrier: str
    parcel: ParcelRequest


def fee_question(session: Session, *, cart_id: str, carrier: str = "ghn") -> FeeQuestion | None:
    """None when nobody has to be asked: the shop sets the fee, the goods ship free, or the cart is not complete."""
    cart = known_cart(session, cart_id)
    profile = shop_profile(session)
    if cart.status != "open" or missing_parts(cart) or profile.shipping.flat_fee is not None:
        return None
    variants = {v.id: v for v in session.scalars(
        select(Variant).where(Variant.id.in_([line.variant_id for line in cart.lines]))
    )}  # fmt: skip
    priced = [(variants[line.variant_id].price, line.quantity) for line in cart.lines]
    subtotal = sum(price * quantity for price, quantity in priced)
    percent = discount_percent(cart, subtotal=subtotal, rule=profile.haggling)
    totals = work_out(priced, discount_percent=percent, shipping=profile.shipping)
    goods = totals.subtotal - totals.discount
    if not carrier_sets_fee(goods, profile.shipping):
        return None
    items = tuple(
        ParcelItem(variant.sku, variant.sku, line.quantity, variant.price, variant.weight_g)
        for line in cart.lines
        for variant in (variants[line.variant_id],)
    )
    return FeeQuestion(cart.version, carrier, _parcel(cart, _nearest(session, cart), items, goods))


def with_carrier_fee(
    attempt: Callable[[CarrierFee | None], T],
    question: Callable[[], FeeQuestion | None],
    carriers: Mapping[str, Carrier],
) -> T:
    """`attempt` is a transaction of its own. Only when it says that the buyer pays the carrier's own fee is the
    carrier asked, and then it is made once more.
    """
    try:
        return attempt(None)
    except CarrierFeeUnknown:
        asked = question()
        if asked is None:
            raise
    return attempt(ask_fee(asked, carriers))


def ask_fee(
    question: FeeQuestion, carriers: Mapping[str, Carrier], *, seconds: float = ASK_SECONDS
) -> CarrierFee:
    """Never raises for the carrier's sake and never takes longer: an answer without a fee says why there is none."""
    carrier = carriers.get(question.carrier)
    if carrier is None:
        return CarrierFee(question.cart_version, None, f"{question.carrier} is not connected")
    if not _asking.acquire(blocking=False):
        return CarrierFee(question.cart_version, None, f"{carrier.name} does not answer")
    answer: queue.Queue[tuple[int | None, str]] = queue.Queue(1)

    def ask() -> None:
        try:
            answer.put((carrier.quote(question.parcel).fee, ""))
        except ProviderError as error:
            answer.put((None, str(error)))
        finally:
            _asking.release()

    threading.Thread(target=ask, name="carrier-fee", daemon=True).start()
    try:
        fee, problem = answer.get(timeout=seconds)
    except queue.Empty:
        fee, problem = None, f"{carrier.name} did not answer within {seconds:g} seconds"
    if fee is None:
        log.warning("no fee from %s", question.carrier)
    return CarrierFee(question.cart_version, fee, problem)


def _parcel(cart: Cart, sender: Warehouse, items: Sequence[ParcelItem], goods: int) -> ParcelRequest:
    place = DeliveryAddress(**cart.address)
    box = box_for([(item.weight_g, item.quantity) for item in items])
    return ParcelRequest(
        key=f"fee-{new_id()}",
        sender=sender_of(sender),
        receiver=CarrierAddress(
            cart.buyer_name, local_phone(cart.phone), place.street, place.ward, place.district, place.province,
            place.era,
        ),
        items=tuple(items),
        weight_g=box.weight_g,
        length_cm=box.length_cm,
        width_cm=box.width_cm,
        height_cm=box.height_cm,
        cod_amount=goods if cart.payment_method == "cod" else 0,
        insurance_value=min(goods, MAX_INSURANCE),
        fee_payer="shop",
    )  # fmt: skip


def _nearest(session: Session, cart: Cart) -> Warehouse:
    """Where the parcel will most likely leave: of those that have it all, else of all, the nearest one."""
    needed = {line.variant_id: line.quantity for line in cart.lines}
    province = cart.address.get("province_code", "")

    def rank(place: Place) -> tuple[bool, int, int, str]:
        short = any(place.available.get(variant, 0) < quantity for variant, quantity in needed.items())
        return short, distance(place.province_code, province), place.priority, place.warehouse_id

    return session.get_one(Warehouse, min(places(session, list(needed)), key=rank).warehouse_id)
