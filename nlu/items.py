"""Which products, options and quantities a message names, grouped into one mention per wish.

The message becomes a row of marks (quantity, product, option, separator); a new wish begins where a mark would
stand twice. What lacks a product takes it from its neighbour, from what was shown, or from the cart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from nlu.lexicon import MAX_PHRASE, Lexicon, ValueMatch
from nlu.models import CartItem, ItemMention, ProductWords
from nlu.normalise import Folded
from nlu.tokens import Token
from nlu.wordlists import words

Kind = Literal["quantity", "product", "option", "separator"]
MAX_MARKS = 200


@dataclass(frozen=True)
class Mark:
    kind: Kind
    start: int
    end: int
    """Token positions."""
    quantity: int = 0
    products: dict[str, float] = field(default_factory=dict)
    values: dict[str, tuple[ValueMatch, ...]] = field(default_factory=dict)
    text: str = ""


@dataclass
class _Wish:
    marks: list[Mark] = field(default_factory=list)
    product: Mark | None = None
    quantity: int | None = None
    options: list[Mark] = field(default_factory=list)
    own_product: bool = True


@dataclass(frozen=True)
class Found:
    mentions: tuple[ItemMention, ...]
    bare_quantity: int | None
    used: frozenset[int]


def find_items(
    folded: Folded,
    tokens: Sequence[Token],
    lexicon: Lexicon,
    *,
    masked: frozenset[int],
    shown: Sequence[str],
    cart: Sequence[CartItem],
    awaiting: str | None,
    change: str | None,
) -> Found:
    """`masked` token positions belong to phones, addresses and the like."""
    marks = _marks(tokens, lexicon, masked, awaiting)[:MAX_MARKS]
    wishes = _group(marks)
    _inherit(wishes)
    mentions = []
    bare = None
    for wish in wishes:
        if wish.product is None and not wish.options:
            bare = wish.quantity if bare is None else bare
            continue
        together = [mark for other in wishes if other.product is wish.product for mark in other.options]
        mention = _mention(wish, together, folded, tokens, lexicon, shown, cart, change)
        if mention is not None:
            mentions.append(mention)
    if not mentions and bare is not None and change in ("set", "add", "replace") and len(cart) == 1:
        item = cart[0]
        mentions.append(
            ItemMention(
                (0, 0),
                item.product_sku,
                (),
                {},
                item.variant_sku,
                bare,
                "add" if change == "add" else "set",
                "cart",
                0.7,
            )
        )
    used = frozenset(i for mark in marks for i in range(mark.start, mark.end))
    return Found(tuple(mentions), bare, used)


def product_positions(tokens: Sequence[Token], lexicon: Lexicon, masked: frozenset[int]) -> frozenset[int]:
    """Where products are named: such words say nothing about what is wished."""
    corrected = [lexicon.correct(token.text) for token in tokens]
    named: set[int] = set()
    i = 0
    while i < len(tokens):
        mark = None if i in masked else _product(corrected, i, lexicon, masked)
        if mark is not None and mark.end - mark.start > 1:
            named.update(range(mark.start, mark.end))
        i = mark.end if mark is not None else i + 1
    return frozenset(named)


def _marks(
    tokens: Sequence[Token], lexicon: Lexicon, masked: frozenset[int], awaiting: str | None
) -> list[Mark]:
    corrected = [lexicon.correct(token.text) for token in tokens]
    marks: list[Mark] = []
    i = 0
    while i < len(tokens):
        if i in masked:
            i += 1
            continue
        mark = (
            _product(corrected, i, lexicon, masked)
            or _option(tokens, corrected, i, lexicon, masked, marks, awaiting)
            or _quantity(tokens, corrected, i, lexicon, masked)
            or _separator(tokens, i)
        )
        if mark is None:
            i += 1
            continue
        marks.append(mark)
        i = mark.end
    return marks


def _product(corrected: list[str], i: int, lexicon: Lexicon, masked: frozenset[int]) -> Mark | None:
    for length in range(min(MAX_PHRASE, len(corrected) - i), 0, -1):
        if any(j in masked for j in range(i, i + length)):
            continue
        phrase = tuple(corrected[i : i + length])
        products = lexicon.phrases.get(phrase)
        if products is None or (length == 1 and (len(phrase[0]) < 2 or phrase in lexicon.values)):
            continue
        return Mark("product", i, i + length, products=products, text=" ".join(phrase))
    return None


def _option(
    tokens: Sequence[Token],
    corrected: list[str],
    i: int,
    lexicon: Lexicon,
    masked: frozenset[int],
    before: list[Mark],
    awaiting: str | None,
) -> Mark | None:
    for length in range(min(4, len(corrected) - i), 0, -1):
        if any(j in masked for j in range(i, i + length)):
            continue
        phrase = tuple(corrected[i : i + length])
        values = lexicon.values.get(phrase)
        if values is None:
            continue
        if length == 1 and not _plausible_value(tokens, i, before, awaiting):
            continue
        return Mark("option", i, i + length, values=values, text=" ".join(phrase))
    return None


def _plausible_value(tokens: Sequence[Token], i: int, before: list[Mark], awaiting: str | None) -> bool:
    """A lone letter or number is an option only beside a product or another option, never before a counter."""
    text = tokens[i].text
    if len(text) > 1 and not text[0].isdigit():
        return True
    if awaiting == "variant":
        return True
    follows = tokens[i + 1].text if i + 1 < len(tokens) else ""
    if text.isdigit() and (follows in words().counters or follows in ("x", "k")):
        return False
    return bool(before) and before[-1].kind in ("product", "option") and before[-1].end >= i - 1


def _quantity(
    tokens: Sequence[Token], corrected: list[str], i: int, lexicon: Lexicon, masked: frozenset[int]
) -> Mark | None:
    start, text = i, tokens[i].text
    if tokens[i].word == "so luong" or (text == "x" and i + 1 < len(tokens)):
        i += 1
        if i >= len(tokens) or i in masked:
            return None
        text = tokens[i].text
        number = _number(text)
        return Mark("quantity", start, i + 1, quantity=number) if number else None
    number = _number(text) if not tokens[i].word.endswith("*") else None
    if number is None:
        return None
    end = i + 1
    if end < len(tokens) and tokens[end].text == "x":
        return Mark("quantity", start, end + 1, quantity=number)
    dozen = end < len(tokens) and tokens[end].text in words().dozens
    if dozen:
        number, end = number * 12, end + 1
    counted = dozen
    if (
        end < len(tokens)
        and tokens[end].text in words().counters
        and not _starts_product(corrected, end, lexicon)
    ):
        counted, end = True, end + 1
    digits = text.isdigit()
    beside = _starts_product(corrected, end, lexicon) or _starts_value(corrected, end, lexicon)
    if not digits and not (counted or beside):
        return None
    if digits and not counted and not beside and len(text) > 3:
        return None
    return Mark("quantity", start, end, quantity=number)


def _number(text: str) -> int | None:
    if text.isdigit():
        value = int(text[:7])
        return value if 0 < value <= 100_000 else None
    return words().numbers.get(text)


def _starts_product(corrected: list[str], i: int, lexicon: Lexicon) -> bool:
    return any(
        tuple(corrected[i : i + n]) in lexicon.phrases
        for n in range(1, MAX_PHRASE)
        if i + n <= len(corrected)
    )


def _starts_value(corrected: list[str], i: int, lexicon: Lexicon) -> bool:
    return any(tuple(corrected[i : i + n]) in lexicon.values for n in (1, 2, 3) if i + n <= len(corrected))


def _separator(tokens: Sequence[Token], i: int) -> Mark | None:
    text = tokens[i].text
    if text in words().separators or text in (",", ";", "\n", "+", "&"):
        return Mark("separator", i, i + 1)
    return None


def _group(marks: list[Mark]) -> list[_Wish]:
    wishes: list[_Wish] = []
    wish = _Wish()
    for index, mark in enumerate(marks):
        if _begins_new(wish, mark, marks[index + 1 :]):
            wishes.append(wish)
            wish = _Wish()
        if mark.kind == "quantity":
            wish.quantity = mark.quantity
        elif mark.kind == "product":
            wish.product = mark
        elif mark.kind == "option":
            wish.options.append(mark)
        if mark.kind != "separator":
            wish.marks.append(mark)
    wishes.append(wish)
    return [w for w in wishes if w.marks]


def _begins_new(wish: _Wish, mark: Mark, rest: list[Mark]) -> bool:
    if mark.kind == "quantity":
        return wish.quantity is not None and (wish.product is not None or bool(wish.options))
    if mark.kind == "product":
        return wish.product is not None
    if mark.kind == "separator":
        following = [m.kind for m in rest if m.kind != "separator"][:2]
        complete = wish.product is not None or bool(wish.options)
        starts = bool(following) and (following[0] == "product" or following[:2] == ["quantity", "product"])
        return complete and starts
    return False


def _inherit(wishes: list[_Wish]) -> None:
    """`2 đen 1 trắng áo thun`, `áo thun: 1 đen L, 2 trắng M`: the neighbour's product."""
    for order in (range(len(wishes)), range(len(wishes) - 1, -1, -1)):
        last: Mark | None = None
        for i in order:
            wish = wishes[i]
            if wish.product is not None:
                last = wish.product
            elif wish.options and last is not None:
                wish.product, wish.own_product = last, False
    # `áo thun: 1 đen L, 2 trắng M` leaves a first wish of only the product's name behind.
    if (
        len(wishes) > 1
        and wishes[0].product is not None
        and not wishes[0].options
        and wishes[0].quantity is None
        and not wishes[1].own_product
    ):
        wishes.pop(0)


