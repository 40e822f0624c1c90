import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge import (
    Embedder,
    EmbeddingFailed,
    KnowledgeIndex,
    LexicalEmbedder,
    Passage,
    SyncCounts,
    choose_embedder,
)
from knowledge.embedders import TextKind

FEE = Passage("fee:vi", "faq", "Phí giao hàng là bao nhiêu?", "Đồng giá 30.000đ.", "vi", "FAQ", group="fee")
FEE_EN = Passage("fee:en", "faq", "How much is delivery?", "30,000đ flat.", "en", "FAQ", group="fee")
WASH = Passage("wash:vi", "faq", "Giặt áo thế nào?", "Giặt nước lạnh.", "vi", "FAQ", group="wash")
HOURS = Passage("hours:en", "policy", "Opening hours", "Open 9 am to 8 pm.", "en", "About us", group="hours")
ALL = [FEE, FEE_EN, WASH, HOURS]


class CountingEmbedder(LexicalEmbedder):
    """The lexical one, which remembers what it was asked and can be switched off."""

    def __init__(self, name: str = "lexical-1") -> None:
        self.name = name
        self.asked: list[str] = []
        self.is_broken = False

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
        if self.is_broken:
            raise EmbeddingFailed("switched off")
        self.asked += texts
        return super().embed(texts, kind=kind)


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def index(embedder: CountingEmbedder, tmp_path: Path) -> Iterator[KnowledgeIndex]:
    index = KnowledgeIndex(embedder, path=tmp_path)
    yield index
    index.close()


def found(index: KnowledgeIndex, question: str, **options: object) -> list[str]:
    return [hit.passage.id for hit in index.search(question, **options)]  # type: ignore[arg-type]


def test_the_first_sync_adds_everything(index: KnowledgeIndex) -> None:
    assert index.sync(ALL) == SyncCounts(added=4)
    assert len(index) == 4


def test_the_same_sync_again_does_nothing(index: KnowledgeIndex, embedder: CountingEmbedder) -> None:
    index.sync(ALL)
    embedder.asked.clear()

    assert index.sync(ALL) == SyncCounts(unchanged=4)
    assert embedder.asked == []


