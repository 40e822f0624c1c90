"""Which size fits: by the product's own chart, else by what the shop wrote, else by a person."""

from collections.abc import Mapping, Sequence

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.cards import product_name
from bot.replies.texts import say
from bot.tools.shopping.answering import sure_answer, unanswered
from bot.tools.shopping.memory import offer, recall, remember
from bot.tools.shopping.quoting import matching_sentences
from bot.tools.shopping.telling import cards_of, on_sale, stock_of
from core.catalogue.models import Product
from core.catalogue.queries import get_product
from core.catalogue.ranges import fitting_values
from core.catalogue.sizes import Advice, Chart, Measure, advise, read_chart
from core.catalogue.wording import units
from core.errors import NotFound


def advise_size(turn: Turn, *, sku: str, measures: Mapping[Measure, float], question: str) -> ToolOutcome:
    """Height and weight are asked for once; without them the chart itself is shown."""
    known = {**recall(turn, "sizing", {}).get("measures", {}), **measures}
    product, available = _product(turn, sku)
    if product is None:
        return _without_product(turn, question, known)
    turn.state["shown"] = [product.sku]
    chart = read_chart(_chart_text(product, turn.language))
    if not chart.sizes:
        if recall(turn, "sizing", None) is not None and turn.state.get("awaiting") == ["item"]:
            turn.state["awaiting"] = []  # which product it is has been answered
        remember(turn, sizing=None)
        return _without_chart(turn, product, available, question)
    body = {name: value for name, value in known.items() if name in chart.measures}
    if body:
        remember(turn, sizing=None)
        return _advice(turn, product, available, chart, body)
    asked_before = recall(turn, "sizing", {}).get("asked", False)
    if asked_before or not _about_the_customer(question):
        remember(turn, sizing=None)
        return _whole_chart(turn, product, available)
    remember(turn, sizing={"sku": product.sku, "asked": True, "measures": dict(known)})
    wanted = ", ".join(say(turn.language, f"measure_{name}") for name in chart.measures if name != "age")
    ask = say(turn.language, "ask_measures", measures=wanted, name=product_name(product, turn.language))
    return turn.note(
        ToolOutcome("advise_size", True, "", {"sku": product.sku}, ask=ask, awaiting=("variant",))
    )


def _about_the_customer(question: str) -> bool:
    """Somebody who asks for the chart wants to read it; anybody else wants to know what fits."""
    lowered = question.lower()
    return not any(word in lowered for word in ("bảng size", "bang size", "chart", "사이즈표", "size guide"))


def _advice(
    turn: Turn, product: Product, available: dict[str, int], chart: Chart, body: Mapping[Measure, float]
) -> ToolOutcome:
    language, name = turn.language, product_name(product, turn.language)
    advice = advise(chart, body)
    told = ", ".join(
        say(language, f"told_{measure}", value=_number(body[measure])) for measure in advice.used
    )
    if not advice.sizes:
        said = say(language, "size_outside", measures=told, name=name)
        return unanswered(turn, "advise_size", told, said, {"sku": product.sku, "body": dict(body)})
    if len(advice.sizes) == 1:
        said = say(language, "size_fits", measures=told, name=name, size=advice.sizes[0])
    else:
        said = say(
            language, "size_between", measures=told, name=name, sizes=_either(advice.sizes, language),
            why=_why(advice, language),
        )  # fmt: skip
        said = " ".join([said, *(say(language, "shop_says", text=text) for text in chart.remarks)])
    stock, ask = _stock_of_sizes(turn, product, available, advice.sizes)
    data = {"sku": product.sku, "version": product.version, "body": dict(body), "sizes": list(advice.sizes)}
    cards = cards_of([product], available, language)
    return turn.note(
        ToolOutcome("advise_size", True, " ".join(filter(None, [said, stock])), data, cards, ask=ask)
    )


def _why(advice: Advice, language: str) -> str:
    if len(advice.used) < 2 or len(set(advice.by_measure.values())) < 2:
        return ""
    parts = [
        say(language, "why_size", measure=say(language, f"measure_{m}"), sizes=_either(sizes, language))
        for m, sizes in advice.by_measure.items()
    ]
    return f" ({', '.join(parts)})"