def _mention(
    wish: _Wish,
    together: list[Mark],
    folded: Folded,
    tokens: Sequence[Token],
    lexicon: Lexicon,
    shown: Sequence[str],
    cart: Sequence[CartItem],
    change: str | None,
) -> ItemMention | None:
    refers = None
    if wish.product is not None:
        named = wish.product.products
        if change in ("remove", "replace"):
            mine = {item.product_sku for item in cart}
            named = {sku: weight for sku, weight in named.items() if sku in mine} or named
        scored = _fit(named, together)
    else:
        scored, refers = _referred(wish, shown, cart, lexicon, change)
        if not scored:
            return None
    ranked = sorted(scored.items(), key=lambda item: -item[1])
    sure = len(ranked) == 1 or (len(ranked) > 1 and ranked[0][1] >= ranked[1][1] + 0.15)
    product = lexicon.products[ranked[0][0]] if sure else None
    options = _options_of(product, wish.options) if product else {}
    replaced = _replaced(product, cart, change, wish) if product else None
    if product is not None and replaced is not None:
        options = {**_variant_options(product, replaced), **options}
    variant = _variant(product, options) if product else None
    if product is not None and variant is None and change == "remove":
        lines = [item.variant_sku for item in cart if item.product_sku == product.sku]
        variant = lines[0] if len(lines) == 1 else None
    start, end = folded.raw_span(tokens[wish.marks[0].start].start, tokens[wish.marks[-1].end - 1].end)
    return ItemMention(
        span=(start, end),
        product_sku=product.sku if product else None,
        candidates=tuple(ranked[:6]),
        options=options,
        variant_sku=variant,
        quantity=wish.quantity,
        change=change,
        refers=refers,
        confidence=0.95 if wish.product is not None and sure else 0.7,
        replaces=replaced if replaced != variant else None,
    )