def test_a_restart_embeds_nothing_again(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.sync(ALL)
    index.close()
    later = CountingEmbedder()
    reopened = KnowledgeIndex(later, path=tmp_path)

    assert reopened.sync(ALL) == SyncCounts(unchanged=4)
    assert later.asked == []
    reopened.close()


def test_a_new_process_finds_what_an_earlier_one_synced(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.sync(ALL)
    index.close()
    reopened = KnowledgeIndex(CountingEmbedder(), path=tmp_path)

    (hit, *_) = reopened.search("phi giao hang", language="vi")

    assert hit.passage == FEE
    reopened.close()


def test_a_changed_answer_is_updated_without_embedding_its_question_again(
    index: KnowledgeIndex, embedder: CountingEmbedder
) -> None:
    index.sync(ALL)
    embedder.asked.clear()
    dearer = replace(FEE, text="Đồng giá 35.000đ.", version="")

    assert index.sync([dearer, FEE_EN, WASH, HOURS]) == SyncCounts(updated=1, unchanged=3)
    assert embedder.asked == ["Phí giao hàng là bao nhiêu?\nĐồng giá 35.000đ."]
    assert index.search("phí giao hàng", language="vi")[0].passage.text == "Đồng giá 35.000đ."


def test_a_changed_question_is_embedded_alone(index: KnowledgeIndex, embedder: CountingEmbedder) -> None:
    index.sync(ALL)
    embedder.asked.clear()

    assert index.sync([replace(FEE, title="Tiền ship?", version=""), FEE_EN, WASH, HOURS]).updated == 1
    assert embedder.asked == ["Tiền ship?", "Tiền ship?\nĐồng giá 30.000đ."]


def test_a_question_that_is_the_title_is_sure_in_the_smallest_shop(index: KnowledgeIndex) -> None:
    index.sync([FEE])

    assert index.search("phi giao hang la bao nhieu", language="vi")[0].sure


def test_a_cache_is_not_led_by_what_others_leave_in_the_store(tmp_path: Path) -> None:
    index = KnowledgeIndex(LexicalEmbedder(), path=tmp_path, is_cache=True)
    index.show([FEE])
    other = KnowledgeIndex(LexicalEmbedder(), path=tmp_path)
    other.sync([WASH])
    index.warm_up()

    assert found(index, "phí giao hàng, giặt áo", language="vi", k=5) == ["fee:vi"]
    index.close()
    other.close()


def test_a_removed_passage_is_found_no_more(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    assert index.sync([FEE, FEE_EN, HOURS]) == SyncCounts(removed=1, unchanged=3)
    assert "wash:vi" not in found(index, "giặt áo thế nào", language="vi")


def test_another_embedder_starts_a_collection_of_its_own(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.sync(ALL)
    other = KnowledgeIndex(CountingEmbedder("lexical-2"), path=tmp_path)

    assert other.sync(ALL) == SyncCounts(added=4)
    assert index.sync(ALL) == SyncCounts(unchanged=4)
    other.close()


def test_clear_forgets_everything_on_disk_too(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.sync(ALL)
    index.clear()

    assert index.search("phí giao hàng") == []
    assert index.sync([FEE]) == SyncCounts(added=1)


def test_the_hit_is_in_the_language_of_the_question(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    assert found(index, "how much is delivery", language="en")[0] == "fee:en"
    assert found(index, "phí giao hàng bao nhiêu", language="vi")[0] == "fee:vi"


def test_each_group_is_found_once(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    groups = [hit.passage.group for hit in index.search("phí giao hàng", language="vi", k=10)]

    assert len(groups) == len(set(groups))


def test_what_is_not_written_in_the_language_of_the_question_can_still_be_found(
    index: KnowledgeIndex,
) -> None:
    index.sync(ALL)

    assert "hours:en" in found(index, "opening hours", language="vi", k=10)


def test_chat_spelling_finds_the_passage(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    assert found(index, "shop oi phi giao hang bn v a")[0] == "fee:vi"


def test_a_question_that_shares_nothing_with_the_shop_s_pages_is_never_sure(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    assert not any(hit.sure for hit in index.search("ai thắng trận chung kết bóng đá", language="vi"))


def test_a_hit_that_shares_no_telling_word_with_the_question_is_not_sure() -> None:
    spare = Passage("spare", "faq", "Do you sell spare lids?", "Yes, for every model.", "en", "FAQ")
    index = KnowledgeIndex(choose_embedder())
    index.sync([spare, HOURS])

    assert not any(hit.sure for hit in index.search("do you sell sofas", language="en"))
    assert index.search("do you sell spare lids", language="en")[0].sure


def test_only_the_best_hit_can_be_sure_and_scores_lie_between_0_and_1(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    hits = index.search("Phí giao hàng là bao nhiêu?", language="vi")

    assert [hit.sure for hit in hits] == [True, *[False] * (len(hits) - 1)]
    assert all(0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("question", ["", "   ", "?!…", "\x00", "😀😀"])
def test_a_question_without_words_finds_nothing(index: KnowledgeIndex, question: str) -> None:
    index.sync(ALL)

    assert index.search(question) == []


@pytest.mark.parametrize(
    "question", ["phí " * 100_000, "\ud800 phí", "a\x00b", "' OR 1=1 --", "\u202e" * 50 + "phí"]
)
def test_hostile_questions_raise_nothing(index: KnowledgeIndex, question: str) -> None:
    index.sync(ALL)

    assert len(index.search(question)) <= 3
    assert index.problem == ""


def test_asking_for_no_hits_gives_none(index: KnowledgeIndex) -> None:
    index.sync(ALL)

    assert index.search("phí", k=0) == []


def test_an_empty_index_finds_nothing(index: KnowledgeIndex) -> None:
    assert index.search("phí giao hàng") == []
    assert index.sync([]) == SyncCounts()


def test_without_the_embedder_passages_are_pending_and_found_by_words(
    index: KnowledgeIndex, embedder: CountingEmbedder
) -> None:
    embedder.is_broken = True

    assert index.sync(ALL) == SyncCounts(added=4, pending=4)
    assert found(index, "phí giao hàng", language="vi") == ["fee:vi"]
    assert "switched off" in index.problem


def test_the_next_sync_catches_up_what_was_pending(index: KnowledgeIndex, embedder: CountingEmbedder) -> None:
    embedder.is_broken = True
    index.sync(ALL)
    embedder.is_broken = False

    assert index.sync(ALL) == SyncCounts(added=4)
    assert index.problem == ""


def test_an_embedder_that_breaks_later_leaves_the_search_by_words(
    index: KnowledgeIndex, embedder: CountingEmbedder
) -> None:
    index.sync(ALL)
    embedder.is_broken = True

    assert found(index, "phí giao hàng", language="vi") == ["fee:vi"]


def test_a_place_that_cannot_be_written_leaves_the_index_in_memory(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    index = KnowledgeIndex(LexicalEmbedder(), path=tmp_path / "taken")

    assert index.sync(ALL) == SyncCounts(added=4, pending=4)
    assert found(index, "phí giao hàng bao nhiêu", language="vi")[0] == "fee:vi"
    assert index.problem.startswith("store:")


def test_a_search_during_a_slow_sync_finds_new_texts_by_words(tmp_path: Path) -> None:
    is_asked, may_go_on = threading.Event(), threading.Event()

    class SlowEmbedder(LexicalEmbedder):
        def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
            if len(texts) > 1:
                is_asked.set()
                assert may_go_on.wait(20)
            return super().embed(texts, kind=kind)

    slow: Embedder = SlowEmbedder()
    index = KnowledgeIndex(slow, path=tmp_path)
    syncing = threading.Thread(target=index.sync, args=([FEE, WASH],))
    syncing.start()
    assert is_asked.wait(20)

    during = found(index, "phí giao hàng", language="vi")
    may_go_on.set()
    syncing.join()

    assert during[0] == "fee:vi"
    assert index.sync([FEE, WASH]) == SyncCounts(unchanged=2)
    index.close()


def test_indexes_in_memory_do_not_see_each_other() -> None:
    one, other = KnowledgeIndex(LexicalEmbedder()), KnowledgeIndex(LexicalEmbedder())
    one.sync([FEE])

    assert other.search("phí giao hàng") == []
    assert other.sync([WASH]) == SyncCounts(added=1)


def test_warm_up_makes_a_stored_index_ready(index: KnowledgeIndex, tmp_path: Path) -> None:
    index.sync(ALL)
    index.close()
    later = KnowledgeIndex(CountingEmbedder(), path=tmp_path)

    later.warm_up()

    assert len(later) == 4
    later.close()
