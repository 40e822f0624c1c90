"""Vietnamese addresses of both eras: find one in a message, read it into units with codes."""

from nlu.addresses.resolving import AddressBook, AddressMatch, AddressResult
from nlu.addresses.spans import find_address_span

__all__ = ["AddressBook", "AddressMatch", "AddressResult", "find_address_span"]
