"""Passages and their vectors in Chroma: on disk, on a Chroma server, or in memory.

Chroma's embedded client is safe for threads and not for processes. Measured with 1.5.9: after another
process wrote, `count` and metadata are fresh, but `query` misses the new records and `get` of vectors fails
("Error finding id") until the client is closed and opened again. So every writer leaves a new mark in the
collection's metadata, every reader compares it (0.3 ms) and reopens when it changed, and writers of one path
take turns by an exclusive lock on a small SQLite file, which the system frees when a process dies.
"""

import re
import socket
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from knowledge.passages import Kind, Passage
from knowledge.wording import Language

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    from knowledge.shelf import Vectors

_BATCH = 1000
# Of the vectors (`index.embedded_parts`): another one starts a collection of its own.
_SHAPE = 2
_WRITE_TURN_SECONDS = 60.0
_SERVER_SECONDS = 3.0


@dataclass(frozen=True)
class Stored:
    passage: Passage
    vector: "Vectors"


class VectorStore:
    """One collection. Every method may raise what Chroma raises; the index above decides what then happens."""

    def __init__(self, *, path: Path | None, url: str, prefix: str, embedder_name: str) -> None:
        self._path = path
        self._url = url
        # All in-memory clients of a process share one database, so a name of its own keeps indexes apart.
        self._prefix = prefix if path or url else f"{prefix}-{uuid.uuid4().hex[:8]}"
        self._name = f"{self._prefix}-{_SHAPE}-{re.sub(r'[^a-zA-Z0-9.]+', '-', embedder_name)}"
        self._lock = threading.RLock()
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None
        self._mark = ""

    @property
    def is_remote(self) -> bool:
        return bool(self._url)

    @property
    def is_blank(self) -> bool:
        """Whether nobody ever wrote into this collection: it is new, or the one known before was lost."""
        return self._mark.endswith("/")

    def open(self) -> None:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
                self._collection = self._find_or_create(self._client)
                self._mark = self._read_mark()

    def close(self) -> None:
        with self._lock:
            client, self._client, self._collection = self._client, None, None
            if client is not None:
                sessions = _http_sessions(client)
                client.close()
                for session in sessions:
                    session.close()  # Chroma 1.5.9 leaves its connections open

    def changed_elsewhere(self) -> bool:
        """Whether another process wrote since this one last opened, loaded or wrote."""
        with self._lock:
            self.open()
            return self._read_mark() != self._mark

    def load(self) -> list[Stored]:
        """Everything in the collection, as it is now."""
        with self._lock:
            self.open()
            if self._path and self._read_mark() != self._mark:
                self.close()
                self.open()
            self._mark = self._read_mark()
            found = self._open_collection().get(include=["embeddings", "metadatas", "documents"])
            vectors = cast(Any, found["embeddings"])
            rows = zip(found["ids"], found["documents"] or (), found["metadatas"] or (), vectors, strict=True)
            return [Stored(_passage(id_, text, meta), vector) for id_, text, meta, vector in rows]

    def write(self, added: Sequence[Stored], removed_ids: Sequence[str]) -> None:
        with self._lock:
            self.open()
            collection = self._open_collection()
            for start in range(0, len(removed_ids), _BATCH):
                collection.delete(ids=list(removed_ids[start : start + _BATCH]))
            for start in range(0, len(added), _BATCH):
                batch = added[start : start + _BATCH]
                collection.upsert(
                    ids=[item.passage.id for item in batch],
                    embeddings=cast(Any, [item.vector for item in batch]),
                    documents=[item.passage.text for item in batch],
                    metadatas=[_metadata(item.passage) for item in batch],
                )
            self._leave_mark(collection)

    def nearest(self, vector: "Vectors", *, language: Language, count: int, wait: float) -> list[str] | None:
        """Ids by distance; None when a writer of this process holds the store for longer than `wait` seconds."""
        if not self._lock.acquire(timeout=wait):
            return None
        try:
            self.open()
            found = self._open_collection().query(
                query_embeddings=cast(Any, [vector]),
                n_results=count,
                where={"language": language},
                include=[],
            )
            return list(found["ids"][0])
        finally:
            self._lock.release()

    def clear(self) -> None:
        """Drops the collections of every embedder under this prefix."""
        with self._lock:
            self.open()
            client = cast("ClientAPI", self._client)
            for collection in client.list_collections():
                if collection.name.startswith(self._prefix + "-"):
                    client.delete_collection(collection.name)
            self._collection = self._find_or_create(client)
            self._leave_mark(self._collection)

    @contextmanager
    def turn_to_write(self) -> Iterator[None]:
        """Writers of one path, in whatever process, one after another. A Chroma server needs no such turn."""
        if not self._path:
            yield
            return
        self._path.mkdir(parents=True, exist_ok=True)
        guard = sqlite3.connect(self._path / "writer.lock", timeout=_WRITE_TURN_SECONDS, isolation_level=None)
        try:
            guard.execute("BEGIN EXCLUSIVE")
            yield
        finally:
            guard.close()

    def _connect(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url:
            parts = urlsplit(self._url)
            is_tls = parts.scheme == "https"
            host, port = parts.hostname or "", parts.port or (443 if is_tls else 80)
            # Chroma's client waits for ever by default, for the connection as for the answer.
            socket.create_connection((host, port), timeout=_SERVER_SECONDS).close()
            client = chromadb.HttpClient(host=host, port=port, ssl=is_tls, settings=settings)
            for session in _http_sessions(client):
                session.timeout = _SERVER_SECONDS
            return client
        if self._path:
            self._path.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(self._path), settings=settings)
        return chromadb.EphemeralClient(settings=settings)

    def _find_or_create(self, client: "ClientAPI") -> "Collection":
        # Without embedding_function=None Chroma downloads a model of its own at the first text.
        return client.get_or_create_collection(
            self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def _open_collection(self) -> "Collection":
        return cast("Collection", self._collection)

    def _read_mark(self) -> str:
        """Identity and last writer's mark; a collection dropped elsewhere is made anew."""
        client = cast("ClientAPI", self._client)
        self._collection = self._find_or_create(client)
        return f"{self._collection.id}/{(self._collection.metadata or {}).get('mark', '')}"

    def _leave_mark(self, collection: "Collection") -> None:
        collection.modify(metadata={"mark": uuid.uuid4().hex})
        self._mark = self._read_mark()


def _http_sessions(client: "ClientAPI") -> list[Any]:
    """The httpx clients inside a server's client; Chroma has no setting for what we need of them."""
    owners = (client, getattr(client, "_admin_client", None))
    sessions = (getattr(getattr(owner, "_server", None), "_session", None) for owner in owners)
    return [session for session in sessions if session is not None]


def _metadata(passage: Passage) -> dict[str, str | int | float | bool | None]:
    return {
        "kind": passage.kind,
        "title": passage.title,
        "language": passage.language,
        "source": passage.source,
        "version": passage.version,
        "group": passage.group,
    }


def _passage(id_: str, text: str, meta: Any) -> Passage:
    return Passage(
        id_,
        cast(Kind, meta["kind"]),
        meta["title"],
        text,
        cast(Language, meta["language"]),
        meta["source"],
        meta["version"],
        meta["group"],
    )
