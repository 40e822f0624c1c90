"""The cart's changes in one transaction."""

from bot.agent.turn import ToolOutcome, Turn
from bot.replies.texts import say
from bot.tools.ordering.changes import OrderChanges, Result
from bot.tools.ordering.details import apply_details, use_known_details
from bot.tools.ordering.items import apply_items, wholesale_limit, wholesale_outcome
from bot.tools.ordering.summary import conclude
from core.orders.carts import cart_of, clear_cart, set_payment_method
from core.shop import shop_profile


def update_order(turn: Turn, changes: OrderChanges) -> ToolOutcome:
    """Put what was said into the cart, in one transaction; then ask for one missing thing or show the summary."""
    services = turn.services
    result = Result()
    with turn.lock, services.db.transaction() as session:
        now = services.clock()
        profile = shop_profile(session)
        cart = cart_of(session, customer_id=turn.actor.id, now=now)
        wholesale = wholesale_limit(profile, changes)
        if wholesale is not None:
            return wholesale_outcome(turn, wholesale)
        apply_items(session, turn, cart, changes.items, result)
        apply_details(session, turn, cart, changes, result)
        use_known_details(session, turn, cart, result)
        if not cart.payment_method:
            set_payment_method(session, cart_id=cart.id, method=profile.payment_methods[0], now=now)
        return conclude(session, turn, cart.id, result)


def show_cart(turn: Turn) -> ToolOutcome:
    """What is in the cart, and the summary again when it is complete."""
    return update_order(turn, OrderChanges())


def empty_cart(turn: Turn) -> ToolOutcome:
    with turn.lock, turn.services.db.transaction() as session:
        now = turn.services.clock()
        cart = cart_of(session, customer_id=turn.actor.id, now=now)
        clear_cart(session, cart_id=cart.id, now=now)
    turn.state.pop("draft", None)
    turn.state.pop("quote_id", None)
    said = say(turn.language, "cart_cleared")
    return turn.note(ToolOutcome("empty_cart", True, said, awaiting=("item",), committed=cart.id))
