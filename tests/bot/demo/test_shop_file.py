"""The demo shop is what newcomers see first: it must not contradict itself."""

import itertools
import json
import re
import unicodedata
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.demo import shop_file_path
from core.money import format_dong
from core.shop import ShopProfile
from core.shop_file.checking import read_shop_file

IMAGES = shop_file_path().parent / "images"
DATA: dict[str, Any] = json.loads(shop_file_path().read_text(encoding="utf-8"))
PRODUCTS: list[dict[str, Any]] = DATA["products"]
VARIANTS: list[dict[str, Any]] = [variant for product in PRODUCTS for variant in product["variants"]]
FAQS: dict[str, dict[str, str]] = {faq["id"]: faq for faq in DATA["faqs"]}
LANGUAGES = ("", "_en", "_ko")

each_product = pytest.mark.parametrize("product", PRODUCTS, ids=[product["sku"] for product in PRODUCTS])
each_order = pytest.mark.parametrize("order", DATA["orders"], ids=[order["code"] for order in DATA["orders"]])


def folded(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def all_texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for item in value.values() for text in all_texts(item))]
    if isinstance(value, list):
        return [text for item in value for text in all_texts(item)]
    return [value] if isinstance(value, str) else []


def test_the_shop_block_is_a_valid_profile_that_takes_cash_and_transfers() -> None:
    profile = ShopProfile.model_validate(DATA["shop"])

    assert profile.shipping.flat_fee == 30_000
    assert profile.shipping.free_from_subtotal == 500_000
    assert profile.payment_methods == ["cod", "bank_transfer"]
    assert profile.bank is not None


def test_the_importer_finds_nothing_wrong_with_it() -> None:
    shop = read_shop_file(shop_file_path().read_bytes())

    assert [warehouse.kind for warehouse in shop.warehouses] == ["main", "secondary"]
    assert len(shop.products) == len(PRODUCTS)


def test_it_is_a_whole_small_shop() -> None:
    assert len(PRODUCTS) >= 30
    assert len({product["category"] for product in PRODUCTS}) >= 5
    assert len(FAQS) == len(DATA["faqs"]) >= 20
    assert {len(product["options"]) for product in PRODUCTS} == {0, 1, 2}
    assert [warehouse["code"] for warehouse in DATA["warehouses"]] == ["HCM", "HN"]


def test_every_sku_belongs_to_one_thing() -> None:
    skus = [item["sku"] for item in [*PRODUCTS, *VARIANTS]]

    assert len(set(skus)) == len(skus)


def test_every_text_is_composed_unicode_without_stray_spaces() -> None:
    for text in all_texts(DATA):
        assert text == unicodedata.normalize("NFC", text).strip()
        assert "  " not in text


@each_product
def test_variants_cover_every_combination_of_the_options_once(product: dict[str, Any]) -> None:
    options = product["options"]
    expected = [
        dict(zip((option["name"] for option in options), values, strict=True))
        for values in itertools.product(*(option["values"] for option in options))
    ]

    assert [variant["options"] for variant in product["variants"]] == expected


@each_product
def test_options_say_the_same_in_both_languages(product: dict[str, Any]) -> None:
    english = {
        (option["name"], value): (option["name_en"], value_en)
        for option in product["options"]
        for value, value_en in zip(option["values"], option["values_en"], strict=True)
    }

    for variant in product["variants"]:
        assert variant["options_en"] == dict(english[pair] for pair in variant["options"].items())


@each_product
def test_names_and_descriptions_are_written_in_both_languages(product: dict[str, Any]) -> None:
    for key in ("name", "category", "description"):
        assert product[key]
        assert product[f"{key}_en"]
    assert len(set(product["aliases"])) == len(product["aliases"]) >= 5
    assert any(alias.isascii() for alias in product["aliases"])


@pytest.mark.parametrize(
    "product",
    [product for product in PRODUCTS if "size_chart" in product],
    ids=lambda product: product["sku"],
)
def test_a_size_chart_has_a_line_for_every_size_in_both_languages(product: dict[str, Any]) -> None:
    sizes = next(option for option in product["options"] if option["name"] in ("Size", "Chiều dài"))

    for language in ("", "_en"):
        named = re.findall(
            r"^([^:\n]+): (?:cao|vòng|height|waist)", product[f"size_chart{language}"], re.MULTILINE
        )
        assert named == sizes[f"values{language}"]


