"""Nothing reaches a customer that this turn's answers do not back: figures, codes, links, dates, offers, deeds.

Each sentence is compared with the tools' answers, kind by kind (see `bot/agent/claims`). What is not backed is left
out; the caller builds the reply anew when too little is left.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.agent.claims.amounts import fits_label, fits_product, labels
from bot.agent.claims.courtesy import is_courtesy
from bot.agent.claims.deeds import Claim
from bot.agent.claims.evidence import Act, Evidence, Unit
from bot.agent.claims.figures import Figure, figures
from bot.agent.claims.number_words import with_digits
from bot.agent.claims.reading import MAX_SENTENCE, Reading, is_readable, read
from bot.agent.claims.text import clauses, foreign_letters, plain, sentences
from bot.agent.claims.words import content_words, novel_words

MAX_TEXT = 6_000
_NOVEL_WORDS = 3
_NOVEL_SHARE = 0.34


@dataclass(frozen=True)
class Verdict:
    """`kept` is what may be said; `reasons` name what was left out and why."""

    kept: str
    dropped: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.dropped


def check(text: str, evidence: Evidence) -> Verdict:
    kept, dropped, reasons = [], [], []
    for sentence, gap in sentences(text[:MAX_TEXT]):
        found = list(unbacked(sentence, evidence))
        if found:
            dropped.append(sentence.strip())
            reasons.extend(found)
        else:
            kept.append(sentence + gap)
    if len(text) > MAX_TEXT:
        dropped.append("")
        reasons.append("longer than a reply may be")
    return Verdict("".join(kept).strip(), tuple(dropped), tuple(dict.fromkeys(reasons)))


def unbacked(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Why this sentence may not be said; nothing when it may."""
    if len(sentence) > 2 * MAX_SENTENCE:
        yield "more than a person would write in a sentence"
        return
    shown = plain(sentence)
    odd = [c for c in foreign_letters(shown) if not any(c in unit.text for unit in evidence.units)]
    if odd:
        yield f"letters {''.join(odd[:5])}"
    if not is_readable(shown):
        yield "more than a person would write in a sentence"
        return
    reading = read(shown)
    told, found = reading.topics, reading.figures
    yield from _figures(shown, found, told, evidence)
    yield from _hidden_links(sentence, found, evidence)
    yield from _deeds(reading, evidence)
    yield from _topics(shown, found, told, evidence)
    yield from _names(shown, evidence)
    yield from _novelty(shown, evidence)


def _figures(shown: str, found: Sequence[Figure], told: Sequence[Claim], evidence: Evidence) -> Iterator[str]:
    offered = {claim.name for claim in told if claim.form == "topic"}
    labelled = labels(shown, found)
    for figure in found:
        if not _is_backed(figure, offered, evidence):
            if not (figure.kind == "day" and is_courtesy(shown)):
                yield f"{figure.kind} {figure.value}"
        elif figure.kind == "money":
            if figure.at in labelled and not fits_label(figure, labelled[figure.at], evidence):
                yield f"money {figure.value} is told as something else"
            elif not fits_product(figure, shown, evidence):
                yield f"money {figure.value} is another product's"


def _is_backed(figure: Figure, offered: set[str], evidence: Evidence) -> bool:
    kind, value = figure.kind, figure.value
    if kind == "quantity" and (value in ("0", "1") or _small_count(value, evidence)):
        return True
    if (kind, value) in evidence.own:
        return True
    if kind == "duration":
        return any(
            _same_span(value, known) and _compatible(unit, offered) for unit, known in _spans(evidence)
        )
    if kind == "percent" and offered:
        return any((kind, value) in unit.figures and _compatible(unit, offered) for unit in evidence.units) or (
            (kind, value) in evidence.figures and not any(unit.figures & {(kind, value)} for unit in evidence.units)
        )  # fmt: skip
    kinds = {"quantity": ("quantity", "stock", "size", *(("money",) if int(value) >= 1_000 else ()))
             if kind == "quantity" else (), "digits": ("digits", "phone", "code"),
             "code": ("code", "digits"), "phone": ("phone", "digits")}.get(kind, (kind,))  # fmt: skip
    return any((one, value) in evidence.figures for one in kinds)


def _small_count(value: str, evidence: Evidence) -> bool:
    """How many products were shown may be counted."""
    return int(value) == len(evidence.stocked) > 0


def _spans(evidence: Evidence) -> Iterator[tuple[Unit, str]]:
    for unit in evidence.units:
        yield from ((unit, value) for kind, value in unit.figures if kind == "duration")
    loose_ones = {value for kind, value in evidence.figures if kind == "duration"}
    yield from ((Unit("", frozenset(), frozenset(), frozenset()), value) for value in loose_ones
                if not any(("duration", value) in unit.figures for unit in evidence.units))  # fmt: skip


def _same_span(said: str, known: str) -> bool:
    """`2-3 day` backs itself and its upper end, never the lower one alone or another unit."""
    span, unit = said.split(" ")
    known_span, known_unit = known.split(" ")
    if unit != known_unit:
        return False
    low, high = span.split("-")
    return span == known_span or (low == high == known_span.split("-")[1])


def _compatible(unit: Unit, offered: set[str]) -> bool:
    """A figure that stands in a sentence about one offer does not back another offer."""
    return not offered or not unit.topics or bool(offered & unit.topics)


_TARGET = re.compile(
    r"\]\(([^)\s]+)|(?:href|src)\s*=\s*[\"']?([^\"'\s>]+)|<(https?://[^>\s]+)>", re.IGNORECASE
)


