"""What customers sent, for staff to look at: fetched from Telegram when it is opened, never with the token."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response

from bot.channels.telegram.api import TelegramApi
from bot.channels.telegram.customers import FILES
from bot.web.desk import Reader
from core.errors import Conflict, NotFound
from core.ports.errors import ProviderError, Rejected

if TYPE_CHECKING:
    from telegram import Bot

MAX_BYTES = 20 * 1024 * 1024
"""More a bot cannot fetch."""
_SHOWN = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4",
    "oga": "audio/ogg", "ogg": "audio/ogg", "mp3": "audio/mpeg",
}  # fmt: skip


def files_router(api: TelegramApi) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get(FILES + "{file_id}")
    def sent_file(
        _staff: Reader, file_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{5,200}$")]
    ) -> Response:
        async def fetch(bot: "Bot") -> tuple[str, bytes]:
            found = await bot.get_file(file_id)
            return (found.file_path or "").rpartition(".")[2].lower(), bytes(
                await found.download_as_bytearray()
            )

        try:
            suffix, content = api.call("getFile", fetch)
        except Rejected:
            raise NotFound("document_not_found", "Telegram no longer has this file.", {}) from None
        except ProviderError:
            raise Conflict("channel_silent", "Telegram does not answer. Try again in a moment.", {}) from None
        # Whatever a stranger sent is shown as a picture, film or sound, or saved; never run as a page.
        kind = _SHOWN.get(suffix)
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
        if kind is None:
            headers["Content-Disposition"] = "attachment"
        return Response(content, media_type=kind or "application/octet-stream", headers=headers)

    return router
