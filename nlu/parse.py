"""One message, understood: everything that it says, with the places where it says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from nlu.awaited import is_house, is_nothing_but_a_name, says_more_than_a_name
from nlu.classifier import classify
from nlu.entities import Entities, find_entities
from nlu.items import Found, find_items
from nlu.language import detect
from nlu.lexicon import Lexicon
from nlu.marks import Reader
from nlu.masking import Unit, masked_units
from nlu.models import CartItem, Intent, Parse, Span
from nlu.name_words import is_full_name
from nlu.normalise import MAX_CHARS, Folded, folded
from nlu.phrases import Mark
from nlu.pieces import Piece, pieces_of
from nlu.rules import counts_only, find_note, find_payment, is_question, says_only, yes_and_no
from nlu.scene import Scene, Talked
from nlu.tokens import Token, has_phrase, plain, tokenise
from nlu.wordlists import words

BY_THE_WAY = 0.3
"""A yes that the message as a whole makes less likely than this is a word in passing (`ok, đơn mình tới đâu rồi`)."""
WRITTEN_OUT = 0.85
"""So sure is a name of several words that stands in a longer answer."""
UNKNOWN = 0.25
"""Below this the likeliest reading is no better than a guess."""


@dataclass(frozen=True)
class Context:
    """`awaiting` is what the assistant asked for last, if anything; `shown` the products shown last, in order."""

    lexicon: Lexicon
    awaiting: str | None = None
    shown: tuple[str, ...] = ()
    cart: tuple[CartItem, ...] = ()
    order_codes: tuple[str, ...] = ()
    today: date | None = None
    talked: Talked | None = None
    """What was asked about last, so that `lấy 2 cái` means it as it was asked about."""


@dataclass(frozen=True)
class Reading:
    """A message with its entities and marks found, before anything is made of it."""

    line: Folded
    tokens: list[Token]
    entities: Entities
    pieces: list[Piece]
    marks: list[Mark]
    units: list[Unit] = field(default_factory=list)


def read(text: str, context: Context) -> Reading:
    """The part that training and understanding have in common."""
    line = folded(text[:MAX_CHARS])
    tokens = tokenise(line)
    question = is_question(line.raw, tokens)
    entities = find_entities(
        line,
        awaiting=context.awaiting,
        own_codes=context.order_codes,
        name_awaited=context.awaiting == "name" and not question,
        today=context.today,
        question=question,
    )
    entities.dates = tuple(
        day for day in entities.dates if not _is_value(day.span, line, tokens, context.lexicon)
    )
    masked = _masked_tokens(tokens, line, [span for span, _ in entities.spans()])
    pieces = pieces_of(tokens, masked, context.lexicon)
    focus = [*context.shown, *(item.product_sku for item in context.cart)]
    marks = Reader(pieces, context.lexicon, awaiting=context.awaiting, focus=focus, text=line.text).read()
    units = masked_units(line, pieces, marks, entities.spans())
    return Reading(line, tokens, entities, pieces, marks, units)


def _is_value(span: Span, line: Folded, tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    """`3-6m`, `size 3-6`: what looks like a day and is how goods come."""
    inside = [i for i, token in enumerate(tokens) if span[0] <= line.offsets[token.start] < span[1]]
    told = tuple(tokens[i].text for i in inside)
    return len(told) > 1 and all(word.isdigit() for word in told) and told in lexicon.values


def parse(text: str, context: Context) -> Parse:
    """Pure and total: any text gives a `Parse`. Only the first 2,000 characters are read."""
    understood = _understood(text, context)
    if context.awaiting in ("address", "ward") and is_house(understood):
        # Asked where to, a number and a name are a house and its street, whatever they look like.
        return replace(understood, intents=(Intent("give_details", 0.8),), items=(), quantity=None)
    if context.awaiting == "name" and understood.name is not None:
        # Asked for a name, people still change their minds: read once more without the question.
        unasked = _understood(text, replace(context, awaiting=None))
        only = is_nothing_but_a_name(understood, unasked)
        if only:
            return replace(understood, intents=(Intent("give_details", 0.8),), items=(), quantity=None)
        if not says_more_than_a_name(unasked):
            return understood
        written_out = is_full_name(understood.name.value) or understood.name.confidence >= WRITTEN_OUT
        return replace(unasked, name=unasked.name or (understood.name if written_out else None))
    return understood


def _understood(text: str, context: Context) -> Parse:
    reading = read(text, context)
    raw, entities = reading.line.raw, reading.entities
    talk = _talk(reading)
    language, sure = detect(raw, talk, _foreign(reading, context.lexicon))
    question = is_question(raw, reading.tokens)
    scored = _without_idle(dict(classify(reading.units)), _beside_values(talk, reading))
    scored = _wished_not_removed(scored, reading, context, question)
    scored = _counted_not_removed(scored, reading)
    found = _items(reading, context, scored)
    if _other_than_told(reading, found):
        scored |= {"change_item": max(scored.get("change_item", 0.0), 0.6)}
        scored = {name: min(value, 0.45) if name == "ask_stock" else value for name, value in scored.items()}
    yes, no = yes_and_no(raw, talk, question=question)
    yes = yes and _agrees(scored)
    intents = _intents(scored, yes=yes, no=no)
    mentions = list(entities.mentions)
    payment = find_payment(reading.line, talk)
    if payment is not None and _chooses(intents, question):
        mentions.append(payment)
    return Parse(
        text=text,
        language=language,
        language_confidence=sure,
        intents=intents,
        items=found.mentions,
        phones=entities.phones,
        name=entities.name,
        tax_code=entities.tax_code,
        dates=entities.dates,
        mentions=tuple(mentions),
        yes=yes,
        no=no,
        quantity=found.bare_quantity,
        question=question,
        note=find_note(raw, reading.tokens),
        only=says_only(raw),
    )


def _foreign(reading: Reading, lexicon: Lexicon) -> int:
    """How many words of the goods' English names stand in it, outside of names and places."""
    masked = _masked_tokens(reading.tokens, reading.line, [span for span, _ in reading.entities.spans()])
    said = {token.text for i, token in enumerate(reading.tokens) if i not in masked and not token.marked}
    return sum(word in lexicon.foreign or lexicon.singular(word) in lexicon.foreign for word in said)


