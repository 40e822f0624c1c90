"""How well messages are understood: rendered utterances of one side against what their slots say must be found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from nlu.addresses import AddressBook
from nlu.models import ItemMention, Parse
from nlu.normalise import fold
from nlu.parse import Context, parse
from nlu.training.addresses import typed_addresses
from nlu.training.noise import without_diacritics
from nlu.training.rendering import GoldItem, Part, Rendered, Renderer
from nlu.training.shops import shops
from nlu.training.utterances import LANGUAGES, Side, templates

SURE = 0.5
RENDERINGS = 2
_CHANGES = frozenset({"change_item", "remove_item"})


@dataclass
class Score:
    """Counts for an F1; for a plain share `wrong` counts the misses and `found` and `wanted` are the same."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def f1(self) -> float | None:
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else None

    def count(self, *, right: int, found: int, wanted: int) -> None:
        self.right, self.found, self.wanted = self.right + right, self.found + found, self.wanted + wanted


@dataclass
class Figures:
    """Of one language: `scores` by what is measured, `intents` by name, and what went wrong."""

    scores: dict[str, Score] = field(default_factory=dict)
    intents: dict[str, Score] = field(default_factory=dict)
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """What was measured, the message, what was found."""

    def score(self, name: str) -> Score:
        return self.scores.setdefault(name, Score())


MEASURES = (
    "top intent", "all intents", "language", "items", "products", "changes", "phone", "order code", "address",
    "name", "email",
    "tax code", "company", "money", "date",
)  # fmt: skip


def evaluate(side: Side, renderings: int = RENDERINGS) -> dict[str, Figures]:
    """By language; `vi-` is Vietnamese with its diacritics taken off."""
    figures = {language: Figures() for language in (*LANGUAGES, "vi-")}
    for language in LANGUAGES:
        for done in _rendered(side, language, renderings):
            _judge(done, figures[language])
            if language == "vi":
                _judge(_stripped(done), figures["vi-"])
    return figures


def address_parts(side: Side) -> dict[str, float]:
    """Shares of typed addresses of which each part was read right; `wrong` are taken as sure and are not."""
    book = AddressBook.load()
    counts: Counter[str] = Counter()
    addresses = typed_addresses(side)
    for address in addresses:
        result = book.resolve(address.text)
        best = result.best
        ward = best is not None and (best.era, best.ward_code) == (address.era, address.ward)
        counts["ward"] += ward
        counts["district"] += best is not None and best.district_code == address.district
        counts["province"] += best is not None and best.province_code == address.province
        counts["street"] += best is not None and fold(best.street).strip(" .") == fold(address.street).strip(
            " ."
        )
        counts["wrong"] += result.accepted and not ward
    return {
        part: counts[part] / len(addresses) for part in ("street", "ward", "district", "province", "wrong")
    }


def _rendered(side: Side, language: str, renderings: int) -> Iterable[Rendered]:
    for template in templates(side, language):
        for seed in range(renderings):
            shop = Random(template.key + seed).choice(shops())  # noqa: S311 - data, no secret
            yield Renderer(template, shop, side, 100 + seed).render()


def _stripped(done: Rendered) -> Rendered:
    parts = [Part(without_diacritics(part.text), part.slot) for part in done.parts]
    return Rendered(done.template, done.shop, parts, done.items, done.values, done.shown, done.cart)


def _judge(done: Rendered, figures: Figures) -> None:
    found = parse(done.text, Context(done.shop.lexicon, shown=done.shown, cart=done.cart))
    _judge_intents(done, found, figures)
    right = found.language == done.template.language
    figures.score("language").count(right=int(right), found=1, wanted=1)
    _judge_items(done, found, figures)
    for slot, measure, values in _details(done, found):
        _judge_detail(done, slot, measure, values, figures)


def _judge_intents(done: Rendered, found: Parse, figures: Figures) -> None:
    wanted = done.template.intents
    told = {intent.name for intent in found.intents if intent.confidence >= SURE} or {found.intents[0].name}
    top = found.intents[0].name in wanted
    figures.score("top intent").count(right=int(top), found=1, wanted=1)
    figures.score("all intents").count(right=int(told == wanted), found=1, wanted=1)
    for name in told | wanted:
        score = figures.intents.setdefault(name, Score())
        score.count(right=int(name in told & wanted), found=int(name in told), wanted=int(name in wanted))
    if told != wanted:
        figures.failures.append(("intent", done.text, f"{sorted(wanted)} -> {sorted(told)}"))


def _judge_items(done: Rendered, found: Parse, figures: Figures) -> None:
    """A category's name may stand for several products; an item must be right in product, options and number."""
    items = [
        item for item in found.items if item.product_sku or "category" not in {p.slot for p in done.parts}
    ]
    measure = "changes" if done.template.intents & _CHANGES else "items"
    left = list(items)
    right = 0
    for gold in done.items:
        match = next((item for item in left if _is_right(item, gold, measure == "changes")), None)
        if match is not None:
            left.remove(match)
            right += 1
    figures.score(measure).count(right=right, found=len(items), wanted=len(done.items))
    skus = Counter(item.product_sku or "" for item in items)
    named = Counter(gold.product for gold in done.items)
    if measure == "items":
        figures.score("products").count(
            right=(skus & named).total(), found=len(items), wanted=len(done.items)
        )
    if right < max(len(items), len(done.items)):
        told = [(item.product_sku, item.options, item.quantity) for item in items]
        figures.failures.append((measure, done.text, f"{[vars(gold) for gold in done.items]} -> {told}"))


def _is_right(item: ItemMention, gold: GoldItem, change: bool) -> bool:
    if item.product_sku != gold.product or (gold.quantity is not None and item.quantity != gold.quantity):
        return False
    return gold.options.items() <= item.options.items() if change else gold.options == item.options


def _details(done: Rendered, found: Parse) -> list[tuple[str, str, list[str]]]:
    """Slot, measure, and what was found of it."""
    text = done.text
    return [
        ("phone", "phone", [p.value for p in found.phones]),
        ("code", "order code", list(found.order_codes)),
        ("address", "address", [text[slice(*found.address_span)]] if found.address_span else []),
        ("name", "name", [found.name.value] if found.name else []),
        ("email", "email", [found.email] if found.email else []),
        ("tax_code", "tax code", [found.tax_code.digits] if found.tax_code else []),
        ("company", "company", [found.company] if found.company else []),
        ("money", "money", [str(amount) for amount in found.amounts]),
        ("date", "date", [mention.text for mention in found.dates]),
    ]


def _judge_detail(done: Rendered, slot: str, measure: str, values: list[str], figures: Figures) -> None:
    typed = done.typed(slot)
    if not typed and not values:
        return
    value = done.values.get(slot, "") if slot in ("phone", "code", "tax_code", "money") else typed
    right = bool(typed) and any(_same(slot, value, one) for one in values)
    literal = not typed and slot in ("date", "company")
    if literal:
        return
    figures.score(measure).count(right=int(right), found=int(bool(values)), wanted=int(bool(typed)))
    if not right:
        figures.failures.append((measure, done.text, f"{value!r} -> {values}"))


def _same(slot: str, wanted: str, found: str) -> bool:
    if slot in ("name", "company", "address", "date"):
        return " ".join(fold(wanted).split()).strip(" ,.") == " ".join(fold(found).split()).strip(" ,.")
    return wanted == found
