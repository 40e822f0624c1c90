"""Measures an index on labelled questions. `chotdon eval knowledge` prints it for a shop's own cases."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.index import KnowledgeIndex
from knowledge.passages import Hit
from knowledge.wording import Language


@dataclass(frozen=True)
class Case:
    """`group` is the passage group that answers; None when the shop never wrote an answer. `form` is a label
    to report by, such as `vi without marks`."""

    question: str
    language: Language
    group: str | None
    form: str = ""


@dataclass(frozen=True)
class Report:
    """Shares of the answerable questions, except `false_sure`: unanswerable ones that got a sure hit.

    `wrong_sure`: answerable ones whose sure hit is a wrong passage.
    """

    form: str
    answerable: int
    unanswerable: int
    recall_at_1: float
    recall_at_3: float
    right_sure: float
    wrong_sure: float
    false_sure: float
    p95_ms: float


@dataclass(frozen=True)
class _Outcome:
    case: Case
    hits: Sequence[Hit]
    seconds: float


def evaluate(index: KnowledgeIndex, cases: Iterable[Case]) -> list[Report]:
    """One report per form, then one over all (form `all`)."""
    outcomes = [_ask(index, case) for case in cases]
    forms = sorted({outcome.case.form or outcome.case.language for outcome in outcomes})
    reports = [
        _report(form, [o for o in outcomes if (o.case.form or o.case.language) == form]) for form in forms
    ]
    return [*reports, _report("all", outcomes)]


def _ask(index: KnowledgeIndex, case: Case) -> _Outcome:
    started = time.perf_counter()
    hits = index.search(case.question, language=case.language, k=3)
    return _Outcome(case, hits, time.perf_counter() - started)


def _report(form: str, outcomes: Sequence[_Outcome]) -> Report:
    answerable = [o for o in outcomes if o.case.group is not None]
    rest = [o for o in outcomes if o.case.group is None]
    right = [o for o in answerable if o.hits and o.hits[0].passage.group == o.case.group]
    within = [o for o in answerable if any(hit.passage.group == o.case.group for hit in o.hits)]
    sure = [o for o in answerable if o.hits and o.hits[0].sure]
    right_sure = sum(o.hits[0].sure for o in right)
    times = sorted(o.seconds for o in outcomes)
    return Report(
        form=form,
        answerable=len(answerable),
        unanswerable=len(rest),
        recall_at_1=_share(len(right), answerable),
        recall_at_3=_share(len(within), answerable),
        right_sure=_share(right_sure, answerable),
        wrong_sure=_share(len(sure) - right_sure, answerable),
        false_sure=_share(sum(bool(o.hits and o.hits[0].sure) for o in rest), rest),
        p95_ms=times[int(0.95 * (len(times) - 1))] * 1000 if times else 0.0,
    )


def _share(count: int, of: Sequence[object]) -> float:
    return count / len(of) if of else 0.0
