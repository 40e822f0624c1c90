"""What was uploaded as a picture or video: known by its content, made safe to show, never trusted by its name. Pure."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from core.errors import AppError, Invalid

MAX_PICTURE_BYTES = 10 * 1024 * 1024
MAX_VIDEO_BYTES = 30 * 1024 * 1024
MAX_PIXELS = 40_000_000
THUMBNAIL = (400, 400)
_FORMATS = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp")}
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"}
)


class TooLarge(AppError):
    status = 413


@dataclass(frozen=True)
class Prepared:
    """`content` is what is kept: for a picture without EXIF, place and camera, and turned as it was taken."""

    kind: str
    extension: str
    content_type: str
    content: bytes
    width: int = 0
    height: int = 0
    thumbnail: bytes = b""
    """WebP; empty for a video."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def prepare(content: bytes) -> Prepared:
    """Raises `Invalid` media_unreadable, picture_too_many_pixels, or `TooLarge`."""
    if not content:
        raise Invalid(
            "media_empty", "The file is empty. Send a picture (JPEG, PNG, WebP) or an MP4 video.", {}
        )
    if content[4:8] == b"ftyp" and content[8:12] in _MP4_BRANDS:
        if len(content) > MAX_VIDEO_BYTES:
            raise TooLarge("video_too_large", "A video has at most 30 MB. Shorten it or make it smaller.", {})
        return Prepared("video", "mp4", "video/mp4", content)
    if len(content) > MAX_PICTURE_BYTES:
        raise TooLarge(
            "picture_too_large", "A picture has at most 10 MB. Save it smaller and send it again.", {}
        )
    return _picture(content)


def _picture(content: bytes) -> Prepared:
    try:
        # Only the header is read here: nothing is unpacked before its size is known.
        with Image.open(BytesIO(content), formats=tuple(_FORMATS)) as opened:
            _refuse_many_pixels(opened.size)
            kind = str(opened.format)
            return _cleaned(opened, kind)
    except AppError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels("far more") from None
    except Exception:
        # A broken picture makes its decoder raise almost anything; none of it is ours to fail on.
        raise Invalid(
            "media_unreadable",
            "This is no picture that can be read. Send a whole JPEG, PNG or WebP picture, or an MP4 video.",
            {},
        ) from None


def _refuse_many_pixels(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(f"{width} × {height}")


def _too_many_pixels(said: str) -> Invalid:
    return Invalid(
        "picture_too_many_pixels",
        f"The picture has {said} pixels; at most {MAX_PIXELS // 1_000_000} million are taken. Make it smaller.",
        {},
    )


def _cleaned(opened: Image.Image, kind: str) -> Prepared:
    """Written anew: EXIF and whatever else was hidden in the file stay behind; of a moving picture the first frame."""
    colours = opened.info.get("icc_profile")
    opened.load()
    image = ImageOps.exif_transpose(opened)
    if kind == "JPEG" and image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
        colours = None
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    kept = BytesIO()
    quality = {} if kind == "PNG" else {"quality": 90}
    image.save(kept, kind, icc_profile=colours, **quality)
    small = image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")
    small.thumbnail(THUMBNAIL)
    thumbnail = BytesIO()
    small.save(thumbnail, "WEBP", quality=80)
    extension, content_type = _FORMATS[kind]
    return Prepared(
        "picture", extension, content_type, kept.getvalue(), image.width, image.height, thumbnail.getvalue()
    )