def _stock_of_sizes(
    turn: Turn, product: Product, available: dict[str, int], sizes: Sequence[str]
) -> tuple[str, str]:
    """Sold-out sizes are owned up to; one that fits and is there is offered."""
    gone = []
    for size in sizes:
        having = [
            v
            for v in on_sale(product)
            if size in v.option_values.values() or size in v.option_values_en.values()
        ]
        if having and not any(available[v.id] > 0 for v in having):
            gone.append(size)
    said = say(turn.language, "size_sold_out", sizes=", ".join(gone)) if gone else ""
    left = [size for size in sizes if size not in gone]
    if len(left) != 1:
        return said, ""
    option = _option_of(product, left[0])
    if option is None:
        return said, ""
    remember(turn, sized={"sku": product.sku, "options": dict([option])})
    take = say(turn.language, "ask_take_size", size=left[0])
    return said, offer(turn, "item", take, sku=product.sku, options=dict([option]), quantity=None)


def _option_of(product: Product, size: str) -> tuple[str, str] | None:
    """(option, value) as the shop names them."""
    for option in product.options:
        english = option.get("values_en") or ()
        for index, value in enumerate(option["values"]):
            if size == value or size in english[index : index + 1]:
                return option["name"], value
    return None


def _whole_chart(turn: Turn, product: Product, available: dict[str, int]) -> ToolOutcome:
    text = _chart_text(product, turn.language)
    said = f"{say(turn.language, 'size_chart', name=product_name(product, turn.language))}\n{text}"
    data = {"sku": product.sku, "version": product.version, "text": text}
    cards = cards_of([product], available, turn.language)
    return turn.note(ToolOutcome("advise_size", True, said, data, cards))


def _without_chart(turn: Turn, product: Product, available: dict[str, int], question: str) -> ToolOutcome:
    """Its description may tell its measures; else what the shop wrote about sizes."""
    language, name = turn.language, product_name(product, turn.language)
    fitting = _by_ranges(turn, product, available, question)
    if fitting is not None:
        return fitting
    quotes = matching_sentences(product, units(say("vi", "topic_size") + " " + question), language)
    cards = cards_of([product], available, language)
    if quotes:
        said = say(language, "detail_quote", name=name, text=" ".join(quotes))
        return turn.note(
            ToolOutcome("advise_size", True, said, {"sku": product.sku, "quotes": quotes}, cards)
        )
    answer = sure_answer(turn, question)
    if answer is not None:
        return answer
    said = say(language, "size_not_told", name=name)
    return unanswered(turn, "advise_size", question, said, {"sku": product.sku}, cards)


def _by_ranges(turn: Turn, product: Product, available: dict[str, int], question: str) -> ToolOutcome | None:
    """The one value whose range in the description holds what the customer measured."""
    language, name = turn.language, product_name(product, turn.language)
    described = [(product.description, "values"), (product.description_en or "", "values_en")]
    for option in product.options:
        for text, key in described:
            fitting = fitting_values(text, tuple(option.get(key) or ()), question)
            if len(fitting.values) == 1:
                told = ", ".join(fitting.told)
                said = say(language, "value_fits", told=told, name=name, value=fitting.values[0])
                stock, ask = _stock_of_sizes(turn, product, available, fitting.values)
                data = {
                    "sku": product.sku,
                    "version": product.version,
                    "text": text,
                    "told": list(fitting.told),
                }
                cards = cards_of([product], available, language)
                said = " ".join(filter(None, [said, stock]))
                return turn.note(ToolOutcome("advise_size", True, said, data, cards, ask=ask))
    return None


def _without_product(turn: Turn, question: str, known: Mapping[Measure, float]) -> ToolOutcome:
    if known:
        remember(turn, sizing={"measures": dict(known)})
        ask = say(turn.language, "ask_size_of")
        return turn.note(ToolOutcome("advise_size", True, "", {}, ask=ask, awaiting=("item",)))
    answer = sure_answer(turn, question) or sure_answer(turn, say(turn.language, "topic_size"))
    if answer is not None:
        return answer
    ask = say(turn.language, "ask_size_of")
    return turn.note(ToolOutcome("advise_size", True, "", {}, ask=ask, awaiting=("item",)))


def _product(turn: Turn, sku: str) -> tuple[Product | None, dict[str, int]]:
    if not sku:
        return None, {}
    with turn.services.db.read_transaction() as session:
        try:
            product = get_product(session, sku)
        except NotFound:
            return None, {}
        return product, stock_of(session, [product])


def _chart_text(product: Product, language: str) -> str:
    return (product.size_chart_en or product.size_chart) if language != "vi" else product.size_chart


def _either(sizes: Sequence[str], language: str) -> str:
    return f" {say(language, 'or')} ".join(sizes)


def _number(value: float) -> str:
    return f"{value:g}"
