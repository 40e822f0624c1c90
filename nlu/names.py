"""Customers' names: behind a label, in "mình là …", beside phone and address, or as the answer to the question."""

import re
from collections.abc import Sequence

from nlu.models import NameMention, Span
from nlu.name_words import (
    HANGUL,
    KO_END,
    WORD,
    capitalised_runs,
    is_capitalised,
    is_full_name,
    is_korean_answer,
    is_korean_name,
    is_listed,
    is_talk,
    lists,
    lists_it,
    may_be_name,
    names_a_building,
)
from nlu.normalise import fold
from nlu.wordlists import common_words, words

_LABEL = re.compile(
    r"(?<!\w)(?:họ (?:và )?tên|ho (?:va )?ten|tên(?: người nhận| ng nhận)?|ten(?: nguoi nhan| ng nhan)?|"
    r"người nhận(?: hàng)?|"
    r"nguoi nhan(?: hang)?|ng nhận|ng nhan|người đặt|nguoi dat|full ?name|my name(?:['’]?s)?|name(?:['’]?s)?|receiver|"
    r"recipient|이름[은을]?|성함은?|받는\s?(?:사람|분)은?|수령인은?|"
    r"수취인은?|예금주는?|attn)"
    r"(?:\s+(?:người nhận|nguoi nhan|mình|minh|em|chị|chi|anh|tôi|toi|tui|khách|của em|cua em|on the door|to|"
    r"đúng|dung|phải|phai|nên|nen|ghi|chính xác|chinh xac|cần sửa|can sua|"
    r"thành|thanh|sang|lại|lai|is|là|la|(?:should|must|needs? to|has to|ought to) (?:be|read|say)|to be)(?=\s))*"
    r"(?:\s*(?:[:\-=]|(?<=\s)(?:là|la|is)(?=\s))\s*|\s+)([^\d,;.\n?!:|/]{1,60})",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"(?<!\w)(?:(?:mình|minh|em|tôi|toi|tui|chị|chi|anh|cô|mk)\s+(?:tên\s+(?:là\s+)?|ten\s+(?:la\s+)?|là|la)|"
    r"i am|i'm|im|it's|this is|"
    r"call me|저는|전|gặp|gap|ask for|gọi|goi|"
    r"(?:gửi|gui|giao|ship)\s+(?:hàng\s+|hang\s+)?(?:cho|tới|toi|đến|den|qua)|"
    r"(?:send|deliver|ship|address)(?:\s+(?:it|this|that|them|everything|the\s+parcel))?\s+(?:to|for)|"
    r"order for|(?:it's |present |gift )?for|recipient is|receiver is|receiver|recipient)\s+"
    r"([^\d,;.\n?!|/]{1,40})",
    re.I,
)
_SELF_SMALL = re.compile(
    r"(?<!\w)(?:i'?m|i am|this is|name'?s|it'?s|call me)\s+([a-z]{3,12})(?=\s*(?:[,.;!|]|btw\b|here\b))",
    re.IGNORECASE,
)
"""`im jake btw`: in small letters only what is no word of talk."""
_SENT = re.compile(r"(?:gửi|gui|giao|ship|send|deliver|address)\b", re.IGNORECASE)
_KIN = re.compile(
    r"^\s*(?:(?:my|our|a|the)\s+)?(?:(?:mom|mum|mother|dad|father|wife|husband|sister|brother|friend|boss|girlfriend|boyfriend|"
    r"daughter|son|aunt|uncle|cousin|colleague|flatmate|roommate|bf|gf|mẹ|me|má|ba|bố|bo|vợ|vo|chồng|chong|chị|chi|anh|em|con|"
    r"bạn|ban|sếp|sep|bà|ông|dì|cô|chú|bác|nyc?)\s+)"
    r"(?:(?:gái|gai|trai|xã|xa|mình|minh|em|tôi|toi|tui|chị|anh|nội|ngoại|hai|ruột|là|la|tên|ten|named|called|is|,|:)\s+)*(?=\S)",
    re.IGNORECASE,
)
"""Who the receiver is to the customer, in front of the name."""
_KO_SELF = re.compile(r"([가-힣]{2,4})(?:이?라고|입니다|이에요|예요|이고요?|님|씨|한테|에게)")
_LABEL_END = re.compile(
    r"\s(?:sđt|sdt|đt|dt|số|so|so dien|địa chỉ|dia chi|đc|dc|ở|o|giao|ship|về|ve|nhé|nha|nhe|nhá|ạ|a|ạh|phone|"
    r"address|adress|at|and|to|"
    r"in|on|her|his|my|with|tel|number|nữa|nua|lấy|lay|cho|mua|luôn|luon|thôi|thui|shop|chứ|chu|không|khong|ko|hoặc|"
    r"please|pls|thanks|not|instead|living|lives?|contact|can|could|here|from|room|want|i|is|was|입니다|이에요|이고|예요|으로|로|"
    r"-|–|\||=>|\()(?=\s|$|\()",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[,;\n|/:()]|\s[-–—]+\s|(?<=\w)\.\s|\s[-–—]|[-–—]\s")
_NAME_WORD = re.compile(r"(?<!\w)(?:tên|người nhận|nguoi nhan|my name|wrong name|이름)(?!\w)", re.I)
A_FEW = 3
_AS_NAMES = frozenset({"chi"})
"""A small word that is a name wherever a name stands before it."""
_SPELT_AS_TALK = frozenset(
    {"chị", "đang", "đặt", "giao", "hàng", "hang", "mình", "nhà", "nhận", "nhắn", "nhãn", "the"}
)
_GOES_TO = re.compile(
    r"\s(?:to|for|cho|tới|toi|đến|den)\s+((?:[A-ZÀ-Ỹ][^\W\d_]+[\s'.-]+){0,4}[A-ZÀ-Ỹ][^\W\d_]+)\s*$"
)
"""Before phone and address: `1 lamp to Nick Palmer, 0901 …`."""
_GOES_TO_SMALL = re.compile(r"(?:^|\s)(?:to|for)\s+([a-z]{2,}(?:\s[a-z]{2,}){1,2})\s*$")
"""The same in small letters: then only words that are no talk make a name."""


def find_name(
    raw: str, *, awaited: bool, taken: Sequence[Span], details: Sequence[Span], question: bool = False
) -> NameMention | None:
    """`taken` places belong to something else; `details` are phone and address, beside which names stand."""
    return (
        _labelled(raw, taken)
        or _self_named(raw, taken, to_a_place=question and not details)
        or _beside(raw, taken, details)
        or (_written_out(raw, taken) if awaited else None)
        or _awaited(raw, taken, awaited)
    )


def _labelled(raw: str, taken: Sequence[Span]) -> NameMention | None:
    for match in _LABEL.finditer(raw):
        start = _with_a_name_like_talk(raw, match)
        text = _cut(raw[start : match.end(1)], start, taken)
        text = _without_kin(_up_to_its_end(text))
        if HANGUL.search(text):
            text = text.split()[0] if text.split() and is_korean_name(text.split()[0]) else ""
        mention = _mention(text, start, 0.95)
        if mention is None:
            continue
        if _is_own_name(raw[slice(*mention.span)]) or (
            fold(mention.value) not in words().not_names and _may_be_label(raw, match, mention)
        ):
            return mention
    return None


def _with_a_name_like_talk(raw: str, match: re.Match[str]) -> int:
    """`người nhận Minh Khôi`: a `Minh` with its capital belongs to the name, and is no `mình`."""
    skipped = re.search(r"(?<=\s)(Minh|Em|Anh)\s+$", raw[match.start() : match.start(1)])
    return match.start() + skipped.start() if skipped and raw[match.start(1)].isupper() else match.start(1)


def _is_own_name(value: str) -> bool:
    """`tên Minh`, `tên Hằng`: behind the label, with a capital, and not spelt as the small word that sounds like it."""
    return (
        is_capitalised(value)
        and not value.isupper()
        and fold(value) in lists()["given"] & words().not_names
        and value.lower() not in _SPELT_AS_TALK
    )


def _without_kin(text: str) -> str:
    """The same length: `my mom Nguyen Thi Thuy`, `mẹ em là Lê Thị Hoa` are a person with a name of their own."""
    kin = _KIN.match(text)
    if kin is None or not text[kin.end() :].strip()[:1].isupper():
        return text
    return " " * kin.end() + text[kin.end() :]


def _may_be_label(raw: str, match: re.Match[str], mention: NameMention) -> bool:
    """`tên gì`, `đổi tên được không`: the word "name" without one behind it."""
    first = fold(mention.value.split()[0])
    if mention.value[0].islower() or raw[mention.span[0]].islower():
        known = first in lists()["surnames"] or first in lists()["given"] or first not in common_words()
        if not known:
            return False
    asks = first in ("gi", "bi", "chu", "giup", "gium", "bang", "thanh", "sang", "la", "nay", "do", "duoc",
        "tren", "khong", "chua", "san", "hang", "cua", "shop", "cong", "cty", "company", "file", "sp", "nguoi",
                     "of", "is", "the", "what", "for", "on", "brand", "to")  # fmt: skip
    return not asks


def _self_named(raw: str, taken: Sequence[Span], *, to_a_place: bool) -> NameMention | None:
    """`to_a_place`: "can you ship to Oslo?" names no receiver."""
    for match in _SELF.finditer(raw):
        if to_a_place and _SENT.match(match.group()):
            continue
        text = _without_kin(_cut(match.group(1), match.start(1), taken))
        found = _leading_name(text)
        if found is not None:
            return NameMention(
                (match.start(1) + found[0], match.start(1) + found[1]), text[found[0] : found[1]], 0.85
            )
    small = None if to_a_place else _SELF_SMALL.search(raw)
    if small is not None and not is_talk(small.group(1)) and not _inside(small.span(1), taken):
        return NameMention(small.span(1), small.group(1).title(), 0.85)
    for match in _KO_SELF.finditer(raw):
        if is_korean_name(match.group(1)) and not _inside(match.span(1), taken):
            return NameMention(match.span(1), match.group(1), 0.75)
    return None


def _beside(raw: str, taken: Sequence[Span], details: Sequence[Span]) -> NameMention | None:
    """A part of a message with phone or address that is nothing but a name."""
    if not details and not _NAME_WORD.search(raw):
        return None
    covered = list(raw)
    for start, end in taken:
        covered[start:end] = "|" * (end - start)
    line = "".join(covered)
    start = 0
    parts: list[tuple[int, str]] = []
    for stop in [*_BREAK.finditer(line), None]:
        end = stop.start() if stop else len(line)
        parts.append((start, line[start:end]))
        start = stop.end() if stop else end
    standing = [
        (offset + found[0], offset + found[1])
        for offset, part in parts
        if (found := _whole_name(part) or _before_phone(part)) is not None
    ]
    standing = standing or [
        (offset + led.start(1), offset + led.end(1))
        for offset, part in parts
        if (led := _GOES_TO.search(part)) is not None and not is_talk(led.group(1).split()[0])
    ]
    standing = standing or [
        (offset + led.start(1), offset + led.end(1))
        for offset, part in parts
        if (led := _GOES_TO_SMALL.search(part)) is not None and not any(map(is_talk, led.group(1).split()))
    ]
    if not standing:
        return None
    # "Lovely. Now one to Deepa Nair, 0901 …": a name of several words before a single one.
    span = next((s for s in standing if " " in raw[slice(*s)].strip()), standing[0])
    return NameMention(span, _titled(raw[slice(*span)]), 0.85)


def _before_phone(part: str) -> tuple[int, int] | None:
    """`Nam 0901 …`: one word that may be a name, and nothing else before the number."""
    word = WORD.fullmatch(part.strip())
    if word is None or fold(word.group()) in lists()["titles"]:
        return None
    if fold(word.group()) not in lists()["given"] and not is_capitalised(word.group()):
        return None
    if is_talk(word.group()) or (
        fold(word.group()) in words().not_names and not is_capitalised(word.group())
    ):
        return None
    start = part.index(word.group())
    return start, start + len(word.group())


def _awaited(raw: str, taken: Sequence[Span], awaited: bool) -> NameMention | None:
    if not awaited:
        return None
    text = re.split(r"[\d,;\n?!|]", _cut(raw, 0, taken), maxsplit=1)[0]
    text = re.sub(
        r"^\s*(?:dạ|da|vâng|vang|ok|à|um|yes|uh)[\s,]+", lambda m: " " * len(m.group()), text, flags=re.I
    )
    text = _up_to_its_end(text) or text
    if HANGUL.search(text) and not is_korean_answer(text):
        return None
    mention = _mention(text, 0, 0.8)
    if mention is None or not may_be_name(text[slice(*mention.span)]):
        return None
    # "giao về 12 …" tells where to; `Giao` alone is somebody's name.
    leads_on = len(mention.value.split()) == 1 and len(raw.split()) > A_FEW
    return None if leads_on and fold(mention.value) in words().not_names else mention


def _written_out(raw: str, taken: Sequence[Span]) -> NameMention | None:
    """Asked for, and somewhere in the answer: the one place where several words in a row begin with capitals."""
    runs = [run for run in capitalised_runs(raw) if not _inside(run, taken) and may_be_name(raw[slice(*run)])]
    runs = [run for run in runs if is_full_name(raw[slice(*run)])] or runs
    if len(runs) != 1:
        return None
    start, end = runs[0]
    lead = WORD.match(raw[start:end])
    if lead is not None and fold(lead.group()) in lists()["titles"] | {"la", "ten"}:
        start += len(lead.group()) + 1
    return NameMention((start, end), raw[start:end], 0.85) if " " in raw[start:end] else None


def without_small_words(answer: str) -> str:
    """`My nha` → `My`: the answer to "your name?" without what is said behind it."""
    return (_up_to_its_end(answer).strip(" .,!") or answer).strip()


def _up_to_its_end(text: str) -> str:
    """Without the small words behind a name; `My` in `Hà My` is one of its own."""
    padded = text + " "
    for end in _LABEL_END.finditer(padded):
        word, before = end.group().strip(), text[: end.start()].split()
        behind_name = bool(before) and is_listed(before[-1]) and fold(word) not in words().vi_words
        if fold(word) not in lists()["given"] or not (word[0].isupper() or behind_name):
            return text[: end.start()]
    return text


def _mention(text: str, start: int, sure: float) -> NameMention | None:
    lead = len(text) - len(text.lstrip(" .:-\t"))
    value = KO_END.sub("", text.strip(" .:-\t'\"“”"))
    tokens = value.split()
    kept = next(
        (i for i, word in enumerate(tokens) if i and word.islower() and not _fits_name(word, tokens[0])), None
    )
    if kept:
        tokens = tokens[:kept]
        value = value[: value.index(tokens[-1], len(" ".join(tokens[:-1]))) + len(tokens[-1])]
    if not 1 <= len(tokens) <= 6 or len(value) > 50:
        return None
    if not all(any(c.isalpha() for c in token) for token in tokens):
        return None
    first = start + lead
    return NameMention((first, first + len(value)), _titled(value), sure)


def _fits_name(word: str, first: str) -> bool:
    """A small word behind a capitalised one is no part of a name."""
    return first.islower()


def _titled(value: str) -> str:
    return value if value != value.lower() else value.title()


def _leading_name(text: str) -> tuple[int, int] | None:
    """The name that this text begins with, as it is sure enough without a label."""
    found = list(WORD.finditer(text))[:7]
    skip = 1 if found and fold(found[0].group()) in lists()["titles"] and len(found) > 1 else 0
    taken: list[re.Match[str]] = []
    for word in found[skip:]:
        if taken and text[taken[-1].end() : word.start()].strip():
            break
        if not (
            is_capitalised(word.group())
            or (lists_it(word.group(), bool(taken)) and not (taken and taken[0].group()[0].isupper()))
            or is_korean_name(word.group())
        ):
            break
        taken.append(word)
    taken = taken[:5]
    odd = bool(taken) and fold(taken[0].group()) in words().not_names
    if not taken or (not skip and odd and not is_capitalised(taken[0].group())):
        return None
    names = [word.group() for word in taken]
    surname = fold(names[0]) in lists()["surnames"] and len(names) > 1
    if not (surname or all(map(is_capitalised, names)) or is_korean_name(names[0])):
        return None
    end = taken[-1].end()
    if is_korean_name(names[0]):
        end = taken[0].start() + len(KO_END.sub("", names[0]))
        return taken[0].start(), end
    return taken[0].start(), end


def _whole_name(part: str) -> tuple[int, int] | None:
    """The part with a title and small words off its ends, if all that is left is a name."""
    found = list(WORD.finditer(part))
    small = words().not_names | _SMALL
    while (
        found
        and fold(found[0].group()) in small
        and not (is_capitalised(found[0].group()) and len(found) > 1)
    ):
        found = found[1:]
    while found and fold(found[-1].group()) in _TAIL and not _is_last_name(found):
        found = found[:-1]
    if not 1 <= len(found) <= 5 or re.search(r"\d", part[found[0].start() : found[-1].end()]):
        return None
    names = [word.group() for word in found]
    if len(names) > 1 and fold(names[0]) in lists()["titles"]:
        found, names = found[1:], names[1:]
    listed = [lists_it(name, i > 0) or fold(name) in lists()["given"] for i, name in enumerate(names)]
    surname = fold(names[0]) in lists()["surnames"] and len(names) > 1 and all(listed[1:])
    capitalised = all(map(is_capitalised, names)) and fold(names[0]) not in small
    korean = is_korean_name(names[-1])
    if korean:
        found, names = found[-1:], names[-1:]
    titled = (
        len(names) == 1 and listed[0] and found[0].start() > 0 and _titles_before(part[: found[0].start()])
    )
    if not (surname or capitalised or korean or titled) or names_a_building(names):
        return None
    end = found[0].start() + len(KO_END.sub("", names[0])) if korean else found[-1].end()
    return found[0].start(), end


def _is_last_name(found: Sequence[re.Match[str]]) -> bool:
    """`Hoàng Lan Chi`, `Lê Thị Nhã`: its capital says that the word belongs to the name before it; `hoang lan chi`."""
    names = [word.group() for word in found]
    plain = len(names) > A_FEW - 1 and fold(names[0]) in lists()["surnames"] and fold(names[-1]) in _AS_NAMES
    capitals = len(names) > 1 and all(map(is_capitalised, names))
    return (capitals or plain) and fold(names[-1]) in lists()["given"]


def _titles_before(text: str) -> bool:
    words_before = fold(text).split()
    return bool(words_before) and words_before[-1] in lists()["titles"]


_SMALL = frozenset(
    ["ten", "la", "cua", "cho", "gui", "giao", "nguoi", "nhan", "mr", "mrs", "ms", "ship", "ve", "toi", "den",
        "gap", "goi", "to", "for", "name", "call", "ok", "da", "vang", "yes", "phone", "tel", "sdt", "dt", "so",
        "dc", "dia", "chi", "info", "thong", "tin", "and", "at", "here", "my", "his", "her", "va", "is",
        "number", "address", "nhe", "nha", "receiver", "recipient", "deliver", "send", "mobile", "zalo", "attn",
        "cod", "ck", "momo", "order", "hi", "hello", "hey", "alo"]
)  # fmt: skip
_TAIL = _SMALL | frozenset(["moi", "dung", "co", "duoc", "chua", "a", "nhe", "nha", "nhan", "sdt", "nhen",
    "shop", "oi", "ak", "ah"])  # fmt: skip


def _cut(text: str, start: int, taken: Sequence[Span]) -> str:
    """Up to where something else begins."""
    limit = min((a for a, b in taken if b > start and a < start + len(text)), default=start + len(text))
    return text[: max(0, limit - start)]


def _inside(span: Span, taken: Sequence[Span]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in taken)
