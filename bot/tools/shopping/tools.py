"""The shop's tools as a brain sees them."""

from typing import Literal

from langchain.tools import tool
from langchain_core.tools import BaseTool

from bot.tools.runtime import Runtime, run
from bot.tools.shopping import (
    answering,
    comparing,
    courtesy,
    details,
    discounts,
    finding,
    measures,
    recommending,
    restocking,
    showing,
    sizing,
)

Topic = Literal[
    "", "shipping_fee", "delivery_time", "delivery_area", "payment", "promotion", "wholesale", "size", "return",
    "cancel", "invoice",
]  # fmt: skip


@tool
def find_products(
    runtime: Runtime, skus: list[str] | None = None, query: str = "", question: str = ""
) -> str:
    """Show products as cards: by SKU when the context names them, else by the customer's own words.

    Give the words as they were said, with any price limit and colour: they are read here. `question`: what was asked
    of these goods; where the shop wrote the answer, that is told instead.
    """
    return run(
        runtime, lambda turn: finding.find_products(turn, skus=skus or [], query=query, question=question)
    )


@tool
def browse_catalogue(runtime: Runtime, category: str = "") -> str:
    """List what the shop sells: its categories, or the products of one category."""
    return run(runtime, lambda turn: finding.browse_catalogue(turn, category=category))


@tool
def show_more(runtime: Runtime) -> str:
    """The next products of the list that was shown last."""
    return run(runtime, finding.show_more)


@tool
def check_product(
    runtime: Runtime,
    sku: str,
    options: dict[str, str] | None = None,
    about: list[Literal["price", "stock"]] | None = None,
    quantity: int = 1,
) -> str:
    """Price and availability of one product or variant, with what can be had instead when it is sold out.

    The only source of prices and stock figures. `options` (name → value) narrow a product down.
    """
    return run(
        runtime,
        lambda turn: showing.check_product(
            turn, sku=sku, options=options or {}, about=about or [], quantity=quantity
        ),
    )


@tool
def product_details(
    runtime: Runtime,
    sku: str,
    question: str = "",
    options: dict[str, str] | None = None,
    about: list[Literal["price", "stock"]] | None = None,
    rules_first: bool = False,
) -> str:
    """What the shop wrote about one product: material, origin, features, care, pictures. Quotes, never guesses.

    `about`: when the question is after price or stock as well. `rules_first`: when it is after the shop's rules for
    all goods (returns, exchanges, warranty).
    """
    return run(
        runtime,
        lambda turn: details.product_details(
            turn,
            sku=sku,
            question=question,
            options=options or {},
            about=about or [],
            rules_first=rules_first,
        ),
    )


@tool
def compare_products(runtime: Runtime, skus: list[str], said: str = "") -> str:
    """Two or more products or variants side by side; one product by the options that the words in `said` name."""
    return run(runtime, lambda turn: comparing.compare_products(turn, skus=skus, said=said))


@tool
def recommend_products(runtime: Runtime, wish: str = "", skus: list[str] | None = None) -> str:
    """Advice for somebody who has not chosen: by need, budget and receiver in their words, or what sells best."""
    return run(runtime, lambda turn: recommending.recommend_products(turn, wish=wish, skus=skus or []))


@tool
def advise_size(runtime: Runtime, sku: str = "", body: str = "", question: str = "") -> str:
    """Which size fits, by the product's size chart. `body`: height, weight and so on as the customer said them."""
    told = measures.read_measures(body)
    return run(
        runtime, lambda turn: sizing.advise_size(turn, sku=sku, measures=told, question=question or body)
    )


@tool
def notify_restock(
    runtime: Runtime, sku: str = "", options: dict[str, str] | None = None, stop: bool = False
) -> str:
    """Note that the customer wants to be told when a sold-out variant is back; `stop` when they no longer do."""
    return run(
        runtime, lambda turn: restocking.notify_restock(turn, sku=sku, options=options or {}, stop=stop)
    )


@tool
def ask_discount(runtime: Runtime, percent: int | None = None, wished: int | None = None) -> str:
    """The customer haggles: what they asked for, if they named it. The shop's rule decides; never promise more.

    When it grants something, call `update_order` without arguments for the new summary.
    """
    return run(runtime, lambda turn: discounts.ask_discount(turn, percent=percent, amount=wished))


@tool
def ask_wholesale(runtime: Runtime, quantity: int | None = None, skus: list[str] | None = None) -> str:
    """The customer buys in bulk or asks for bulk prices: tells what the shop wrote and calls a person."""
    return run(runtime, lambda turn: discounts.ask_wholesale(turn, quantity=quantity, skus=tuple(skus or ())))


@tool
def ask_promotion(runtime: Runtime, question: str = "") -> str:
    """Vouchers, sales, gifts: only what the shop wrote or set."""
    return run(runtime, lambda turn: answering.ask_promotion(turn, question=question))


@tool
def ask_shop(runtime: Runtime, question: str) -> str:
    """The shop's address, opening hours, hotline."""
    return run(runtime, lambda turn: answering.ask_shop(turn, question=question))


@tool
def answer_question(
    runtime: Runtime, question: str, topic: Topic = "", only_sure: bool = False, sku: str = ""
) -> str:
    """What the shop wrote about delivery, payment, returns, sizes and so on. The only source of policies.

    `only_sure`: beside something else; says nothing where nothing is written. `sku`: goods that it may be about.
    """
    return run(
        runtime,
        lambda turn: answering.answer_question(
            turn, question=question, topic=topic, only_sure=only_sure, sku=sku
        ),
    )


@tool
def wait_for_customer(runtime: Runtime) -> str:
    """The customer wants to think about it: what of their cart is kept, and what is not."""
    return run(runtime, courtesy.wait_for_customer)


@tool
def switch_language(runtime: Runtime) -> str:
    """The customer asks for another language: go on in the one that their message names."""
    return run(runtime, courtesy.switch_language)


@tool
def stay_calm(runtime: Runtime) -> str:
    """The customer insults: a calm word; the second time a person takes over."""
    return run(runtime, courtesy.stay_calm)


@tool
def look_up(
    runtime: Runtime, question: str, sku: str = "", skus: list[str] | None = None, asked: bool = True
) -> str:
    """For a question that fits nothing else: what is told of the product in hand, what the shop wrote, or goods."""
    return run(
        runtime,
        lambda turn: finding.look_up(turn, question=question, sku=sku, skus=skus or [], asked=asked),
    )


SHOPPING_TOOLS: list[BaseTool] = [
    find_products,
    browse_catalogue,
    show_more,
    check_product,
    product_details,
    compare_products,
    recommend_products,
    advise_size,
    notify_restock,
    ask_discount,
    ask_wholesale,
    ask_promotion,
    ask_shop,
    answer_question,
    wait_for_customer,
    switch_language,
    stay_calm,
    look_up,
]
