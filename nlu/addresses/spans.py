"""Where in a chat message an address stands, among goods, phone and name.

Units that follow one another make a chain; the street stands before it, up to what leads to an address.
"""

import re
from collections.abc import Sequence

from nlu.addresses.hangul import is_hangul
from nlu.addresses.mentions import Mention, find_mentions
from nlu.addresses.text import DASH, Token, blank_out, clean, phones, tokens, without_asides
from nlu.addresses.units import load_units
from nlu.addresses.words import (
    AFTER_HOUSE,
    AFTER_UNITS,
    BUILDINGS,
    HOUSE,
    KOREAN_FLOORS,
    KOREAN_STREET,
    LEADS,
    NOT_STREET,
    STOPS,
    STREET_WORDS,
    STREET_WORDS_MARKED,
    TOWARDS,
    TOWARDS_MARKED,
    WARD_KINDS,
)

MAX_CHARS = 2_000
SHORTEST = 6
"""Characters of units without a street: less is some other shorthand."""
_BREAK = re.compile(r"[;\n|?!]|(?<=\w{4})\.\s|:\s*")
_NUMBER = re.compile(r"\d{1,4}[a-z]{0,2}$", re.I)


def find_address_span(text: str) -> tuple[int, int] | None:
    """From the street (or what leads to it) to the last unit; None when nothing looks like an address."""
    raw = text[:MAX_CHARS]
    cleaned, places = clean(raw)
    line = without_asides(blank_out(cleaned, phones(cleaned)))
    words = tokens(line)
    found = _with_units(line, words) or _without_units(line)
    if found is None:
        return None
    start, end = found
    while start and (
        line[start - 1].isalnum() or (line[start - 1] in "-/" and line[start - 2 : start - 1].isalnum())
    ):
        start -= 1
    while end > start and line[end - 1] in " ,.;:-\n|":
        end -= 1
    while start < end and line[start] in " ,.;:-\n|":
        start += 1
    if end - start < 4:
        return None
    return (start, end) if places is None else (places[start], places[end - 1] + 1)


def _with_units(line: str, words: Sequence[Token]) -> tuple[int, int] | None:
    chain = _best_chain(line, words)
    if not chain:
        return None
    first, last = chain[0].start, chain[-1].end
    street = _street_start(line, words, first)
    if street is None and not _strong(chain) and len(words) - (last - first) > 3:
        return None
    if street is None and words[last - 1].end - words[first].start < SHORTEST:
        return None
    if max(map(_weight, chain)) < 1.0 and (
        street is None or not any(words[m.start].gap >= DASH for m in chain[1:])
    ):
        return None
    start = words[first if street is None else street].start
    end = words[last - 1].end
    after = AFTER_UNITS.match(line, end)
    end = after.end() if after else end
    house = AFTER_HOUSE.match(line, end)
    if house is None and street is None and any(is_hangul(words[at].text) for at in range(first, last)):
        house = KOREAN_STREET.match(line, end)
    return start, house.end() if house else end


def _best_chain(line: str, words: Sequence[Token]) -> list[Mention]:
    """The run of units that says most; a lone name that is no province may be a street's or a person's."""
    chains: list[list[Mention]] = [[]]
    for mention in find_mentions(words, load_units()):
        before = chains[-1][-1] if chains[-1] else None
        if before is not None and not _follows(line, words, before, mention):
            chains.append([])
        chains[-1].append(mention)
    weighed = [(sum(map(_weight, chain)), -index, chain) for index, chain in enumerate(chains) if chain]
    weight, _, best = max(weighed, default=(0.0, 0, []))
    provinces = [
        i for i, mention in enumerate(best) if any(unit.level == "province" for unit in mention.units)
    ]
    if (
        provinces
        and provinces[-1] == 0
        and any(is_hangul(word.text) for word in words[best[0].start : best[-1].end])
    ):
        return best  # the Korean order: from the province down
    return best[: provinces[-1] + 1 if provinces else None] if weight >= 1.0 else []


def _follows(line: str, words: Sequence[Token], before: Mention, mention: Mention) -> bool:
    between = line[words[before.end - 1].end : words[mention.start].start]
    beside = mention.start == before.end or _is_numbered(words, before, mention)
    return beside and not _BREAK.search(between)


def _is_numbered(words: Sequence[Token], before: Mention, mention: Mention) -> bool:
    """`phường Hải Châu 1, quận …`: a ward by the number that it had before it was merged."""
    if mention.start != before.end + 1 or not set(before.kinds) & WARD_KINDS:
        return False
    number, behind = words[before.end], words[mention.start]
    told = number.is_number or number.key in ("i", "ii", "iii")
    return told and number.gap < DASH <= behind.gap


def _weight(mention: Mention) -> float:
    if mention.kinds and any(unit.kind in mention.kinds for unit in mention.units):
        return 1.0
    return 1.0 if any(unit.level == "province" for unit in mention.units) else 0.5


