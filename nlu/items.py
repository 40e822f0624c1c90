"""Which products, options and quantities a message names: one mention per wish.

A wish without a product means what was shown or what is in the cart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlu.lexicon import Hits, Lexicon, Skus
from nlu.measuring import MANY
from nlu.models import CartItem, ItemMention, ProductWords, Span
from nlu.normalise import Folded
from nlu.phrases import ALL, Mark
from nlu.pieces import Piece
from nlu.scene import (
    Scene,
    Talked,
    as_in_the_cart,
    counted_line,
    missing_values,
    variant_options,
    variant_with,
)
from nlu.stories import without_stories
from nlu.swaps import is_given_up, some_of_the_line, swapped
from nlu.values import ValueMatch
from nlu.wish import Wish
from nlu.wishes import wishes_of
from nlu.wordlists import common_words, words

MAX_CANDIDATES = 6
BY_CATEGORY = 0.5
_MORE = re.compile(r"\b(?:nua|more|another)\b")
_THE_SAME = re.compile(
    r"\b(?:size|sz|co|mau|loai) (?:do|nay|ay|tren|cu|y vay|nhu vay|nhu tren)\b"
    r"|\b(?:cung|y|same|giong) (?:size|sz|co|mau|loai|colou?r)\b"
)


@dataclass(frozen=True)
class Found:
    mentions: tuple[ItemMention, ...]
    bare_quantity: int | None


def find_items(folded: Folded, pieces: Sequence[Piece], marks: Sequence[Mark], scene: Scene) -> Found:
    wishes = without_stories(wishes_of(marks, scene.lexicon), marks, pieces)
    named = [wish for wish in wishes if wish.names_something]
    beside = 0 < sum(wish.further for wish in named) < len(named)
    scene = replace(
        scene,
        several=len(named) > 1,
        mixed=0 < sum(wish.removed for wish in named) < len(named),
        parted=beside and scene.change == "add" and not _MORE.search(folded.text),
        same=bool(_THE_SAME.search(folded.text)),
    )
    mentions: list[ItemMention] = []
    bare = None
    for wish in wishes:
        span = _span(wish, folded, pieces)
        if not wish.names_something:
            bare = wish.quantity if bare is None else bare
            mentions += _beside(wish, named, scene, span)
            continue
        own = _mentions(wish, [w for w in wishes if w.product is wish.product], scene, span)
        mentions += some_of_the_line(own, scene) if wish.some or is_given_up(wish, pieces) else own
    if not mentions and bare is not None:
        span = _span(wishes[-1], folded, pieces)
        each = any(wish.each for wish in wishes)
        mentions += (
            _each_shown(bare, scene, span) or _each_of_the_cart(bare, scene, span)
            if each
            else _of_the_cart(bare, scene, span) or _of_the_shown(bare, scene, span)
        )
    return Found(tuple(swapped(_without_echoes(mentions), scene)), bare)


def _without_echoes(mentions: list[ItemMention]) -> list[ItemMention]:
    """`thêm 1 cái bát nhỏ, cái 400ml á`: the same thing, said once more by how it comes."""
    kept: list[ItemMention] = []
    for mention in mentions:
        before = kept[-1] if kept else None
        plain = mention.variant_sku is not None and mention.quantity is None and mention.replaces is None
        told = (mention.variant_sku, mention.change)
        if before is None or not plain or (before.variant_sku, before.change) != told:
            kept.append(mention)
    return kept


def _beside(wish: Wish, named: Sequence[Wish], scene: Scene, span: Span) -> list[ItemMention]:
    """`2 cái nha, thêm 1 cái đen`: so many as it was shown, and one in black."""
    others = named and all(other.product is None and other.options for other in named)
    others = others or (wish.counted and _are_others(named, scene))
    if wish.quantity == sum(other.quantity or 0 for other in named):
        return []  # `3 cái, 2 đen 1 trắng`: all of them together.
    elsewhere = named and all(
        other.product and other.quantity and not other.product.hits.all & set(scene.shown) for other in named
    )
    shown = _of_the_shown(wish.quantity, scene, span) if others or elsewhere else []
    return shown or _of_the_other_line(wish, named, scene, span)


def _are_others(named: Sequence[Wish], scene: Scene) -> bool:
    """`lấy 2 cái, cáp sạc 1 sợi nữa`: so many as were shown, and so many of something else."""
    others = [other.product.hits.all for other in named if other.product and other.quantity]
    return bool(named) and len(others) == len(named) and not any(skus & set(scene.shown) for skus in others)


def _of_the_other_line(wish: Wish, named: Sequence[Wish], scene: Scene, span: Span) -> list[ItemMention]:
    """`à nhầm, 2 gói thôi, thêm nửa ký chả`: another number of the one line that is not named."""
    named_skus = {sku for other in named if other.product for sku in other.product.hits.all}
    if wish.quantity is None or not wish.counted or not named_skus or len(scene.cart) != 1:
        return []
    line = scene.cart[0]
    return [] if line.product_sku in named_skus else [_of_line(line, wish.quantity, "set", span)]


def _of_the_shown(quantity: int | None, scene: Scene, span: Span) -> list[ItemMention]:
    """`lấy 1 cái`, said of the one thing that was shown."""
    shown = [sku for sku in dict.fromkeys(scene.shown) if sku in scene.lexicon.products]
    if quantity is None or len(shown) != 1 or scene.cart or scene.awaiting is not None:
        return []
    return [_mention(Wish(quantity=quantity), [], [(shown[0], 1.0)], "shown", scene, span)]


def _each_shown(quantity: int, scene: Scene, span: Span) -> list[ItemMention]:
    """`mỗi loại 1 cái`, said of the few things that were shown."""
    shown = [sku for sku in dict.fromkeys(scene.shown) if sku in scene.lexicon.products]
    wish = Wish(quantity=quantity, each=True)
    if not 1 < len(shown) <= MAX_CANDIDATES:
        return []
    return [_mention(wish, [], [(sku, 1.0)], "shown", scene, span) for sku in shown]


def _each_of_the_cart(quantity: int, scene: Scene, span: Span) -> list[ItemMention]:
    """`mỗi thứ 2 cái`, where nothing is shown to choose from: of everything in the cart."""
    if not 1 < len(scene.cart) <= MAX_CANDIDATES:
        return []
    return [_of_line(item, quantity, "set", span) for item in scene.cart]


def _mentions(wish: Wish, together: list[Wish], scene: Scene, span: Span) -> list[ItemMention]:
    """Mostly one; several for "the first two" or "each of them"."""
    options = [mark for mark in wish.options if not mark.negated]
    negated = [mark for mark in (*wish.options, *([wish.product] if wish.product else [])) if mark.negated]
    whole = wish.product is None or wish.product.negated or not wish.own_product
    if negated and not options and (whole or scene.cart):
        return _taken_out(wish, scene, span) or _other_of_two(wish, scene, span)
    if wish.product is not None:
        beside = [mark for other in together for mark in other.options if not mark.negated]
        ranked = _ranked(_in_play(wish.product.hits, scene), beside, scene.lexicon)
        return [_mention(wish, options, ranked, None, scene, span)] if ranked else []
    if wish.pointer is not None and (pointed := _fitting(_pointed(wish, scene), options, scene)):
        several = len(pointed) > 1 and wish.pointer.index != 0
        groups = [[sku] for sku in pointed] if several else [pointed]
        return [_mention(wish, options, [(s, 1.0) for s in g], "shown", scene, span, several) for g in groups]
    found, refers = _referred(options, scene)
    counted = wish.quantity is not None
    if not found and counted and scene.several:
        found, refers = _only_one_lacking(options, scene), "cart"
    if not found:
        found, refers = _only_one_having(options, scene.lexicon, counted=counted), None
    return [_mention(wish, options, [(s, 1.0) for s in found], refers, scene, span)] if found else []


def _only_one_lacking(options: list[Mark], scene: Scene) -> list[str]:
    """`one purple, one blue`, of the only goods in the cart, which do not come in blue."""
    held = {item.product_sku for item in scene.cart} & scene.lexicon.products.keys()
    product = scene.lexicon.products[next(iter(held))] if len(held) == 1 else None
    return [product.sku] if product and missing_values(product, options, scene.lexicon) else []


def _only_one_having(options: list[Mark], lexicon: Lexicon, *, counted: bool) -> list[str]:
    """`2 gói Robusta`: a value that no other product of the shop has names its product."""
    for mark in options:
        having = frozenset(sku for key in mark.keys for sku in lexicon.having_value.get(key, ()))
        said = mark.text.split()
        telling = len(said) > 1 or (counted and said[0] not in common_words() | words().doubtful_values)
        if len(having) == 1 and telling and not mark.text[0].isdigit():
            return list(having)
    return []


def _in_play(hits: Hits, scene: Scene) -> Hits:
    """What is taken out or swapped is in the cart, if the cart has anything of that name; what was just shown is meant
    before what was not."""
    mine = (
        frozenset(item.product_sku for item in scene.cart) if scene.change in ("remove", "replace") else None
    )
    inside = frozenset(item.product_sku for item in scene.cart) if scene.change != "add" else None
    for context in (mine, frozenset(scene.shown), inside):
        if context and hits.all & context and len(hits.full) != 1:
            return Hits(hits.full & context, hits.part & context, hits.category & context)
    return hits


def _ranked(hits: Hits, options: list[Mark], lexicon: Lexicon) -> list[tuple[str, float]]:
    """Best first; products that have every value named before those that lack one, the full name before a part."""
    every = hits.all
    if options and len(every) > 1:
        fitting = every
        for mark in options:
            having: Skus = frozenset().union(
                *(lexicon.having_value.get(key, frozenset()) for key in mark.keys | mark.near)
            )
            fitting = fitting & having or fitting
        every = fitting
    for skus, weight in ((hits.full, 1.0), (hits.part, 0.8), (hits.category, BY_CATEGORY)):
        if skus & every:
            found = skus & every
            first = sorted(found)[:MAX_CANDIDATES] if len(found) <= MANY else _some(found)
            return [(sku, weight) for sku in first]
    return []


def _some(skus: Skus) -> list[str]:
    return sorted(skus)[:MAX_CANDIDATES]


def _mention(
    wish: Wish,
    options: list[Mark],
    ranked: list[tuple[str, float]],
    refers: str | None,
    scene: Scene,
    span: Span,
    each: bool = False,
) -> ItemMention:
    lexicon = scene.lexicon
    sure = len(ranked) == 1 and ranked[0][1] > BY_CATEGORY
    product = lexicon.products.get(ranked[0][0]) if sure else None
    change = _change(wish, product, scene)
    chosen = _options_of(product, options, scene) if product else {}
    if product is not None and refers == "shown":
        chosen = _as_talked_of(product, chosen, scene.talked)
        held = any(item.product_sku == product.sku for item in scene.cart)
        same = scene.talked is not None and scene.talked.product_sku == product.sku
        if wish.quantity is None and not options and scene.talked and same and not held:
            wish = replace(wish, quantity=scene.talked.quantity)
    if product is not None and scene.same:
        chosen = as_in_the_cart(product, chosen, scene)
    replaced = _replaced(product, scene, wish) if product else None
    if product is not None and replaced is not None:
        chosen = {**variant_options(product, replaced), **chosen}
    variant = variant_with(product, chosen) if product else None
    line = counted_line(product, scene) if product else None
    if line is not None and variant is None and change == "replace" and not options and wish.quantity:
        variant, change = line, "set"  # `3 hats instead of 2`: nothing but the number changes.
    if product is not None and variant is None and change == "remove":
        lines = [item.variant_sku for item in scene.cart if item.product_sku == product.sku]
        variant = lines[0] if len(lines) == 1 else None
    several = wish.pointer is not None and wish.pointer.quantity
    counted = 1 if each and several and not wish.each else wish.quantity
    return ItemMention(
        span=span,
        product_sku=product.sku if product else None,
        candidates=tuple(ranked),
        options=chosen,
        variant_sku=variant,
        quantity=counted,
        change=change,
        refers=refers,
        confidence=_confidence(wish, ranked),
        replaces=replaced if replaced != variant else None,
        missing=missing_values(product, options, lexicon) if product and change != "remove" else {},
    )


def _change(wish: Wish, product: ProductWords | None, scene: Scene) -> str | None:
    """Of a message that takes one thing out and puts another in, each gets its own."""
    inside = product is not None and any(item.product_sku == product.sku for item in scene.cart)
    if wish.kept and inside:
        return "set"
    if scene.parted and not (wish.further or wish.removed) and inside and wish.quantity:
        return "set"
    if wish.swapped and scene.change == "add":
        return "replace" if inside or not scene.cart else scene.change
    if wish.removed and inside:
        return "remove"
    if not scene.mixed or wish.removed:
        return scene.change
    return ("set" if inside else "add") if scene.change in ("remove", None) else scene.change


def _as_talked_of(product: ProductWords, chosen: dict[str, str], talked: Talked | None) -> dict[str, str]:
    """`cái đó`, `lấy 2 cái`: with the colour and size that it was asked about in, where nothing else is said."""
    if talked is None or talked.product_sku != product.sku:
        return chosen
    both = {**talked.options, **chosen}
    return both if any(v.options.items() >= both.items() for v in product.variants) else chosen


def _confidence(wish: Wish, ranked: list[tuple[str, float]]) -> float:
    if len(ranked) != 1 or wish.product is None:
        return 0.7 if len(ranked) == 1 else 0.5
    sure = {1.0: 0.97, 0.8: 0.85}.get(ranked[0][1], 0.7)
    return round(sure - (0.1 if wish.product.mended else 0.0), 2)


def _pointed(wish: Wish, scene: Scene) -> list[str]:
    """What "this", "the second one", "the first two", "both" point at among the products shown last."""
    shown = [sku for sku in dict.fromkeys(scene.shown) if sku in scene.lexicon.products]
    index = wish.pointer.index if wish.pointer else 0
    if not shown or index > len(shown) and index != ALL:
        return []
    if index == ALL:
        return shown
    if index == 0:
        return shown[:MAX_CANDIDATES]
    if wish.pointer is not None and wish.pointer.quantity:
        return shown[: wish.pointer.quantity]
    return [shown[index - 1 if index > 0 else -1]]


def _fitting(skus: list[str], options: list[Mark], scene: Scene) -> list[str]:
    """Of several that may be pointed at, those that come as it was said."""
    having = [sku for sku in skus if all(matches(scene.lexicon, sku, mark) for mark in options)]
    return having or skus


def _taken_out(wish: Wish, scene: Scene, span: Span) -> list[ItemMention]:
    """ "Not the black one": a line of the cart goes; where there is none, nothing is wished for."""
    options = wish.options
    named = wish.product.hits.all if wish.product else None
    lines = [
        item for item in scene.cart
        if (named is None or item.product_sku in named) and _has_values(item, options, scene.lexicon)
    ]  # fmt: skip
    if len(lines) != 1:
        return []
    item = lines[0]
    product = scene.lexicon.products[item.product_sku]
    chosen = variant_options(product, item.variant_sku)
    return [
        ItemMention(
            span, item.product_sku, ((item.product_sku, 1.0),), chosen, item.variant_sku, wish.quantity,
                "remove", "cart",
            0.8,
        )
    ]  # fmt: skip


def _other_of_two(wish: Wish, scene: Scene, span: Span) -> list[ItemMention]:
    """`the non electric one`, said of two that were shown."""
    shown = [sku for sku in dict.fromkeys(scene.shown) if sku in scene.lexicon.products]
    refused = wish.product.hits.all & set(shown) if wish.product else frozenset()
    if len(shown) != 2 or len(refused) != 1 or scene.cart:
        return []
    other = [(sku, 1.0) for sku in shown if sku not in refused]
    return [_mention(Wish(quantity=wish.quantity), [], other, "shown", scene, span)]


def _has_values(item: CartItem, options: list[Mark], lexicon: Lexicon) -> bool:
    product = lexicon.products.get(item.product_sku)
    if product is None:
        return False
    own = variant_options(product, item.variant_sku)
    return all(
        any(own.get(match.option) == match.value for match in matches(lexicon, product.sku, mark))
        for mark in options
    )


def matches(lexicon: Lexicon, sku: str, mark: Mark) -> tuple[ValueMatch, ...]:
    return lexicon.match(sku, mark.keys) or lexicon.match(sku, mark.near)


def _of_the_cart(quantity: int, scene: Scene, span: Span) -> list[ItemMention]:
    """`à lấy 3 cái`: another number of the one thing in the cart."""
    if scene.change not in ("set", "add", "replace") or len(scene.cart) != 1:
        return []
    return [_of_line(scene.cart[0], quantity, "add" if scene.change == "add" else "set", span)]


def _of_line(item: CartItem, quantity: int, change: str, span: Span) -> ItemMention:
    return ItemMention(span, item.product_sku, (), {}, item.variant_sku, quantity, change, "cart", 0.7)


def _replaced(product: ProductWords, scene: Scene, wish: Wish) -> str | None:
    """The cart's line of this product, when other options are wished for it instead of a further piece."""
    lines = [item.variant_sku for item in scene.cart if item.product_sku == product.sku]
    swapping = scene.change == "replace" or (scene.change == "set" and wish.product is None)
    return lines[0] if len(lines) == 1 and swapping and wish.options else None


