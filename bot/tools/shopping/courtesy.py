"""Time to think, another language, a calm word. A customer is told only what is true of what is kept for them."""

import re

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.shopping.memory import recall, remember
from core.orders.queries import open_cart
from core.shop import shop_profile

_LANGUAGES = (
    ("en", re.compile(r"tiếng anh|tieng anh|english|영어", re.IGNORECASE)),
    ("ko", re.compile(r"tiếng hàn|tieng han|korean|한국어|한글", re.IGNORECASE)),
    ("vi", re.compile(r"tiếng việt|tieng viet|vietnamese|베트남어", re.IGNORECASE)),
)


def wait_for_customer(turn: Turn) -> ToolOutcome:
    language = turn.language
    with turn.services.db.read_transaction() as session:
        cart = open_cart(session, customer_id=turn.actor.id)
        minutes = shop_profile(session).quote_minutes
    if cart is None or not cart.lines:
        return turn.note(ToolOutcome("wait_for_customer", True, say(language, "take_your_time"), awaiting=()))
    if turn.quote_shown_before and turn.state.get("quote_id") == turn.quote_shown_before:
        said = say(language, "cart_kept_priced", minutes=minutes)
        return turn.note(
            ToolOutcome("wait_for_customer", True, said, {"minutes": minutes}, awaiting=("confirm",))
        )
    return turn.note(ToolOutcome("wait_for_customer", True, say(language, "cart_kept"), awaiting=()))


def switch_language(turn: Turn) -> ToolOutcome:
    """The language that the message names; it stays, also when the customer goes on in the one they asked in."""
    with turn.services.db.read_transaction() as session:
        spoken = shop_profile(session).languages
    named = [code for code, words in _LANGUAGES if words.search(turn.text) and code in spoken]
    wanted = named[0] if named else turn.language
    if wanted != turn.parse.language:
        turn.state["language"] = {"wanted": wanted, "instead_of": turn.parse.language}
    else:
        turn.state.pop("language", None)
    turn.language = wanted
    said, ask = say(wanted, "switched"), say(wanted, "ask_help")
    return turn.note(ToolOutcome("switch_language", True, said, {"language": wanted}, ask=ask))


def stay_calm(turn: Turn) -> ToolOutcome:
    """A kind word the first time; the second time a person takes over."""
    if recall(turn, "insulted"):
        turn.state["handoff"] = "abuse"
        said = say(turn.language, "handed_off")
        return turn.note(ToolOutcome("stay_calm", True, said, {"reason": "abuse"}, awaiting=()))
    remember(turn, insulted=True)
    return turn.note(ToolOutcome("stay_calm", True, say(turn.language, "calm")))
