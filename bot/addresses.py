"""The order desk's address book, over `nlu.addresses`."""

from functools import cached_property

from core.ports.addresses import AddressReading, DeliveryAddress
from nlu.addresses import AddressBook as Matcher
from nlu.addresses import AddressMatch


class AddressBook:
    """The units of Vietnam are read at the first address, not at start-up: that takes half a second."""

    @cached_property
    def _matcher(self) -> Matcher:
        return Matcher.load()

    def load(self) -> None:
        """Now, so that the first address need not wait."""
        self.read("")

    def read(self, text: str) -> AddressReading:
        result = self._matcher.resolve(text[:1000])
        if result.accepted and result.best is not None and not result.missing:
            return AddressReading(_address(result.best, text))
        candidates = tuple(_address(match, text) for match in result.candidates if match.ward_code)
        return AddressReading(None, tuple(result.missing), candidates if len(candidates) > 1 else ())

    def verify(self, address: DeliveryAddress) -> DeliveryAddress | None:
        match = self._matcher.by_code(address.era, address.ward_code)
        if match is None or match.province_code != address.province_code:
            return None
        if address.era == "old" and (match.district_code or "") != address.district_code:
            return None
        found = _address(match, address.raw)
        return DeliveryAddress(**{**found.as_dict(), "street": address.street})


def _address(match: AddressMatch, raw: str) -> DeliveryAddress:
    return DeliveryAddress(
        era=match.era,
        street=match.street,
        ward=match.ward or "",
        ward_code=match.ward_code or "",
        district=match.district or "",
        district_code=match.district_code or "",
        province=match.province or "",
        province_code=match.province_code or "",
        raw=raw[:500],
    )