def test_prices_are_whole_dong_above_cost_and_stock_is_counted_in_every_warehouse() -> None:
    codes = {warehouse["code"] for warehouse in DATA["warehouses"]}

    for variant in VARIANTS:
        assert type(variant["price"]) is int
        assert type(variant["cost"]) is int
        assert variant["price"] % 1000 == 0
        assert 0 < variant["cost"] < variant["price"]
        assert variant["weight_g"] > 0
        assert set(variant["stock"]) == codes
        assert all(type(units) is int and units >= 0 for units in variant["stock"].values())


def test_vat_is_reducible_but_for_the_two_exceptions() -> None:
    rates = {product["sku"]: product["vat_rate"] for product in PRODUCTS if product["vat_rate"] != 8}

    assert rates == {"TU03": 5, "GD02": 10}


def test_something_is_sold_out_everywhere_and_something_in_one_place_only() -> None:
    stocks = {variant["sku"]: variant["stock"] for variant in VARIANTS}

    assert [sku for sku, stock in stocks.items() if not any(stock.values())] == ["AT03-REU-XL", "QJ02-DEN-XL"]
    assert any(stock["HCM"] and not stock["HN"] for stock in stocks.values())
    assert any(stock["HN"] and not stock["HCM"] for stock in stocks.values())


@pytest.mark.parametrize(("words", "sku"), [("áo thun", "AT01-DEN-L"), ("áo khoác", "AK01-DEN-L")])
def test_in_black_and_size_l_these_words_mean_one_variant(words: str, sku: str) -> None:
    named = [
        product
        for product in PRODUCTS
        if any(
            folded(words) in folded(text)
            for text in (product["name"], product["category"], *product["aliases"])
        )
    ]

    matches = [
        variant["sku"]
        for product in named
        for variant in product["variants"]
        if {"Đen", "L"} <= set(variant["options"].values())
    ]

    assert matches == [sku]


@each_product
def test_the_picture_is_a_small_well_formed_drawing_without_scripts(product: dict[str, Any]) -> None:
    assert product["images"] == [f"/media/demo/{product['sku']}.svg"]
    path = IMAGES / f"{product['sku']}.svg"

    content = path.read_text(encoding="utf-8")
    root = ElementTree.fromstring(content)  # noqa: S314  our own file

    assert len(content.encode()) < 6_000
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("aria-label") == product["name"]
    drawn = {"g", "defs", "pattern", "clipPath", "path", "rect", "circle", "ellipse"}
    for element in list(root.iter())[1:]:
        assert element.tag.removeprefix("{http://www.w3.org/2000/svg}") in drawn
        assert not any(name.startswith("on") or name.endswith("href") for name in element.attrib)


def test_no_picture_lies_about_without_a_product() -> None:
    assert sorted(path.stem for path in IMAGES.iterdir()) == sorted(product["sku"] for product in PRODUCTS)


@each_order
def test_an_orders_money_adds_up(order: dict[str, Any]) -> None:
    prices = {variant["sku"]: variant["price"] for variant in VARIANTS}
    shipping = DATA["shop"]["shipping"]

    assert all(line["unit_price"] == prices[line["sku"]] and line["qty"] > 0 for line in order["lines"])
    assert order["subtotal"] == sum(line["qty"] * line["unit_price"] for line in order["lines"])
    is_free = order["subtotal"] >= shipping["free_from_subtotal"]
    assert order["shipping_fee"] == (0 if is_free else shipping["flat_fee"])
    assert order["total"] == order["subtotal"] + order["shipping_fee"]
    assert order["payment_method"] in DATA["shop"]["payment_methods"]


@each_order
def test_an_orders_states_fit_each_other(order: dict[str, Any]) -> None:
    possible = {
        "new": {"none"},
        "processing": {"none", "in_transit", "failed"},
        "completed": {"delivered"},
        "cancelled": {"none"},
    }

    assert order["shipping_status"] in possible[order["status"]]
    is_sent = order["shipping_status"] != "none"
    assert (order["carrier"] == "ghn") is is_sent
    assert (order["tracking_code"] is not None) is is_sent
    if order["shipping_status"] == "delivered":
        assert 0 <= order["delivered_days_ago"] < order["placed_days_ago"]
    else:
        assert order["delivered_days_ago"] is None


