"""A shop of another trade than the demo's: pet goods, no questions answered in writing, no orders yet."""

from typing import Any


def pet_shop(**profile: Any) -> dict[str, Any]:
    return {
        "shop": {
            "name": "Gâu Meo",
            "payment_methods": ["cod", "bank_transfer"],
            "shipping": {"flat_fee": 25_000, "free_from_subtotal": 600_000},
            "address": "12 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM",
            "opening_hours": "9:00–20:00",
            "hotline": "0900 111 222",
            **profile,
        },
        "warehouses": [{"code": "K", "name": "Kho", "address": "1 Lê Lợi, phường Bến Nghé, quận 1, TP.HCM"}],
        "products": [_raincoat(), _harness(), _kibble(), _litter(), _ball(), _bowl()],
    }


def _raincoat() -> dict[str, Any]:
    return {
        "sku": "AM1",
        "name": "Áo mưa cho chó",
        "name_en": "Dog raincoat",
        "category": "Quần áo thú cưng",
        "category_en": "Pet clothes",
        "aliases": ["강아지 우비"],
        "description": "Áo mưa nhẹ, không thấm nước, có lỗ luồn dây dắt. Mũ gấp gọn được.",
        "description_en": "A light waterproof coat with an opening for the leash. The hood folds away.",
        "specifications": [
            {"name": "Chất liệu", "value": "Polyester phủ PU"},
            {"name": "Xuất xứ", "value": "Thái Lan"},
        ],
        "size_chart": "\n".join(
            (
                "S: vòng ngực 30–38 cm, nặng 2–4 kg",
                "M: vòng ngực 39–48 cm, nặng 5–8 kg",
                "Bé lông dày thì lấy dư một size.",
            )
        ),
        "size_chart_en": "\n".join(
            (
                "S: chest 30–38 cm, weight 2–4 kg",
                "M: chest 39–48 cm, weight 5–8 kg",
                "For thick coats take one size up.",
            )
        ),
        "options": [
            {
                "name": "Màu",
                "name_en": "Colour",
                "values": ["Vàng", "Xanh lá"],
                "values_en": ["Yellow", "Green"],
            },
            {"name": "Size", "values": ["S", "M"]},
        ],
        "related": ["BT1"],
        "variants": [
            _variant("AM1-V-S", 180_000, 6, Màu="Vàng", Size="S"),
            _variant("AM1-V-M", 180_000, 2, Màu="Vàng", Size="M"),
            _variant("AM1-X-S", 180_000, 0, Màu="Xanh lá", Size="S"),
            _variant("AM1-X-M", 180_000, 9, Màu="Xanh lá", Size="M"),
        ],
    }


def _harness() -> dict[str, Any]:
    return {
        "sku": "DY1",
        "name": "Yếm dắt chó",
        "name_en": "Dog harness",
        "category": "Quần áo thú cưng",
        "category_en": "Pet clothes",
        "description": "Yếm lưới thoáng mát, đệm êm, phản quang ban đêm.",
        "description_en": "A breathable padded mesh harness that reflects light at night.",
        "variants": [_variant("DY1-1", 150_000, 10)],
    }


def _kibble() -> dict[str, Any]:
    return {
        "sku": "HAT",
        "name": "Hạt cho mèo con",
        "name_en": "Kitten food",
        "category": "Thức ăn",
        "category_en": "Food",
        "aliases": ["thức ăn mèo con"],
        "description": "Hạt cho mèo từ 2 đến 12 tháng, vị cá hồi. Không phẩm màu.",
        "description_en": "Dry food for kittens from 2 to 12 months, salmon flavour. No colouring.",
        "options": [{"name": "Khối lượng", "name_en": "Weight", "values": ["500 g", "2 kg"]}],
        "variants": [
            {"sku": "HAT-05", "options": {"Khối lượng": "500 g"}, "price": 90_000, "stock": {"K": 30}},
            {"sku": "HAT-2", "options": {"Khối lượng": "2 kg"}, "price": 320_000, "stock": {"K": 8}},
        ],
    }


def _litter() -> dict[str, Any]:
    return {
        "sku": "CAT",
        "name": "Cát vệ sinh đậu nành",
        "name_en": "Tofu cat litter",
        "category": "Vệ sinh",
        "category_en": "Hygiene",
        "description": "Cát đậu nành vón nhanh, ít bụi, xả được bồn cầu.",
        "description_en": "Clumping tofu litter, low in dust, safe to flush.",
        "variants": [_variant("CAT-1", 110_000, 0)],
    }


def _ball() -> dict[str, Any]:
    return {
        "sku": "BT1",
        "name": "Bóng tập gặm",
        "name_en": "Chew ball",
        "category": "Đồ chơi",
        "category_en": "Toys",
        "description": "Bóng cao su đặc, bé gặm thoải mái không vỡ. Món quà vui cho cún.",
        "description_en": "A solid rubber ball that survives any chewing. A cheerful gift for your dog.",
        "variants": [_variant("BT1-1", 60_000, 12)],
    }


def _bowl() -> dict[str, Any]:
    return {
        "sku": "TO1",
        "name": "Tô ăn chậm",
        "name_en": "Slow feeder bowl",
        "category": "Đồ dùng ăn uống",
        "category_en": "Feeding",
        "description": "Tô có vách ngăn giúp bé ăn chậm lại.",
        "description_en": "A bowl with ridges that make a greedy eater slow down.",
        "variants": [_variant("TO1-1", 75_000, 3)],
    }


def _variant(sku: str, price: int, stock: int, **options: str) -> dict[str, Any]:
    return {"sku": sku, "options": options, "price": price, "stock": {"K": stock}}
