"""Ten thousand products: how long an import and a search take, on both databases. `python -m tests.bench.catalogue`."""

import csv
import io
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.addresses import AddressBook
from core.actor import SYSTEM
from core.catalogue.finding import Wish, find_by_wish
from core.catalogue.search import search_products
from core.clock import utc_now
from core.db import Database
from core.exchange.importing import prepare, write_prepared
from core.schema import upgrade
from core.shop_file.checking import check_shop_file
from core.shop_file.importing import import_shop
from tests.postgres import EmbeddedPostgres

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
                "price": draw.randint(20, 900) * 1_000, "cost": 10_000, "weight_g": 200, "stock": {"A": 5},
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


def import_table(db: Database, content: bytes) -> int:
    """How many rows came in."""
    shop = check_shop_file({"shop": {"name": "Kho lớn"}, "warehouses": [{"code": "A", "name": "Kho A"}]})
    book = AddressBook()
    with db.transaction() as session:
        import_shop(session, shop=shop, addresses=book, now=utc_now())
    prepared = prepare(db, kind="products", stream=io.BytesIO(content), filename="a.csv", most_rows=200_000)
    write_prepared(db, prepared, addresses=book, actor=SYSTEM, dry_run=False, now=utc_now())
    return prepared.rows


def timed(db: Database, texts: Sequence[str], look: Callable[[Any, str], Any], rounds: int = 5) -> str:
    times = []
    for _ in range(rounds):
        for text in texts:
            began = time.perf_counter()
            with db.read_transaction() as session:
                look(session, text)
            times.append((time.perf_counter() - began) * 1000)
    times.sort()
    p95 = times[int(len(times) * 0.95) - 1]
    return f"p50 {times[len(times) // 2]:.1f} ms, p95 {p95:.1f} ms, worst {times[-1]:.1f} ms"


def search_times(name: str, db: Database) -> None:
    wish = timed(db, WISHES, lambda session, text: find_by_wish(session, Wish(text)))
    print(f"{name}: the assistant's search: {wish}")
    typed = timed(db, TYPED, lambda session, text: search_products(session, text=text, limit=21))
    print(f"{name}: the desk's search: {typed}")


def both(station: Callable[[str, Database], None], folder: Path) -> None:
    db = Database(f"sqlite:///{folder / 'bench.db'}")
    upgrade(db)
    station("SQLite", db)
    db.close()
    server = EmbeddedPostgres()
    try:
        server.run("CREATE DATABASE bench")
        db = Database(server.url("bench"))
        upgrade(db)
        station("PostgreSQL", db)
        db.close()
    finally:
        server.stop()


def measure(name: str, db: Database, count: int = 10_000) -> None:
    content = table_of(many_products(count))
    began, worked = time.perf_counter(), time.process_time()
    rows = import_table(db, content)
    took, cpu = time.perf_counter() - began, time.process_time() - worked
    print(f"{name}: CSV of {count} products, {rows} rows in {took:.1f} s ({cpu:.1f} s of this process's CPU)")
    with db.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    search_times(name, db)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        both(measure, Path(folder))


if __name__ == "__main__":
    main()