def _replaced(product: ProductWords, cart: Sequence[CartItem], change: str | None, wish: _Wish) -> str | None:
    """The cart's line of this product, when other options are wished for it instead of a further piece."""
    lines = [item.variant_sku for item in cart if item.product_sku == product.sku]
    swapping = change == "replace" or (change == "set" and wish.product is None)
    return lines[0] if len(lines) == 1 and swapping and wish.options else None


def _variant_options(product: ProductWords, variant_sku: str) -> dict[str, str]:
    return next((dict(v.options) for v in product.variants if v.sku == variant_sku), {})


def _fit(products: dict[str, float], options: list[Mark]) -> dict[str, float]:
    """Products that have every option value named, when there are such; the full name counts more than a part."""
    scored = {}
    for sku, weight in products.items():
        fits = sum(sku in mark.values for mark in options)
        scored[sku] = weight + (fits / len(options) if options else 0.0)
    if options:
        best = max(sum(sku in mark.values for mark in options) for sku in products)
        scored = {s: v for s, v in scored.items() if sum(s in m.values for m in options) == best}
    return scored


def _referred(
    wish: _Wish, shown: Sequence[str], cart: Sequence[CartItem], lexicon: Lexicon, change: str | None
) -> tuple[dict[str, float], str | None]:
    """No product named: what was shown last, or what is in the cart, if it has such options."""

    def having(skus: Sequence[str]) -> list[str]:
        return [
            sku
            for sku in dict.fromkeys(skus)
            if sku in lexicon.products and all(sku in mark.values for mark in wish.options)
        ]

    in_cart = having([item.product_sku for item in cart])
    on_show = having(shown)
    first, second = (in_cart, on_show) if change in ("replace", "remove", "set") else (on_show, in_cart)
    for found, name in (
        (first, "cart" if first is in_cart else "shown"),
        (second, "shown" if first is in_cart else "cart"),
    ):
        if found:
            return dict.fromkeys(found, 1.0), name
    return {}, None


def _options_of(product: ProductWords, marks: list[Mark]) -> dict[str, str]:
    """The last word on each option; one that was named twice differently stays open and is asked."""
    options: dict[str, str] = {}
    doubtful: set[str] = set()
    for mark in marks:
        matches = mark.values.get(product.sku, ())
        if len(matches) != 1:
            continue
        match = matches[0]
        if options.get(match.option, match.value) != match.value:
            doubtful.add(match.option)
        options[match.option] = match.value
    return {name: value for name, value in options.items() if name not in doubtful}


def _variant(product: ProductWords, options: dict[str, str]) -> str | None:
    fitting = [
        v.sku
        for v in product.variants
        if all(v.options.get(name) == value for name, value in options.items())
    ]
    return fitting[0] if len(fitting) == 1 else None
