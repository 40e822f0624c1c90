"""Prints the speed and memory figures of knowledge/README.md. Run by hand from the project's folder:
`python -m tests.knowledge.measure_speed`."""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import knowledge
from knowledge.evaluation import PARTS, SHOPS, shop_cases, shop_passages


def megabytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024


def timed(label: str, *steps: Callable[[], object]) -> None:
    started = time.perf_counter()
    for step in steps:
        step()
    milliseconds = (time.perf_counter() - started) * 1000
    print(f"{label}: {milliseconds:.0f} ms, {megabytes()} MB")


def percentiles(label: str, index: knowledge.KnowledgeIndex) -> None:
    asked = [case for part in PARTS for shop in SHOPS for case in shop_cases(part, shop)]
    times: list[float] = []
    for case in asked:
        started = time.perf_counter()
        index.search(case.question, language=case.language)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    at = [times[int(share * (len(times) - 1))] for share in (0.5, 0.95, 1)]
    print(f"{label}: p50 {at[0]:.1f}, p95 {at[1]:.1f}, slowest {at[2]:.1f} ms of {len(times)}")


def main() -> None:
    print(f"imported: {megabytes()} MB; numpy {'numpy' in sys.modules}, chromadb {'chromadb' in sys.modules}")
    embedder = knowledge.choose_embedder()
    print(embedder.name)
    timed("load the embedder", lambda: embedder.embed(["xin chào"], kind="query"))
    with tempfile.TemporaryDirectory() as folder:
        index = knowledge.KnowledgeIndex(embedder, path=folder, is_cache=True)
        timed("warm up (Chroma)", index.warm_up)
        clothing, pets = shop_passages("clothing"), shop_passages("pets")
        timed("sync 60 passages", lambda: index.sync(clothing[:60]))
        timed(f"sync {len(clothing)}, 60 known", lambda: index.sync(clothing))
        timed("sync, nothing new", lambda: index.sync(clothing))
        percentiles("search, new questions", index)
        percentiles("search, asked before", index)
        timed(f"clear, sync another shop's {len(pets)}", index.clear, lambda: index.sync(pets))
        timed(f"clear, sync the first {len(clothing)}", index.clear, lambda: index.sync(clothing))
        index.close()


if __name__ == "__main__":
    main()
