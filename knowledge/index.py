"""The index that the assistant asks. Several processes, and what happens when a part fails: README."""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.embedders import Embedder, EmbeddingFailed, TextKind
from knowledge.passages import Hit, Passage
from knowledge.remembering import RememberingEmbedder
from knowledge.scoring import calibration_of
from knowledge.vectors import Stored, VectorStore
from knowledge.wording import Language, as_asked, guess_language, words_of

if TYPE_CHECKING:
    from knowledge.shelf import Shelf, Vectors

_log = logging.getLogger("chotdon.knowledge")

_QUESTION_CHARS = 600
_BODY_CHARS = 300
_SHORT_BODY_CHARS = 120
_CANDIDATES = 50
_EXACT_UP_TO = 3_000
# What is asked most is findable by meaning first; a catalogue may take a while.
_AT_ONCE = 64
_TEXT_KINDS: tuple[TextKind, ...] = ("query", "passage")
_EMBEDDED_IN_TURN = (("faq",), ("policy", "document"), ("product",))
_REST_SECONDS = 30.0
_REMOTE_CHECK_SECONDS = 2.0
_STORE_WAIT_SECONDS = 0.02


@dataclass(frozen=True)
class SyncCounts:
    """`pending` passages have no stored vector yet (embedder or Chroma out of reach): found by words only."""

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    pending: int = 0


