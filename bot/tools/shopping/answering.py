"""What the shop wrote, with its source; and what its owner set, where nothing is written."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from bot.agent.turn import FoundPassage, ToolOutcome, Turn
from bot.replies.hours import opening_hours
from bot.replies.joining import joined
from bot.replies.texts import say
from bot.tools.shopping.memory import offer
from bot.tools.shopping.quoting import quoted_from
from core.knowledge.questions import note_unanswered
from core.money import format_dong
from core.shop import ShopProfile, shop_profile
from core.tickets.filing import open_ticket
from nlu import fold
from nlu.wordlists import common_words

TOPICS = (
    "shipping_fee",
    "delivery_time",
    "delivery_area",
    "payment",
    "shop",
    "promotion",
    "wholesale",
    "size",
)
_WORD = re.compile(r"\w+")
_POINTS_BACK = re.compile(r"\b(it|they|them|that|this|those|no|cai (do|nay)|vay|the)\b|그거|그건|이거|이건")
_ASKING = frozenset(
    ["khong", "ko", "k", "co", "duoc", "dc", "gi", "nao", "sao", "the", "bao", "nhieu", "la", "thi", "ma", "cho",
     "em", "anh", "chi", "minh", "shop", "a", "oi", "nha", "nhe", "is", "it", "can", "the", "do", "does", "what", "how",
     "to", "and", "or", "you", "i", "my", "in", "on", "of"]
)  # fmt: skip
SHORT_PAIR = 5
LIKELY = 0.6
NEARLY_SURE = 0.85
FITTING = 0.4
"""Enough for the best passage to a question whose topic is known to be the passage's."""
OF_A_REQUEST = ("return", "cancel", "invoice")
"""While one of these is talked of, a question is about it: it is looked up with its topic's words first."""


def answer_question(
    turn: Turn, *, question: str, topic: str = "", only_sure: bool = False, sku: str = ""
) -> ToolOutcome:
    """The customer's own words first, then the topic's usual question, then the shop's settings.

    `only_sure`: beside something else that is done; nothing is said where nothing is known. `sku`: the goods talked
    of, whose own text may tell it.
    """
    answer = quoted_from(turn, sku, question) if sku else None
    if answer is None and topic in OF_A_REQUEST:
        answer = _about_request(turn, question, topic)
    answer = answer or (_own_answer(turn, question, topic) if question else None)
    if answer is None and not topic and _POINTS_BACK.search(fold(question)) and question in turn.text:
        # `they say it rains a lot there. will it hold?`: the part that asks says too little by itself.
        answer = _own_answer(turn, turn.text, topic)
    if answer is None and topic in TOPICS:
        answer = sure_answer(turn, say(turn.language, f"topic_{topic}"))
    if answer is not None:
        return answer
    if only_sure:
        return ToolOutcome("answer_question", False, "")
    facts = _settings(turn, topic)
    if facts:
        return turn.note(
            ToolOutcome("answer_question", True, joined(*facts), {"topic": topic, "source": "settings"})
        )
    return unanswered(turn, "answer_question", question, say(turn.language, "not_known"), {"topic": topic})


def sure_answer(turn: Turn, question: str) -> ToolOutcome | None:
    """The best passage, if retrieval is sure of it; noted with its source. None otherwise."""
    hit = best_passage(turn, question)
    return _told(turn, hit) if hit is not None else None


def stated_answer(turn: Turn, statement: str) -> ToolOutcome | None:
    """To what asks nothing by its form a passage is told only where they speak of the same thing."""
    hit = best_passage(turn, statement)
    own = hit is not None and hit.language == turn.language
    if hit is None or (own and not _matter(statement) & _matter(f"{hit.source}. {hit.text}")):
        return None
    return _told(turn, hit)


def answer_about(turn: Turn, name: str, question: str) -> ToolOutcome | None:
    """What the shop wrote in general about such goods: `can it go on a plane?`, said of a power bank.

    The name helps to find it and proves nothing: the question's own words must stand in it too.
    """
    hits = turn.services.knowledge.search(f"{name}: {question}", language=turn.language)
    own = _matter(question) - _matter(name)
    found = next(
        (h for h in hits if h.sure and h.kind != "product" and own & _matter(f"{h.source}. {h.text}")), None
    )
    return _told(turn, found) if found is not None else None