def _referred(options: list[Mark], scene: Scene) -> tuple[list[str], str | None]:
    """No product named: what was shown last, or what is in the cart, if it has such options; else some of them."""

    def having(skus: Sequence[str]) -> list[str]:
        known = [sku for sku in dict.fromkeys(skus) if sku in scene.lexicon.products]
        fits = {sku: sum(bool(matches(scene.lexicon, sku, mark)) for mark in options) for sku in known}
        every = [sku for sku in known if fits[sku] == len(options)]
        return every or [sku for sku in known if fits[sku] and len(known) == 1]

    in_cart = (having([item.product_sku for item in scene.cart]), "cart")
    on_show = (having(scene.shown), "shown")
    order = (in_cart, on_show) if scene.change in ("replace", "remove", "set") else (on_show, in_cart)
    return next(((found[:MAX_CANDIDATES], name) for found, name in order if found), ([], None))


def _options_of(product: ProductWords, marks: list[Mark], scene: Scene) -> dict[str, str]:
    """One that was named twice differently stays open and is asked."""
    options: dict[str, str] = {}
    doubtful: set[str] = set()
    for mark in marks:
        match = _one_match(matches(scene.lexicon, product.sku, mark), options)
        if match is None:
            continue
        if options.get(match.option, match.value) != match.value and not scene.swaps:
            doubtful.add(match.option)
        options[match.option] = match.value
    return {name: value for name, value in options.items() if name not in doubtful}


def _one_match(matches: Sequence[ValueMatch], options: dict[str, str]) -> ValueMatch | None:
    """A word that is a value of two options means the one not chosen yet."""
    if len(matches) > 1:
        matches = [match for match in matches if match.option not in options]
    return matches[0] if len(matches) == 1 else None


def _span(wish: Wish, folded: Folded, pieces: Sequence[Piece]) -> Span:
    return folded.raw_span(pieces[wish.marks[0].start].start, pieces[wish.marks[-1].end - 1].end)
