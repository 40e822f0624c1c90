"""Where in a chat message an address stands, among goods, phone and name."""

import re

from nlu.addresses.resolving import Mention, find_mentions
from nlu.addresses.text import Token, blank_out, clean, phones, tokens
from nlu.addresses.units import load_units
from nlu.addresses.words import HOUSE, LEADS, NOT_STREET, STOPS

MAX_CHARS = 2_000
_LANE = re.compile(r"(?:hẻm|hem|ngõ|ngo|ngách|kiệt|kiet|số nhà|so nha|số|so|căn|can|lầu|lau|block)\s*$", re.I)


def find_address_span(text: str) -> tuple[int, int] | None:
    """From the street (or what leads to it) to the last unit; None when nothing looks like an address."""
    raw = text[:MAX_CHARS]
    cleaned, places = clean(raw)
    line = blank_out(cleaned, phones(cleaned))
    words = tokens(line)
    anchors = [m for m in find_mentions(words, load_units()) if _is_anchor(m, words)]
    start = _start(line, words, anchors)
    if start is None:
        return None
    end = _end(line, words, anchors, start)
    while end > start and line[end - 1] in " ,.;:-\n|":
        end -= 1
    while start < end and line[start] in " ,.;:-\n|":
        start += 1
    if end - start < 4:
        return None
    return (start, end) if places is None else (places[start], places[end - 1] + 1)


def _is_anchor(mention: Mention, words: list[Token]) -> bool:
    """A unit named as such: behind its kind word, or a province."""
    if any(unit.level == "province" for unit in mention.units) and (
        mention.alone or mention.end == len(words)
    ):
        return True
    return bool(mention.kinds) and any(u.kind in mention.kinds for u in mention.units)


def _start(line: str, words: list[Token], anchors: list[Mention]) -> int | None:
    first = words[anchors[0].start].start if anchors else len(line)
    leads = [m.end() for m in LEADS.finditer(line) if m.end() <= first]
    houses = [
        m.start()
        for m in HOUSE.finditer(line)
        if m.start() <= first and not NOT_STREET.match(m.group().strip())
    ]
    if anchors:
        if leads and not any(stop.start() > leads[-1] for stop in STOPS.finditer(line[:first])):
            return leads[-1]
        near = [h for h in houses if line.count(",", h, first) <= 2]
        if near:
            return _with_lane(line, near[-1])
        return _segment_start(line, first) if _only_place(line, first) else first
    after_lead = [h for h in houses if leads and h >= leads[-1]]
    if after_lead:
        return leads[-1] if after_lead[0] - leads[-1] < 25 else after_lead[0]
    return None


def _with_lane(line: str, start: int) -> int:
    lane = re.search(
        r"(?:hẻm|hem|ngõ|ngo|ngách|kiệt|kiet|số nhà|so nha|số|so|căn|can|lầu|lau|block)\s*$",
        line[:start],
        re.I,
    )
    return lane.start() if lane else start


def _segment_start(line: str, position: int) -> int:
    return max((line.rfind(c, 0, position) for c in ",;\n|"), default=-1) + 1


def _only_place(line: str, first: int) -> bool:
    """Words right before the first unit in its segment are a street without a number."""
    segment = line[_segment_start(line, first) : first].strip()
    return 0 < len(segment.split()) <= 6 and not STOPS.search(segment) and not re.search(r"\d", segment)


def _end(line: str, words: list[Token], anchors: list[Mention], start: int) -> int:
    inside = [m for m in anchors if words[m.start].start >= start]
    stop = next((m.start() for m in STOPS.finditer(line, start)), len(line))
    bar = line.find("|", start)
    limit = min(stop, bar if bar >= 0 else len(line))
    if inside:
        last = [words[m.end - 1].end for m in inside if words[m.start].start < limit]
        if last:
            return last[-1]
    following = [i for i in (line.find(c, start) for c in "\n;?!") if i >= 0]
    return min([limit, *following])