def _strong(chain: Sequence[Mention]) -> bool:
    """More than a province's or a city's name, which may stand in any question about delivery."""
    return any(m.kinds and any(u.level != "province" and u.kind in m.kinds for u in m.units) for m in chain)


def _street_start(line: str, words: Sequence[Token], first: int) -> int | None:
    """The token where the street begins: through the parts before the units, as long as they look like one."""
    start = None
    end = first
    for _ in range(3):
        if end == 0:
            break
        begin = end - 1
        while begin > 0 and not _parts(line, words, begin):
            begin -= 1
        found = _street_in(words, begin, end, beside_units=end == first)
        if found is None and start is not None and _names_a_building(words, begin, end):
            found = begin
        if found is None:
            break
        start = found
        if found > begin or begin == 0 or _hard_break(line, words, begin):
            break
        end = begin
    return start


def _names_a_building(words: Sequence[Token], begin: int, end: int) -> bool:
    """`Sunrise City` before the street that it stands in."""
    named = all(word.text[:1].isupper() or word.is_number for word in words[begin:end])
    return named and any(word.key in BUILDINGS for word in words[begin:end])


def _parts(line: str, words: Sequence[Token], i: int) -> bool:
    between = line[words[i - 1].end : words[i].start] if i < len(words) else ""
    return "," in between or bool(_BREAK.search(between)) or " - " in between or "–" in between


def _hard_break(line: str, words: Sequence[Token], i: int) -> bool:
    return bool(_BREAK.search(line[words[i - 1].end : words[i].start]))


def _street_in(words: Sequence[Token], begin: int, end: int, *, beside_units: bool) -> int | None:
    """Behind the last word that leads somewhere; from a house number or a word for lane, hamlet, house."""
    after = begin
    for i in range(begin, end):
        if _leads(words, i) and not (i > begin and words[i - 1].key in STREET_WORDS):
            after = i + 1
    for i in range(after, end):
        if words[i].key in STREET_WORDS and (i + 1 < end or beside_units) and not _is_a_name(words[i]):
            return i
        if _NUMBER.match(words[i].text) and i + 1 < end and not NOT_STREET.match(_spelt(words, i, i + 2)):
            return i
        if beside_units and words[i].is_number and i + 1 == end and words[i].gap < DASH:
            return i
        if words[i].is_number and i + 1 == end and i == after and begin == after:
            return i
    plain = (
        beside_units
        and 0 < end - after <= 5
        and not any(STOPS.fullmatch(words[i].text) for i in range(after, end))
    )
    return after if plain and (after > begin or begin > 0) and _names_a_road(words, after, end) else None


def _leads(words: Sequence[Token], i: int) -> bool:
    word = words[i]
    if word.key == "to" and (
        word.text != "to" or (i + 1 < len(words) and words[i + 1].key in ("dan", "khom"))
    ):
        return False
    if "\uac00" <= word.text[0] <= "\ud7a3":
        return not (i and words[i - 1].is_number and word.text in KOREAN_FLOORS)
    if word.text[:1].isupper() and word.gap < DASH:
        return False
    return word.text.lower() in TOWARDS_MARKED if word.is_marked else word.key in TOWARDS


def _is_a_name(word: Token) -> bool:
    """`Tô` of Tô Hiến Thành is no group of houses, `bán` no hamlet."""
    return word.is_marked and word.text.lower() not in STREET_WORDS_MARKED


def _names_a_road(words: Sequence[Token], after: int, end: int) -> bool:
    return all(word.text[:1].isupper() or word.is_number for word in words[after:end])


def _spelt(words: Sequence[Token], start: int, end: int) -> str:
    return " ".join(word.text for word in words[start:end])


def _without_units(line: str) -> tuple[int, int] | None:
    """A house number and a street behind what leads to an address."""
    leads = [match.end() for match in LEADS.finditer(line)]
    houses = [m.start() for m in HOUSE.finditer(line) if not NOT_STREET.match(m.group().strip())]
    after = [house for house in houses if leads and house >= leads[-1]]
    if not after:
        return None
    start = leads[-1] if after[0] - leads[-1] < 25 else after[0]
    stops = [match.start() for match in STOPS.finditer(line, start)]
    following = [i for i in (line.find(c, start) for c in "\n;?!|") if i >= 0]
    return start, min([len(line), *stops, *following])


def begin_of_answer(text: str, start: int) -> int:
    """Asked where to, people begin with the house: `Sky Garden 2, block R2, phường …`; 0 when the text does so."""
    before, _ = clean(text[:start])
    words = tokens(before)
    if not words or len(words) > 10 or LEADS.search(before) or re.search(r"[?!:\n]", before):
        return start
    led = any(_leads(words, i) for i in range(len(words)))
    named = all(
        w.is_number or len(w.text) == 1 or w.text[:1].isupper() or w.key in STREET_WORDS or w.key in BUILDINGS
        for w in words
    )
    return 0 if named and not led else start