class KnowledgeIndex:
    """Passages of one shop, found by meaning and by words.

    `path` keeps them on disk, `url` on a Chroma server, neither in memory. Nothing is imported or opened
    before the first sync, search or `warm_up`. With `is_cache` the store only spares embedding: searched is what
    this process was last given, whatever another process, ahead or behind, leaves in the store.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        path: Path | str | None = None,
        url: str = "",
        prefix: str = "knowledge",
        is_cache: bool = False,
    ) -> None:
        self._memory = RememberingEmbedder(embedder, rest_seconds=_REST_SECONDS)
        self._calibration = calibration_of(embedder.name)
        self._store = VectorStore(
            path=Path(path) if path else None, url=url, prefix=prefix, embedder_name=embedder.name
        )
        self._shelf: Shelf | None = None
        self._pending: dict[str, Passage] = {}
        self._is_cache = is_cache
        self._wanted: dict[str, Passage] | None = None
        self._swapping = threading.Lock()
        self._turn = threading.Lock()
        self._next_check = 0.0
        self._store_rests_until = 0.0
        self._problems: dict[str, str] = {}

    @property
    def problem(self) -> str:
        """What is wrong with Chroma or the embedder; empty when all is well."""
        return "; ".join(self._problems.values())

    def __len__(self) -> int:
        return len(self._shelf.passages) if self._shelf else 0

    def warm_up(self) -> None:
        """Loads model, Chroma and passages. Call it in a thread at start: a search meanwhile does not wait."""
        with self._turn:
            self._load()
        self.search("?a", language="vi", k=1)

    def show(self, passages: Iterable[Passage]) -> None:
        """These are searched from now on, new ones by words until `sync` has embedded them. Takes milliseconds."""
        self._want({passage.id: passage for passage in passages})

    def sync(self, passages: Iterable[Passage]) -> SyncCounts:
        """Makes the index hold exactly these passages. Unchanged ones (by id and version) cost nothing.

        Searches find the new texts by words from the first moment and by meaning when this returns. Raises
        nothing for Chroma or the embedder: what could not be stored is `pending`, and the next sync tries again.
        """
        wanted = {passage.id: passage for passage in passages}
        self._want(wanted)
        with self._turn:
            if self._wanted is not wanted:
                return SyncCounts()  # overtaken: a later call knows better and does the work
            self._memory.retry()
            self._store_rests_until = 0.0
            try:
                with self._store.turn_to_write():
                    return self._sync_store(wanted)
            except Exception as error:  # Chroma raises many kinds; none may stop the shop
                self._note_store_problem(error)
                vectors = self._carried_over(wanted)
                fresh = [passage for id_, passage in wanted.items() if id_ not in vectors]
                self._put(wanted, vectors | self._embedded(fresh))
                self._pending = wanted
                return SyncCounts(added=len(wanted), pending=len(wanted))

    def _want(self, wanted: dict[str, Passage]) -> None:
        shelf = self._build(wanted, self._carried_over(wanted))
        with self._swapping:
            self._wanted, self._shelf = wanted, shelf

    def _put(self, wanted: Mapping[str, Passage], vectors: "Mapping[str, Vectors]") -> None:
        """The shelf of a sync, unless other passages are wanted meanwhile."""
        shelf = self._build(wanted, vectors)
        with self._swapping:
            if self._wanted is wanted:
                self._shelf = shelf

    def search(self, question: str, *, language: Language | None = None, k: int = 3) -> list[Hit]:
        """The best passages, one per group, best first; only the first can be sure. Never raises."""
        text = question.replace("\x00", " ")[:_QUESTION_CHARS]
        shelf = self._current()
        if shelf is None or not shelf.passages or not words_of(text) or k < 1:
            return []
        spoken = language or guess_language(text)
        words = as_asked(text, spoken, shelf.restorer)
        query = self._query_vector(words)
        chosen = self._candidates(shelf, query) if query is not None else None
        matches = shelf.match(words, query, language=spoken, chosen=chosen, count=k)
        return [Hit(match.passage, match.probability, match.is_sure) for match in matches]

    def clear(self) -> None:
        """Forgets all passages, those on disk or server too."""
        self._want({})
        with self._turn:
            self._pending = {}
            try:
                with self._store.turn_to_write():
                    self._store.clear()
            except Exception as error:  # as in sync
                self._note_store_problem(error)

    def close(self) -> None:
        with self._turn:
            self._store.close()

    def _sync_store(self, wanted: Mapping[str, Passage]) -> SyncCounts:
        stored = {item.passage.id: item for item in self._store.load()}
        same = {
            id_ for id_, p in wanted.items() if id_ in stored and stored[id_].passage.version == p.version
        }
        vectors = {id_: stored[id_].vector for id_ in same}
        fresh = [passage for id_, passage in wanted.items() if id_ not in same]
        for passage in fresh:
            before = stored.get(passage.id)
            if before and embedded_parts(before.passage) == embedded_parts(passage):
                vectors[passage.id] = before.vector
        faqs = [passage for passage in fresh if passage.id not in vectors and passage.kind == "faq"]
        if faqs:
            self._put(wanted, vectors | self._embedded(faqs, briefly=True))
        for kinds in _EMBEDDED_IN_TURN:
            new = [passage for passage in fresh if passage.id not in vectors and passage.kind in kinds]
            for start in range(0, len(new), _AT_ONCE):
                vectors |= self._embedded(new[start : start + _AT_ONCE])
            if new:
                self._put(wanted, vectors)
        written = [Stored(passage, vectors[passage.id]) for passage in fresh if passage.id in vectors]
        removed = [id_ for id_ in stored if id_ not in wanted]
        if written or removed:
            self._store.write(written, removed)
        self._put(wanted, vectors)
        self._pending = {passage.id: passage for passage in fresh if passage.id not in vectors}
        self._note_well("store")
        updated = sum(passage.id in stored for passage in fresh)
        return SyncCounts(len(fresh) - updated, updated, len(removed), len(same), len(self._pending))

    def _carried_over(self, wanted: Mapping[str, Passage]) -> "dict[str, Vectors]":
        """Vectors that this process has for passages which stay as they are."""
        shelf = self._shelf
        if shelf is None:
            return {}
        return {
            id_: shelf.vectors[id_]
            for id_, passage in wanted.items()
            if id_ in shelf.vectors and shelf.passages[id_].version == passage.version
        }

    def _embedded(self, passages: Iterable[Passage], *, briefly: bool = False) -> "dict[str, Vectors]":
        """As many as the embedder gives; none while it is out of reach. `briefly`: by the first part alone."""
        import numpy as np

        parts = {p.id: embedded_parts(p)[: 1 if briefly else None] for p in passages}
        vectors: dict[str, Vectors] = {}
        try:
            for kind in _TEXT_KINDS:
                texts = [(id_, text) for id_, own in parts.items() for k, text in own if k == kind]
                for (id_, _), vector in zip(
                    texts, self._memory.embed([t for _, t in texts], kind), strict=True
                ):
                    unit = vector / max(float(np.linalg.norm(vector)), 1e-9)
                    vectors[id_] = vectors[id_] + unit if id_ in vectors else unit
            self._note_well("embedder")
        except EmbeddingFailed as error:
            self._note("embedder", error)
            return {}
        return vectors

    def _current(self) -> "Shelf | None":
        """The passages as anybody last synced them. Does not wait for a sync or warm-up of this process."""
        shelf = self._shelf
        if shelf is not None and (self._is_cache or time.monotonic() < self._next_check):
            return shelf
        if self._turn.acquire(blocking=False):
            try:
                self._refresh()
            finally:
                self._turn.release()
        return self._shelf

    def _refresh(self) -> None:
        pause = _REMOTE_CHECK_SECONDS if self._store.is_remote else 0.0
        self._next_check = max(time.monotonic() + pause, self._store_rests_until)
        try:
            is_stale = self._shelf is None or self._store.changed_elsewhere()
        except Exception as error:  # as in sync
            self._note_store_problem(error)
        else:
            self._note_well("store")
            if is_stale:
                self._load()

    def _load(self) -> None:
        try:
            stored = self._store.load()
        except Exception as error:  # as in sync
            self._note_store_problem(error)
            return
        self._note_well("store")
        if self._store.is_blank and self._shelf is not None:
            return  # the store lost its content; what is known here is better than nothing until the next sync
        wanted = self._wanted
        if not self._is_cache:
            self._want_stored(stored)
        elif wanted is not None:
            same = {
                item.passage.id: item.vector
                for item in stored
                if item.passage.id in wanted and wanted[item.passage.id].version == item.passage.version
            }
            self._put(wanted, self._carried_over(wanted) | same)

    def _want_stored(self, stored: "list[Stored]") -> None:
        passages = self._pending | {item.passage.id: item.passage for item in stored}
        shelf = self._build(passages, {item.passage.id: item.vector for item in stored})
        with self._swapping:
            self._wanted, self._shelf = passages, shelf

    def _build(self, passages: Mapping[str, Passage], vectors: "Mapping[str, Vectors]") -> "Shelf":
        from knowledge.shelf import Shelf  # brings numpy along, which start-up need not wait for

        return Shelf(passages.values(), vectors, self._calibration, before=self._shelf)

    def _query_vector(self, words: str) -> "Vectors | None":
        try:
            vector = self._memory.embed([words], "query")[0]
        except EmbeddingFailed as error:
            self._note("embedder", error)
            return None
        self._note_well("embedder")
        return vector

    def _candidates(self, shelf: "Shelf", query: "Vectors") -> set[str] | None:
        """Nearest ids by Chroma in each language; None (all compete) when it cannot say, or when the
        passages are so few that comparing all of them here is quicker and misses none."""
        if len(shelf.passages) <= _EXACT_UP_TO or time.monotonic() < self._store_rests_until:
            return None
        chosen: set[str] = set()
        try:
            for other, section in shelf.sections.items():
                vector = section.centred(query)
                near = self._store.nearest(
                    vector, language=other, count=_CANDIDATES, wait=_STORE_WAIT_SECONDS
                )
                if near is None:
                    return None
                chosen.update(near)
        except Exception as error:  # as in sync
            self._note_store_problem(error)
            return None
        return chosen

    def _note_store_problem(self, error: Exception) -> None:
        self._store_rests_until = time.monotonic() + _REST_SECONDS
        self._next_check = self._store_rests_until
        self._note("store", error)

    def _note(self, part: str, error: Exception) -> None:
        kind = "" if isinstance(error, EmbeddingFailed) else f"{type(error).__name__}: "
        text = f"{part}: {kind}{error}"
        if part not in self._problems:
            _log.error("knowledge goes on without its %s", text)
        self._problems[part] = text

    def _note_well(self, part: str) -> None:
        if self._problems.pop(part, None):
            _log.info("knowledge has its %s again", part)


def embedded_parts(passage: Passage) -> list[tuple[TextKind, str]]:
    """What of a passage becomes its vector, the sum of these. An FAQ's question is compared as a question; with
    its answer it is found by what is only said there. Short, since embedding takes about 1 ms a token."""
    chars = _SHORT_BODY_CHARS if passage.kind in ("faq", "product") else _BODY_CHARS
    body: tuple[TextKind, str] = ("passage", f"{passage.title}\n{passage.text[:chars]}")
    return [("query", passage.title), body] if passage.kind == "faq" else [body]
