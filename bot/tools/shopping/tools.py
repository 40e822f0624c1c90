"""The shop's tools as a brain sees them."""

from langchain.tools import tool
from langchain_core.tools import BaseTool

from bot.tools.runtime import Runtime, run
from bot.tools.shopping import answering, showing


@tool
def find_products(runtime: Runtime, skus: list[str] | None = None, query: str = "") -> str:
    """Show products to the customer as cards: by SKU when the context names them, else by search words."""
    return run(runtime, lambda turn: showing.find_products(turn, skus=skus or [], query=query))


@tool
def browse_catalogue(runtime: Runtime, category: str = "") -> str:
    """List what the shop sells: its categories, or some products of one category."""
    return run(runtime, lambda turn: showing.browse_catalogue(turn, category=category))


@tool
def check_product(runtime: Runtime, sku: str) -> str:
    """Price and availability of one product or variant. The only source of prices and stock figures."""
    return run(runtime, lambda turn: showing.check_product(turn, sku=sku))


@tool
def answer_question(runtime: Runtime, question: str) -> str:
    """What the shop wrote about delivery, payment, returns, sizes and so on. The only source of policies."""
    return run(runtime, lambda turn: answering.answer_question(turn, question=question))


SHOPPING_TOOLS: list[BaseTool] = [find_products, browse_catalogue, check_product, answer_question]
