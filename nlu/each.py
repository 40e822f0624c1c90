"""One number that holds for several: `mỗi màu 2 cái`, `one each in M and L`, `종류별로 하나씩`."""

from collections.abc import Sequence
from dataclasses import replace

from nlu.lexicon import Lexicon
from nlu.phrases import Mark
from nlu.wish import Wish

_OF_EACH_KIND = frozenset(
    ["moi loai", "moi mau", "moi size", "moi vi", "moi kieu", "of each", "종류별로", "종류별", "색깔별로", "색상별로",
     "색깔별", "사이즈별로", "맛별로", "향별로"]
)  # fmt: skip
"""Words of the kinds that one thing comes in, where others share out what was named."""
MAX_KINDS = 6


def one_of_each(wishes: Sequence[Wish], lexicon: Lexicon) -> list[Wish]:
    """`3 sheet masks, one of each`: goods that come in three kinds, all of them."""
    kept = list(wishes)
    for wish in wishes:
        if not wish.each or not wish.quantity or not _is_of_kinds(wish):
            continue
        others = [other for other in kept if other is not wish and other.names_something]
        target = wish if wish.product is not None else others[-1] if others else None
        kinds = _kinds(target, lexicon) if target is not None else []
        if target is None or not kinds or any(o is not target for o in others if o.product is not None):
            continue
        if target is not wish and target.quantity not in (None, wish.quantity * len(kinds)):
            continue
        parts = [
            replace(target, options=[*target.options, kind], quantity=wish.quantity, each=False)
            for kind in kinds
        ]
        at = kept.index(target)
        kept[at : at + 1] = parts
        kept = [other for other in kept if other is not wish]
    return kept


def _is_of_kinds(wish: Wish) -> bool:
    return any(mark.kind == "each" and mark.text in _OF_EACH_KIND for mark in wish.marks)


def _kinds(wish: Wish, lexicon: Lexicon) -> list[Mark]:
    """The values of the one option of these goods that was not told."""
    if wish.product is None or len(wish.product.hits.full or wish.product.hits.all) != 1:
        return []
    product = lexicon.products[next(iter(wish.product.hits.full or wish.product.hits.all))]
    own = lexicon.values_of.get(product.sku, {})
    names = [{own[key].option for key in mark.keys | mark.near if key in own} for mark in wish.options]
    told = set().union(*names)
    if sum(map(len, names)) > len(told):
        return []  # `đen trắng mỗi màu 2 cái`: they are named.
    left = [option for option in product.options if option.name not in told]
    if len(left) != 1 or len(left[0].values) > MAX_KINDS:
        return []
    at = wish.product.end
    keys = {match.value: key for key, match in own.items() if match.option == left[0].name and key[0] != "*"}
    return [
        Mark("option", at, at, keys=frozenset({keys[value.value]}), text=value.value)
        for value in left[0].values
        if value.value in keys
    ]


def spread(wishes: list[Wish]) -> list[Wish]:
    """`đen và trắng mỗi màu 2 cái`: one number for all that stand before it."""
    for i, wish in enumerate(wishes):
        if not wish.each or wish.quantity is None:
            continue
        for other in reversed(wishes[:i]):
            if other.quantity is not None and not other.article:
                break
            other.quantity = wish.quantity
    named = any(w.names_something for w in wishes)
    kept = [w for w in wishes if w.names_something or not (w.each and named)]
    if not named and any(w.each for w in wishes):
        kept = [w for w in wishes if w.each]
    return [part for wish in kept for part in _by_value(wish)]


def _by_value(wish: Wish) -> list[Wish]:
    if not wish.each or len(wish.options) < 2:
        return [wish]
    names = [mark.option_names for mark in wish.options]
    twice = [mark for mark, own in zip(wish.options, names, strict=True) if names.count(own) > 1]
    if len(twice) < 2:
        return [wish]
    shared = [mark for mark in wish.options if mark not in twice]
    return [replace(wish, options=[*shared, mark], each=True) for mark in twice]
