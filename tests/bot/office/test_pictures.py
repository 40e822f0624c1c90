"""Pictures of a product on its page: added, put in order, removed; what is no picture is named and refused."""

from collections.abc import Callable
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser

from core.catalogue.models import Product
from core.catalogue.queries import get_product
from tests.bot.office.conftest import Person, told
from tests.core.test_media import bomb, picture


def page_of(person: Person) -> str:
    return f"/pictures/of/{person.id_of(Product, sku='HOA')}"


def upload(person: Person, *contents: bytes, name: str = "hoa.jpg", alt: str = "") -> httpx.Response:
    files = [("file", (name, content)) for content in contents]
    form = {"product": person.id_of(Product, sku="HOA"), "alt": alt}
    answer = person.post("/pictures/upload", form, files=files or {"file": ("", b"")})
    assert answer.status_code == 303, answer.text
    return person.get(page_of(person))


def images(person: Person) -> list[str]:
    with person.db.read_transaction() as session:
        return list(get_product(session, "HOA").images)


def press(person: Person, step: str, **form: Any) -> httpx.Response:
    with person.db.read_transaction() as session:
        form.setdefault("version", get_product(session, "HOA").version)
    person.post(f"{page_of(person)}/{step}", form)
    return person.get(page_of(person))


def test_pictures_come_in_are_put_in_order_and_go_again(owner: Person) -> None:
    seen = upload(owner, picture(colour="red"), picture("PNG", colour="blue"), alt='Hoa <b>"hồng"')

    red, blue = images(owner)
    assert owner.media.find(red.removeprefix("/media/")) is not None
    page = LexborHTMLParser(seen.text)
    assert [node.attributes["alt"] for node in page.css(".office-picture img")] == ['Hoa <b>"hồng"'] * 2
    assert "<b>" not in str(page.css_first(".office-picture").html).replace("&lt;b&gt;", "")
    press(owner, "move", url=blue, place="first")
    assert images(owner) == [blue, red]
    press(owner, "move", url=blue, place="after")
    assert images(owner) == [red, blue]

    media = next(
        node.attributes["value"]
        for node in LexborHTMLParser(owner.get(page_of(owner)).text).css("[name=media]")
    )
    press(owner, "remove", media=media, url=red)
    assert images(owner) == [blue]
    made = [what for who, what in owner.deeds() if what.startswith("media.")]
    assert made == ["media.added", "media.added", "media.ordered", "media.ordered", "media.removed"]


def test_what_is_no_picture_is_named_and_nothing_comes_in(owner: Person) -> None:
    for content, words in (
        (b"<svg onload=alert(1)>", "Không đọc được xau.png"),
        (b"", "trống"),
        (bomb(), "quá nhiều điểm ảnh"),
        (b"\xff\xd8" + bytes(11 * 1024 * 1024), "nhiều nhất 10 MB"),
    ):
        assert words in told(upload(owner, picture(), content, name="xau.png")), words
    assert "chọn ảnh" in told(upload(owner))
    assert images(owner) == []


def test_a_picture_of_another_site_is_shown_by_its_address_and_can_go(owner: Person) -> None:
    with owner.db.transaction() as session:
        session.get_one(Product, owner.id_of(Product, sku="HOA")).images = ["https://anh.vn/<b>.jpg"]

    assert "https://anh.vn/&lt;b&gt;.jpg" in owner.get(page_of(owner)).text
    press(owner, "remove", media="", url="https://anh.vn/<b>.jpg")
    assert images(owner) == []


def test_who_looks_at_an_old_page_is_told(owner: Person) -> None:
    upload(owner, picture(colour="red"), picture(colour="blue"))
    red, blue = images(owner)

    assert "vừa sửa" in told(press(owner, "move", url=blue, place="first", version=1))
    assert "không có ảnh này" in told(press(owner, "move", url="/media/x.jpg", place="first"))
    assert images(owner) == [red, blue]


def test_only_who_may_change_products_gets_there(hire: Callable[..., Person]) -> None:
    clerk = hire("warehouse")
    assert clerk.get(page_of(clerk)).status_code == 403
    answer = clerk.post(
        "/pictures/upload", {"product": clerk.id_of(Product, sku="HOA")}, files={"file": picture()}
    )
    assert answer.status_code == 403
    assert images(clerk) == []
