"""Marks grouped into wishes: a new one begins where a mark would stand twice; a neighbour lends its product."""

from collections.abc import Sequence
from itertools import takewhile

from nlu.each import one_of_each, spread
from nlu.lexicon import NONE, Lexicon, Skus
from nlu.measuring import MANY
from nlu.phrases import SMALL, Mark
from nlu.totals import shared_out
from nlu.wish import Wish

_FURTHER = frozenset({"them", "add", "추가"})
"""Words that begin one more thing beside what was named."""
_SWAPS = frozenset({"doi sang", "doi qua", "doi thanh", "sang", "thay bang"})
_SENTENCE_ENDS = frozenset({".", ";", "\n"})


def wishes_of(marks: Sequence[Mark], lexicon: Lexicon) -> list[Wish]:
    wishes = spread(one_of_each(_grouped(shared_out(marks), lexicon), lexicon))
    _inherit(wishes, lexicon)
    _share_back(wishes, lexicon)
    return _without_repeats(_without_totals(wishes))


def _grouped(marks: Sequence[Mark], lexicon: Lexicon) -> list[Wish]:
    wishes: list[Wish] = []
    wish = Wish()
    removing = False
    for index, mark in enumerate(marks):
        rest = marks[index + 1 :]
        if mark.kind == "correction":
            removing = False
            continue
        if mark.text in _SWAPS and wish.names_something:
            wish.swapped = True
        if mark.kind in SMALL:
            removing = mark.kind == "removal" and _leads_on(mark, rest, wish)
            wish = _parted(wishes, wish, mark, rest, forward=removing or mark.kind != "removal")
            continue
        removing = removing and mark.text not in _SENTENCE_ENDS
        corrected = index > 0 and marks[index - 1].kind == "correction"
        if not corrected and _begins_new(wish, mark, rest, lexicon):
            wishes.append(wish)
            wish = Wish(removed=removing, carried=removing)
        _add(wish, mark, corrected)
    wishes.append(wish)
    return [w for w in wishes if w.marks]


def _leads_on(mark: Mark, rest: Sequence[Mark], wish: Wish) -> bool:
    """`bỏ áo` names what goes behind it; `áo bỏ luôn`, `the shirt, remove it` and Korean before it."""
    following = {m.kind for m in takewhile(lambda m: m.kind not in ("separator", *SMALL), rest)}
    naming = {"product", "option"} if wish.names_something else {"product", "option", "pointer"}
    return mark.text.isascii() and bool(following & naming)


def _parted(wishes: list[Wish], wish: Wish, mark: Mark, rest: Sequence[Mark], *, forward: bool) -> Wish:
    """A word of taking out, adding or keeping: it begins a wish, or says what becomes of the one before it."""
    if mark.kind == "removal" and not forward:
        last = _counted_of(wishes, wish)
        last.removed = True
        return wish
    if wish.carried and mark.kind == "adding" and _is_only_counted(wish, rest):
        wish.removed = False  # `bỏ chả, nem lấy 3`
        return wish
    alone = wish.quantity is not None and wish.after_separator and not wish.names_something
    further = mark.text in _FURTHER and wish.names_something and _names_goods(rest)
    if mark.kind == "adding" and not (wish.removed or wish.kept or alone or further):
        return wish
    if mark.kind == "keeping" and not mark.text.isascii():
        wish.kept = True
        return wish
    if wish.marks:
        wishes.append(wish)
        wish = Wish()
    wish.removed, wish.kept = mark.kind == "removal", mark.kind == "keeping"
    wish.further = mark.text in _FURTHER and bool(wishes)
    return wish


def _is_only_counted(wish: Wish, rest: Sequence[Mark]) -> bool:
    behind = [m.kind for m in takewhile(lambda m: m.kind not in ("separator", *SMALL), rest)]
    return wish.product is not None and wish.quantity is None and behind == ["quantity"]


def _names_goods(rest: Sequence[Mark]) -> bool:
    """Before anything else is begun."""
    return any(m.kind == "product" for m in takewhile(lambda m: m.kind not in ("separator", *SMALL), rest))


def _counted_of(wishes: list[Wish], wish: Wish) -> Wish:
    """`두 개 중에 하나만 빼고`: so many of what was named just before."""
    if not wishes or wish.names_something or wish.after_separator:
        return wish
    last = wishes[-1]
    if wish.quantity is not None:
        last.quantity, wish.quantity = wish.quantity, None
        wish.marks.clear()
    return last


