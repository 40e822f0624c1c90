"""Pictures and videos of products. The files are stored before the row that names them; nothing else removes them than
the sweep, which looks for files without a row."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.actor import Actor
from core.catalogue.editing import editable, write_product
from core.catalogue.media_store import MediaStore
from core.catalogue.models import Media, Product
from core.catalogue.pictures import Prepared
from core.catalogue.queries import get_product
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id

MAX_FILES = 40
_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "video/mp4": "mp4"}


def url_of(media: Media) -> str:
    return f"/media/{media.sha256}.{_EXTENSIONS[media.content_type]}"


def thumbnail_of(media: Media) -> str:
    return f"/media/{media.sha256}.thumb.webp" if media.kind == "picture" else ""


def keep_files(store: MediaStore, prepared: Prepared) -> None:
    """Outside of any transaction; before `add_media`."""
    store.put(f"{prepared.sha256}.{prepared.extension}", prepared.content)
    if prepared.thumbnail:
        store.put(f"{prepared.sha256}.thumb.webp", prepared.thumbnail)


def add_media(
    session: Session, *, sku: str, prepared: Prepared, alt: str, actor: Actor, now: datetime
) -> Media:
    """A picture comes after those there are; the first is the one that is shown."""
    product = editable(session, sku, actor)
    there = media_of(session, product.id)
    if any(row.sha256 == prepared.sha256 for row in there):
        raise Conflict("media_there", f"{product.sku} has this file already.", {})
    if len(there) >= MAX_FILES:
        raise Invalid("too_many_media", f"A product has at most {MAX_FILES} files. Remove one first.", {})
    media = Media(
        id=new_id(), product_id=product.id, kind=prepared.kind, sha256=prepared.sha256,
        content_type=prepared.content_type, size=len(prepared.content), width=prepared.width,
        height=prepared.height, alt=alt, created_at=now,
    )  # fmt: skip
    session.add(media)
    images = [*product.images, url_of(media)] if media.kind == "picture" else product.images
    _write(session, product, images, "media.added", media, actor, now)
    return media


def describe_media(
    session: Session, *, sku: str, media_id: str, alt: str, actor: Actor, now: datetime
) -> Media:
    product = editable(session, sku, actor)
    media = _get(session, product, media_id)
    media.alt = alt
    _write(session, product, product.images, "media.described", media, actor, now)
    return media


def remove_media(session: Session, *, sku: str, media_id: str, actor: Actor, now: datetime) -> Product:
    product = editable(session, sku, actor)
    media = _get(session, product, media_id)
    session.execute(delete(Media).where(Media.id == media.id).execution_options(synchronize_session=False))
    images = [url for url in product.images if url != url_of(media)]
    return _write(session, product, images, "media.removed", media, actor, now)


def order_pictures(
    session: Session,
    *,
    sku: str,
    images: Sequence[str],
    actor: Actor,
    now: datetime,
    expected_version: int | None = None,
) -> Product:
    """`images`: all of the product's picture addresses, in the order in which they are to be shown."""
    product = editable(session, sku, actor)
    if sorted(images) != sorted(product.images):
        raise Invalid(
            "pictures_differ",
            "Send exactly the addresses that the product's images list, each once, in the new order.",
            {"images": product.images},
        )
    return write_product(
        session, product, {"images": list(images)}, action="media.ordered", data={"images": list(images)},
        actor=actor, now=now, expected_version=expected_version,
    )  # fmt: skip


def media_of(session: Session, product_id: str) -> list[Media]:
    return list(session.scalars(select(Media).where(Media.product_id == product_id).order_by(Media.id)))


def list_media(session: Session, *, sku: str) -> list[Media]:
    """Pictures in the order in which they are shown, then videos."""
    product = get_product(session, sku)
    place = {url: at for at, url in enumerate(product.images)}
    return sorted(media_of(session, product.id), key=lambda row: place.get(url_of(row), len(place)))


def sweep_media(session: Session, store: MediaStore, *, now: datetime) -> int:
    return store.sweep(set(session.scalars(select(Media.sha256).distinct())), now=now)


def _get(session: Session, product: Product, media_id: str) -> Media:
    media = session.get(Media, media_id)
    if media is None or media.product_id != product.id:
        raise NotFound("media_not_found", f"{product.sku} has no such picture or video.", {})
    return media


def _write(
    session: Session,
    product: Product,
    images: Sequence[str],
    action: str,
    media: Media,
    actor: Actor,
    now: datetime,
) -> Product:
    data = {"media": media.id, "url": url_of(media), "alt": media.alt}
    return write_product(
        session, product, {"images": list(images)}, action=action, data=data, actor=actor, now=now,
        expected_version=None,
    )  # fmt: skip
