"""What the order desk asks of an address book. Implemented over `nlu.addresses` by the composition root."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class DeliveryAddress:
    """A place with codes of its era (government codes; the same ward code means other areas in the other era).

    `district` and its code are empty in the new era.
    """

    era: Literal["old", "new"]
    street: str
    ward: str
    ward_code: str
    district: str
    district_code: str
    province: str
    province_code: str
    raw: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def text(self) -> str:
        return ", ".join(part for part in (self.street, self.ward, self.district, self.province) if part)


@dataclass(frozen=True)
class AddressReading:
    """`address` is set only when nothing is doubtful; else `missing` names parts, `candidates` offers places."""

    address: DeliveryAddress | None
    missing: tuple[str, ...] = ()
    candidates: tuple[DeliveryAddress, ...] = ()


class AddressBook(Protocol):
    def read(self, text: str) -> AddressReading: ...

    def verify(self, address: DeliveryAddress) -> DeliveryAddress | None:
        """The same place with names by the book, or None when its codes do not fit together."""
        ...
