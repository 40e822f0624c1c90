"""Ten thousand made-up products, and what people look for among them; the same at every run."""

import csv
import io
import random
from collections.abc import Sequence
from typing import Any

KINDS = (
    ("Áo thun", "T-shirt"), ("Áo sơ mi", "Shirt"), ("Quần jean", "Jeans"), ("Váy hoa", "Floral dress"),
    ("Bình giữ nhiệt", "Thermos bottle"), ("Tai nghe", "Headphones"), ("Bàn phím cơ", "Mechanical keyboard"),
    ("Chậu cây", "Plant pot"), ("Hạt cho mèo", "Cat food"), ("Kem chống nắng", "Sunscreen"),
    ("Son môi", "Lipstick"), ("Giày thể thao", "Sneakers"), ("Túi xách", "Handbag"), ("Đèn ngủ", "Night lamp"),
    ("Nồi chiên", "Air fryer"), ("Khăn tắm", "Bath towel"), ("Sách thiếu nhi", "Children book"),
    ("Đồ chơi gỗ", "Wooden toy"), ("Cà phê rang", "Roasted coffee"), ("Trà sen", "Lotus tea"),
)  # fmt: skip
KINDS_OF = (
    "basic",
    "cao cấp",
    "trẻ em",
    "thể thao",
    "dày dặn",
    "mỏng nhẹ",
    "chống nước",
    "handmade",
    "organic",
)
BRANDS = ("Mộc", "Nắng", "Sông", "Lumi", "Kata", "Vina", "Hoa Sen", "Bước", "Minh Long", "Tre Xanh")
COLOURS = (("Đen", "Black"), ("Trắng", "White"), ("Đỏ", "Red"), ("Xanh navy", "Navy"), ("Be", "Beige"))
SIZES = ("S", "M", "L", "XL")
STOCK = 20
USES = (
    "dùng hằng ngày, dễ giặt, thoáng mát", "hợp làm quà tặng cho bạn gái", "bảo hành mười hai tháng",
    "chất liệu cotton mềm mịn", "cho da nhạy cảm, không mùi", "chống thấm nước, dùng khi đi mưa",
    "nhỏ gọn mang đi du lịch", "giữ nóng tám giờ và giữ lạnh mười hai giờ",
)  # fmt: skip
WISHES = (
    "áo thun đen size L", "ao thun den", "black t-shirt", "bình giữ nhiệt giữ nóng lâu", "quà tặng cho bạn gái",
    "keyboad co", "tai nghe chống nước", "kem chong nang cho da nhay cam", "sunscren", "giày thể thao trẻ em",
    "something waterproof for rain", "검정 티셔츠", "nồi chiên Lumi", "cà phê rang organic", "váy hoa màu đỏ",
    "sách thiếu nhi", "đồ chơi gỗ cho bé", "túi xách be", "handmade lamp", "P00421", "điện thoại iphone",
)  # fmt: skip
TYPED = (
    "ao thun", "áo thun đen", "black", "size L", "P00421", "P00421-DEN-L", "kem chong", "keyboad", "sneakers navy",
    "trà sen cao cấp", "Lumi", "ban phim co chong nuoc", "binh giu", "khong co gi nhu vay", "quan jean xl",
)  # fmt: skip


def many_products(count: int) -> list[dict[str, Any]]:
    """Products of a shop file, the same at every call; up to twenty variants each."""
    draw = random.Random(7)
    return [_product(draw, number) for number in range(count)]


def _product(draw: random.Random, number: int) -> dict[str, Any]:
    sku = f"P{number:05d}"
    (name, english), brand = draw.choice(KINDS), draw.choice(BRANDS)
    colours = draw.sample(COLOURS, draw.randint(1, 3))
    sizes = draw.sample(SIZES, draw.randint(1, 3))
    return {
        "sku": sku, "name": f"{name} {draw.choice(KINDS_OF)} {brand} {number}",
        "name_en": f"{english} {brand} {number}",
        "category": name, "category_en": english, "brand": brand,
        "description": ". ".join(draw.sample(USES, 4)) + ". " + f"{name} của {brand}, mẫu {number}.",
        "specifications": [{"name": "Bảo hành", "value": f"{draw.randint(1, 24)} tháng"}],
        "options": [
            {
                "name": "Màu", "name_en": "Colour",
                "values": [c for c, _ in colours], "values_en": [e for _, e in colours],
            },
            {"name": "Kích cỡ", "name_en": "Size", "values": sizes, "values_en": sizes},
        ],
        "variants": [
            {
                "sku": f"{sku}-{colour[:3].upper()}-{size}", "options": {"Màu": colour, "Kích cỡ": size},
                "price": draw.randint(20, 900) * 1_000, "cost": 10_000, "weight_g": 200, "stock": {"A": STOCK},
            }
            for colour, _ in colours for size in sizes
        ],
    }  # fmt: skip


def table_of(products: Sequence[dict[str, Any]]) -> bytes:
    """The same products as a CSV file, one row a variant."""
    rows = [
        {
            **{key: product[key] for key in ("name", "name_en", "category", "category_en", "brand", "description")},
            "sku": variant["sku"], "product_sku": product["sku"], "price": variant["price"], "cost": variant["cost"],
            "weight_g": variant["weight_g"], "stock:A": variant["stock"]["A"],
            "specifications": " | ".join(f"{s['name']}: {s['value']}" for s in product["specifications"]),
            **{f"option{n}_name": option["name"] for n, option in enumerate(product["options"], 1)},
            **{f"option{n}_value": variant["options"][o["name"]] for n, o in enumerate(product["options"], 1)},
        }
        for product in products for variant in product["variants"]
    ]  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
