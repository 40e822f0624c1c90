"""Read a shop file and say everything that is wrong with it, by place."""

import json
from typing import Any

from pydantic import ValidationError

from core.errors import Invalid
from core.payments.vietqr import bank_bin, check_account
from core.shop_file.schema import ShopFile

MAX_BYTES = 50 * 1024 * 1024
MAX_PROBLEMS = 50


def read_shop_file(content: bytes) -> ShopFile:
    if len(content) > MAX_BYTES:
        raise Invalid("shop_file_too_large", "A shop file has at most 50 MB.", {"bytes": len(content)})
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Invalid(
            "shop_file_not_json", f"The shop file is not JSON in UTF-8: {str(error)[:200]}.", {}
        ) from None
    return check_shop_file(data)


def check_shop_file(data: Any) -> ShopFile:
    """Raises `Invalid` whose `data["problems"]` lists place and reason of each, fifty at the most."""
    try:
        shop = ShopFile.model_validate(data)
    except ValidationError as error:
        problems = [
            {"place": ".".join(str(part) for part in item["loc"]) or "file", "problem": _reason(dict(item))}
            for item in error.errors(include_url=False, include_context=False, include_input=True)[
                :MAX_PROBLEMS
            ]
        ]
        raise _refusal(problems) from None
    problems = _cross_checks(shop)
    if problems:
        raise _refusal(problems[:MAX_PROBLEMS])
    return shop


def _reason(item: dict[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return f"unknown key '{item['loc'][-1]}'"
    return str(item["msg"])


def _refusal(problems: list[dict[str, str]]) -> Invalid:
    first = "; ".join(f"{p['place']}: {p['problem']}" for p in problems[:3])
    return Invalid(
        "shop_file_invalid",
        f"Nothing was imported. {len(problems)} problem(s): {first}",
        {"problems": problems},
    )


def _cross_checks(shop: ShopFile) -> list[dict[str, str]]:
    problems = _unknown_bank(shop)
    for place, names in (
        ("warehouses", [w.code for w in shop.warehouses]),
        ("products", [p.sku for p in shop.products]),
        ("variants", [v.sku for p in shop.products for v in p.variants]),
        ("faqs", [f.id for f in shop.faqs]),
        ("documents", [d.id for d in shop.documents]),
        ("orders", [o.code for o in shop.orders]),
    ):
        seen: set[str] = set()
        for name in names:
            if name in seen:
                problems.append({"place": place, "problem": f"{name} stands twice"})
            seen.add(name)
    warehouses = {w.code for w in shop.warehouses}
    skus = {v.sku for p in shop.products for v in p.variants}
    product_skus = {p.sku for p in shop.products}
    for product in shop.products:
        problems += [
            {"place": f"products.{product.sku}.related", "problem": f"there is no product {sku}"}
            for sku in product.related
            if sku not in product_skus
        ]
        for variant in product.variants:
            problems += [
                {"place": f"variants.{variant.sku}.stock", "problem": f"there is no warehouse {code}"}
                for code in variant.stock
                if code not in warehouses
            ]
    for order in shop.orders:
        problems += [
            {"place": f"orders.{order.code}", "problem": f"there is no SKU {line.sku}"}
            for line in order.lines
            if line.sku not in skus
        ]
    return problems


def _unknown_bank(shop: ShopFile) -> list[dict[str, str]]:
    """Without a bank and an account that VietQR knows no buyer could pay by transfer."""
    if shop.shop.bank is None:
        return []
    problems = []
    for part, check in (("bank", bank_bin), ("account", check_account)):
        try:
            check(getattr(shop.shop.bank, part))
        except Invalid as error:
            problems.append({"place": f"shop.bank.{part}", "problem": error.message})
    return problems
