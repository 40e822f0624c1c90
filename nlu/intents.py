"""What a message is about. Cue phrases from data speak for an intent; long ones speak louder."""

from nlu.models import Intent
from nlu.tokens import Token, has_phrase, plain
from nlu.wordlists import cues, words

_NOT_A_YES = ("de", "chua", "khong", "khoan", "suy", "doi ti", "wait", "not", "later")


def find_intents(
    tokens: list[Token], *, has_items: bool, has_details: bool, question: bool
) -> tuple[Intent, ...]:
    """Best first; `unknown` alone when nothing speaks for anything."""
    line = plain(tokens)
    scores: dict[str, float] = {}
    for name, phrases in cues().items():
        best = max((_weight(phrase) for phrase in phrases if has_phrase(line, phrase)), default=0.0)
        if best:
            scores[name] = best
    _weigh(scores, has_items=has_items, has_details=has_details, question=question, short=len(tokens) <= 6)
    if not scores:
        return (Intent("unknown", 0.3),)
    return tuple(Intent(name, round(score, 2)) for name, score in sorted(scores.items(), key=lambda s: -s[1]))


def is_question(raw: str, tokens: list[Token]) -> bool:
    if "?" in raw or "？" in raw:
        return True
    line = plain(tokens).rstrip()
    strong = [w for w in words().question if w not in ("khong", "chua", "may", "ha", "gi", "sao", "nao")]
    if any(has_phrase(line + " ", phrase) for phrase in strong):
        return True
    tail = [t.word for t in tokens if t.word.isalpha()][-3:]
    particles = {"a", "anh", "vay", "the", "em", "shop", "ad", "oi", "ban"}
    core = [word for word in tail if word not in particles]
    return len(tokens) > 2 and bool(core) and core[-1] in ("khong", "chua", "gi", "sao", "nao", "ha")


def yes_and_no(raw: str, tokens: list[Token], *, question: bool) -> tuple[bool, bool]:
    """An explicit agreement or refusal. "ok để mình xem đã", "chốt chưa?" and "không chốt" are no yes."""
    line = plain(tokens)
    no = any(has_phrase(line, phrase) for phrase in words().no) or any(
        w in raw.lower() for w in ("đừng", "dừng")
    )
    if no and _harmless_no(line):
        no = False
    yes = any(has_phrase(line, phrase) for phrase in words().yes)
    if yes and _only_polite(line):
        yes = False
    return yes and not no and not question, no and not question


def _harmless_no(line: str) -> bool:
    """`không sao`, `không vấn đề`: a no in form only."""
    return any(f" khong {w} " in line for w in ("sao", "van de", "co gi")) and " khong chot " not in line


def _only_polite(line: str) -> bool:
    """`dạ` opens a sentence of any meaning; alone it agrees."""
    spoken = [phrase for phrase in words().yes if has_phrase(line, phrase)]
    return set(spoken) <= {"da", "vang", "u"} and len(line.split()) > 3


def find_payment(tokens: list[Token]) -> str | None:
    line = plain(tokens)
    for method, phrases in words().payments.items():
        if any(has_phrase(line, phrase) for phrase in phrases):
            return method
    return None


def change_kind(intents: tuple[Intent, ...], *, cart: bool, has_options_only: bool) -> str | None:
    names = {intent.name for intent in intents}
    if "remove_item" in names:
        return "remove"
    if "add_item" in names:
        return "add"
    if "change_item" in names and cart:
        return "replace" if has_options_only else "set"
    return None


def _weight(phrase: str) -> float:
    hangul = any("\uac00" <= c <= "\ud7a3" for c in phrase)
    size = len(phrase) / 2 if hangul else len(phrase.split())
    return min(0.45 + 0.2 * size, 0.95)


def _weigh(
    scores: dict[str, float], *, has_items: bool, has_details: bool, question: bool, short: bool
) -> None:
    """What else is in the message makes some readings likelier and others impossible."""
    if has_items and not question:
        scores["order"] = max(scores.get("order", 0.0), 0.75)
    if has_details:
        scores["give_details"] = 0.7
    if (
        question
        and "order" in scores
        and scores.keys() & {"ask_price", "ask_stock", "ask_policy", "ask_size"}
    ):
        scores["order"] = min(scores["order"], 0.4)
    if not question and "ask_stock" in scores:
        scores["ask_stock"] = min(scores["ask_stock"], 0.55)
    for specific, general in (
        ("ask_shipping_fee", "ask_price"), ("order_status", "order"), ("cancel_order", "remove_item"),
        ("exchange_request", "change_item"), ("change_details", "change_item"), ("haggle", "remove_item"),
        ("restart", "remove_item"), ("ask_policy", "change_item"), ("invoice_request", "order"),
        ("cancel_order", "order"), ("return_request", "ask_policy"), ("ask_delivery_time", "order"),
        ("show_cart", "ask_price"), ("complaint", "order"),
    ):  # fmt: skip
        if specific in scores and general in scores and scores[specific] >= scores[general] - 0.05:
            del scores[general]
    if "greeting" in scores and not short:
        scores["greeting"] = 0.4


__all__ = ["change_kind", "find_intents", "find_payment", "is_question", "yes_and_no"]
