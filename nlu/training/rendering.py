"""Templates made messages: slots filled from a shop and from people that do not exist, with what must be found."""

import re
from dataclasses import dataclass, field
from random import Random

from nlu.models import CartItem, OptionWords, ProductWords
from nlu.training import people
from nlu.training.addresses import typed_addresses
from nlu.training.shops import KOREAN, Shop, is_colour, is_size
from nlu.training.utterances import Side, Template

_SLOT = re.compile(r"\{(tax_code|[a-z]+)(2)?(_b)?\}")
_COLOUR_LEADS = re.compile(r"(?:màu|mau|colou?r|색상?|컬러)\s*$", re.I)
_SIZE_LEADS = re.compile(r"(?:size|sz|cỡ|co|사이즈)\s*$", re.I)
_SIZE_FOLLOWS = re.compile(r"^\s*(?:사이즈|size)", re.I)
_COLOUR_FOLLOWS = re.compile(r"^\s*(?:색|컬러|colou?r)", re.I)


@dataclass(frozen=True)
class Part:
    """A stretch of a message; `slot` is empty for the template's own words."""

    text: str
    slot: str = ""


@dataclass
class GoldItem:
    product: str
    options: dict[str, str] = field(default_factory=dict)
    quantity: int | None = None


@dataclass
class Rendered:
    template: Template
    shop: Shop
    parts: list[Part]
    items: list[GoldItem]
    values: dict[str, str]
    """Slot → what must be found, for all slots but goods."""
    shown: tuple[str, ...] = ()
    cart: tuple[CartItem, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)

    def typed(self, slot: str) -> str:
        return next((part.text for part in self.parts if part.slot == slot), "")


