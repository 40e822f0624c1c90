"""What a parcel weighs, measures and collects. Pure; grams, centimetres, đồng."""

from collections.abc import Sequence
from dataclasses import dataclass

PACKAGING_G = 50
# Up to so many grams a box of so many centimetres; a first guess that staff may change. Never 1×1×1: carriers
# weigh and measure again and charge the difference.
_BOXES = ((500, (25, 18, 5)), (1_500, (30, 22, 10)), (4_000, (35, 28, 18)), (10_000, (45, 35, 28)))
_LARGEST = (60, 45, 40)
DEFAULT_PIECE_G = 300


@dataclass(frozen=True)
class Box:
    weight_g: int
    length_cm: int
    width_cm: int
    height_cm: int


def box_for(pieces: Sequence[tuple[int, int]]) -> Box:
    """`pieces` are (weight in grams, quantity); a weight of 0 is unknown and guessed."""
    weight = PACKAGING_G + sum((weight_g or DEFAULT_PIECE_G) * quantity for weight_g, quantity in pieces)
    size = next((size for limit, size in _BOXES if weight <= limit), _LARGEST)
    return Box(weight, *size)
