"""Who and where: all that a message names besides goods, each in its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from nlu import contacts
from nlu.addresses import begin_of_answer, find_address_span
from nlu.dates import find_dates
from nlu.models import DateMention, Mention, NameMention, PhoneMention, Span, TaxCodeMention
from nlu.names import find_name
from nlu.normalise import Folded

WHERE = ("address", "ward", "company_address")
INVOICE = ("tax_code", "invoice", "company", "company_address", "email")


@dataclass
class Entities:
    phones: tuple[PhoneMention, ...] = ()
    name: NameMention | None = None
    tax_code: TaxCodeMention | None = None
    dates: tuple[DateMention, ...] = ()
    mentions: list[Mention] = field(default_factory=list)

    def spans(self) -> list[tuple[Span, str]]:
        """Each place with the slot that stands for it when the talk is read."""
        found = [(phone.span, "PHONE") for phone in self.phones]
        found += [(mention.span, _SLOTS[mention.kind]) for mention in self.mentions if mention.kind in _SLOTS]
        found += [(mention.span, "DATE") for mention in self.dates]
        found += [(self.tax_code.span, "TAX")] if self.tax_code else []
        found += [(self.name.span, "NAME")] if self.name else []
        return found


_SLOTS = {"email": "MAIL", "company": "FIRM", "order_code": "CODE", "amount": "MONEY", "address": "ADDR"}


def find_entities(
    line: Folded,
    *,
    awaiting: str | None,
    own_codes: Sequence[str],
    name_awaited: bool,
    today: date | None,
    question: bool = False,
) -> Entities:
    raw = line.raw
    found = Entities()
    found.mentions += contacts.emails(raw)
    found.mentions += contacts.order_codes(raw, own_codes)
    found.tax_code = contacts.tax_code(raw, awaited=awaiting in INVOICE)
    taken = [span for span, _ in found.spans()]
    found.phones = _phones(raw, awaiting, taken)
    taken = [span for span, _ in found.spans()]
    firm = contacts.company(raw, taken)
    found.mentions += [firm] if firm else []
    taken = [span for span, _ in found.spans()]
    address = find_address_span(_blanked(raw, taken))
    address = address or _house(raw, taken)
    if address is not None and awaiting in WHERE and not any(a < address[0] for a, _ in taken):
        address = (begin_of_answer(raw, address[0]), address[1])
    if address is not None:
        found.mentions.append(Mention("address", address, raw[slice(*address)], 0.85))
    taken = [span for span, _ in found.spans()]
    found.dates = find_dates(line, taken, today)
    taken = [span for span, _ in found.spans()]
    found.mentions += contacts.amounts(raw, taken)
    taken = [span for span, _ in found.spans()]
    beside = [phone.span for phone in found.phones] + ([address] if address else [])
    found.name = find_name(raw, awaited=name_awaited, taken=taken, details=beside, question=question)
    return found


_HOUSE = re.compile(
    r"(?:số nhà|so nha|nhà số|nha so|house(?: number)?|address|địa chỉ|dia chi)\s*(?:(?:phải )?là|la|is|:)?\s*"
    r"(\d+[\w/.-]*(?:\s+(?-i:[^\W\d_a-z])[^\W\d_]+){0,5})",
    re.IGNORECASE,
)


def _house(raw: str, taken: Sequence[Span]) -> Span | None:
    """`số nhà là 27`, `the house is 18 Lê Hồng Phong`: the part of an address that is told anew."""
    found = _HOUSE.search(raw)
    free = found is not None and not any(a < found.end(1) and found.start(1) < b for a, b in taken)
    return found.span(1) if found is not None and free else None


def _phones(raw: str, awaiting: str | None, taken: Sequence[Span]) -> tuple[PhoneMention, ...]:
    found = tuple(phone for phone in contacts.phones(raw) if not _inside(phone.span, taken))
    if not found and awaiting == "phone":
        found = contacts.bare_phone(raw)
    return () if awaiting in ("tax_code", "invoice") else found


def _blanked(raw: str, taken: Sequence[Span]) -> str:
    for start, end in taken:
        raw = raw[:start] + "|" * (end - start) + raw[end:]
    return raw


def _inside(span: Span, taken: Sequence[Span]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in taken)
