"""What the shop wrote, searchable: rows of the core kept in step with the index."""

import logging
from collections.abc import Iterable
from threading import Lock, Thread

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.agent.turn import FoundPassage
from core.catalogue.models import Product
from core.clock import Clock, utc_now
from core.db import Database
from core.errors import Invalid
from core.knowledge.models import KnowledgePassage, KnowledgeRevision
from core.knowledge.passages import active_passages, content_version, keep_revisions, knowledge_mark
from core.ports.knowledge import Finding, Piece, ReadDocument
from knowledge import Hit, KnowledgeIndex, Language, Passage, document_passages, essence
from knowledge.reading import Unreadable, read_file

log = logging.getLogger(__name__)
_LANGUAGES: dict[str, Language] = {"vi": "vi", "en": "en", "ko": "ko"}
# Past this many the catalogue's own search is what finds a product; its newest texts are read here.
MOST_PRODUCTS = 2_000
# How long a question waits for the meaning of what has just changed; its words are found at once.
_PATIENCE_S = 1.0


class ShopKnowledge:
    """Rows are the truth and the index a cache of their vectors, so that a process which is behind never brings
    an old text back."""

    def __init__(self, db: Database, index: KnowledgeIndex, *, clock: Clock = utc_now) -> None:
        self._db = db
        self._index = index
        self._clock = clock
        self._lock = Lock()
        self._mark: tuple[object, ...] = ()
        self._shown: list[Passage] = []

    def search(self, query: str, *, language: str) -> list[FoundPassage]:
        """Best first. A failure of the index is logged and finds nothing; the customer is told the truth."""
        return [
            FoundPassage(
                text=hit.passage.text, source=hit.passage.source, passage_id=_row_id(hit), sure=hit.sure,
                version=hit.passage.version, language=hit.passage.language, title=hit.passage.title,
                kind=hit.passage.kind, score=round(hit.score, 3),
            )
            for hit in self._hits(query, language, 3)
        ]  # fmt: skip

    def find(self, question: str, *, language: str, limit: int) -> list[Finding]:
        return [
            Finding(
                passage_id=_row_id(hit), version=hit.passage.version, kind=hit.passage.kind,
                title=hit.passage.title, text=hit.passage.text, source=hit.passage.source,
                language=hit.passage.language, score=round(hit.score, 3), sure=hit.sure,
            )
            for hit in self._hits(question, language, limit)
        ]  # fmt: skip

    def essence(self, question: str, *, language: str) -> str:
        return essence(question, _LANGUAGES.get(language, "vi"))

    def read_document(
        self, *, filename: str, content: bytes, title: str = "", language: str = ""
    ) -> ReadDocument:
        """Raises `Invalid`, naming the file and the mend."""
        try:
            read = read_file(filename, content)
        except Unreadable as error:
            raise Invalid("document_unreadable", str(error), {"filename": filename[:200]}) from None
        name = " ".join(title.split())[:200] or read.title
        passages = document_passages("", name, read.text, language=_LANGUAGES.get(language), source=name)
        return ReadDocument(name, read.text, tuple(Piece(p.title, p.text, p.language) for p in passages))

    def refresh(self) -> None:
        """Bring the index up to the rows; two index look-ups when nothing has changed.

        What is new is searched by words when this returns, by meaning as soon as it is embedded.
        """
        with self._db.read_transaction() as session:
            mark = knowledge_mark(session)
        if mark == self._mark:
            return
        with self._lock:
            if mark == self._mark:
                return
            with self._db.read_transaction() as session:
                mark = knowledge_mark(session)
                passages = _passages(session)
                unkept = _unkept(session, passages)
            self._keep(unkept)
            is_same = passages == self._shown
            if not is_same:
                self._index.show(passages)
            self._mark, self._shown = mark, passages
        if is_same:
            return
        reading = Thread(target=self._index.sync, args=(passages,), name="knowledge-sync", daemon=True)
        reading.start()
        reading.join(_PATIENCE_S)

    def warm_up(self) -> None:
        """Load what the first question would have to wait for, beside the start."""

        def work() -> None:
            try:
                self._index.warm_up()
                self.refresh()
            except Exception:
                log.exception(
                    "the knowledge index could not be warmed up; it is tried again at the first question"
                )

        Thread(target=work, name="knowledge", daemon=True).start()

    def close(self) -> None:
        self._index.close()

    def _hits(self, question: str, language: str, limit: int) -> list[Hit]:
        self.refresh()
        return self._index.search(question, language=_LANGUAGES.get(language), k=limit)

    def _keep(self, passages: list[Passage]) -> None:
        """Product texts become evidence too, so they are kept before anybody can be told them."""
        if passages:
            with self._db.transaction() as session:
                keep_revisions(session, [_revision(passage) for passage in passages], now=self._clock())


def _row_id(hit: Hit) -> str:
    """Another phrasing of an FAQ's question is found under a name of its own."""
    return hit.passage.id.partition("#")[0]


def _passages(session: Session) -> list[Passage]:
    found = [passage for row in active_passages(session) for passage in _written(row)]
    products = session.scalars(
        select(Product)
        .where(Product.status == "active")
        .order_by(Product.updated_at.desc(), Product.id)
        .limit(MOST_PRODUCTS)
    )
    return found + [passage for product in products for passage in product_passages(product)]


def _written(row: KnowledgePassage) -> Iterable[Passage]:
    titles = (row.title, *row.phrasings) if row.kind == "faq" else (row.title,)
    for number, title in enumerate(titles):
        yield Passage(
            id=f"{row.id}#{number}" if number else row.id,
            kind="faq" if row.kind == "faq" else "document",
            title=title,
            text=row.text,
            language=_LANGUAGES[row.language],
            source=row.source,
            version=row.version,
            group=f"faq:{row.external_id}" if row.kind == "faq" else row.id,
        )


def product_passages(product: Product) -> list[Passage]:
    """Description and specifications; prices and stock are the core's to tell and never stand in here."""
    facts = "\n".join(f"{item.get('name', '')}: {item.get('value', '')}" for item in product.specifications)
    texts: tuple[tuple[Language, str, str], ...] = (
        ("vi", product.name, f"{product.description}\n{facts}"),
        ("en", product.name_en or product.name, product.description_en),
    )
    found = []
    for language, name, text in texts:
        for number, piece in enumerate(document_passages("", name, text, language=language, source=name)):
            found.append(
                Passage(
                    id=f"product:{product.sku}:{language}:{number}",
                    kind="product",
                    title=piece.title,
                    text=piece.text,
                    language=language,
                    source=name,
                    version=content_version("product", piece.title, piece.text, language, name),
                    group=f"product:{product.sku}",
                )
            )
    return found


def _unkept(session: Session, passages: list[Passage]) -> list[Passage]:
    """Product texts that are not yet among the revisions."""
    rows = session.execute(
        select(KnowledgeRevision.passage_id, KnowledgeRevision.version).where(
            KnowledgeRevision.kind == "product"
        )
    )
    kept = {(row.passage_id, row.version) for row in rows}
    return [p for p in passages if p.kind == "product" and (p.id, p.version) not in kept]


def _revision(passage: Passage) -> dict[str, str]:
    return {
        "passage_id": passage.id, "version": passage.version, "kind": passage.kind, "title": passage.title,
        "text": passage.text, "language": passage.language, "source": passage.source,
    }  # fmt: skip