def _add(wish: Wish, mark: Mark, corrected: bool) -> None:
    wish.after_separator = mark.kind == "separator"
    if mark.kind == "separator":
        return
    wish.marks.append(mark)
    if mark.kind == "quantity":
        wish.quantity, wish.counted, wish.some = mark.quantity, mark.counted, mark.some
        wish.article = mark.text in ("a", "an")
    elif mark.kind == "product":
        wish.product = mark
    elif mark.kind == "pointer":
        wish.pointer = mark
    elif mark.kind == "each":
        wish.each = True
    elif mark.kind == "option":
        if corrected:
            names = mark.option_names
            wish.options = [m for m in wish.options if not names & m.option_names]
        wish.options.append(mark)


def _begins_new(wish: Wish, mark: Mark, rest: Sequence[Mark], lexicon: Lexicon) -> bool:
    if mark.kind == "quantity":
        return _counts_another(wish, rest, lexicon)
    if mark.kind == "product":
        return wish.product is not None and mark.text != "+"
    if mark.kind == "pointer":
        return wish.pointer is not None
    if mark.kind == "option":
        return _clashes(wish, mark, lexicon) or _is_of_the_next(wish, mark, rest, lexicon)
    if mark.kind == "separator":
        if wish.quantity is not None and not wish.names_something:
            return _counts_its_own(rest)
        following = [
            m.kind for m in takewhile(lambda m: m.kind != "separator" and m.text not in _FURTHER, rest)
        ]
        alone = wish.counted and not wish.names_something and "quantity" in following
        pointed = wish.pointer is not None and wish.quantity is not None
        return (wish.product is not None or bool(wish.options) or alone or pointed) and "product" in following
    return False


def _is_of_the_next(wish: Wish, mark: Mark, rest: Sequence[Mark], lexicon: Lexicon) -> bool:
    """`a paint set n a beige pencil case`: the goods before it never come so, those right behind it do."""
    behind = next((other for other in rest[:1] if other.kind == "product"), None)
    if behind is None or wish.product is None or wish.options == [] and wish.quantity is None:
        return False
    keys = mark.keys | mark.near
    own, theirs = (
        any(lexicon.match(sku, keys) for sku in list(m.hits.all)[:MANY]) for m in (wish.product, behind)
    )
    return theirs and not own


def _counts_its_own(rest: Sequence[Mark]) -> bool:
    """`2, and 1 of the sunscreen`: what is named behind has a number of its own."""
    behind = {m.kind for m in takewhile(lambda m: m.kind != "separator", rest)}
    return {"product", "quantity"} <= behind


def _counts_another(wish: Wish, rest: Sequence[Mark], lexicon: Lexicon) -> bool:
    """A second number; or one behind a separator that goes with another value than the wish has."""
    following = list(takewhile(lambda m: m.kind not in ("separator", "quantity"), rest))
    options = [mark for mark in following if mark.kind == "option"]
    if wish.quantity is not None and wish.each and wish.marks[-1].kind == "each":
        return False  # `3 thỏi son mỗi màu 1 thỏi`
    if wish.quantity is not None:
        return wish.names_something or (wish.after_separator and (bool(options) or wish.each))
    named = {name for mark in wish.options for name in _option_names(mark, wish, lexicon)}
    return wish.after_separator and any(named & _option_names(mark, wish, lexicon) for mark in options)


def _clashes(wish: Wish, mark: Mark, lexicon: Lexicon) -> bool:
    """Another value of an option that this wish has already, parted from it by a separator or a quantity."""
    last = wish.marks[-1] if wish.marks else None
    if wish.each and not mark.negated:
        return False  # `one each in M and L`: shared out by and by
    if last is None or not (wish.after_separator or last.kind == "quantity" or last.negated != mark.negated):
        return False
    return bool(
        _option_names(mark, wish, lexicon)
        & {n for m in wish.options for n in _option_names(m, wish, lexicon)}
    )


def _option_names(mark: Mark, wish: Wish, lexicon: Lexicon) -> set[str]:
    if wish.product is None or len(wish.product.hits.all) > MANY:
        return set(mark.option_names)
    own = [lexicon.values_of.get(sku, {}) for sku in wish.product.hits.all]
    found = {values[key].option for key in mark.keys | mark.near for values in own if key in values}
    return found or set(mark.option_names)


