"""Which warehouses serve an order (B3). Pure: takes what is available, gives a plan.

One that can fill the whole order, nearest to the receiver's province first, then by priority; else split over
several only if the shop allows it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InsufficientStock

# Government codes ascend roughly from north to south (01 Hà Nội … 96 Cà Mau): good enough to prefer the near
# warehouse, without a map.
_FAR = 100


@dataclass(frozen=True)
class Wanted:
    order_line_id: str
    variant_id: str
    sku: str
    quantity: int


@dataclass(frozen=True)
class Place:
    """A warehouse and what it has available, by variant."""

    warehouse_id: str
    province_code: str
    priority: int
    available: Mapping[str, int]


@dataclass(frozen=True)
class Allocated:
    order_line_id: str
    variant_id: str
    warehouse_id: str
    quantity: int


def plan(
    wanted: Sequence[Wanted], places: Sequence[Place], *, province_code: str, may_split: bool
) -> list[Allocated]:
    """Raises `InsufficientStock` with one entry for each short line."""
    near_first = sorted(
        places, key=lambda p: (distance(p.province_code, province_code), p.priority, p.warehouse_id)
    )
    needed: dict[str, int] = {}
    for line in wanted:
        needed[line.variant_id] = needed.get(line.variant_id, 0) + line.quantity
    for place in near_first:
        if all(place.available.get(variant, 0) >= quantity for variant, quantity in needed.items()):
            return [Allocated(w.order_line_id, w.variant_id, place.warehouse_id, w.quantity) for w in wanted]
    if may_split:
        return _split(wanted, near_first)
    raise InsufficientStock(_short_lines(wanted, near_first, may_split=False))


def distance(first: str, second: str) -> int:
    if not (first.isdigit() and second.isdigit()):
        return _FAR
    return abs(int(first) - int(second))


def _split(wanted: Sequence[Wanted], places: Sequence[Place]) -> list[Allocated]:
    left = {place.warehouse_id: dict(place.available) for place in places}
    result: list[Allocated] = []
    for line in wanted:
        open_quantity = line.quantity
        for place in places:
            take = min(open_quantity, left[place.warehouse_id].get(line.variant_id, 0))
            if take > 0:
                left[place.warehouse_id][line.variant_id] -= take
                result.append(Allocated(line.order_line_id, line.variant_id, place.warehouse_id, take))
                open_quantity -= take
        if open_quantity:
            raise InsufficientStock(_short_lines(wanted, places, may_split=True))
    return result


def _short_lines(
    wanted: Sequence[Wanted], places: Sequence[Place], *, may_split: bool
) -> list[dict[str, object]]:
    """Lines that no warehouse (or all together, when splitting) can fill; all of them if only the mix fails."""

    def available(variant_id: str) -> int:
        amounts = [place.available.get(variant_id, 0) for place in places]
        return sum(amounts) if may_split else max(amounts, default=0)

    lines = [
        {"sku": line.sku, "asked": line.quantity, "available": available(line.variant_id)} for line in wanted
    ]
    short = [
        line for line, want in zip(lines, wanted, strict=True) if available(want.variant_id) < want.quantity
    ]
    return short or lines
