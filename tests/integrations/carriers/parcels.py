"""Parcels to send in tests. Invented people."""

import itertools
from dataclasses import replace
from typing import Any

from core.ports.carrier import CarrierAddress, ParcelItem, ParcelRequest

WAREHOUSE = CarrierAddress(
    name="Kho chính",
    phone="0900000001",
    street="5 Nguyễn Huệ",
    ward="Phường Bến Nghé",
    district="Quận 1",
    province="Hồ Chí Minh",
    era="old",
)
OLD_ADDRESS = CarrierAddress(
    name="Nguyễn Thị Mẫu",
    phone="0901234567",
    street="12 Lê Lợi",
    ward="Phường Bến Thành",
    district="Quận 1",
    province="Thành phố Hồ Chí Minh",
    era="old",
)
NEW_ADDRESS = CarrierAddress(
    name="Trần Văn Thử",
    phone="+84 912 345 678",
    street="8 Tràng Tiền",
    ward="Phường Hoàn Kiếm",
    district="",
    province="Hà Nội",
    era="new",
)

_numbers = itertools.count(1)


def parcel(**changed: Any) -> ParcelRequest:
    """Two shirts within the city, 600 g, COD 330.000; each with a key of its own."""
    request = ParcelRequest(
        key=f"SHIP-{next(_numbers):06d}",
        sender=WAREHOUSE,
        receiver=OLD_ADDRESS,
        items=(ParcelItem("Áo thun đen, size L", "AT-DEN-L", 2, 150_000, 300),),
        weight_g=600,
        length_cm=25,
        width_cm=20,
        height_cm=5,
        cod_amount=330_000,
        insurance_value=0,
        fee_payer="shop",
    )
    return replace(request, **changed)
