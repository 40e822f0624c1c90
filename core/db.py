"""The engine, the declarative base and the one way to open a transaction.

SQLite: WAL, foreign keys on, busy timeout; the driver is left in autocommit and `BEGIN IMMEDIATE` is sent for
writes, because a read before the lock would let two writers act on the same old row (measured, see
docs/decisions/0001-transactions.md). PostgreSQL: READ COMMITTED. No correctness rests on row locks: what is
scarce changes by one UPDATE whose WHERE states the condition.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.types import JSON, TypeDecorator

from core.money import Dong

if TYPE_CHECKING:
    import psycopg

PATIENCE_S = 20.0
"""How long a writer waits for SQLite's one place."""
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Always aware, always UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        Dong: BigInteger(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        list[str]: JSON(),
        list[list[str]]: JSON(),
        list[dict[str, Any]]: JSON(),
        str: String(),
    }


class Database:
    """One per process. `read_transaction` never takes SQLite's write lock."""

    def __init__(self, url: str, *, pool_size: int = 10, echo: bool = False) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url, echo) if self.is_sqlite else _postgres_engine(url, pool_size, echo)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._writing = threading.Lock()
        self._reading = self.engine.execution_options(chotdon_read_only=True)
        self._read_sessions = sessionmaker(self._reading, expire_on_commit=False, autoflush=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit at the end of the block, roll back on any error. No network call belongs inside."""
        with self._turn(), self._sessions.begin() as session:
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """SQLite has one writer. Threads of this process line up here; knocking at the file by turns starves some."""
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=PATIENCE_S):
            raise TimeoutError("another thread has been writing for too long")
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def read_transaction(self) -> Iterator[Session]:
        """A consistent look without the write lock; nothing written in it is kept."""
        with self._read_sessions() as session:
            yield session

    @contextmanager
    def listening(self, channel: str) -> Iterator["psycopg.Connection[Any]"]:
        """A connection of its own that hears NOTIFYs of this channel; PostgreSQL only."""
        import psycopg
        from psycopg.sql import SQL, Identifier

        url = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
            yield connection

    def ping(self) -> None:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self, patience_s: float = 5.0) -> None:
        """Other threads may end what they are at: a connection given back after this would stay open for ever."""
        deadline = time.monotonic() + patience_s
        pool = self.engine.pool
        while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.engine.dispose()


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many complete rows at once, past the ORM, whose bulk insert takes twice as long."""
    if rows:
        session.execute(insert(cast("Table", model.__table__)), rows)


def insert_new(
    session: Session, model: type[Base], *, unless: tuple[str, ...] | None = None, returning: str
) -> ReturningInsert[Any]:
    """INSERT … ON CONFLICT DO NOTHING RETURNING this column; `unless` names the columns that may stand already, None
    any. Built once: the rows go with it as parameters.
    """
    return _insert_new(session.get_bind().dialect.name == "sqlite", model, unless, returning)


@lru_cache
def _insert_new(
    is_sqlite: bool, model: type[Base], unless: tuple[str, ...] | None, returning: str
) -> ReturningInsert[Any]:
    statement = sqlite.insert(model) if is_sqlite else postgresql.insert(model)
    return statement.on_conflict_do_nothing(index_elements=unless).returning(getattr(model, returning))


def insert_for(session: Session, model: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this database's own kind, which knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)


def _postgres_engine(url: str, pool_size: int, echo: bool) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        echo=echo,
        hide_parameters=True,
        connect_args={"options": "-c timezone=utc -c lock_timeout=10s", "connect_timeout": 10},
    )


def _sqlite_engine(url: str, echo: bool) -> Engine:
    engine = create_engine(
        url,
        echo=echo,
        hide_parameters=True,
        pool_size=20,
        max_overflow=40,
        connect_args={"timeout": 15, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        # SQLite does not wait for others, whatever the timeout, while a new file goes over to WAL.
        _when_free(lambda: cursor.execute("PRAGMA journal_mode=WAL"), sqlite3.OperationalError)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16000", "temp_store=MEMORY"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("chotdon_read_only"):
            connection.exec_driver_sql("BEGIN")
        else:
            _when_free(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), OperationalError)

    return engine


def _when_free(run: Callable[[], object], locked: type[Exception], patience_s: float = PATIENCE_S) -> None:
    """SQLite's own busy wait backs off to long sleeps and can starve a writer: short tries are fairer."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            run()
            return
        except locked as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