def _matter(text: str) -> set[str]:
    """What a text is about: its words that are no everyday talk, and its pairs of words but for those that only ask."""
    said = _WORD.findall(fold(text))
    idle = common_words()
    pairs = {f"{a} {b}" for a, b in pairwise(said) if not {a, b} & _ASKING and len(a) + len(b) > SHORT_PAIR}
    return {word for word in said if word not in idle and not word.isdigit()} | pairs


def _own_answer(turn: Turn, question: str, topic: str) -> ToolOutcome | None:
    """The best passage for these words; of two that fit nearly alike, the one that its topic is usually answered by."""
    hits = [
        h for h in turn.services.knowledge.search(question, language=turn.language) if h.kind != "product"
    ]
    best = next((hit for hit in hits if hit.sure), None)
    rivals = {hit.passage_id: hit for hit in hits if hit is not best and hit.score >= NEARLY_SURE}
    if best is not None and rivals and topic in TOPICS:
        usual = best_passage(turn, say(turn.language, f"topic_{topic}"))
        best = rivals.get(usual.passage_id, best) if usual is not None else best
    return _told(turn, best) if best is not None else None


def _about_request(turn: Turn, question: str, topic: str) -> ToolOutcome | None:
    """The best passage for the question asked of a return (a cancellation …), if it is about that at all."""
    asked = say(turn.language, f"topic_{topic}", question=question)
    about = turn.services.knowledge.search(
        say(turn.language, f"topic_{topic}", question=""), language=turn.language
    )
    usual = {hit.passage_id for hit in about}
    first = next((hit for hit in turn.services.knowledge.search(question, language=turn.language)), None)
    if first is not None and first.passage_id in usual and first.score >= FITTING:
        return _told(turn, first)
    found = turn.services.knowledge.search(asked, language=turn.language)
    own = next((hit for hit in found if hit.passage_id in usual and (hit.sure or hit.score >= LIKELY)), None)
    return _told(turn, own) if own is not None else None


def _told(turn: Turn, hit: FoundPassage) -> ToolOutcome:
    """Once a turn: whoever asks for the same twice reads it once."""
    if any(outcome.data.get("passage_id") == hit.passage_id for outcome in turn.outcomes):
        return ToolOutcome("answer_question", True, "", {"passage_id": hit.passage_id, "source": hit.source})
    data = {
        "passage_id": hit.passage_id, "passage_version": hit.version, "source": hit.source, "text": hit.text,
        "passage_language": hit.language,
    }  # fmt: skip
    said = opened(turn.language, hit.text, hit.language)
    return turn.note(
        ToolOutcome("answer_question", True, said, data, ({"type": "source", "title": hit.source},))
    )


def best_passage(turn: Turn, question: str) -> FoundPassage | None:
    """What the shop wrote on a matter. Goods are shown and quoted by their own tools, with their names."""
    hits = turn.services.knowledge.search(question, language=turn.language)
    return next((hit for hit in hits if hit.sure and hit.kind != "product"), None)


def opened(language: str, text: str, written_in: str = "") -> str:
    """The shop's own words, with a kind opening unless they have one; in another language that is said."""
    if written_in and written_in != language:
        return f"{say(language, 'answer_foreign')} {text}"
    opening = say(language, "answer_opening")
    return text if not opening or text.lower().startswith(("dạ", "vâng")) else f"{opening} {text}"


def unanswered(
    turn: Turn,
    tool: str,
    question: str,
    said: str,
    data: dict[str, Any],
    cards: tuple[dict[str, Any], ...] = (),
) -> ToolOutcome:
    """Owns up, keeps the question for the shop, and offers a person."""
    if question.strip() and not turn.shadow:
        _keep_for_the_shop(turn, question, data)
    ask = offer(turn, "staff", say(turn.language, "ask_staff"))
    return turn.note(
        ToolOutcome(
            tool, False, said, {**data, "question": question[:300]}, cards,
            (say(turn.language, "staff_button"),), ask=ask,
        )
    )  # fmt: skip


