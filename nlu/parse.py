"""One message, understood: everything that it says, with the places where it says so."""

from dataclasses import dataclass, field

from nlu import contacts
from nlu.addresses import find_address_span
from nlu.intents import change_kind, find_intents, find_payment, is_question, yes_and_no
from nlu.items import find_items, product_positions
from nlu.language import detect
from nlu.lexicon import Lexicon
from nlu.models import CartItem, NameMention, Parse, PhoneMention, Span
from nlu.normalise import MAX_CHARS, folded
from nlu.tokens import Token, plain, tokenise

_NOTES = ("gio hanh chinh", "goi truoc", "truoc khi giao", "giao buoi", "giao sau", "call before", "after work",
          "goi qua", "gift")  # fmt: skip


@dataclass(frozen=True)
class Context:
    """`awaiting` is what the assistant asked for last, if anything; `shown` the products shown last, in order."""

    lexicon: Lexicon
    awaiting: str | None = None
    shown: tuple[str, ...] = ()
    cart: tuple[CartItem, ...] = ()
    order_codes: tuple[str, ...] = ()


@dataclass
class _Details:
    phones: tuple[PhoneMention, ...] = ()
    name: NameMention | None = None
    address: Span | None = None
    masked: list[Span] = field(default_factory=list)


def parse(text: str, context: Context) -> Parse:
    """Pure and total: any text gives a `Parse`. Only the first 2,000 characters are read."""
    raw = text[:MAX_CHARS]
    line = folded(raw)
    tokens = tokenise(line)
    language, sure = detect(raw, tokens)
    details = _details(raw, context, tokens)
    email = contacts.email(raw)
    codes = contacts.order_codes(raw)
    money = contacts.amounts(raw)
    tax_code = contacts.tax_code(
        raw, awaited=context.awaiting in ("tax_code", "invoice"), phone_spans=[p.span for p in details.phones]
    )
    details.masked += [span for _, span in codes] + [span for _, span in money]
    details.masked += [email[1]] if email else []
    details.masked += [tax_code.span] if tax_code else []
    masked = _masked_tokens(tokens, line.offsets, details.masked)
    question = is_question(raw, tokens)
    named = masked | product_positions(tokens, context.lexicon, masked)
    unmasked = [token for index, token in enumerate(tokens) if index not in named]
    first = find_intents(unmasked, has_items=False, has_details=False, question=question)
    change = change_kind(first, cart=bool(context.cart), has_options_only=True)
    found = find_items(
        line, tokens, context.lexicon, masked=masked, shown=context.shown, cart=context.cart,
        awaiting=context.awaiting, change=change or ("set" if context.cart else None),
    )  # fmt: skip
    mentioned = bool(details.phones or details.name or details.address)
    intents = find_intents(unmasked, has_items=bool(found.mentions), has_details=mentioned, question=question)
    yes, no = yes_and_no(raw, unmasked, question=question)
    return Parse(
        text=text,
        language=language,
        language_confidence=sure,
        intents=intents,
        items=found.mentions,
        phones=details.phones,
        name=details.name,
        address_span=details.address,
        email=email[0] if email else None,
        tax_code=tax_code,
        company=contacts.company(raw),
        order_codes=tuple(code for code, _ in codes),
        amounts=tuple(value for value, _ in money),
        payment=find_payment(unmasked),
        yes=yes,
        no=no,
        quantity=found.bare_quantity,
        question=question,
        note=_note(raw, tokens),
        unknown_words=(),
    )


def _details(raw: str, context: Context, tokens: list[Token]) -> _Details:
    details = _Details()
    details.phones = contacts.phones(raw)
    if not details.phones and context.awaiting == "phone":
        details.phones = contacts.bare_phone(raw)
    if context.awaiting in ("tax_code", "invoice"):
        details.phones = ()
    details.masked += [phone.span for phone in details.phones]
    details.address = find_address_span(raw)
    if details.address:
        details.masked.append(details.address)
    awaited = context.awaiting == "name" and not _says_something_else(raw, tokens)
    details.name = contacts.name(
        raw, awaited=awaited, taken=list(details.masked), phone_starts=[p.span[0] for p in details.phones]
    )
    if details.name:
        details.masked.append(details.name.span)
    return details


def _says_something_else(raw: str, tokens: list[Token]) -> bool:
    """Asked for a name, people still ask back, start over or call for a person."""
    question = is_question(raw, tokens)
    intents = find_intents(tokens, has_items=False, has_details=False, question=question)
    return question or any(
        i.name not in ("unknown", "greeting", "order") and i.confidence >= 0.6 for i in intents
    )


def _masked_tokens(tokens: list[Token], offsets: tuple[int, ...], spans: list[Span]) -> frozenset[int]:
    return frozenset(
        index
        for index, token in enumerate(tokens)
        for start, end in spans
        if start <= offsets[token.start] < end
    )


def _note(raw: str, tokens: list[Token]) -> str | None:
    line = plain(tokens)
    return raw.strip()[:200] if any(f" {phrase} " in line for phrase in _NOTES) and len(tokens) < 15 else None
