"""GHN keeps the carrier's contract."""

from .contract import CarrierContract


class TestGhn(CarrierContract):
    pass
