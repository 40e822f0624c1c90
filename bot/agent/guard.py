"""Nothing reaches a customer that this turn's results do not back: figures, codes, links, dates, deeds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:vn|com|net|shop|me|io)\b\S*", re.IGNORECASE)
_CODE = re.compile(r"\b(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9][A-Z0-9-]{3,}\b")
_THOUSANDS = re.compile(r"(\d[\d.,]*)\s*(k|nghìn|ngàn|tr|triệu|million|천|만)\b", re.IGNORECASE)
_FACTORS = {"k": 1_000, "nghìn": 1_000, "ngàn": 1_000, "tr": 10**6, "triệu": 10**6, "million": 10**6, "천": 1_000,
            "만": 10_000}  # fmt: skip
_DONE = re.compile(
    r"(đã|vừa)\s+(\w+\s+){0,3}(đặt|lên|chốt|tạo|hủy|huỷ|hoàn|giảm|xác nhận|ghi|thêm|gửi|chuyển|đổi|xuất)"
    r"|(order|refund|invoice|discount)\b[^.]{0,40}\b(placed|confirmed|cancelled|canceled|applied|issued|done)"
    r"|\b(i've|i have|we've|we have)\s+(placed|cancelled|canceled|refunded|applied|added|changed|sent|issued|noted"
    r"|passed)"
    r"|(주문|환불|취소|할인)[^.]{0,12}(완료|접수되었|했습니다|되었습니다)",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(hôm nay|ngày mai|mai|mốt|today|tomorrow|tonight|내일|오늘)\b"
    r"|\b(miễn phí|freeship|free of charge|for free|무료)\b"
    r"|\b(giảm giá|khuyến mãi|tặng|discount|sale off|할인)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Verdict:
    ok: bool
    reasons: tuple[str, ...] = ()


def check(text: str, *, results: Iterable[dict[str, Any]], customer_text: str) -> Verdict:
    """`results` are what tools answered in this turn; what the customer wrote may be repeated, but proves nothing
    of price or deed: only its phone, name and address digits may come back.
    """
    results = list(results)
    evidence = _flatten(results)
    reasons = [
        *_unbacked_numbers(text, evidence, customer_text),
        *(f"link {link}" for link in _LINK.findall(text) if link.rstrip(".,)") not in evidence),
        *(
            f"code {code}"
            for code in _CODE.findall(text)
            if code not in evidence and code not in customer_text
        ),
    ]
    if _DONE.search(text) and not any(r.get("committed") or r.get("ok") and _is_done(r) for r in results):
        reasons.append("claims something done that no tool did")
    lowered = evidence.lower()
    reasons += [
        f"promise '{m.group(0)}'" for m in _PROMISE.finditer(text) if m.group(0).lower() not in lowered
    ]
    return Verdict(not reasons, tuple(reasons))


def _is_done(result: dict[str, Any]) -> bool:
    """A hand-off commits with the turn itself."""
    return "reason" in result.get("data", {})


def _unbacked_numbers(text: str, evidence: str, customer_text: str) -> list[str]:
    known = _numbers(evidence)
    repeated = {n for n in _numbers(customer_text) if n < 100 or n > 10**8}
    spoken = set(_numbers(text))
    return [f"number {n}" for n in sorted(spoken - set(known) - repeated) if n > 1]


def _numbers(text: str) -> set[int]:
    found = set()
    for match in _THOUSANDS.finditer(text):
        whole = match.group(1).replace(",", ".").rstrip(".")
        if whole.count(".") <= 1:
            found.add(int(float(whole) * _FACTORS[match.group(2).lower()]))
    for token in _NUMBER.findall(_THOUSANDS.sub(" ", text)):
        digits = re.sub(r"\D", "", token)
        found.add(int(digits[:18]))
    return found


def _flatten(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_flatten(v) for v in value.values())
    if isinstance(value, list | tuple):
        return " ".join(_flatten(v) for v in value)
    return str(value)
