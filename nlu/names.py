"""Customers' names: behind a label, in "mình là …", beside phone and address, or as the answer to the question."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from nlu.models import NameMention, Span
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
_KO_END = re.compile(r"(?:입니다|이에요|예요|이고요?|이라고|라고|이요|으로|로|님|씨|,)+$")
_BREAK = re.compile(r"[,;\n|/:()]|\s[-–—]+\s|(?<=\w)\.\s|\s[-–—]|[-–—]\s")
_HANGUL = re.compile(r"[가-힣]")
_KO_TALK = re.compile(r"^(?:네|예|응|아니|아니요)$|..(?:요|니다|까|죠|거든|는데)$")
_NAME_WORD = re.compile(r"(?<!\w)(?:tên|người nhận|nguoi nhan|my name|wrong name|이름)(?!\w)", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['.][^\W\d_]+)*")
A_FEW = 3


@lru_cache
def _lists() -> dict[str, frozenset[str]]:
    data = json.loads(files("nlu").joinpath("data", "names.json").read_text("utf-8"))
    return {name: frozenset(listed) for name, listed in data.items()}


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
        text = _cut(match.group(1), match.start(1), taken)
        text = _without_kin(_up_to_its_end(text))
        if _HANGUL.search(text):
            text = text.split()[0] if text.split() and _is_korean_name(text.split()[0]) else ""
        mention = _mention(text, match.start(1), 0.95)
        if (
            mention is not None
            and fold(mention.value) not in words().not_names
            and _may_be_label(raw, match, mention)
        ):
            return mention
    return None


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
        known = first in _lists()["surnames"] or first in _lists()["given"] or first not in common_words()
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
    for match in _KO_SELF.finditer(raw):
        if _is_korean_name(match.group(1)) and not _inside(match.span(1), taken):
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
    if not standing:
        return None
    # "Lovely. Now one to Deepa Nair, 0901 …": a name of several words before a single one.
    span = next((s for s in standing if " " in raw[slice(*s)].strip()), standing[0])
    return NameMention(span, _titled(raw[slice(*span)]), 0.85)


def _before_phone(part: str) -> tuple[int, int] | None:
    """`Nam 0901 …`: one word that may be a name, and nothing else before the number."""
    word = _WORD.fullmatch(part.strip())
    if word is None or fold(word.group()) in _lists()["titles"]:
        return None
    if fold(word.group()) not in _lists()["given"] and not _is_capitalised(word.group()):
        return None
    if _is_talk(word.group()) or (
        fold(word.group()) in words().not_names and not _is_capitalised(word.group())
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
    if _HANGUL.search(text) and not _is_korean_answer(text):
        return None
    mention = _mention(text, 0, 0.8)
    if mention is None or not may_be_name(text[slice(*mention.span)]):
        return None
    # "giao về 12 …" tells where to; `Giao` alone is somebody's name.
    leads_on = len(mention.value.split()) == 1 and len(raw.split()) > A_FEW
    return None if leads_on and fold(mention.value) in words().not_names else mention


def _written_out(raw: str, taken: Sequence[Span]) -> NameMention | None:
    """Asked for, and somewhere in the answer: the one place where several words in a row begin with capitals."""
    runs = [
        run for run in _capitalised_runs(raw) if not _inside(run, taken) and may_be_name(raw[slice(*run)])
    ]
    runs = [run for run in runs if is_full_name(raw[slice(*run)])] or runs
    if len(runs) != 1:
        return None
    start, end = runs[0]
    lead = _WORD.match(raw[start:end])
    if lead is not None and fold(lead.group()) in _lists()["titles"] | {"la", "ten"}:
        start += len(lead.group()) + 1
    return NameMention((start, end), raw[start:end], 0.85) if " " in raw[start:end] else None


def _capitalised_runs(raw: str) -> list[Span]:
    runs: list[Span] = []
    for word in _WORD.finditer(raw):
        if not _is_capitalised(word.group()):
            continue
        if runs and raw[runs[-1][1] : word.start()] == " ":
            runs[-1] = (runs[-1][0], word.end())
        else:
            runs.append(word.span())
    return [run for run in runs if " " in raw[slice(*run)]]


def is_full_name(text: str) -> bool:
    """`Phạm Đức Huy`: a family name and what goes with it, each with its capital."""
    found = [word.group() for word in _WORD.finditer(text)]
    if not 2 <= len(found) <= 6 or not all(map(_is_capitalised, found)):
        return False
    return fold(found[0]) in _lists()["surnames"] and sum(map(_is_listed, found)) * 2 > len(found)


def _up_to_its_end(text: str) -> str:
    """Without the small words behind a name; `My` in `Hà My` is one of its own."""
    padded = text + " "
    for end in _LABEL_END.finditer(padded):
        word, before = end.group().strip(), text[: end.start()].split()
        behind_name = bool(before) and _is_listed(before[-1]) and fold(word) not in words().vi_words
        if fold(word) not in _lists()["given"] or not (word[0].isupper() or behind_name):
            return text[: end.start()]
    return text


def may_be_name(text: str) -> bool:
    """Whether the answer to "what name?" can be one: no word of everyday talk that nobody is called."""
    found = [word.group() for word in _WORD.finditer(text)]
    if not 1 <= len(found) <= 6 or any(c.isdigit() for c in text):
        return False
    if len(found) == 1 and fold(found[0]) in words().not_names:
        return found[0].isascii() and fold(found[0]) in _lists()["given"]
    if any(_HANGUL.match(word) for word in found):
        return not any(_KO_TALK.search(word) or word in _lists()["ko_not_names"] for word in found)
    if len(found) == 1 and _is_capitalised(found[0]):
        return fold(found[0]) not in words().vi_words | words().en_words
    if len(found) > 1 and all(map(_is_capitalised, found)):
        return not all(map(_is_talk, found))
    return not any(map(_is_talk, found))


def _is_talk(word: str) -> bool:
    folded = fold(word)
    everyday = folded in common_words() or folded in words().vi_words or folded in words().en_words
    return everyday and not _is_listed(word)


def _is_listed(word: str) -> bool:
    return any(fold(word) in _lists()[name] for name in ("surnames", "given", "middle", "titles"))


def _mention(text: str, start: int, sure: float) -> NameMention | None:
    lead = len(text) - len(text.lstrip(" .:-\t"))
    value = _KO_END.sub("", text.strip(" .:-\t'\"“”"))
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
    found = list(_WORD.finditer(text))[:7]
    skip = 1 if found and fold(found[0].group()) in _lists()["titles"] and len(found) > 1 else 0
    taken: list[re.Match[str]] = []
    for word in found[skip:]:
        if taken and text[taken[-1].end() : word.start()].strip():
            break
        if not (
            _is_capitalised(word.group())
            or (_lists_it(word.group(), bool(taken)) and not (taken and taken[0].group()[0].isupper()))
            or _is_korean_name(word.group())
        ):
            break
        taken.append(word)
    taken = taken[:5]
    odd = bool(taken) and fold(taken[0].group()) in words().not_names
    if not taken or (not skip and odd and not _is_capitalised(taken[0].group())):
        return None
    names = [word.group() for word in taken]
    surname = fold(names[0]) in _lists()["surnames"] and len(names) > 1
    if not (surname or all(map(_is_capitalised, names)) or _is_korean_name(names[0])):
        return None
    end = taken[-1].end()
    if _is_korean_name(names[0]):
        end = taken[0].start() + len(_KO_END.sub("", names[0]))
        return taken[0].start(), end
    return taken[0].start(), end


def _lists_it(word: str, inside: bool) -> bool:
    folded, lists = fold(word), _lists()
    return folded in lists["surnames"] or (inside and (folded in lists["given"] or folded in lists["middle"]))


def _whole_name(part: str) -> tuple[int, int] | None:
    """The part with a title and small words off its ends, if all that is left is a name."""
    found = list(_WORD.finditer(part))
    small = words().not_names | _SMALL
    while (
        found
        and fold(found[0].group()) in small
        and not (_is_capitalised(found[0].group()) and len(found) > 1)
    ):
        found = found[1:]
    while found and fold(found[-1].group()) in _TAIL:
        found = found[:-1]
    if not 1 <= len(found) <= 5 or re.search(r"\d", part[found[0].start() : found[-1].end()]):
        return None
    names = [word.group() for word in found]
    if len(names) > 1 and fold(names[0]) in _lists()["titles"]:
        found, names = found[1:], names[1:]
    listed = [_lists_it(name, i > 0) or fold(name) in _lists()["given"] for i, name in enumerate(names)]
    surname = fold(names[0]) in _lists()["surnames"] and len(names) > 1 and all(listed[1:])
    capitalised = all(map(_is_capitalised, names)) and fold(names[0]) not in small
    korean = _is_korean_name(names[-1])
    if korean:
        found, names = found[-1:], names[-1:]
    titled = (
        len(names) == 1 and listed[0] and found[0].start() > 0 and _titles_before(part[: found[0].start()])
    )
    if not (surname or capitalised or korean or titled):
        return None
    end = found[0].start() + len(_KO_END.sub("", names[0])) if korean else found[-1].end()
    return found[0].start(), end


def _titles_before(text: str) -> bool:
    words_before = fold(text).split()
    return bool(words_before) and words_before[-1] in _lists()["titles"]


_SMALL = frozenset(
    ["ten", "la", "cua", "cho", "gui", "giao", "nguoi", "nhan", "mr", "mrs", "ms", "ship", "ve", "toi", "den",
        "gap", "goi", "to", "for", "name", "call", "ok", "da", "vang", "yes", "phone", "tel", "sdt", "dt", "so",
        "dc", "dia", "chi", "info", "thong", "tin", "and", "at", "here", "my", "his", "her", "va", "is",
        "number", "address", "nhe", "nha", "receiver", "recipient", "deliver", "send", "mobile", "zalo", "attn",
        "cod", "ck", "momo", "order"]
)  # fmt: skip
_TAIL = _SMALL | frozenset(["moi", "dung", "co", "duoc", "chua", "a", "nhe", "nha", "nhan", "sdt", "nhen",
    "shop", "oi", "ak", "ah"])  # fmt: skip


def _is_capitalised(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not (word.isupper() and len(word) < 3)


def _is_korean_name(word: str) -> bool:
    stem = _KO_END.sub("", word)
    return (
        bool(re.fullmatch(r"[가-힣]{3}", stem))
        and stem[0] in _lists()["ko_surnames"]
        and stem[-1] not in "을를는에로도"
        and stem not in _lists()["ko_not_names"]
    )


def _is_korean_answer(text: str) -> bool:
    """One or two words, of which a name is made: talk in Korean is longer than any name."""
    parts = [_KO_END.sub("", part) for part in text.split()]
    whole = "".join(parts)
    if len(parts) > 1 and parts[0] in words().numbers and parts[1][:1] in words().counters:
        return False  # `두 병이요` counts
    return len(parts) <= 2 and 2 <= len(whole) <= 5 and whole not in _lists()["ko_not_names"]


def _cut(text: str, start: int, taken: Sequence[Span]) -> str:
    """Up to where something else begins."""
    limit = min((a for a, b in taken if b > start and a < start + len(text)), default=start + len(text))
    return text[: max(0, limit - start)]


def _inside(span: Span, taken: Sequence[Span]) -> bool:
    return any(a < span[1] and span[0] < b for a, b in taken)
