"""/products/{sku}/media, and the files themselves under /media."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import FileResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from core.actor import Actor
from core.api.access import (
    Authorization,
    Desk,
    DeskDep,
    IdempotencyKey,
    change,
    create,
    read,
)
from core.api.error_handlers import REFUSALS
from core.api.products import product_out
from core.api.schemas import In, Out, Page, ProductOut
from core.api.versions import IfMatch, expected_version
from core.catalogue import media as use_cases
from core.catalogue.media_store import MediaStore, content_type_of
from core.catalogue.models import Media
from core.catalogue.pictures import MAX_VIDEO_BYTES, TooLarge, prepare
from core.errors import Conflict, NotFound

MAX_UPLOAD_BYTES = MAX_VIDEO_BYTES
router = APIRouter(prefix="/api/v1", tags=["catalogue"], responses=REFUSALS)
files = APIRouter(tags=["catalogue"])
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


class MediaOut(Out):
    id: str
    kind: str
    url: str
    thumbnail: str = Field(description="400 pixels at most, WebP; empty for a video.")
    content_type: str
    size: int
    width: int
    height: int
    alt: str
    created_at: datetime


class MediaChange(In):
    alt: str = Field(max_length=300)


class PicturesIn(In):
    images: list[Annotated[str, Field(max_length=2_000)]] = Field(max_length=100)


@router.get("/products/{sku}/media")
def list_media(desk: DeskDep, sku: str, authorization: Authorization) -> Page[MediaOut]:
    """All of them: pictures in the order in which they are shown, then videos."""

    def work(session: Session) -> Page[MediaOut]:
        return Page(items=[_out(row) for row in use_cases.list_media(session, sku=sku)], next_cursor=None)

    return read(desk, authorization, "products", work)


@router.post("/products/{sku}/media", status_code=201)
def add_media(
    desk: DeskDep,
    sku: str,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, 10 MB at most; or MP4, 30 MB at most")],
    alt: Annotated[str, Form(max_length=300, description="What is to be seen, for who cannot see it")] = "",
    authorization: Authorization = None,
    once: IdempotencyKey = None,
) -> MediaOut:
    """Known by its content, not its name. EXIF (place, camera) is taken out."""
    change(
        desk, authorization, "products", lambda _session, _actor: None
    )  # before a stranger's file is looked at
    store = _store(desk)
    content = file.file.read(MAX_UPLOAD_BYTES + 1)
    if len(content) > MAX_UPLOAD_BYTES:
        raise TooLarge("media_too_large", "A picture has at most 10 MB, a video 30 MB.", {})
    prepared = prepare(content)
    use_cases.keep_files(store, prepared)
    said = alt.replace("\x00", "")

    def work(session: Session, actor: Actor) -> MediaOut:
        return _out(
            use_cases.add_media(session, sku=sku, prepared=prepared, alt=said, actor=actor, now=desk.clock())
        )

    return create(
        desk, authorization, "products", once, {"sha256": prepared.sha256, "alt": said}, MediaOut, work
    )


@router.put("/products/{sku}/media/order")
def order_pictures(
    desk: DeskDep,
    sku: str,
    body: PicturesIn,
    response: Response,
    authorization: Authorization,
    if_match: IfMatch = None,
) -> ProductOut:
    """`images` as the product lists them, in the new order; the first is the one that is shown."""

    def work(session: Session, actor: Actor) -> ProductOut:
        ordered = use_cases.order_pictures(
            session, sku=sku, images=body.images, actor=actor, now=desk.clock(),
            expected_version=expected_version(if_match),
        )  # fmt: skip
        response.headers["ETag"] = f'"{ordered.version}"'
        return product_out(ordered, desk.clock())

    return change(desk, authorization, "products", work)


@router.patch("/products/{sku}/media/{media_id}")
def describe_media(
    desk: DeskDep, sku: str, media_id: str, body: MediaChange, authorization: Authorization
) -> MediaOut:
    def work(session: Session, actor: Actor) -> MediaOut:
        return _out(
            use_cases.describe_media(
                session, sku=sku, media_id=media_id, alt=body.alt, actor=actor, now=desk.clock()
            )
        )

    return change(desk, authorization, "products", work)


@router.delete("/products/{sku}/media/{media_id}")
def remove_media(desk: DeskDep, sku: str, media_id: str, authorization: Authorization) -> ProductOut:
    def work(session: Session, actor: Actor) -> ProductOut:
        left = use_cases.remove_media(session, sku=sku, media_id=media_id, actor=actor, now=desk.clock())
        return product_out(left, desk.clock())

    return change(desk, authorization, "products", work)


@files.get("/media/{name}", response_class=FileResponse, responses={404: REFUSALS[404], 409: REFUSALS[409]})
def media_file(desk: DeskDep, name: str) -> FileResponse:
    """Public. The name is that of the content, so what was once fetched never changes."""
    path = _store(desk).find(name)
    if path is None:
        raise NotFound("media_not_found", "There is no such picture or video.", {})
    return FileResponse(path, media_type=content_type_of(name), headers=_HEADERS)


def _store(desk: Desk) -> MediaStore:
    if desk.media is None:
        raise Conflict(
            "media_missing", "This server keeps no pictures. Ask the one that serves the shop.", {}
        )
    return desk.media


def _out(row: Media) -> MediaOut:
    told = {name: getattr(row, name) for name in MediaOut.model_fields if hasattr(row, name)}
    return MediaOut(**told, url=use_cases.url_of(row), thumbnail=use_cases.thumbnail_of(row))