class Renderer:
    def __init__(self, template: Template, shop: Shop, side: Side, seed: int) -> None:
        self._template = template
        self._shop = shop
        self._side = side
        self._rng = Random(template.key * 1_000 + seed)  # noqa: S311 - data, no secret
        self._values: dict[str, str] = {}
        self._chosen: dict[str, ProductWords] = {}
        self._options: dict[str, tuple[str, str]] = {}

    def render(self) -> Rendered:
        parts: list[Part] = []
        text, at = self._template.text, 0
        self._choose_products()
        for match in _SLOT.finditer(text):
            parts.append(Part(text[at : match.start()]))
            parts.append(Part(self._fill(match, text), match.group().strip("{}")))
            at = match.end()
        parts.append(Part(text[at:]))
        done = Rendered(
            self._template, self._shop, [part for part in parts if part.text], self._items(), self._values
        )
        self._set_scene(done)
        return done

    def _choose_products(self) -> None:
        slots = set(_SLOT.findall(self._template.text))
        for number in ("", "2"):
            wanted = [("option", number, ""), ("option", number, "_b")]
            needs = [kind in slots for kind in wanted]
            fitting = [p for p in self._shop.products if self._suits(p, number, needs)]
            fitting = (
                fitting
                or [p for p in self._shop.products if len(p.options) >= sum(needs)]
                or list(self._shop.products)
            )
            fitting = [p for p in fitting if p not in self._chosen.values()] or fitting
            self._chosen[number] = self._rng.choice(fitting)
        if ("product", "2", "") not in slots:
            self._chosen["2"] = self._chosen[""]

    def _suits(self, product: ProductWords, number: str, needs: list[bool]) -> bool:
        if len(product.options) < (2 if needs[1] else sum(needs)):
            return False
        for kind, wanted in (("", needs[0]), ("_b", needs[1])):
            if not wanted:
                continue
            option = product.options[1 if kind else 0]
            lead, follow = self._around("{option" + number + kind + "}")
            if (_COLOUR_LEADS.search(lead) or _COLOUR_FOLLOWS.search(follow)) and not is_colour(option):
                return False
            if (_SIZE_LEADS.search(lead) or _SIZE_FOLLOWS.search(follow)) and not is_size(option):
                return False
            if kind and not needs[0] and not is_size(option):
                return False
        return True

    def _around(self, slot: str) -> tuple[str, str]:
        before, _, after = self._template.text.partition(slot)
        return before, after

    def _fill(self, match: re.Match[str], text: str) -> str:
        kind, number, second = match.group(1), match.group(2) or "", match.group(3) or ""
        if kind == "product":
            return self._cased(self._rng.choice(self._shop.names(self._chosen[number], self._language)))
        if kind == "option":
            return self._option(number, second)
        if kind == "qty":
            return self._quantity(number, text[match.end() :])
        return self._detail(kind)

    @property
    def _language(self) -> str:
        return self._template.language

    def _cased(self, name: str) -> str:
        return name.lower() if self._rng.random() < 0.6 else name

    def _option(self, number: str, second: str) -> str:
        product = self._chosen[number]
        if not product.options:
            return "M"
        option = product.options[-1] if second else product.options[0]
        taken = {value for _, value in self._options.values()}
        value = self._rng.choice([v for v in option.values if v.value not in taken] or list(option.values))
        self._options[number + second] = (option.name, value.value)
        return self._value_name(option, value.value, value.names[0])

    def _value_name(self, option: OptionWords, vietnamese: str, english: str) -> str:
        if self._language == "ko":
            return self._rng.choice(KOREAN.get(english, (english,)))
        if is_size(option):
            return self._rng.choice((vietnamese, vietnamese.lower()))
        return english.lower() if self._language == "en" else self._cased(vietnamese)

    def _quantity(self, number: str, after: str) -> str:
        count = self._rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 20))
        self._values[f"qty{number}"] = str(count)
        words = people.NUMBERS[self._language]
        may_be_word = (
            re.match(r"[가-힣]| [가-힣]{1,2}(?: |$)", after)
            if self._language == "ko"
            else re.match(r" ?\w", after)
        )
        if count < len(words) and may_be_word and self._rng.random() < 0.25:
            return words[count]
        return str(count)

    def _detail(self, kind: str) -> str:
        rng, language = self._rng, self._language
        if kind == "category":
            product = self._chosen[""]
            return self._cased(product.category[0 if language == "vi" else 1])
        if kind == "shop":
            return self._shop.name
        if kind in ("phone", "code", "tax_code"):
            typed, value = {
                "phone": lambda: people.phone(language, rng), "code": lambda: people.code(rng),
            }.get(kind, lambda: people.tax_code(rng))()  # fmt: skip
        elif kind == "money":
            typed, amount = people.money(language, rng)
            value = str(amount)
        else:
            typed = value = self._plain_detail(kind)
        self._values[kind] = value
        return typed

    def _plain_detail(self, kind: str) -> str:
        rng, language = self._rng, self._language
        if kind == "name":
            return people.name(language, rng)
        if kind == "address":
            return rng.choice(typed_addresses(self._side, language)).text
        if kind == "email":
            return people.email(rng)
        return rng.choice({"company": people.COMPANIES, "date": people.DATES}[kind][language])

    def _items(self) -> list[GoldItem]:
        slots = {"".join(found) for found in _SLOT.findall(self._template.text)}
        items = []
        for number in ("", "2"):
            if not slots & {f"product{number}", f"option{number}", f"option{number}_b"}:
                continue
            chosen = {key: pair for key, pair in self._options.items() if key in (number, f"{number}_b")}
            quantity = int(self._values[f"qty{number}"]) if f"qty{number}" in self._values else None
            items.append(GoldItem(self._chosen[number].sku, dict(chosen.values()), quantity))
        return items

    def _set_scene(self, done: Rendered) -> None:
        """Without a product's name the message answers something shown, or changes what is in the cart."""
        slots = {found[0] for found in _SLOT.findall(self._template.text)}
        changing = self._template.intents & {"change_item", "remove_item"}
        product = self._chosen[""]
        if changing:
            old = [v for v in product.variants if not set(v.options.items()) & set(self._options.values())]
            kept = [
                v for v in product.variants if all(v.options.get(name) == value for name,
                    value in self._options.values())
            ] if len({n for n, _ in self._options.values()}) == len(self._options) else []  # fmt: skip
            wanted = kept if "remove_item" in changing else old
            variant = (wanted or list(product.variants))[0]
            done.cart = (CartItem(product.sku, variant.sku, 1),)
        elif "product" not in slots and "option" in slots:
            done.shown = (product.sku,)
