"""Pictures of products: known by their content, cleaned, kept once, served safely."""

import io
import os
import struct
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from core.catalogue.media import sweep_media
from core.catalogue.media_store import MediaStore
from core.clock import utc_now
from core.db import Database
from tests.small_shop import desk_app, fill

URL = "/api/v1/products/HOA/media"


@pytest.fixture
def api(db: Database, tmp_path: Path) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {fill(db)}"}
    app = desk_app(db, media_dir=tmp_path / "media")
    with TestClient(app, raise_server_exceptions=False, headers=headers) as client:
        yield client


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (900, 600), colour: str = "red", **more: Any
) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **more)
    return file.getvalue()


def camera_picture() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x0112] = 6  # held sideways
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=b"my home")


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 900 million pixels."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", header)
        + part(b"IDAT", zlib.compress(b"\0" * 1000))
        + part(b"IEND", b"")
    )


def send(api: TestClient, content: bytes, name: str = "a.jpg", **form: str) -> Any:
    return api.post(URL, files={"file": (name, content)}, data=form)


def test_a_picture_is_cleaned_turned_and_served_with_a_thumbnail(api: TestClient) -> None:
    made = send(api, camera_picture(), "hoa.exe", alt="Hoa hồng").json()
    whole, small = api.get(made["url"]), api.get(made["thumbnail"])

    assert (made["width"], made["height"], made["alt"]) == (600, 900, "Hoa hồng")
    assert b"Secret Camera" not in whole.content
    assert b"my home" not in whole.content
    assert not Image.open(io.BytesIO(whole.content)).getexif()
    assert max(Image.open(io.BytesIO(small.content)).size) == 400
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in whole.headers["Cache-Control"]
    assert api.get("/api/v1/products/HOA").json()["images"] == [made["url"]]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_each_kind_of_picture_stays_what_it_is(api: TestClient, kind: str) -> None:
    made = send(api, picture(kind))

    assert made.status_code == 201
    assert Image.open(io.BytesIO(api.get(made.json()["url"]).content)).format == kind


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "media_empty"),
        (b"<svg onload=alert(1)>", "media_unreadable"),
        (b"GIF89a" + b"\0" * 60, "media_unreadable"),
        (b"\xff\xd8\xff\xe0 no picture at all", "media_unreadable"),
        (picture("PNG")[:200], "media_unreadable"),
        (b"PK\x03\x04" + b"\0" * 60, "media_unreadable"),
        (bomb(), "picture_too_many_pixels"),
        (picture() + b"\0" * 10 * 1024 * 1024, "picture_too_large"),
    ],
    ids=["empty", "svg", "gif", "text", "torn", "zip", "bomb", "huge"],
)
def test_a_picture_that_is_no_picture_is_refused_and_nothing_is_kept(
    api: TestClient, tmp_path: Path, content: bytes, code: str
) -> None:
    answer = send(api, content, "nice.jpg")

    assert answer.status_code in (413, 422)
    assert answer.json()["error"]["code"] == code
    assert not list((tmp_path / "media").rglob("*.*"))


def test_a_video_is_kept_as_it_is_and_is_no_picture_of_the_product(api: TestClient) -> None:
    made = send(api, b"\0\0\0\x18ftypmp42" + b"\0" * 500, "a.mp4").json()

    assert (made["kind"], made["thumbnail"]) == ("video", "")
    assert api.get(made["url"]).headers["Content-Type"] == "video/mp4"
    assert api.get("/api/v1/products/HOA").json()["images"] == []
    assert len(api.get(URL).json()["items"]) == 1


def test_pictures_are_ordered_described_and_removed(api: TestClient) -> None:
    first, second = (send(api, picture(colour=colour)).json() for colour in ("red", "blue"))
    swapped = [second["url"], first["url"]]

    assert api.put(f"{URL}/order", json={"images": swapped}).json()["images"] == swapped
    assert api.put(f"{URL}/order", json={"images": swapped[:1]}).json()["error"]["code"] == "pictures_differ"
    assert api.patch(f"{URL}/{first['id']}", json={"alt": "Đỏ"}).json()["alt"] == "Đỏ"
    assert [item["alt"] for item in api.get(URL).json()["items"]] == ["", "Đỏ"]
    assert send(api, picture(colour="red")).json()["error"]["code"] == "media_there"
    assert api.delete(f"{URL}/{second['id']}").json()["images"] == [first["url"]]
    assert api.delete(f"{URL}/{second['id']}").status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "x.jpg", "0" * 64 + ".jpg", "0" * 64 + ".html"])
def test_only_files_of_ours_are_served(api: TestClient, name: str) -> None:
    assert api.get(f"/media/{name}").status_code == 404


def test_a_file_without_a_row_goes_after_a_day(api: TestClient, db: Database, tmp_path: Path) -> None:
    kept, gone = (send(api, picture(colour=colour)).json() for colour in ("red", "blue"))
    api.delete(f"{URL}/{gone['id']}")
    store = MediaStore(tmp_path / "media")
    with db.read_transaction() as session:
        assert sweep_media(session, store, now=utc_now()) == 0
        for path in (tmp_path / "media").glob("*/*"):
            os.utime(path, (0, 0))
        assert sweep_media(session, store, now=utc_now() + timedelta(days=2)) == 2

    assert api.get(kept["url"]).status_code == 200
    assert api.get(gone["url"]).status_code == 404
