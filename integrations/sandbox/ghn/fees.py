"""What a parcel costs: a small tariff through the prices that were seen at the real one.

inside one province                  20.900 up to 2 kg
Hà Nội - Hồ Chí Minh, both ways      34.000 up to 1 kg
any other two provinces              58.200 up to 1 kg, so that 1,5 kg costs 68.200
heavy (type 5), each item            122.100 up to 5 kg; 1.600 kg cost about 5,6 million
insurance                            0,5 % of the declared value
"""

from collections.abc import Iterable
from dataclasses import dataclass

# The fee of an order in detail, as create answers it.
PARTS = (
    "main_service",
    "insurance",
    "cod_fee",
    "station_do",
    "station_pu",
    "return",
    "r2s",
    "return_again",
    "coupon",
    "document_return",
    "double_check",
    "double_check_deliver",
    "pick_remote_areas_fee",
    "deliver_remote_areas_fee",
    "pick_remote_areas_fee_return",
    "deliver_remote_areas_fee_return",
    "cod_failed_fee",
)

_TRUNK = frozenset({"Hà Nội", "Hồ Chí Minh"})


@dataclass(frozen=True)
class Zone:
    base: int
    base_g: int
    step: int
    step_g: int

    def fee(self, grams: int) -> int:
        over = max(0, grams - self.base_g)
        return self.base + self.step * -(-over // self.step_g)


INSIDE = Zone(20_900, 2_000, 2_500, 500)
TRUNK = Zone(34_000, 1_000, 5_000, 500)
FAR = Zone(58_200, 1_000, 10_000, 500)
HEAVY = Zone(122_100, 5_000, 3_440, 1_000)


def converted_weight(length: int, width: int, height: int) -> int:
    """Grams that a box counts for by its size, in cm."""
    return length * width * height // 5


def main_fee(origin: str, destination: str, kind: int, weights: Iterable[int]) -> int:
    """`weights` are chargeable grams: one for a light parcel, one for each item of a heavy order."""
    if kind == 5:
        return sum(HEAVY.fee(grams) for grams in weights)
    zone = INSIDE if origin == destination else TRUNK if {origin, destination} == _TRUNK else FAR
    return sum(zone.fee(grams) for grams in weights)


def insurance_fee(declared: int, free_up_to: int) -> int:
    return 0 if declared <= free_up_to else declared * 5 // 1000


def fee_parts(main: int, insurance: int) -> dict[str, int]:
    return {**dict.fromkeys(PARTS, 0), "main_service": main, "insurance": insurance}
