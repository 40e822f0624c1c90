"""`chotdon import products FILE` and `chotdon export products FILE`."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from bot.bootstrap import Parts
from core.actor import SYSTEM
from core.errors import Invalid
from core.exchange.exporting import Format, export_table
from core.exchange.importing import prepare, write_prepared
from core.exchange.kinds import KindName


def import_table(
    parts: Parts, what: str, path: Path, *, dry_run: bool, change_existing: bool = False
) -> dict[str, int]:
    """Counts of what came in, or of what would; refused with every row that is wrong."""
    kind = _kind(what)
    if not path.is_file():
        raise Invalid("table_missing", f"{path} is not a file.", {})
    with path.open("rb") as stream:
        prepared = prepare(
            parts.db, kind=kind, stream=stream, filename=path.name, most_rows=parts.settings.import_max_rows,
            progress=progress_line("Checked"), change_existing=change_existing,
        )  # fmt: skip
    if dry_run and change_existing:
        _tell_effects(prepared.effects)
    print(f"Writing {prepared.rows} rows …", file=sys.stderr, flush=True)
    return write_prepared(
        parts.db, prepared, addresses=parts.addresses, actor=SYSTEM, dry_run=dry_run, now=parts.clock()
    )


def _tell_effects(effects: list[dict[str, Any]]) -> None:
    """A line for each row: what is added, what is changed from what to what."""
    for effect in effects:
        changes = "; ".join(f"{c['column']}: {c['old']!r} → {c['new']!r}" for c in effect["changes"])
        print(f"row {effect['row']}, {effect['sku']}: {effect['effect']}{f' — {changes}' if changes else ''}")


def export_rows(parts: Parts, what: str, path: Path) -> int:
    kind = _kind(what)
    as_format: Format | None = next((f for f in get_args(Format) if path.suffix.lower() == f".{f}"), None)
    if as_format is None:
        raise Invalid("format_unknown", f"{path}: name a file that ends in .csv or .xlsx.", {})
    with parts.db.read_transaction() as session:
        return export_table(session, kind=kind, path=path, as_format=as_format)


def progress_line(verb: str) -> Callable[[int, int], None]:
    """On standard error: one line that grows in a terminal, else a line every tenth."""
    tenths = -1

    def tell(done: int, total: int) -> None:
        nonlocal tenths
        if done * 10 // max(total, 1) == tenths and not sys.stderr.isatty():
            return
        tenths = done * 10 // max(total, 1)
        end = "\r" if sys.stderr.isatty() and done < total else "\n"
        print(f"{verb} {done} of {total} rows", file=sys.stderr, end=end, flush=True)

    return tell


def _kind(what: str) -> KindName:
    found: KindName | None = next((kind for kind in get_args(KindName) if kind == what), None)
    if found is None:
        raise Invalid(
            "table_unknown",
            f"{what[:40]!r} is no table: {', '.join(get_args(KindName))}. Or give one shop file.",
            {},
        )
    return found
