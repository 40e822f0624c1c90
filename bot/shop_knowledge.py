"""What the shop wrote, searchable: rows of the core kept in step with the index."""

import logging
from threading import Lock, Thread

from sqlalchemy import func, select

from bot.agent.turn import FoundPassage
from core.db import Database
from core.shop_file.passages import KnowledgePassage
from knowledge import KnowledgeIndex, Language, Passage

log = logging.getLogger(__name__)
_LANGUAGES: dict[str, Language] = {"vi": "vi", "en": "en", "ko": "ko"}


class ShopKnowledge:
    def __init__(self, db: Database, index: KnowledgeIndex) -> None:
        self._db = db
        self._index = index
        self._lock = Lock()
        self._mark: tuple[object, ...] = ()

    def search(self, query: str, *, language: str) -> list[FoundPassage]:
        """Best first. A failure of the index is logged and finds nothing; the customer is told the truth."""
        self.refresh()
        hits = self._index.search(query, language=_LANGUAGES.get(language), k=3)
        return [FoundPassage(h.passage.text, h.passage.source, h.passage.id, h.sure) for h in hits]

    def refresh(self) -> None:
        """Bring the index up to the rows; a look at two figures when nothing has changed."""
        with self._db.read_transaction() as session:
            mark = tuple(
                session.execute(
                    select(func.count(), func.max(KnowledgePassage.updated_at), func.max(KnowledgePassage.id))
                ).one()
            )
            if mark == self._mark:
                return
            rows = session.scalars(select(KnowledgePassage)).all()
        with self._lock:
            if mark != self._mark:
                self._index.sync([_passage(row) for row in rows])
                self._mark = mark

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


def _passage(row: KnowledgePassage) -> Passage:
    return Passage(
        id=f"faq:{row.external_id}:{row.language}",
        kind="faq",
        title=row.question,
        text=row.answer,
        language=_LANGUAGES.get(row.language, "vi"),
        source=row.question,
        group=f"faq:{row.external_id}",
    )
