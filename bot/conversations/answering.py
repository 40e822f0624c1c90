"""From a stored message to an answer: understand, let the assistant act, gather what is to be shown and kept."""

import hashlib
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from bot.agent.context import turn_context
from bot.agent.loop import Assistant
from bot.agent.parsing import talked_of, understand
from bot.agent.reviewing import Said
from bot.agent.turn import Services, ToolOutcome, Turn
from bot.conversations.handoff import hand_over
from bot.conversations.live import Live
from bot.conversations.meanwhile import answer_meanwhile
from bot.conversations.media import (
    answer_without_words,
    answered_with_attachments,
    links_in,
    own_products,
    without_links,
)
from bot.conversations.turns import Answer, DraftParts, Incoming, Reply
from bot.replies.texts import say
from bot.tools.ordering.summary import cart_view
from core.actor import Actor
from core.orders.queries import customer_orders, open_cart
from core.shop import shop_profile
from nlu import Parse

SURE_OF_LANGUAGE = 0.6
SURE_OF_INTENT = 0.5
ENOUGH_WORDS = 3
"""Plain words in another language that make it the conversation's."""


def answer(
    incoming: Incoming, *, services: Services, assistant: Assistant, live: Live | None = None
) -> Answer:
    """Silent while staff hold the conversation; else one reply, or a draft of it, with its evidence. Called, but not
    there yet, they are waited for with what is sure.
    """
    if incoming.mode == "manual" and (incoming.held_by_staff or not incoming.text.strip()):
        return _silent(incoming, services)
    turn = _turn(incoming, services)
    if incoming.mode == "manual":
        return _silent(incoming, services) if turn.shadow else _meanwhile(incoming, turn, services)
    if live is not None and not turn.shadow:
        turn.tell = live.teller(incoming.conversation_id, incoming.external_id)
    said = _reply(turn, incoming, assistant)
    _remember_talk(turn)
    _count_unsure(turn, said.text)
    handed_off = _hand_over(incoming, turn, services)
    cards = [card for outcome in turn.outcomes for card in outcome.cards]
    quick_replies = list(dict.fromkeys(q for outcome in turn.outcomes for q in outcome.quick_replies))
    with services.db.read_transaction() as session:
        state = incoming.state if turn.shadow else turn.state
        shown = public_state(session, incoming.customer_id, state, turn.language, handed_off)
    return Answer(
        replies=[Reply(said.text, cards, quick_replies)],
        state=turn.state,
        public_state=shown,
        language=turn.language,
        evidence=[evidence_of(outcome) for outcome in turn.outcomes],
        basis=said.basis(),
        usage=_usage(turn, said, assistant),
        draft=DraftParts(_intents(turn), turn.proposals) if turn.shadow else None,
    )


def _reply(turn: Turn, incoming: Incoming, assistant: Assistant) -> Said:
    attachments = [*incoming.attachments, *links_in(incoming.text)]
    linked = own_products(turn.services, attachments)
    wordless = answer_without_words(turn, attachments, linked)
    if wordless is not None:
        return Said(wordless, outcome="own words")
    said = assistant.reply(turn, incoming.history)
    return replace(said, text=answered_with_attachments(turn, attachments, linked, said.text))


def _remember_talk(turn: Turn) -> None:
    """For the next message only: this one was read with what was said before it."""
    talked = talked_of(turn.parse, turn.state.get("talked"))
    if talked is None:
        return
    offered = turn.state.get("offer") or {}
    if offered.get("sku") == talked["product_sku"]:
        talked["options"] = {**offered.get("options", {}), **talked["options"]}
    turn.state["talked"] = talked


def _hand_over(incoming: Incoming, turn: Turn, services: Services) -> bool:
    """A draft only proposes it: whoever reads the draft is a person already."""
    if not turn.state.get("handoff"):
        return False
    reason = str(turn.state.pop("handoff"))
    if turn.shadow:
        turn.proposals.append({"tool": "hand_off", "arguments": {"reason": reason}})
        return False
    with services.db.transaction() as session:
        hand_over(
            session,
            conversation_id=incoming.conversation_id,
            reason=reason,
            summary=incoming.text,
            skus=[sku for item in turn.parse.items if (sku := item.variant_sku or item.product_sku)],
            now=services.clock(),
        )
    return True


