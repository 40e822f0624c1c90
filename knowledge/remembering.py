"""Vectors of texts embedded lately: customers ask the same things, and a reset loads the same shop."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from knowledge.embedders import Embedder, EmbeddingFailed, TextKind

if TYPE_CHECKING:
    from knowledge.shelf import Vectors

_REMEMBERED = 4096


class RememberingEmbedder:
    """Wraps an embedder. After a failure it refuses at once for `rest_seconds`, so that only the first
    customer waits for a server that is down."""

    def __init__(self, embedder: Embedder, *, rest_seconds: float) -> None:
        self._embedder = embedder
        self._rest_seconds = rest_seconds
        self._rests_until = 0.0
        self._reason = ""
        self._known: OrderedDict[bytes, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str], kind: TextKind) -> "list[Vectors]":
        """Raises `EmbeddingFailed`, whatever the embedder raised."""
        import numpy as np

        keys = [hashlib.sha256(f"{kind}\x1f{text}".encode()).digest() for text in texts]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            vectors = self._ask(list(missing.values()), kind)
            found |= {
                key: np.asarray(vector, dtype=np.float32)
                for key, vector in zip(missing, vectors, strict=True)
            }
        self._remember({key: found[key] for key in keys})
        return [found[key] for key in keys]

    def retry(self) -> None:
        """Ends the rest after a failure."""
        self._rests_until = 0.0

    def _ask(self, texts: list[str], kind: TextKind) -> list[list[float]]:
        if time.monotonic() < self._rests_until:
            raise EmbeddingFailed(self._reason)
        try:
            return self._embedder.embed(texts, kind=kind)
        except Exception as error:
            self._rests_until = time.monotonic() + self._rest_seconds
            is_ours = isinstance(error, EmbeddingFailed)
            self._reason = str(error) if is_ours else f"{type(error).__name__}: {error}"
            raise EmbeddingFailed(self._reason) from error

    def _remember(self, vectors: "dict[bytes, Vectors]") -> None:
        with self._lock:
            for key, vector in vectors.items():
                self._known[key] = vector
                self._known.move_to_end(key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
