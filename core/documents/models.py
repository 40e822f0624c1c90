"""Files that belong to rows (labels, invoices): kept in the database, so that any process can serve them."""

import hashlib
from datetime import datetime

from sqlalchemy import Integer, LargeBinary
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.db import Base
from core.ids import new_id


class Document(Base):
    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str]
    """`label`, `invoice_pdf`, `invoice_xml`."""
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime]


def hashed(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def store_document(
    session: Session, *, kind: str, filename: str, content_type: str, content: bytes, now: datetime
) -> Document:
    document = Document(
        id=new_id(),
        kind=kind,
        filename=filename,
        content_type=content_type,
        size=len(content),
        sha256=hashed(content),
        content=content,
        created_at=now,
    )
    session.add(document)
    session.flush()
    return document
