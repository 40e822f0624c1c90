"""Vietnamese addresses of both eras: find one in a message, read it into units with codes."""

from nlu.addresses.resolving import AddressBook, AddressMatch, AddressResult
from nlu.addresses.spans import begin_of_answer, find_address_span

__all__ = ["AddressBook", "AddressMatch", "AddressResult", "begin_of_answer", "find_address_span"]
