"""Dialogue files into cases. Whatever is wrong is told by file, dialogue and key, with the mend."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from bot.demo import shop_file_path
from bot.evaluation.cases import Case, ExpectedCart, ExpectedOrder, Script
from bot.evaluation.reading import read_yaml
from core.errors import AppError, Invalid
from core.shop_file.checking import read_shop_file
from core.shop_file.schema import ShopFile

SHOPS = Path(__file__).parent / "shops"
MAX_PROBLEMS = 50
Problem = dict[str, str]


def load_cases(paths: Sequence[Path]) -> list[Case]:
    """All dialogues of these files and folders; raises `Invalid` listing everything that is wrong."""
    problems: list[Problem] = []
    cases: list[Case] = []
    for file in _files(paths, problems):
        cases += _read_file(file, problems)
    problems += _repeated(cases)
    if not cases and not problems:
        problems.append({"place": ", ".join(map(str, paths)), "problem": "holds no dialogue (*.yaml)"})
    if problems:
        raise Invalid(
            "dialogues_invalid",
            f"{len(problems)} problem(s) in the dialogues; nothing was run.",
            {"problems": problems[:MAX_PROBLEMS]},
        )
    return cases


def _files(paths: Iterable[Path], problems: list[Problem]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml"))
        elif path.is_file():
            yield path
        else:
            problems.append({"place": str(path), "problem": "there is no such file or folder"})


def _read_file(file: Path, problems: list[Problem]) -> list[Case]:
    try:
        content = read_yaml(file.read_text("utf-8"))
    except UnicodeDecodeError:
        problems.append({"place": str(file), "problem": "is not UTF-8 text; save it as UTF-8"})
        return []
    except (yaml.YAMLError, RecursionError) as error:
        problems.append({"place": str(file), "problem": _yaml_problem(error)})
        return []
    if not isinstance(content, list):
        problems.append(
            {"place": str(file), "problem": "must be a list of dialogues: begin each with '- id: …'"}
        )
        return []
    cases = (_read_case(file, index, item, problems) for index, item in enumerate(content, 1))
    return [case for case in cases if case is not None]


def _yaml_problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{where}{what}. A text with ': ', '#' or a leading '{{', '[' or quote needs quotes around it."


def _read_case(file: Path, index: int, item: Any, problems: list[Problem]) -> Case | None:
    name = str(item.get("id") or f"dialogue {index}") if isinstance(item, dict) else f"dialogue {index}"
    place = f"{file}, {name}"
    try:
        script = Script.model_validate(item)
    except ValidationError as error:
        problems += [_explain(place, dict(found)) for found in error.errors(include_url=False)]
        return None
    try:
        path, shop = _shop(script.shop, file)
    except AppError as error:
        problems.append({"place": f"{place}, shop", "problem": _shop_problem(error)})
        return None
    found = list(_unknown_skus(place, script, shop))
    problems += found
    return None if found else Case(script, file, file.resolve().parent.name, path, shop)


def _explain(place: str, found: dict[str, Any]) -> Problem:
    keys = [str(part) for part in found["loc"] if not str(part).startswith("function-")]
    where = ".".join(str(int(key) + 1) if key.isdigit() else key for key in keys)
    what = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        what = f"there is no key '{keys[-1]}' here{_did_you_mean(keys[-1], _keys_at(keys[:-1]))}"
    elif found["type"] == "missing":
        what = f"'{keys[-1]}' is missing"
    elif found["type"] == "literal_error":
        given = str(found.get("input"))
        what = f"'{given}' is none of: {found['ctx']['expected'].replace(chr(39), '')}"
        if keys[-1] == "[key]":
            what += ". A text with a comma inside { } needs quotes around it."
    elif found["type"] == "string_type":
        what = "must be a text; put quotes around it"
    return {"place": f"{place}, {where}" if where else place, "problem": what}


def _keys_at(keys: Sequence[str]) -> list[str]:
    """The keys that may stand at this place of a dialogue."""
    model: type[BaseModel] = Script
    for key in keys:
        field = model.model_fields.get(key)
        if field is not None:
            model = next(iter(_models_in(field.annotation)), model)
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean '{near[0]}'?" if near else ""


def _shop(name: str, file: Path) -> tuple[Path, ShopFile]:
    """The demo shop, one that comes with the program, or a shop file beside the dialogues."""
    if name == "demo":
        path = shop_file_path()
    elif "/" not in name and (SHOPS / f"{name}.json").is_file():
        path = SHOPS / f"{name}.json"
    else:
        path = file.parent / name
    if not path.is_file():
        known = ", ".join(["demo", *sorted(p.stem for p in SHOPS.glob("*.json"))])
        raise Invalid(
            "shop_missing", f"there is no shop file '{name}'. Write a path from this file, or one of: {known}"
        )
    return path, read_shop(path)


@lru_cache(maxsize=32)
def read_shop(path: Path) -> ShopFile:
    """Checked; raises `Invalid` with what is wrong in it."""
    return read_shop_file(path.read_bytes())


def _shop_problem(error: AppError) -> str:
    return "; ".join(
        [error.message, *(f"{p['place']}: {p['problem']}" for p in error.data.get("problems", []))]
    )


def _unknown_skus(place: str, script: Script, shop: ShopFile) -> Iterator[Problem]:
    skus = {variant.sku for product in shop.products for variant in product.variants}
    products = {product.sku for product in shop.products}
    expect = script.expect
    carts: list[ExpectedOrder | ExpectedCart] = [*(expect.orders or ()), *expect.known_orders.values()]
    carts += [expect.cart] if expect.cart else []
    mentioned = [
        *(("stock", sku) for sku in script.stock),
        *(("orders", sku) for order in script.orders for sku in order.lines),
        *(("turns", sku) for t in script.turns if t.meanwhile for sku in (*t.meanwhile.stock, *t.meanwhile.price)),
        *(("expect.stock", sku) for sku in expect.stock),
        *(("expect", sku) for cart in carts for sku in cart.lines or ()),
    ]  # fmt: skip
    for where, sku in mentioned:
        if sku in skus:
            continue
        hint = "it is a product: write one of its variants" if sku in products else ""
        hint = hint or _did_you_mean(sku, skus).removeprefix("; ") or "see the SKUs in the shop file"
        yield {
            "place": f"{place}, {where}",
            "problem": f"there is no SKU {sku} in shop '{script.shop}': {hint}",
        }


def _repeated(cases: Sequence[Case]) -> Iterator[Problem]:
    seen: dict[str, Path] = {}
    for case in cases:
        if case.script.id in seen:
            yield {
                "place": f"{case.file}, {case.script.id}",
                "problem": f"this id stands in {seen[case.script.id]} already; give it another",
            }
        seen.setdefault(case.script.id, case.file)
