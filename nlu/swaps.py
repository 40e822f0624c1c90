"""Several mentions of one message that belong together: one thing for another, one line shared out over several."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from nlu.models import ItemMention
from nlu.pieces import Piece
from nlu.scene import Scene, variant_options, variant_with
from nlu.wish import Wish

_GIVING_UP = frozenset({"doi", "thay", "change", "swap", "switch", "exchange"})


def swapped(mentions: list[ItemMention], scene: Scene) -> list[ItemMention]:
    """`thay áo thun bằng áo khoác`: what is in the cart goes, the other thing comes."""
    mentions = _shared_out(_joined_swaps(_some_of_them(mentions), scene), scene)
    given_up = {mention.replaces for mention in mentions if mention.replaces}
    mentions = [m for m in mentions if m.change != "remove" or m.quantity or m.variant_sku not in given_up]
    mine = {item.product_sku: item.variant_sku for item in scene.cart}
    inside = [mention.product_sku in mine for mention in mentions]
    if scene.change != "replace" or len(mentions) != 2 or inside.count(True) != 1:
        return mentions
    return [
        replace(mention, change="remove", variant_sku=mention.variant_sku or mine[str(mention.product_sku)])
        if there
        else replace(mention, change="add")
        for mention, there in zip(mentions, inside, strict=True)
    ]


def _shared_out(mentions: list[ItemMention], scene: Scene) -> list[ItemMention]:
    """`hai cái kem, một cái đen thôi`: the one line of a product is shared out over several of its variants."""
    lines = Counter(item.product_sku for item in scene.cart)
    mine = {item.product_sku: item for item in scene.cart if lines[item.product_sku] == 1}
    shares: dict[str, dict[str, ItemMention]] = {}
    for mention in mentions:
        if (
            mention.product_sku in mine
            and mention.variant_sku
            and mention.quantity
            and mention.change != "remove"
        ):
            shares.setdefault(mention.product_sku, {})[mention.variant_sku] = mention
    shared: list[ItemMention] = []
    for mention in mentions:
        parts = shares.get(mention.product_sku or "", {})
        line = mine.get(mention.product_sku or "")
        if line is None or len(parts) < 2 or scene.change == "add" or line.variant_sku not in parts:
            shared.append(mention)
        elif parts.get(mention.variant_sku or "") is mention:
            held = mention.variant_sku == line.variant_sku
            shared.append(replace(mention, change="set" if held else "add", replaces=None))
    return shared


def _joined_swaps(mentions: list[ItemMention], scene: Scene) -> list[ItemMention]:
    """`terracotta is better. And XL for him`: two sides of one line's swap, told in two places."""
    joined: list[ItemMention] = []
    for mention in mentions:
        before = next((m for m in joined if m.replaces and m.replaces == mention.replaces), None)
        product = scene.lexicon.products.get(mention.product_sku or "")
        if before is None or product is None or (before.quantity and mention.quantity):
            joined.append(mention)
            continue
        old = variant_options(product, mention.replaces or "")
        first, second = (_changed_options(m, old) for m in (before, mention))
        if first.keys() & second.keys():
            joined.append(mention)
            continue
        chosen = {**old, **first, **second}
        joined[joined.index(before)] = replace(
            before,
            options=chosen,
            variant_sku=variant_with(product, chosen),
            quantity=before.quantity or mention.quantity,
        )
    return joined


def _changed_options(mention: ItemMention, old: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in mention.options.items() if old.get(name) != value}


def _some_of_them(mentions: list[ItemMention]) -> list[ItemMention]:
    """`하나는 500 말고 750으로`: so many go over to the other value, the rest stays as it is."""
    if len(mentions) != 2 or mentions[0].change != "remove" or mentions[0].quantity is None:
        return mentions
    out, come = mentions
    if come.replaces is None or come.replaces != out.variant_sku or come.quantity is not None:
        return mentions
    return [out, replace(come, quantity=out.quantity, change="add", replaces=None)]


def is_given_up(wish: Wish, pieces: Sequence[Piece]) -> bool:
    """`đổi 1 cái sang`, `1 cái đổi qua`: its number tells how many of the line go over to another value."""
    counts = [mark for mark in wish.marks if mark.kind == "quantity"]
    beside = [pieces[at].key for m in counts[:1] for at in (m.start - 1, m.end) if 0 <= at < len(pieces)]
    return bool(_GIVING_UP & set(beside))


def some_of_the_line(mentions: list[ItemMention], scene: Scene) -> list[ItemMention]:
    """`하나는 블랙으로`, `make one of the bags black`: the rest of the line stays."""
    held = {item.variant_sku: item.quantity for item in scene.cart}
    parted: list[ItemMention] = []
    for mention in mentions:
        left = held.get(mention.replaces or "", 0) - (mention.quantity or 0)
        if not mention.quantity or left <= 0:
            parted.append(mention)
            continue
        parted.append(
            replace(
                mention,
                options=_as_held(mention, scene),
                variant_sku=mention.replaces,
                change="remove",
                replaces=None,
            )
        )
        parted.append(replace(mention, change="add", replaces=None))
    return parted


def _as_held(mention: ItemMention, scene: Scene) -> dict[str, str]:
    product = scene.lexicon.products.get(mention.product_sku or "")
    return variant_options(product, mention.replaces) if product is not None and mention.replaces else {}