def _items(reading: Reading, context: Context, scored: dict[str, float]) -> Found:
    change = _change(scored, bool(context.cart))
    if change is None and context.cart and _corrects(reading):
        change = "replace"
    swaps = scored.get("exchange_request", 0.0) >= 0.5 or change == "replace"
    if change is None and context.cart:
        further = any(has_phrase(plain(reading.tokens), word) for word in _FURTHER)
        change = "add" if further else "set"
    scene = Scene(
        context.lexicon, context.shown, context.cart, change, swaps, context.awaiting, context.talked
    )
    return find_items(reading.line, reading.pieces, reading.marks, scene)


_FURTHER = ("nua", "more", "another", "extra", "더")
_CHANGES_WHAT_IS_THERE = frozenset({"remove_item", "restart", "cancel_order"})
DOUBT = 0.45
PLAINLY = 0.6
_PLEASE = ("please", "pls", "plz")


def _without_idle(scored: dict[str, float], talk: Sequence[Token]) -> dict[str, float]:
    """`the bedside one` takes nothing out: what undoes something has to be said in words."""
    spoken = {token.text for token in talk if token.text[0].isalnum()}
    options = words().value_words | words().particles
    if not spoken <= words().idle | options:
        return scored
    return {
        name: min(value, DOUBT) if name in _CHANGES_WHAT_IS_THERE else value for name, value in scored.items()
    }


def _beside_values(talk: Sequence[Token], reading: Reading) -> list[Token]:
    """Without colours, sizes and the like."""
    values = [
        (p.start, p.end) for m in reading.marks if m.kind == "option" for p in reading.pieces[m.start : m.end]
    ]
    return [token for token in talk if not any(a < token.end and token.start < b for a, b in values)]


def _wished_not_removed(
    scored: dict[str, float], reading: Reading, context: Context, question: bool
) -> dict[str, float]:
    """`need the tote bag`: what is not in the cart and goes with no word of taking out is wished for."""
    named = [mark for mark in reading.marks if mark.kind == "product"]
    held = {item.product_sku for item in context.cart}
    line = plain(reading.tokens)
    undone = any(mark.kind == "removal" or mark.negated for mark in reading.marks)
    removed = scored.get("remove_item", 0.0)
    if removed >= DOUBT and question and not undone and has_phrase(line, "bo"):
        # `bỏ máy rửa chén được không`: put into, not taken out.
        return scored | {"remove_item": DOUBT, "ask_product": max(scored.get("ask_product", 0.0), removed)}
    if removed < DOUBT or not named or undone:
        return scored
    refused = any(has_phrase(line, phrase) for phrase in words().no)
    if not says_only(reading.line.raw) and (refused or any(mark.hits.all & held for mark in named)):
        return scored
    asked_for = PLAINLY if any(has_phrase(line, word) for word in _PLEASE) else 0.0
    wish = {} if question else {"order": max(scored.get("order", 0.0), removed, asked_for)}
    return scored | wish | {"remove_item": DOUBT}


