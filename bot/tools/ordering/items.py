"""Goods into the cart and out of it; what is short is said with what can be had instead."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.agent.turn import Turn
from bot.replies.asking import OpenValues, ask_variant, open_values
from bot.replies.cards import product_card, product_name, variant_name
from bot.replies.texts import say
from bot.tools.ordering import drafts
from bot.tools.ordering.changes import Ask, ItemChange, Result
from bot.tools.ordering.drafts import Draft
from bot.tools.shopping.showing import other_variants, variant_line
from bot.tools.shopping.telling import expected_text
from core.catalogue.models import Product, Variant
from core.catalogue.queries import get_product
from core.errors import NotFound
from core.orders.carts import MAX_LINE_QUANTITY, set_lines
from core.orders.models import Cart
from core.stock.queries import available_by_variant
from nlu import fold


class Basket:
    """Applies wishes one by one; what cannot go in becomes a draft that is asked about."""

    def __init__(
        self, session: Session, turn: Turn, cart: Cart, *, wholesale_from: int | None, result: Result
    ) -> None:
        self._session, self._turn, self._cart_id, self._result = session, turn, cart.id, result
        self._limit = min(wholesale_from or MAX_LINE_QUANTITY + 1, MAX_LINE_QUANTITY + 1)
        self._quantities = {line.variant_id: line.quantity for line in cart.lines}
        self._before = frozenset(self._quantities)
        self._waited = drafts.drafts_of(turn)

    def apply(self, item: ItemChange) -> None:
        if not item.sku and item.action == "remove":
            item = self._held_candidates(item)
        if not item.sku:
            drafts.keep(
                self._turn, Draft("item", "", "", item.quantity, item.options, item.candidates, item.action)
            )
            self._result.changed = True
            return
        product = self._product(item.sku)
        if product is None:
            return
        if item.action == "remove":
            self._remove(product, item)
            return
        if item.each:
            for part in self._of_each(product, item):
                self.apply(part)
            return
        draft = drafts.take(self._turn, product, item, self._waited)
        if draft is not None and draft.action == "remove":
            self._remove(product, replace(item, action="remove"))
            return
        if draft is not None:
            item = drafts.continued(product, item, draft)
        item = self._of_its_line(product, item) if draft is None else item
        variant = choose_variant(product, item) or self._held(product, item, draft)
        if variant is None:
            self._leave_open(product, item, draft)
        else:
            self._put(product, variant, item)

    def _held_candidates(self, item: ItemChange) -> ItemChange:
        """Only what lies in the cart can be taken out of it."""
        held = [
            sku
            for sku in item.candidates
            if any(v.id in self._quantities for v in get_product(self._session, sku).variants)
        ]
        if len(held) == 1:
            return replace(item, sku=held[0], candidates=())
        return replace(item, candidates=tuple(held) or item.candidates)

    def _held(self, product: Product, item: ItemChange, draft: Draft | None) -> Variant | None:
        """“Make it five of the masks”, “just the masks”: the only line of that product, named by no option."""
        lines = [v for v in product.variants if v.id in self._quantities and self._quantities[v.id]]
        as_it_is = not item.options and item.action == "set" and draft is None
        return lines[0] if as_it_is and len(lines) == 1 else None

    def _of_its_line(self, product: Product, item: ItemChange) -> ItemChange:
        """“The trousers in L”: the only line of them, otherwise as it is, where no further piece is asked for; what
        the same message put in stays beside it."""
        lines = [v for v in product.variants if self._quantities.get(v.id)]
        if any(v.id not in self._before for v in lines):
            return item
        if item.action != "set" or not item.options or item.quantity or item.replaces or len(lines) != 1:
            return item
        own = lines[0]
        options = {**own.option_values, **item.options}
        there = any(v.active and v.option_values == options for v in product.variants)
        if not there or options == own.option_values:
            return item
        return replace(item, sku=product.sku, options=options, replaces=own.sku)

    def _of_each(self, product: Product, item: ItemChange) -> list[ItemChange]:
        """One wish for each value of the option that is meant; what is sold out is said."""
        plain = replace(item, each="", action="add" if item.action == "add" else "set")
        openly = [option for option in product.options if option["name"] not in item.options]
        meant = [
            option
            for option in openly
            if fold(item.each).replace("colour", "color") in (fold(option["name"]), _english(option))
        ]
        if not openly:
            return [plain]
        option = (meant or openly)[0]
        available = available_by_variant(self._session, [v.id for v in product.variants])
        choice = next(
            c for c in open_values(product, item.options, available) if c.option["name"] == option["name"]
        )
        for value in option["values"]:
            if value not in choice.values:
                name = f"{product_name(product, self._turn.language)} ({value})"
                self._result.said.append(say(self._turn.language, "out_of_stock", name=name))
        return [
            replace(plain, sku=product.sku, options={**item.options, option["name"]: value})
            for value in choice.values
        ]

    def _product(self, sku: str) -> Product | None:
        try:
            product = get_product(self._session, sku)
        except NotFound:
            self._result.said.append(say(self._turn.language, "not_on_sale", name=sku[:40]))
            return None
        variant = next((v for v in product.variants if v.sku == sku), None)
        if product.status != "active" or (variant is not None and not variant.active and sku != product.sku):
            name = product_name(product, self._turn.language)
            self._result.said.append(say(self._turn.language, "not_on_sale", name=name))
            return None
        return product

    def _leave_open(self, product: Product, item: ItemChange, draft: Draft | None) -> None:
        left = Draft("variant", product.sku, "", item.quantity, item.options, (), item.action, item.replaces)
        (drafts.keep_first if draft is not None else drafts.keep)(self._turn, left)
        self._result.changed |= draft is None or left.options != draft.options
        if draft is not None and (left.options, left.quantity) == (draft.options, draft.quantity):
            self._result.misfit = "variant"

    def _put(self, product: Product, variant: Variant, item: ItemChange) -> None:
        replaced = next((v for v in product.variants if v.sku == item.replaces), None)
        inherited = self._quantities.get(replaced.id) if replaced is not None else None
        current = self._quantities.get(variant.id, 0)
        adding = item.action == "add"
        wanted = current + (item.quantity or 1) if adding else item.quantity or inherited or current or 1
        if wanted >= self._limit:
            self._result.wholesale = self._limit
            return
        available = available_by_variant(self._session, [v.id for v in product.variants])[variant.id]
        if available < wanted:
            self._keep_short(product, variant, item, available, current)
            return
        if not any(self._quantities.values()):
            self._result.first = product
        self._set(variant, wanted)
        if replaced is not None and replaced.id != variant.id:
            self._set(replaced, 0)
        line = variant_line(product, variant, self._turn.language, wanted)
        self._result.added.append(line)
        self._result.amounts[line] = int(variant.price) * wanted
        self._turn.state["last_item"] = variant.sku

    def _keep_short(
        self, product: Product, variant: Variant, item: ItemChange, available: int, current: int
    ) -> None:
        """Nothing is taken less silently: how many are left is said, and the wish waits for an answer."""
        adding = item.action == "add" and current > 0
        left = available - current if adding else available
        if adding and left <= 0:
            name = variant_name(product, variant, self._turn.language)
            self._result.said.append(
                say(self._turn.language, "short_in_cart", name=name, available=available)
            )
            return
        drafts.keep_first(
            self._turn,
            Draft(
                "quantity" if left else "variant", product.sku, variant.sku, item.quantity,
                dict(variant.option_values), (), item.action, item.replaces, left,
            ),
        )  # fmt: skip
        self._result.changed = True

    def _remove(self, product: Product, item: ItemChange) -> None:
        """The lines that fit; with a number, so many pieces less. An open wish for it goes too."""
        draft = drafts.take(self._turn, product, replace(item, action="set"), self._waited)
        lines = [
            v for v in product.variants
            if v.id in self._quantities
            and (v.sku == item.sku or item.sku == product.sku)
            and all(v.option_values.get(name) == value for name, value in item.options.items())
        ]  # fmt: skip
        gone = [v for v in lines if not self._quantities[v.id]]
        lines = [v for v in lines if v not in gone]
        if not lines and not gone:
            name = product_name(product, self._turn.language)
            key = "draft_dropped" if draft is not None else "not_in_cart"
            self._result.said.append(say(self._turn.language, key, name=name))
            self._result.changed |= draft is not None
        for variant in lines:
            current = self._quantities[variant.id]
            self._take_out(product, variant, max(current - item.quantity, 0) if item.quantity else 0)

    def _take_out(self, product: Product, variant: Variant, kept: int) -> None:
        taken = self._quantities.get(variant.id, 0) - kept
        self._set(variant, kept)
        self._result.removed.append(variant_line(product, variant, self._turn.language, taken))

    def _set(self, variant: Variant, quantity: int) -> None:
        if self._quantities.get(variant.id, 0) == quantity:
            return
        now = self._turn.services.clock()
        set_lines(self._session, cart_id=self._cart_id, quantities={variant.sku: quantity}, now=now)
        self._quantities[variant.id] = quantity
        self._result.changed = True


def _english(option: dict[str, str]) -> str:
    """American spelling is the same word."""
    return fold(option.get("name_en") or "").replace("colour", "color")


def choose_variant(product: Product, item: ItemChange) -> Variant | None:
    """The one variant that fits; None when the options still leave a choice, or fit nothing."""
    exact = next((v for v in product.variants if v.sku == item.sku and item.sku != product.sku), None)
    if exact is not None and all(exact.option_values.get(n) == v for n, v in item.options.items()):
        return exact
    fitting = [
        v
        for v in product.variants
        if v.active and all(v.option_values.get(name) == value for name, value in item.options.items())
    ]
    return fitting[0] if len(fitting) == 1 else None


def draft_question(session: Session, turn: Turn, draft: Draft) -> Ask:
    """From today's stock, whenever it is asked."""
    language = turn.language
    if draft.kind == "item":
        return _which_product(session, turn, draft)
    product = get_product(session, draft.sku)
    turn.state["shown"] = [product.sku]
    available = available_by_variant(session, [v.id for v in product.variants])
    if draft.variant:
        variant = next(v for v in product.variants if v.sku == draft.variant)
        name = variant_name(product, variant, language)
        if draft.kind == "quantity":
            text = say(language, "short", name=name, available=draft.left)
            return Ask("quantity", text, (str(draft.left),))
        again = expected_text(session, [variant], language, turn.services.clock())
        texts = [
            say(language, "out_of_stock", name=name),
            again,
            other_variants(product, available, language),
        ]
        return Ask("variant", " ".join(text for text in texts if text))
    values = open_values(product, draft.options, available)
    if not any(choice.values for choice in values):
        said = say(language, "no_such_variant", name=product_name(product, language))
        return Ask("variant", f"{said} {other_variants(product, available, language)}".strip())
    return Ask("variant", ask_variant(language, product, values), _buttons(values, language))


def is_hopeless(session: Session, draft: Draft) -> bool:
    """Nothing of this product can be had now, so that there is nothing to ask."""
    if draft.kind == "item":
        return False
    product = get_product(session, draft.sku)
    return not any(available_by_variant(session, [v.id for v in product.variants]).values())


def _which_product(session: Session, turn: Turn, draft: Draft) -> Ask:
    products = []
    for sku in draft.candidates[:4]:
        try:
            products.append(get_product(session, sku))
        except NotFound:
            continue
    available = available_by_variant(session, [v.id for p in products for v in p.variants])
    names = [product_name(product, turn.language) for product in products]
    turn.state["shown"] = [product.sku for product in products]
    return Ask(
        "item",
        say(turn.language, "ask_product", names=", ".join(names)),
        tuple(names),
        tuple(product_card(product, available, turn.language) for product in products),
    )


def _buttons(values: list[OpenValues], language: str) -> tuple[str, ...]:
    """Only where one press is the whole answer."""
    return tuple(values[0].shown(language)) if len(values) == 1 else ()
