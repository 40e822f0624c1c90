"""Where a parcel may go from where it is. Late and repeated news never moves it back."""

from collections.abc import Mapping

_ALIVE = ("picking", "picked_up", "in_transit", "delivering", "delivered", "delivery_failed", "returning",
          "returned", "lost", "exception")  # fmt: skip
SHIPMENT_TRANSITIONS: Mapping[str, frozenset[str]] = {
    "submitting": frozenset({"created", "refused", "cancelled", *_ALIVE}),
    "created": frozenset({"cancelled", *_ALIVE}),
    "picking": frozenset({"cancelled", *_ALIVE}) - {"picking"},
    "picked_up": frozenset(_ALIVE) - {"picking", "picked_up"},
    "in_transit": frozenset(_ALIVE) - {"picking", "picked_up", "in_transit"},
    "delivering": frozenset({"delivered", "delivery_failed", "returning", "returned", "lost", "exception"}),
    "delivery_failed": frozenset({"delivering", "delivered", "returning", "returned", "lost", "exception"}),
    "returning": frozenset({"returned", "lost", "exception"}),
    "exception": frozenset({"delivering", "delivered", "returning", "returned", "lost"}),
    "delivered": frozenset(),
    "returned": frozenset(),
    "cancelled": frozenset(),
    "lost": frozenset(),
    "refused": frozenset(),
}
# From the first of these on the goods are no longer on our shelf.
LEFT_THE_SHELF = frozenset(
    {"picked_up", "in_transit", "delivering", "delivered", "delivery_failed", "returning", "returned", "lost"}
)
NEEDS_A_PERSON = frozenset({"delivery_failed", "returned", "lost", "exception"})


def sources(target: str) -> list[str]:
    return sorted(state for state, targets in SHIPMENT_TRANSITIONS.items() if target in targets)
