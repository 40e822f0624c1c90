"""Several processes on one path, and a Chroma server that comes and goes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from knowledge import KnowledgeIndex, LexicalEmbedder, Passage, SyncCounts

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FEE = Passage("fee", "faq", "Phí giao hàng là bao nhiêu?", "Đồng giá 30.000đ.", "vi", "FAQ")
WASH = Passage("wash", "faq", "Giặt áo thế nào?", "Giặt nước lạnh.", "vi", "FAQ")

SYNC = """
import sys
from knowledge import KnowledgeIndex, LexicalEmbedder, Passage
index = KnowledgeIndex(LexicalEmbedder(), path=sys.argv[1])
texts = sys.argv[2].split("|")
counts = index.sync(Passage(t, "faq", t, "Trả lời: " + t, "vi", "FAQ") for t in texts)
print(counts.added, counts.unchanged, counts.pending, len(index.search(texts[-1], language="vi", k=1)))
"""


def elsewhere(path: Path, texts: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SYNC, str(path), "|".join(texts)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )


def test_a_sync_in_another_process_is_seen_at_the_next_search(tmp_path: Path) -> None:
    index = KnowledgeIndex(LexicalEmbedder(), path=tmp_path)
    index.sync([FEE, WASH])
    assert index.search("phí giao hàng", language="vi")[0].passage == FEE

    other = elsewhere(tmp_path, ["Có gói quà không?", "Giặt áo thế nào?"])
    assert other.communicate()[0].split()[0] == "2"

    titles = {hit.passage.title for hit in index.search("gói quà, phí giao hàng", language="vi", k=5)}
    assert "Có gói quà không?" in titles
    assert FEE.title not in titles
    assert index.problem == ""
    index.close()


def test_processes_that_sync_the_same_passages_at_once_end_with_one_whole_index(tmp_path: Path) -> None:
    texts = [f"Câu hỏi số {number} về món {number * 7}" for number in range(40)]

    others = [elsewhere(tmp_path, texts) for _ in range(3)]
    results = [other.communicate()[0].split() for other in others]

    assert sorted(result[:3] for result in results) == [["0", "40", "0"], ["0", "40", "0"], ["40", "0", "0"]]
    assert [result[3] for result in results] == ["1", "1", "1"]


def test_a_process_killed_while_it_has_the_turn_to_write_blocks_nobody(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom knowledge.vectors import VectorStore\n"
        "store = VectorStore(path=Path(sys.argv[1]), url='', prefix='knowledge', embedder_name='x')\n"
        "with store.turn_to_write():\n    print('mine', flush=True)\n    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "mine\n"
    holder.kill()
    holder.communicate()
    index = KnowledgeIndex(LexicalEmbedder(), path=tmp_path)

    started = time.monotonic()
    assert index.sync([FEE]) == SyncCounts(added=1)
    assert time.monotonic() - started < 10
    index.close()


@contextmanager
def chroma_server(path: Path, port: int) -> Iterator[None]:
    server = subprocess.Popen(
        [
            Path(sys.executable).parent / "chroma",
            "run",
            "--path",
            path,
            "--port",
            str(port),
            "--host",
            "127.0.0.1",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
    )
    try:
        _wait_for(port)
        yield
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(900):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the Chroma server did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_chroma_server_is_shared_and_its_loss_is_survived(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with chroma_server(tmp_path, port):
        writer = KnowledgeIndex(LexicalEmbedder(), url=url)
        assert writer.sync([FEE, WASH]) == SyncCounts(added=2)
        reader = KnowledgeIndex(LexicalEmbedder(), url=url)
        assert reader.search("phí giao hàng", language="vi")[0].passage == FEE
        assert (writer.problem, reader.problem) == ("", "")

    reader._next_check = 0.0
    assert reader.search("phí giao hàng bao nhiêu", language="vi")[0].passage == FEE
    assert reader.problem.startswith("store:")

    with chroma_server(tmp_path, port):
        assert reader.sync([FEE, WASH]) == SyncCounts(unchanged=2)
        assert reader.problem == ""
    writer.close()
    reader.close()


def test_a_server_that_lost_its_data_does_not_empty_the_index(tmp_path: Path) -> None:
    port = free_port()
    index = KnowledgeIndex(LexicalEmbedder(), url=f"http://127.0.0.1:{port}")
    with chroma_server(tmp_path / "first", port):
        index.sync([FEE, WASH])
    with chroma_server(tmp_path / "second", port):
        index._next_check = 0.0
        assert index.search("phí giao hàng bao nhiêu", language="vi")[0].passage == FEE
        assert index.sync([FEE, WASH]) == SyncCounts(added=2)
    index.close()