def _keep_for_the_shop(turn: Turn, question: str, data: dict[str, Any]) -> None:
    """Alike questions are counted as one; whoever answers it answers all who asked."""
    services, now = turn.services, turn.services.clock()
    essence = services.knowledge.essence(question, language=turn.language)
    with turn.lock, services.db.transaction() as session:
        row = note_unanswered(
            session, question=question, language=turn.language, conversation_id=turn.conversation_id, now=now,
            essence=essence,
        )  # fmt: skip
        open_ticket(
            session, kind="question", summary=question, conversation_id=turn.conversation_id, now=now,
            customer_id=turn.actor.id, skus=[str(data["sku"])] if data.get("sku") else [],
            details={"question_id": row.id},
        )  # fmt: skip


def ask_shop(turn: Turn, *, question: str) -> ToolOutcome:
    """What the shop wrote where that holds its address, hours or hotline; else those, as it set them."""
    with turn.services.db.read_transaction() as session:
        profile = shop_profile(session)
    own = [value for value in (profile.address, profile.opening_hours, profile.hotline) if value]
    hit = best_passage(turn, question)
    if hit is not None and (not own or any(value in hit.text for value in own)):
        return _told(turn, hit)
    if not own:
        return unanswered(turn, "ask_shop", question, say(turn.language, "not_known"), {})
    facts = joined(*_shop_facts(profile, turn.language))
    return turn.note(ToolOutcome("ask_shop", True, facts, {"source": "settings"}))


def ask_promotion(turn: Turn, *, question: str) -> ToolOutcome:
    """Only what the shop wrote or set; nothing is promised beyond it."""
    answer = sure_answer(turn, question) or sure_answer(turn, say(turn.language, "topic_promotion"))
    if answer is not None:
        return answer
    with turn.services.db.read_transaction() as session:
        profile = shop_profile(session)
    offers = real_offers(profile, turn.language)
    said = say(turn.language, "no_promotion_but" if offers else "no_promotion", offers=" ".join(offers))
    return turn.note(ToolOutcome("ask_promotion", True, said.strip(), {"source": "settings"}))


def real_offers(profile: ShopProfile, language: str) -> list[str]:
    """What every customer may have by the shop's rules."""
    offers = []
    free_from = profile.shipping.free_from_subtotal
    if free_from:
        offers.append(say(language, "shipping_free_from", amount=format_dong(free_from)))
    if profile.wholesale_from_qty:
        offers.append(say(language, "wholesale_from", quantity=profile.wholesale_from_qty))
    return offers


def _settings(turn: Turn, topic: str) -> list[str]:
    with turn.services.db.read_transaction() as session:
        profile = shop_profile(session)
    told: dict[str, Callable[[ShopProfile, str], list[str]]] = {
        "shipping_fee": _shipping_facts,
        "payment": _payment_facts,
        "shop": _shop_facts,
        "wholesale": lambda shop, language: (
            real_offers(shop, language)[-1:] if shop.wholesale_from_qty else []
        ),
    }
    return told[topic](profile, turn.language) if topic in told else []


def _shipping_facts(profile: ShopProfile, language: str) -> list[str]:
    rule = profile.shipping
    facts = []
    if rule.flat_fee is not None:
        key = "shipping_flat" if rule.flat_fee else "shipping_free"
        facts.append(say(language, key, amount=format_dong(rule.flat_fee)))
    else:
        facts.append(say(language, "shipping_by_carrier"))
    if rule.free_from_subtotal and rule.flat_fee != 0:
        facts.append(say(language, "shipping_free_from", amount=format_dong(rule.free_from_subtotal)))
    return facts


def _payment_facts(profile: ShopProfile, language: str) -> list[str]:
    methods = [say(language, f"payment_{method}") for method in profile.payment_methods]
    return [say(language, "pay_by", methods=", ".join(methods))]


def _shop_facts(profile: ShopProfile, language: str) -> list[str]:
    told = (
        ("shop_address", profile.address),
        ("shop_hours", opening_hours(profile.opening_hours, language)),
        ("shop_hotline", profile.hotline),
    )
    return [say(language, key, value=value) for key, value in told if value]