def _inherit(wishes: list[Wish], lexicon: Lexicon) -> None:
    """`2 đen 1 trắng áo thun`, `áo thun: 1 đen L, 2 trắng M`: the neighbour's product."""
    for forward, order in ((True, range(len(wishes))), (False, range(len(wishes) - 1, -1, -1))):
        last: Wish | None = None
        for i in order:
            wish = wishes[i]
            if wish.product is not None:
                last = wish
            elif wish.removed and last is not None and not last.removed:
                continue  # `remove the black ones, add a rope`: black ones of the cart
            elif wish.options and wish.pointer is None and last is not None and _may_be(wish, last, lexicon):
                wish.product, wish.own_product = last.product, False
                if forward and not last.removed and not all(mark.negated for mark in wish.options):
                    wish.options = [*_shared_options(last, wish, lexicon), *wish.options]
                    last = wish


def _may_be(wish: Wish, neighbour: Wish, lexicon: Lexicon) -> bool:
    """`3 gói bỉm M, 1 túi 2l`, `a case for iPhone 16 and earbuds`: what comes so that the neighbour never does is
    another product, if one alone does.
    """
    hits = neighbour.product.hits.all if neighbour.product is not None else NONE
    if not 0 < len(hits) <= MANY:
        return True
    values = {key: match for sku in hits for key, match in lexicon.values_of.get(sku, {}).items()}
    keys = {key for mark in wish.options for key in mark.keys | mark.near}
    elsewhere = lexicon.having_any(keys)
    if values.keys() & keys or len(elsewhere) != 1:
        return True
    names = {match.option for sku in elsewhere for key in keys for match in lexicon.match(sku, (key,))}
    return wish.quantity is not None and bool(names & {match.option for match in values.values()})


def _shared_options(before: Wish, wish: Wish, lexicon: Lexicon) -> list[Mark]:
    """`2 red S and 1 M`: what is said of the first and not said otherwise of the second holds for both."""
    own = {name for mark in wish.options for name in _option_names(mark, wish, lexicon)}
    names = [(mark, _option_names(mark, before, lexicon)) for mark in before.options if not mark.negated]
    alike = any(own & said for _, said in names)
    return [mark for mark, said in names if alike and not own & said]


def _share_back(wishes: list[Wish], lexicon: Lexicon) -> None:
    """`2 đen 1 trắng, size M hết`: what is said at the end of one product's shares, and of none before, holds for
    all of them."""
    for i, wish in enumerate(wishes):
        if wish.own_product or not wish.quantity or wish.each:
            continue
        if i + 1 < len(wishes) and wishes[i + 1].product is wish.product:
            continue
        earlier = _shares_before(wishes[:i], wish.product)
        told = {name for w in earlier for mark in w.options for name in _option_names(mark, w, lexicon)}
        late = [mark for mark in wish.options if not _option_names(mark, wish, lexicon) & told]
        if len(late) < len(wish.options):
            for other in earlier:
                other.options = [*other.options, *late]


def _shares_before(wishes: Sequence[Wish], product: Mark | None) -> list[Wish]:
    return list(takewhile(lambda w: w.product is product and w.quantity and w.options, reversed(wishes)))


def _without_totals(wishes: list[Wish]) -> list[Wish]:
    """`6 mice, four black and two grey`: a number that those behind it add up to counts nothing more."""
    return [wish for i, wish in enumerate(wishes) if not _is_total(wish, wishes[i + 1 :])]


def _is_total(wish: Wish, rest: Sequence[Wish]) -> bool:
    if wish.product is None or wish.options or not wish.quantity:
        return False
    parts = list(takewhile(lambda other: other.product is wish.product and other.options, rest))
    return len(parts) > 1 and sum(part.quantity or 0 for part in parts) == wish.quantity


def _meant(product: Mark) -> Skus:
    """`dripper V60`: a whole name means its own product, whatever else has it in its name."""
    return product.hits.full or product.hits.all


def _without_repeats(wishes: list[Wish]) -> list[Wish]:
    """A product's name that stands alone beside a fuller wish for the same product is no wish of its own."""
    kept = []
    for i, wish in enumerate(wishes):
        bare = wish.product is not None and not wish.options and wish.quantity is None
        near = [w for w in (*wishes[max(0, i - 1) : i], *wishes[i + 1 : i + 2]) if w.product is not None]
        same = any(
            w.product is not None and wish.product is not None and _meant(w.product) == _meant(wish.product)
            and (w.options or w.quantity or w in kept) for w in near
        )  # fmt: skip
        if not (bare and same):
            kept.append(wish)
    return kept