def _counted_not_removed(scored: dict[str, float], reading: Reading) -> dict[str, float]:
    """`머그는 2개만요`: so many are left and no more; nothing says that so many go."""
    undone = any(mark.kind == "removal" or mark.negated for mark in reading.marks)
    if undone or scored.get("remove_item", 0.0) < DOUBT or not counts_only(reading.line.raw):
        return scored
    changed = max(scored.get("change_item", 0.0), scored["remove_item"])
    return scored | {"remove_item": 0.0, "change_item": changed}


def _corrects(reading: Reading) -> bool:
    return any(mark.kind == "correction" for mark in reading.marks)


def _other_than_told(reading: Reading, found: Found) -> bool:
    """`actually, can it be blue?`: what lies in the cart, said again and otherwise."""
    return _corrects(reading) and any(mention.replaces for mention in found.mentions)


def _change(scored: dict[str, float], cart: bool) -> str | None:
    """What the message does to the cart, by the likeliest of the intents that do something to it."""
    changing = {name: scored.get(name, 0.0) for name in ("remove_item", "add_item", "change_item")}
    if cart:  # of goods that are there, an exchange is a change in other words
        changing["change_item"] += scored.get("exchange_request", 0.0)
    best = max(changing, key=lambda name: changing[name])
    if changing[best] < 0.5:
        return None
    if best == "change_item":
        return "replace" if cart else None
    return best.removesuffix("_item")


def _talk(reading: Reading) -> list[Token]:
    """The tokens that belong to no entity and no product."""
    named = [
        (p.start, p.end)
        for m in reading.marks
        if m.kind == "product"
        for p in reading.pieces[m.start : m.end]
    ]
    spans = [span for span, _ in reading.entities.spans()]
    masked = _masked_tokens(reading.tokens, reading.line, spans)
    return [
        token
        for index, token in enumerate(reading.tokens)
        if index not in masked and not any(a < token.end and token.start < b for a, b in named)
    ]


def _masked_tokens(tokens: Sequence[Token], line: Folded, spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        index
        for index, token in enumerate(tokens)
        for start, end in spans
        if start <= line.offsets[token.start] < end
    )


def _agrees(scored: dict[str, float]) -> bool:
    """A score never makes a yes; it may take one back that is said by the way or put off."""
    affirm = scored.get("affirm", 0.0)
    against = max(scored.get("postpone", 0.0), scored.get("deny", 0.0), scored.get("cancel_order", 0.0))
    return affirm >= BY_THE_WAY and (against < 0.5 or against <= affirm)


def _intents(scored: dict[str, float], *, yes: bool, no: bool) -> tuple[Intent, ...]:
    """Best first; `unknown` alone when nothing is likely. A plain yes or no and its intent go together."""
    known = dict(scored)
    if yes:
        known["affirm"] = max(known.get("affirm", 0.0), 0.6)
        known = {
            name: min(value, 0.45) if name in ("deny", "postpone") else value for name, value in known.items()
        }
    elif no:
        known["affirm"] = min(known.get("affirm", 0.0), 0.45)
    ranked = sorted(known.items(), key=lambda item: -item[1])
    if not ranked:
        return (Intent("unknown", 0.3),)
    found = tuple(Intent(name, round(value, 2)) for name, value in ranked)
    return found if found[0].confidence >= UNKNOWN else (Intent("unknown", 0.3), *found)


def _chooses(intents: Sequence[Intent], question: bool) -> bool:
    """To name a way of paying is to choose it, unless one only asks about it or says that one has paid."""
    sure = {intent.name for intent in intents if intent.confidence >= 0.5}
    if "choose_payment" in sure:
        return True
    return not question and not sure & {
        "ask_payment",
        "paid_notice",
        "complaint",
        "order_status",
        "ask_policy",
    }