def test_orders_are_in_every_state_and_one_can_still_be_returned_and_one_no_longer() -> None:
    orders = DATA["orders"]
    days = [order["delivered_days_ago"] for order in orders if order["delivered_days_ago"] is not None]

    assert [order["code"] for order in orders] == [f"DH{number}" for number in range(1001, 1009)]
    assert {order["status"] for order in orders} == {"new", "processing", "completed", "cancelled"}
    assert min(days) <= DATA["shop"]["return_days"] < max(days)
    assert all(re.fullmatch(r"0900000\d{3}", order["phone"]) for order in orders)


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_name_the_shops_own_fees(language: str) -> None:
    shipping = DATA["shop"]["shipping"]
    answer = FAQS["shipping-fee"][f"answer{language}"]

    amounts = [int(re.sub(r"\D", "", amount)) for amount in re.findall(r"\d+[.,]\d{3}", answer)]

    assert amounts == [shipping["flat_fee"], shipping["free_from_subtotal"]]
    if not language:
        assert format_dong(shipping["flat_fee"]) in answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_answers_agree_with_the_shop_block(language: str) -> None:
    shop = DATA["shop"]
    facts = {
        "returns": [rf"\b{shop['return_days']}( ngày| days|일)"],
        "exchange-size": [rf"\b{shop['return_days']}( ngày| days|일)"],
        "inspect-parcel": [rf"\b{shop['return_days']}( ngày| days|일)"],
        "real-colours": [rf"\b{shop['return_days']}( ngày| days|일)"],
        "faulty-goods": [rf"\b{shop['return_days']}( ngày| days|일)"],
        "wholesale": [rf"\b{shop['wholesale_from_qty']}( món| pieces|개)"],
        "custom-print": [rf"\b{shop['wholesale_from_qty']}( món| pieces|개)"],
        "bank-transfer": [shop["bank"]["bank"], shop["bank"]["account"], shop["bank"]["holder"]],
        "payment-methods": ["COD", "VietQR"],
        "opening-hours": [shop["opening_hours"].split(",")[0]],
        "shop-address": [shop["address"].split(",")[0], shop["hotline"]],
        "track-order": [DATA["orders"][0]["code"]],
    }

    for faq_id, patterns in facts.items():
        for pattern in patterns:
            assert re.search(pattern, FAQS[faq_id][f"answer{language}"]), (faq_id, pattern)


@pytest.mark.parametrize("faq", DATA["faqs"], ids=list(FAQS))
def test_every_question_is_asked_and_answered_in_three_languages(faq: dict[str, str]) -> None:
    for language in LANGUAGES:
        assert faq[f"question{language}"].endswith("?")
        assert faq[f"answer{language}"].endswith((".", "ạ.", "nhé."))
    assert re.search("[가-힣]", faq["answer_ko"])
    figures = [set(re.findall(r"\d+", faq[f"answer{language}"])) for language in LANGUAGES]
    assert figures[0] == figures[1] == figures[2]


def test_the_size_answer_and_the_t_shirts_chart_give_the_same_weights() -> None:
    chart = next(product["size_chart"] for product in PRODUCTS if product["sku"] == "AT01")
    weights = re.findall(r"^(\w+):.*nặng (\S+) kg", chart, flags=re.MULTILINE)

    assert len(weights) == 4
    for language in LANGUAGES:
        answer = FAQS["size-advice"][f"answer{language}"]
        assert all(f"{size} {weight} kg" in answer for size, weight in weights)


def test_the_warranty_answer_names_what_the_products_promise() -> None:
    promised = {
        product["sku"]: specification["value"]
        for product in PRODUCTS
        for specification in product["specifications"]
        if specification["name"] == "Bảo hành"
    }

    assert {sku: value.split()[0] for sku, value in promised.items()} == {
        "TU02": "12",
        "GD02": "6",
        "GD06": "6",
    }
    for language in LANGUAGES:
        answer = FAQS["warranty"][f"answer{language}"]
        assert set(re.findall(r"\d+", answer)) == {value.split()[0] for value in promised.values()}
