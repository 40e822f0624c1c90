"""What is sure by rule: an explicit yes or no, a question's form, how somebody pays, a note for the delivery."""

import re
import unicodedata
from collections.abc import Sequence

from nlu.models import Mention
from nlu.normalise import Folded, folded
from nlu.tokens import Token, has_phrase, plain, tokenise
from nlu.wordlists import words

_NOTES = (
    "gio hanh chinh", "goi truoc", "truoc khi giao", "giao buoi", "giao sau", "giao truoc", "giao ngoai gio",
    "gui bao ve", "gui le tan", "de bao ve", "de truoc cua", "nho goi", "goi cho", "call before",
    "call me before", "call first",
    "after work", "leave it", "leave at", "leave with", "ring the", "office hours", "before delivery", "goi qua",
    "gift wrap", "as a gift", "문 앞", "경비실", "오기 전", "배송 전", "전화 주", "전화주",
)  # fmt: skip
_PART = re.compile(r"[^,;.\n()\[\]]+")
LONG = 15
_AT_THE_END = frozenset({"khong", "chua", "gi", "sao", "nao", "ha"})
_PARTICLES = frozenset(
    ["a", "anh", "vay", "the", "em", "shop", "ad", "oi", "ban", "ta", "nhi", "z", "chi", "sop", "ne"]
)
_SPOKEN_NO = frozenset({"hông", "hổng", "hơm", "hôn", "hôm", "hăm", "khôm", "hem", "hửm"})
_SPOKEN_BARE = frozenset({"hong", "hem", "hom", "hon", "hum", "hongg", "kho"})
_EITHER_OR = re.compile(r" (?:khong|chua) hay (?:phai|la|can|chi|co|da|con|van|cung|mua|lay|thoi) ")
"""`treo được không hay phải khoan`."""
_WHO_PAYS = re.compile(
    r" hay (?:la |do )?(?:shop|ben|minh|em|khach|nguoi) (?:\w+ ){0,2}(?:tra|chiu|lo|tinh|giao|gui) "
)
"""`mình trả hay shop trả`."""
_WHATEVER = re.compile(r" (?:bao nhieu|the nao|nao|gi|sao|ai|dau) (?:cung|deu)(?= )")
"""`màu nào cũng được` leaves the choice to the shop and asks nothing."""
_INVERTED = frozenset({"is there", "are there"})
_INVERSION = re.compile(r"(?:^|[,.;!]\s*|\b(?:and|but|so)\s)(?:is|are) there\b", re.IGNORECASE)
"""`is there a box`, and no `the box is there`."""
_WEAK = frozenset({*_AT_THE_END, "may"})


def is_question(raw: str, tokens: Sequence[Token]) -> bool:
    if "?" in raw or "？" in raw:
        return True
    line = _without_payment(_WHATEVER.sub(" ", plain(tokens)))
    strong = [phrase for phrase in words().question if phrase not in _WEAK | _INVERTED]
    if (
        _INVERSION.search(raw)
        or _EITHER_OR.search(line)
        or _WHO_PAYS.search(line)
        or any(has_phrase(line, phrase) for phrase in strong)
    ):
        return True
    tail = [t for t in tokens if t.word.rstrip("*").isalpha()][-5:]
    core = [token for token in tail if token.word not in _PARTICLES]
    if len(core) > 1 and core[-1].word.rstrip("*") == "da" and core[-2].word in ("khong", "chua"):
        core.pop()  # `có mất phí không đã`: that first, then the rest.
    return len(tokens) > 2 and bool(core) and (core[-1].word in _AT_THE_END or _is_spoken_no(core))


def _without_payment(line: str) -> str:
    """The when of `I pay when it arrives` asks nothing."""
    for phrase in words().payments["cod"]:
        if " when " in f" {phrase} ":
            line = line.replace(f" {phrase} ", " ")
    return line


def _is_spoken_no(core: Sequence[Token]) -> bool:
    """`được hông`, `còn hơm`, `dc hem`: `hong` and `hem` without marks are other words as well."""
    last = core[-1]
    return last.marked in _SPOKEN_NO or (
        not last.marked and last.text in _SPOKEN_BARE and len(core) > 1 and core[-2].word == "duoc"
    )


