"""The demo shop for a test: set up once in this process, copied for each that wants it."""

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from bot.bootstrap import Parts, build_parts
from bot.shop_setup import set_up_demo
from core.clock import Clock, utc_now
from core.settings import Settings


def empty_parts(settings: Settings, *, clock: Clock = utc_now) -> Parts:
    """A shop without anything, on SQLite in the settings' data folder."""
    return _copied(_migrated(), settings, clock)


def demo_parts(settings: Settings, *, clock: Clock = utc_now) -> Parts:
    return _copied(_demo(), settings, clock)


def _copied(template: Path, settings: Settings, clock: Clock) -> Parts:
    folder = Path(settings.data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "chotdon.db", folder / "chotdon.db")
    return build_parts(settings, clock=clock)


@lru_cache
def _migrated() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chotdon-empty-"))
    build_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical")).close()
    return folder


@lru_cache
def _demo() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="chotdon-demo-"))
    parts = empty_parts(Settings(_env_file=None, data_dir=folder, embeddings="lexical"))
    set_up_demo(parts)
    parts.close()
    return folder
