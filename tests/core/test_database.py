"""The engine's own promises."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import text

from core.db import Database
from tests.postgres import EmbeddedPostgres


def test_closing_lets_other_threads_end_and_leaves_no_connection_open(
    own_postgres_db: Database, postgres: EmbeddedPostgres
) -> None:
    begun, end = threading.Event(), threading.Event()
    pids: list[int] = []

    def work() -> None:
        with own_postgres_db.read_transaction() as session:
            pids.append(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            begun.set()
            end.wait(10)

    at_work = in_thread(work)
    begun.wait(10)
    closing = in_thread(own_postgres_db.close)
    closing.join(0.2)
    end.set()
    at_work.join(10)
    closing.join(10)

    with psycopg.connect(postgres.admin_url) as connection:
        alive = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        assert alive.fetchone() == (0,)


def test_opening_a_new_file_waits_while_another_process_begins_to_write(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE first (id INTEGER)")
    other.execute("BEGIN IMMEDIATE")
    db = Database(f"sqlite:///{path}")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()

    db.ping()

    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    db.close()
    other.close()


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
