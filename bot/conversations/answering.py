"""From a stored message to an answer: understand, let the assistant act, gather what is to be shown and kept."""

from typing import Any

from sqlalchemy.orm import Session

from bot.agent.context import turn_context
from bot.agent.loop import Assistant
from bot.agent.parsing import understand
from bot.agent.turn import Services, Turn
from bot.conversations.handoff import hand_over
from bot.conversations.turns import Answer, Incoming, Reply
from bot.replies.texts import say
from bot.tools.ordering.summary import cart_view
from core.actor import Actor
from core.orders.queries import customer_orders, open_cart

SURE_OF_LANGUAGE = 0.6


def answer(incoming: Incoming, *, services: Services, assistant: Assistant) -> Answer:
    """Silent while staff hold the conversation; else one reply, with the evidence for what it says."""
    if incoming.mode == "manual":
        return _silent(incoming, services)
    turn = _turn(incoming, services)
    text = assistant.reply(turn, incoming.history) if incoming.text else say(turn.language, "unsure")
    _count_unsure(turn, text)
    handed_off = bool(turn.state.get("handoff"))
    if handed_off:
        with services.db.transaction() as session:
            hand_over(
                session,
                conversation_id=incoming.conversation_id,
                reason=str(turn.state.pop("handoff")),
                summary=incoming.text,
                skus=[sku for item in turn.parse.items if (sku := item.variant_sku or item.product_sku)],
                now=services.clock(),
            )
    cards = [card for outcome in turn.outcomes for card in outcome.cards]
    quick_replies = list(dict.fromkeys(q for outcome in turn.outcomes for q in outcome.quick_replies))
    with services.db.read_transaction() as session:
        shown = public_state(session, incoming.customer_id, turn.state, turn.language, handed_off)
    return Answer(
        replies=[Reply(text, cards, quick_replies)],
        state=turn.state,
        public_state=shown,
        language=turn.language,
        evidence=[outcome.for_model() | {"tool": outcome.tool} for outcome in turn.outcomes],
    )


def public_state(
    session: Session, customer_id: str, state: dict[str, Any], language: str, handed_off: bool
) -> dict[str, Any]:
    """`state` of the chat API: language, awaiting, cart, order, handed_off."""
    cart = open_cart(session, customer_id=customer_id)
    orders = customer_orders(session, customer_id=customer_id, limit=1)
    return {
        "language": language,
        "awaiting": list(state.get("awaiting", [])),
        "cart": cart_view(session, cart, language) if cart is not None and cart.lines else None,
        "order": {"code": orders[0].code, "status": orders[0].status, "total": orders[0].total}
        if orders
        else None,
        "handed_off": handed_off,
    }


def _turn(incoming: Incoming, services: Services) -> Turn:
    state = dict(incoming.state)
    draft = Turn(
        services=services,
        conversation_id=incoming.conversation_id,
        message_id=incoming.message_id,
        actor=Actor("customer", incoming.customer_id),
        language=incoming.language,
        text=incoming.text,
        parse=understand(incoming.text, {}, services.lexicon()),
        state=state,
        quote_shown_before=str(state.get("quote_id", "")),
    )
    with services.db.read_transaction() as session:
        context = turn_context(session, draft)
    draft.parse = understand(incoming.text, context, services.lexicon())
    if draft.parse.language_confidence >= SURE_OF_LANGUAGE:
        draft.language = draft.parse.language
    return draft


def _count_unsure(turn: Turn, text: str) -> None:
    """Twice running without understanding is a person's business."""
    if turn.outcomes or text != say(turn.language, "unsure"):
        turn.state.pop("unsure", None)
    else:
        turn.state["unsure"] = turn.state.get("unsure", 0) + 1


def _silent(incoming: Incoming, services: Services) -> Answer:
    with services.db.read_transaction() as session:
        shown = public_state(session, incoming.customer_id, incoming.state, incoming.language, True)
    return Answer([], dict(incoming.state), shown, incoming.language, [])
