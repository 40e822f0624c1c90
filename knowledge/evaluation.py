"""Measures retrieval on labelled questions: `chotdon eval knowledge` prints it for the packaged shops."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from knowledge.embedders import Embedder
from knowledge.index import KnowledgeIndex
from knowledge.passages import Hit, Kind, Passage
from knowledge.wording import Language

Part = Literal["tuning", "held_out", "fresh"]
PARTS: tuple[Part, ...] = ("tuning", "held_out", "fresh")
SHOPS = ("bakery", "clothing", "cosmetics", "electronics", "kitchen", "pets")
_DATA = Path(__file__).parent / "evaluation_data"


@dataclass(frozen=True)
class Case:
    """`group` is the passage group that answers; None when the shop never wrote an answer. `form` is a label
    to report by, such as `vi_plain` for Vietnamese without marks."""

    question: str
    language: Language
    group: str | None
    form: str = ""


@dataclass(frozen=True)
class Report:
    """Shares of the answerable questions, except `false_sure`: unanswerable ones that got a sure hit.

    `wrong_sure`: answerable ones whose sure hit is a wrong passage. `misled`: both kinds of wrong and sure, as a
    share of all questions.
    """

    form: str
    answerable: int
    unanswerable: int
    recall_at_1: float
    recall_at_3: float
    right_sure: float
    wrong_sure: float
    false_sure: float
    misled: float
    p95_ms: float


@dataclass(frozen=True)
class Outcome:
    case: Case
    hits: Sequence[Hit]
    seconds: float

    @property
    def is_sure(self) -> bool:
        return bool(self.hits and self.hits[0].sure)

    @property
    def is_right(self) -> bool:
        return bool(self.hits and self.case.group and self.hits[0].passage.group == self.case.group)


def shop_passages(shop: str) -> list[Passage]:
    """What an invented shop of the package wrote."""
    raw = _read(f"shop_{shop}.json")
    kinds: tuple[tuple[Kind, str], ...] = (("faq", "faqs"), ("policy", "policies"), ("product", "products"))
    return [
        passage
        for kind, key in kinds
        for entry in raw.get(key, ())
        for passage in _entry_passages(kind, entry, raw["shop"])
    ]


def shop_cases(part: Part, shop: str) -> list[Case]:
    return [
        Case(item["query"], "vi" if item["form"] == "vi_plain" else item["form"], item["group"], item["form"])
        for item in _read(f"queries_{part}.json")
        if item["shop"] == shop
    ]


def ask(index: KnowledgeIndex, case: Case) -> Outcome:
    started = time.perf_counter()
    hits = index.search(case.question, language=case.language, k=3)
    return Outcome(case, hits, time.perf_counter() - started)


def ask_all(embedder: Embedder, part: Part, shops: Iterable[str] = SHOPS) -> list[Outcome]:
    """Each shop in an index of its own, as in life."""
    outcomes: list[Outcome] = []
    for shop in shops:
        cases = shop_cases(part, shop)
        if cases:
            index = KnowledgeIndex(embedder, is_cache=True)
            index.sync(shop_passages(shop))
            outcomes += [ask(index, case) for case in cases]
            index.close()
    return outcomes


def evaluate(index: KnowledgeIndex, cases: Iterable[Case]) -> list[Report]:
    return reports([ask(index, case) for case in cases])


def reports(outcomes: Sequence[Outcome]) -> list[Report]:
    """One per form, then one over all (form `all`)."""
    forms = sorted({outcome.case.form or outcome.case.language for outcome in outcomes})
    return [
        *(_report(form, [o for o in outcomes if (o.case.form or o.case.language) == form]) for form in forms),
        _report("all", outcomes),
    ]


def table(found: Sequence[Report]) -> str:
    """For a terminal."""
    head = f"{'':9} {'asked':>8}  {'r@1':>5} {'r@3':>5}  {'right+sure':>10} {'wrong+sure':>10} {'p95':>8}"
    lines = [
        f"{r.form:9} {r.answerable:4}+{r.unanswerable:<3}  {r.recall_at_1:5.2f} {r.recall_at_3:5.2f}"
        f"  {r.right_sure:10.2f} {r.misled:10.3f} {r.p95_ms:5.0f} ms"
        for r in found
    ]
    return "\n".join([head, *lines])


def as_json(found: Mapping[Part, Sequence[Report]]) -> str:
    return json.dumps({part: [asdict(report) for report in rows] for part, rows in found.items()}, indent=1)


def _report(form: str, outcomes: Sequence[Outcome]) -> Report:
    answerable = [o for o in outcomes if o.case.group is not None]
    rest = [o for o in outcomes if o.case.group is None]
    right = sum(o.is_right for o in answerable)
    within = sum(any(hit.passage.group == o.case.group for hit in o.hits) for o in answerable)
    right_sure = sum(o.is_right and o.is_sure for o in answerable)
    wrong_sure = sum(o.is_sure for o in answerable) - right_sure
    false_sure = sum(o.is_sure for o in rest)
    times = sorted(o.seconds for o in outcomes)
    return Report(
        form=form,
        answerable=len(answerable),
        unanswerable=len(rest),
        recall_at_1=_share(right, answerable),
        recall_at_3=_share(within, answerable),
        right_sure=_share(right_sure, answerable),
        wrong_sure=_share(wrong_sure, answerable),
        false_sure=_share(false_sure, rest),
        misled=_share(wrong_sure + false_sure, outcomes),
        p95_ms=times[int(0.95 * (len(times) - 1))] * 1000 if times else 0.0,
    )


def _entry_passages(kind: Kind, entry: dict[str, Any], shop: str) -> Iterable[Passage]:
    identity = f"product:{entry['sku']}" if kind == "product" else str(entry["id"])
    languages: tuple[Language, ...] = ("vi", "en", "ko")
    for language in languages:
        if language in entry:
            title, text = entry[language]
            source = title if kind == "product" else entry.get("source", f"FAQ {shop}")
            yield Passage(f"{identity}:{language}", kind, title, text, language, source, group=identity)


@cache
def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))


def _share(count: int, of: Sequence[object]) -> float:
    return count / len(of) if of else 0.0
