"""The database as one tool call of one turn sees it: what it writes is remembered, a draft's writes are withheld."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from bot.conversations.models import TurnWrite
from core.db import Database
from core.errors import NotAllowed
from core.ids import new_id


class TurnDatabase(Database):
    """Shares the engine of `db`. The note of a write commits together with the write itself."""

    def __init__(self, db: Database, *, message_id: str, tool: str, may_write: bool) -> None:
        self.__dict__.update(db.__dict__)
        self._message_id, self._tool, self._may_write = message_id, tool, may_write
        self.has_written = False
        self.has_withheld = False

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if not self._may_write:
            self.has_withheld = True
            raise NotAllowed("draft_only", "The assistant only drafts here; a person has to do this.", {})
        with super().transaction() as session:
            yield session
            session.add(TurnWrite(id=new_id(), message_id=self._message_id, tool=self._tool))
        self.has_written = True