def _hidden_links(sentence: str, found: Sequence[Figure], evidence: Evidence) -> Iterator[str]:
    """Where a link of markup leads, whatever it shows."""
    for match in _TARGET.finditer(html.unescape(sentence)):
        target = next(group for group in match.groups() if group)
        known = {figure.value for figure in figures(target) if figure.kind in ("link", "email")} or {target}
        if not all(("link", value) in evidence.figures for value in known):
            yield f"link {target}"


def _deeds(reading: Reading, evidence: Evidence) -> Iterator[str]:
    codes = {figure.value for figure in reading.figures if figure.kind == "code"}
    for claim in reading.deeds:
        if claim.negated or _deed_is_backed(claim, codes, evidence):
            continue
        yield f"{claim.form} {claim.name}"


def _deed_is_backed(claim: Claim, codes: set[str], evidence: Evidence) -> bool:
    if claim.name == "handoff":
        return evidence.handed_off or any(act.committed and act.tells("handoff") for act in evidence.acts)
    if claim.name == "success":
        return any(act.committed and act.settled for act in evidence.acts)
    for act in evidence.acts:
        if claim.form == "deed" and not act.committed:
            continue
        tells = act.tells(claim.name) or (claim.name in ("cart", "changed") and act.committed)
        if tells and (codes <= act.codes or not act.codes):
            return True
    return False


def _topics(shown: str, found: Sequence[Figure], told: Sequence[Claim], evidence: Evidence) -> Iterator[str]:
    said = {(figure.kind, figure.value) for figure in found}
    codes = {value for kind, value in said if kind == "code"}
    for claim in told:
        if claim.name in ("in_stock", "out_of_stock"):
            if not _stock_is_backed(claim, shown, evidence):
                yield f"state {claim.name}"
        elif (
            claim.negated
            and claim.form == "topic"
            and claim.name in ("promo", "gift", "free", "wholesale")
            or claim.form == "state"
            and claim.negated
        ):
            continue
        elif not any(
            _offers(unit, claim, said) and _about(act, codes) for act in evidence.acts for unit in act.units
        ):
            yield f"{claim.form} {'no ' if claim.negated else ''}{claim.name}"


def _about(act: Act, codes: set[str]) -> bool:
    return not codes or not act.codes or codes <= act.codes


def _offers(unit: Unit, claim: Claim, said: set[tuple[str, str]]) -> bool:
    """The unit says the same, and the condition in money that it names is told too."""
    names = {claim.name, f"{claim.name}:delivery"}
    if not any((name, claim.negated) in unit.claims for name in names):
        return False
    conditions = {figure for figure in unit.figures if figure[0] == "money"}
    return (
        claim.name.split(":")[0] not in ("free", "gift", "promo") or not conditions or bool(conditions & said)
    )


def _stock_is_backed(claim: Claim, shown: str, evidence: Evidence) -> bool:
    has = (claim.name == "in_stock") != claim.negated
    lowered = shown.casefold()
    named = [name for name in evidence.stocked if name in lowered]
    if any(evidence.stocked[name] != has for name in named) and has:
        return False
    values = {value for value in evidence.options if _names_option(claim.clause, value, evidence.options)}
    if not values:
        return any(evidence.stocked[name] == has for name in named or evidence.stocked) or any(
            _tells_stock(unit, has) for unit in evidence.units
        )
    return any(
        all(_mentions(item, value) for value in values)
        for unit in evidence.units
        if _tells_stock(unit, has)
        for item in unit.text.split(";")
    )


def _tells_stock(unit: Unit, has: bool) -> bool:
    told = {("in_stock", not has), ("out_of_stock", has)}
    return bool(told & unit.claims) or (
        has and any(kind == "stock" and value != "0" for kind, value in unit.figures)
    )


def _names_option(text: str, value: str, options: set[str]) -> bool:
    """By its whole name, or by a word of it that no other option has."""
    others = {word for other in options - {value} for word in other.casefold().split()}
    own = [word for word in value.split() if len(word) > 1 and word.casefold() not in others]
    return _mentions(text, value) or any(_mentions(text, word) for word in own)


def _mentions(text: str, value: str) -> bool:
    flags = 0 if value.isupper() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, flags) is not None


_INNER_WORD = re.compile(r"(?<=[\w,] )[^\W\d_가-힣](?:[^\W가-힣]|['&.-])+")
_PLAIN_NAMES = frozenset(
    {"cod", "qr", "vietqr", "vat", "sms", "zalo", "facebook", "i'm", "i've", "i'll", "i'd", "ok", "sku", "mst", "sđt",
     "tp.hcm", "hcm", "vnd"}
)  # fmt: skip


def _names(shown: str, evidence: Evidence) -> Iterator[str]:
    """Names in the middle of a sentence: brands, people, places that nothing told."""
    for match in _INNER_WORD.finditer(shown):
        name = match.group().rstrip(".'-")
        is_name = name[0].isupper() and not any(c.isdigit() for c in name)
        if is_name and name.casefold() not in _PLAIN_NAMES and novel_words(name, evidence.words):
            yield f"name {name}"


_FIGURE_WORDS = re.compile(r"\S*\d\S*")


def _novelty(shown: str, evidence: Evidence) -> Iterator[str]:
    """A statement that speaks of what neither the tools nor everyday talk know."""
    parts = clauses(shown)
    if shown.rstrip().endswith("?"):
        parts = parts[:-1]
    text = _FIGURE_WORDS.sub(" ", with_digits(" ".join(parts)))
    strange = novel_words(text, evidence.words)
    if len(strange) >= _NOVEL_WORDS and len(strange) >= _NOVEL_SHARE * len(content_words(text)):
        yield f"speaks of {', '.join(strange[:5])}"