def evidence_of(outcome: ToolOutcome) -> dict[str, Any]:
    """One tool's answer as it is kept; a passage with a mark of the text that it had at the time."""
    kept = outcome.for_model() | {"tool": outcome.tool}
    text = outcome.data.get("text")
    if outcome.data.get("passage_id") and isinstance(text, str):
        kept["passage_version"] = str(
            outcome.data.get("passage_version") or hashlib.sha256(text.encode()).hexdigest()[:12]
        )
    return kept


def _usage(turn: Turn, said: Said, assistant: Assistant) -> dict[str, Any] | None:
    if not turn.usage:
        return None
    return {
        "model": assistant.model_name,
        "outcome": said.failure or said.outcome,
        "calls": len(turn.usage),
        "input_tokens": sum(one.input_tokens for one in turn.usage),
        "cached_tokens": sum(one.cached_tokens for one in turn.usage),
        "output_tokens": sum(one.output_tokens for one in turn.usage),
        "cost": assistant.prices.cost(turn.usage),
        "currency": assistant.prices.currency,
    }


def _intents(turn: Turn) -> list[str]:
    return [intent.name for intent in turn.parse.intents if intent.confidence >= SURE_OF_INTENT] or [
        "unknown"
    ]


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
    # The same words from the first to the last of a turn.
    lexicon = services.lexicon()
    services = replace(services, lexicon=lambda: lexicon)
    state, text = dict(incoming.state), without_links(incoming.text)
    linked = own_products(services, [*incoming.attachments, *links_in(incoming.text)])
    if linked:
        state["shown"] = linked
    offer = state.pop("offer", None)
    draft = Turn(
        services=services,
        conversation_id=incoming.conversation_id,
        message_id=incoming.message_id,
        actor=Actor("customer", incoming.customer_id),
        language=incoming.language,
        text=text,
        parse=Parse(text, incoming.language, 0.0),
        state=state,
        quote_shown_before=str(state.get("quote_id", "")),
        offer=offer,
        customer_texts=tuple(text for author, text in incoming.history if author == "customer"),
        written_before=incoming.written_before,
    )
    with services.db.read_transaction() as session:
        draft.context = turn_context(session, draft)
        draft.shadow = shop_profile(session).assistant.mode == "shadow"
    draft.parse = understand(text, draft.context, lexicon)
    if _changes_language(draft.parse, bool(state.get("heard"))):
        state["heard"] = True
        draft.language = _language(state, draft.parse.language)
        if draft.language != incoming.language:
            with services.db.read_transaction() as session:
                draft.context = turn_context(session, draft)
    return draft


def _changes_language(parse: Parse, heard_before: bool) -> bool:
    """Addresses, names and goods look the same in every language: only enough plain words change it, once one of
    their own was heard.
    """
    if parse.language_confidence < SURE_OF_LANGUAGE:
        return False
    spans = [parse.address_span, parse.name.span if parse.name else None]
    if heard_before:
        spans += [item.span for item in parse.items if item.refers is None]
    rest = "".join(
        " " if any(span and span[0] <= i < span[1] for span in spans) else c for i, c in enumerate(parse.text)
    )
    plain = [word for word in rest.split() if sum(c.isalpha() for c in word) > 1]
    if any("\uac00" <= c <= "\ud7a3" for c in rest):
        return True
    least = ENOUGH_WORDS if heard_before else 1
    return len(plain) >= least


def _language(state: dict[str, Any], written: str) -> str:
    """The one written in; the one asked for, as long as the customer goes on in the one they asked in."""
    asked = state.get("language")
    if asked and asked["instead_of"] == written:
        return str(asked["wanted"])
    state.pop("language", None)
    return written


def _count_unsure(turn: Turn, text: str) -> None:
    """Twice running without understanding is a person's business."""
    if turn.outcomes or text != say(turn.language, "unsure"):
        turn.state.pop("unsure", None)
    else:
        turn.state["unsure"] = turn.state.get("unsure", 0) + 1


def _meanwhile(incoming: Incoming, turn: Turn, services: Services) -> Answer:
    text = answer_meanwhile(turn)
    if not text:
        return _silent(incoming, services)
    cards = [card for outcome in turn.outcomes for card in outcome.cards]
    with services.db.read_transaction() as session:
        shown = public_state(session, incoming.customer_id, turn.state, turn.language, True)
    evidence = [evidence_of(outcome) for outcome in turn.outcomes]
    return Answer([Reply(text, cards)], turn.state, shown, turn.language, evidence)


def _silent(incoming: Incoming, services: Services) -> Answer:
    with services.db.read_transaction() as session:
        shown = public_state(session, incoming.customer_id, incoming.state, incoming.language, True)
    return Answer([], dict(incoming.state), shown, incoming.language, [])
