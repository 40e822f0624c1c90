"""Where pictures and videos lie: files under one folder, named by their content. Another place: another such class."""

import os
import re
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from core.ids import new_id

_NAME = re.compile(r"[0-9a-f]{64}(\.thumb)?\.(jpg|png|webp|mp4)")
CONTENT_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".mp4": "video/mp4"}
UNCLAIMED_FOR = timedelta(days=1)
"""A file may be written some time before the row that names it is."""


class MediaStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """Whole or not at all; the same again only renews its date."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            os.utime(path)
            return
        fresh = path.with_name(f"{new_id()}.new")
        fresh.write_bytes(content)
        fresh.replace(path)

    def find(self, name: str) -> Path | None:
        """None for a name that is none of ours, whatever it looks like."""
        if not _NAME.fullmatch(name):
            return None
        path = self._path(name)
        return path if path.is_file() else None

    def sweep(self, kept: Collection[str], *, now: datetime) -> int:
        """Delete files whose content no row names (`kept`: hashes), once they are a day old; returns how many."""
        gone = 0
        for path in self._folder.glob("??/*"):
            old = path.stat().st_mtime < (now - UNCLAIMED_FOR).timestamp()
            if old and path.name.partition(".")[0] not in kept:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def content_type_of(name: str) -> str:
    return CONTENT_TYPES[Path(name).suffix]
