"""What a card points at, opened for a channel: product pictures, QR codes, labels, invoices, reports."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channels.base import File
from bot.staff.accounts import actor_of
from bot.staff.models import StaffAccount
from core.actor import Actor
from core.catalogue.media_store import MediaStore
from core.documents.models import Document
from core.errors import AppError
from core.payments.vietqr import qr_png, vietqr_payload
from core.reports.making import make_report
from core.reports.picture import as_png
from core.reports.writing import as_csv

_SHOWN = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@dataclass(frozen=True)
class Files:
    media: MediaStore
    folders: dict[str, Path]
    """Pictures that lie in a folder of the program, by the beginning of their address."""

    def open(self, session: Session, address: str, *, staff_id: str | None, now: datetime) -> File | None:
        """None for what is not there, cannot be shown as a picture or file, or is not for this reader."""
        if address.startswith("qr:"):
            return _qr(address)
        if address.startswith("/api/desk/"):
            reader = _reader(session, staff_id)
            return None if reader is None else _of_staff(session, address, reader, now)
        if address.startswith("https://"):
            return File(Path(urlsplit(address).path).name or "picture", url=address)
        return self._picture(address)

    def _picture(self, address: str) -> File | None:
        name = Path(urlsplit(address).path).name
        if Path(name).suffix.lower() not in _SHOWN:
            return None
        for beginning, folder in self.folders.items():
            if address.startswith(beginning):
                path = folder / name
                return File(name, path.read_bytes()) if path.is_file() else None
        found = self.media.find(name)
        return File(name, found.read_bytes()) if found is not None else None


def _qr(address: str) -> File | None:
    _, bank, account, amount, memo = address.split(":", 4)
    try:
        payload = vietqr_payload(bank=bank, account=account, amount=int(amount), memo=memo)
    except AppError:
        return None
    return File(f"{memo}.png", qr_png(payload))


def _reader(session: Session, staff_id: str | None) -> Actor | None:
    account = session.get(StaffAccount, staff_id) if staff_id else None
    return actor_of(account) if account is not None and account.active else None


def _of_staff(session: Session, address: str, reader: Actor, now: datetime) -> File | None:
    parts = urlsplit(address)
    kind, _, name = parts.path.removeprefix("/api/desk/").partition("/")
    if kind == "documents":
        row = session.execute(select(Document.filename, Document.content).where(Document.id == name)).first()
        return File(row.filename, row.content) if row is not None else None
    if kind != "reports":
        return None
    report, _, suffix = name.rpartition(".")
    asked = parse_qs(parts.query)
    days = {key: date.fromisoformat(asked[key][0]) for key in ("from", "to") if key in asked}
    try:
        table = make_report(
            session, name=report, actor=reader, now=now, first=days.get("from"), last=days.get("to")
        )
    except AppError:
        return None
    return File(f"{report}.{suffix}", as_png(table) if suffix == "png" else as_csv(table))