def yes_and_no(raw: str, tokens: Sequence[Token], *, question: bool) -> tuple[bool, bool]:
    """An explicit agreement or refusal. "ok để mình xem đã", "chốt chưa?" and "không chốt" are no yes."""
    line = plain(tokens)
    no = any(has_phrase(line, phrase) for phrase in words().no) or any(
        w in raw.lower() for w in ("đừng", "dừng")
    )
    if no and _harmless_no(line):
        no = False
    later = any(has_phrase(line, phrase) for phrase in words().not_yet)
    yes = any(has_phrase(line, phrase) for phrase in words().yes)
    if yes and _only_polite(line):
        yes = False
    return yes and not no and not later and not question, (no or (later and not yes)) and not question


def _harmless_no(line: str) -> bool:
    """`không sao`, `không vấn đề`: a no in form only."""
    return any(f" khong {w} " in line for w in ("sao", "van de", "co gi")) and " khong chot " not in line


def _only_polite(line: str) -> bool:
    """`dạ` opens a sentence of any meaning; alone it agrees."""
    spoken = [phrase for phrase in words().yes if has_phrase(line, phrase)]
    return set(spoken) <= {"da", "vang", "u"} and len(line.split()) > 3


def find_payment(line: Folded, tokens: Sequence[Token]) -> Mention | None:
    text = plain(tokens).replace("*", "")
    for method, phrases in words().payments.items():
        for phrase in phrases:
            if not has_phrase(text, phrase) or any(
                f" {no} {phrase} " in text for no in ("khong", "no", "not")
            ):
                continue
            span = _place(line, tokens, phrase)
            if span is not None:
                return Mention("payment", span, method, 0.9)
    return None


def _place(line: Folded, tokens: Sequence[Token], phrase: str) -> tuple[int, int] | None:
    """Where the phrase stands, token by token as it was written out."""
    spread = [(word, token) for token in tokens for word in token.word.rstrip("*").split()]
    joined, starts = "", []
    for word, token in spread:
        starts += [token] * (len(word) + 1)
        joined += word + " "
    hangul = phrase[0] >= "\uac00"
    if hangul:
        kept = [(char, token) for char, token in zip(joined, starts, strict=True) if char != " "]
        joined, starts = "".join(char for char, _ in kept), [token for _, token in kept]
    at = re.search(re.escape(phrase.replace(" ", "") if hangul else phrase), joined)
    return line.raw_span(starts[at.start()].start, starts[at.end() - 1].end) if at else None


_ONLY = re.compile(
    r"\b(?:chỉ (?:lấy|mua|đặt|cần|chốt|order)|(?:lấy|mua|giữ|đặt) mỗi|chi (?:lay|mua|dat) .{1,40} thoi"
    r"|(?:only|just) (?:the|my|this|that|those|these|keep|want|take|need)|nothing but|nothing else)\b"
    r"|만\s?(?:할게|할께|살게|주세요|주문|구매|해\s?주|남)"
)


_SO_MANY = re.compile(
    r"(?:\d+|하나|둘|셋|넷|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:개|장|벌|병|켤레|세트|권|봉지?|팩|잔|포|박스|상자|쌍|통|캔)?$"
)


def says_only(raw: str) -> bool:
    """`8장만 할게요` says only how many."""
    line = unicodedata.normalize("NFC", raw.lower())
    found = _ONLY.search(line)
    return found is not None and not (
        found.group().startswith("만") and _SO_MANY.search(line[: found.start()])
    )


_ONLY_SO_MANY = re.compile(rf"(?:{_SO_MANY.pattern[:-1]})\s?만")


def counts_only(raw: str) -> bool:
    """`2개만요`."""
    return bool(_ONLY_SO_MANY.search(unicodedata.normalize("NFC", raw.lower())))


def find_note(raw: str, tokens: Sequence[Token]) -> str | None:
    """The whole of a short message about the delivery; of a longer one the part that says it: `… (gọi trước nha)`."""
    if not _is_note(plain(tokens)):
        return None
    if len(tokens) < LONG:
        return raw.strip()[:200]
    parts = [part.group().strip() for part in _PART.finditer(raw)]
    return "; ".join(part for part in parts if _is_note(plain(tokenise(folded(part)))))[:200] or None


def _is_note(line: str) -> bool:
    return any(has_phrase(line, phrase) for phrase in _NOTES)
