"""All tools of a customer's turn."""

from langchain_core.tools import BaseTool

from bot.tools.ordering.tools import ORDERING_TOOLS
from bot.tools.orders.tools import ORDERS_TOOLS
from bot.tools.shopping.tools import SHOPPING_TOOLS

CUSTOMER_TOOLS: list[BaseTool] = [*SHOPPING_TOOLS, *ORDERING_TOOLS, *ORDERS_TOOLS]
