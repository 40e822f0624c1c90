"""Pictures and videos of a product: added, put in order, removed. Reached from the product's menu."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from bot.web.office.base import REFUSED, Deed, actor_of, as_refusal, do, read, seen_version
from bot.web.office.door import MONEY
from bot.web.office.fields import typed
from bot.web.office.words import _, gettext, refusal_text
from core.api.media import MAX_UPLOAD_BYTES
from core.catalogue.editing import change_product
from core.catalogue.media import (
    MAX_FILES,
    add_media,
    keep_files,
    list_media,
    order_pictures,
    remove_media,
    thumbnail_of,
    url_of,
)
from core.catalogue.models import Product
from core.catalogue.pictures import MAX_PICTURE_BYTES, MAX_VIDEO_BYTES, Prepared, prepare
from core.errors import AppError, Conflict, Invalid, NotFound

MEGABYTE = 1024 * 1024
PLACES = ("first", "before", "after")


class Pictures(CustomView):
    menu_label = _("Pictures")
    icon = "fa fa-image"
    path = "/pictures"
    route_name = "pictures"
    add_to_menu = False

    def is_accessible(self, request: Request) -> bool:
        return actor_of(request).role in MONEY

    @route("")
    async def index(self, request: Request) -> Response:
        """Pictures are those of a product."""
        return RedirectResponse(request.url_for("admin:list", key="product"), status_code=303)

    @route("/upload", methods=["POST"])
    async def add_pictures(self, request: Request) -> Response:
        """All files that were chosen, or none of them."""
        async with request.form(max_files=MAX_FILES) as form:
            product_id, alt = typed(form, "product"), typed(form, "alt").strip()[:300].replace("\x00", "")
            chosen = [each for each in form.getlist("file") if isinstance(each, UploadFile) and each.filename]
            contents = [(str(each.filename), await each.read(MAX_UPLOAD_BYTES + 1)) for each in chosen]
        if not contents:
            return self._back(
                request, product_id, Invalid("media_not_chosen", "Choose a picture or video first.", {})
            )
        try:
            ready = await run_in_threadpool(_keep, request, contents)
        except AppError as refusal:
            return self._back(request, product_id, refusal)

        def work(deed: Deed) -> None:
            sku = _product(deed.session, product_id).sku
            for each in ready:
                add_media(deed.session, sku=sku, prepared=each, alt=alt, actor=deed.actor, now=deed.now)

        return await self._done(request, product_id, work)

    @route("/of/{product_id}")
    async def pictures_of(self, request: Request) -> Response:
        product_id = request.path_params["product_id"]
        product, items = await read(request, lambda s: _shown(s, product_id))
        if self._admin is None:
            raise HTTPException(404)
        context = {
            "title": f"{product.sku} · Chotdon", "product": product, "items": items, "most_files": MAX_FILES,
            "picture_mb": MAX_PICTURE_BYTES // MEGABYTE, "video_mb": MAX_VIDEO_BYTES // MEGABYTE,
        }  # fmt: skip
        return self._admin._template_response(request, "office/pictures.html", context)

    @route("/of/{product_id}/move", methods=["POST"])
    async def move_picture(self, request: Request) -> Response:
        product_id, form = request.path_params["product_id"], await request.form()

        def work(deed: Deed) -> None:
            product = _product(deed.session, product_id)
            images = moved(product.images, typed(form, "url"), typed(form, "place"))
            order_pictures(
                deed.session, sku=product.sku, images=images, actor=deed.actor, now=deed.now,
                expected_version=seen_version({"version": form.get("version")}),
            )  # fmt: skip

        return await self._done(request, product_id, work)

    @route("/of/{product_id}/remove", methods=["POST"])
    async def remove_picture(self, request: Request) -> Response:
        product_id, form = request.path_params["product_id"], await request.form()
        media_id, url = typed(form, "media"), typed(form, "url")

        def work(deed: Deed) -> None:
            product = _product(deed.session, product_id)
            if media_id:
                remove_media(deed.session, sku=product.sku, media_id=media_id, actor=deed.actor, now=deed.now)
                return
            change_product(
                deed.session, sku=product.sku, changes={"images": [u for u in product.images if u != url]},
                actor=deed.actor, now=deed.now, expected_version=seen_version({"version": form.get("version")}),
            )  # fmt: skip

        return await self._done(request, product_id, work)

    async def _done(self, request: Request, product_id: str, work: Any) -> Response:
        try:
            await do(request, work)
        except REFUSED as error:
            return self._back(request, product_id, as_refusal(error))
        flash(request, gettext("Saved."), "success")
        return self._back(request, product_id)

    def _back(self, request: Request, product_id: str, refusal: AppError | None = None) -> Response:
        if refusal is not None:
            flash(request, refusal_text(refusal), "error")
        return RedirectResponse(
            request.url_for("admin:pictures_of", product_id=product_id or "-"), status_code=303
        )


def moved(images: Sequence[str], url: str, place: str) -> list[str]:
    """The same addresses, `url` one step on or in front of all. At the end there is no further step."""
    if url not in images or place not in PLACES:
        raise NotFound("media_not_found", "The product has no such picture.", {})
    at = images.index(url)
    rest = [*images[:at], *images[at + 1 :]]
    to = {"first": 0, "before": max(0, at - 1), "after": at + 1}[place]
    return [*rest[:to], url, *rest[to:]]


def _keep(request: Request, contents: Sequence[tuple[str, bytes]]) -> list[Prepared]:
    store = request.state.desk.media
    if store is None:
        raise Conflict(
            "media_missing", "This server keeps no pictures. Ask the one that serves the shop.", {}
        )
    ready = []
    for name, content in contents:
        try:
            ready.append(prepare(content))
        except AppError as refusal:
            refusal.data = {**refusal.data, "file": name[:60]}
            raise
    for each in ready:
        keep_files(store, each)
    return ready


def _product(session: Session, product_id: str) -> Product:
    product = session.get(Product, product_id.replace("\x00", "")[:100])
    if product is None:
        raise NotFound("gone", "This is not there any more.")
    return product


def _shown(session: Session, product_id: str) -> tuple[Product, list[dict[str, Any]]]:
    """Pictures in their order, those of other sites among them, then videos."""
    product = _product(session, product_id)
    own = {url_of(row): row for row in list_media(session, sku=product.sku)}
    urls = [*product.images, *(url for url, row in own.items() if row.kind == "video")]
    items = []
    for place, url in enumerate(urls):
        row = own.get(url)
        items.append(
            {
                "url": url, "media": row.id if row else "", "kind": row.kind if row else "picture",
                "alt": row.alt if row else "", "shown": (thumbnail_of(row) if row else url) if url[:1] == "/" else "",
                "is_first": place == 0, "is_last": place >= len(product.images) - 1,
            }
        )  # fmt: skip
    return product, items
