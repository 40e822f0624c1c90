"""The same walk in a real Chromium: the customer in the widget, staff in the desk."""

import os
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from core.actor import SYSTEM
from core.approvals.decisions import request_approval
from core.orders.queries import get_order
from tests.e2e.conftest import Shop
from tests.e2e.test_main_job import ORDER_LINE, _booked, wait_for

PICTURES = os.environ.get("CHOTDON_PICTURES", "")
PATIENCE_MS = 20_000


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def say(page: Page, text: str) -> None:
    field = page.locator("chotdon-chat textarea, chotdon-chat input[type=text]").first
    field.fill(text)
    field.press("Enter")


def command(page: Page, text: str) -> None:
    page.fill("#line", text)
    page.press("#line", "Enter")


def test_the_whole_job_in_the_browser(shop: Shop, browser: Browser) -> None:
    errors: list[str] = []
    customer = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    customer.on("pageerror", lambda error: errors.append(str(error)))
    customer.goto(shop.url)
    expect(customer.locator("#products article").first).to_be_visible(timeout=PATIENCE_MS)
    picture(customer, "shop")
    customer.locator("chotdon-chat button").first.click()
    say(customer, ORDER_LINE)
    log = customer.locator("chotdon-chat")
    expect(log).to_contain_text("328.000", timeout=PATIENCE_MS)
    expect(log).to_contain_text("Bến Nghé")
    picture(customer, "widget")
    say(customer, "ok chốt")
    expect(log).to_contain_text(re.compile(r"lên đơn DH\d+"), timeout=PATIENCE_MS)
    found = re.search(r"lên đơn (DH\d+)", customer.locator("chotdon-chat [role=log]").inner_text())
    assert found is not None
    code = found.group(1)

    staff = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    staff.on("pageerror", lambda error: errors.append(str(error)))
    staff.goto(f"{shop.url}/desk")
    staff.fill("input[name=login]", "owner")
    staff.fill("input[name=password]", "chotdon-demo")
    staff.press("input[name=password]", "Enter")
    expect(staff.locator("#room-log")).to_contain_text(code, timeout=PATIENCE_MS)
    staff.locator(f"#room-log .card:has-text('{code}') button:has-text('Đóng gói')").last.click()
    expect(staff.locator("#room-log")).to_contain_text("đã đóng gói", timeout=PATIENCE_MS)
    staff.locator(f"#room-log .card:has-text('{code}') button:has-text('Gửi GHN')").last.click()
    shipment = wait_for(lambda: _booked(shop, code))
    expect(staff.locator("#room-log")).to_contain_text("đã có vận đơn", timeout=PATIENCE_MS)
    staff.locator("#inbox button").first.click()
    expect(staff.locator("#conversation-log")).to_contain_text("đã giao cho GHN", timeout=PATIENCE_MS)
    picture(staff, "desk")
    for status in ("picked", "delivering", "delivered"):
        httpx.post(
            f"{shop.sandbox_url}/ghn/_sandbox/advance",
            json={"order_code": shipment.tracking_number, "status": status},
        ).raise_for_status()
    expect(log).to_contain_text("giao thành công", timeout=PATIENCE_MS)
    command(staff, f"/invoice {code}")
    expect(log).to_contain_text("hóa đơn điện tử", timeout=PATIENCE_MS)
    command(staff, f"/order {code}")
    expect(staff.locator("#room-log a:has-text('Hóa đơn PDF')").last).to_be_visible(timeout=PATIENCE_MS)
    picture(customer, "widget-delivered")

    assert errors == []


def log_in(page: Page, shop: Shop, login: str = "owner") -> None:
    page.goto(f"{shop.url}/desk")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", "chotdon-demo")
    page.press("input[name=password]", "Enter")
    expect(page.locator("#room-log .message").first).to_be_visible(timeout=PATIENCE_MS)


def an_approval_waits(shop: Shop) -> None:
    parts = shop.parts
    with parts.db.transaction() as session:
        order = get_order(session, "DH1008")
        request_approval(
            session, kind="order_over_amount", subject_kind="order", subject_id=order.id, subject_code=order.code,
            question="", amount=25_000_000, payload={}, actor=SYSTEM, expires_minutes=60, now=parts.clock(),
        )  # fmt: skip


UNFIT = (Path(__file__).parent / "unfit.js").read_text("utf-8")


@pytest.mark.parametrize("width", [360, 390, 820, 1280])
def test_the_desk_can_be_read_and_pressed_at_every_width(shop: Shop, browser: Browser, width: int) -> None:
    shop.customer().say("cho mình gặp nhân viên")
    an_approval_waits(shop)
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto(f"{shop.url}/desk")
    expect(page.locator("#login")).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate(UNFIT) == []
    log_in(page, shop)
    for line in ("/todo", "/orders", "/order", "/help"):
        command(page, line)
    expect(page.locator(".card.approval").last).to_contain_text("25.000.000đ", timeout=PATIENCE_MS)
    expect(page.locator(".message.refused").last).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#counts")).to_contain_text("Chờ duyệt", timeout=PATIENCE_MS)
    picture(page, f"desk-{width}")
    assert page.evaluate(UNFIT) == []

    if width <= 820:
        page.locator("[role=tab]").nth(1).click()
        expect(page.locator("#inbox button").first).to_be_visible()
        assert page.evaluate(UNFIT) == []
    page.locator("#inbox button:has-text('Chờ người hỗ trợ')").first.click()
    page.locator("#conversation button:has-text('Nhận trả lời')").click()
    expect(page.locator("#reply")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#words")).to_be_editable()
    assert page.evaluate(UNFIT) == []
    page.locator("#conversation button:has-text('Trả cho trợ lý')").click()
    expect(page.locator("#reply")).to_be_hidden(timeout=PATIENCE_MS)


def test_a_count_leads_to_its_list(shop: Shop, browser: Browser) -> None:
    an_approval_waits(shop)
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    log_in(page, shop)
    page.locator("#room-log").evaluate("(log) => log.replaceChildren()")

    page.locator("#counts button:has-text('Chờ duyệt')").click()
    page.locator(".card.approval button:has-text('Từ chối')").last.click()

    expect(page.locator("#room-log")).to_contain_text("đã từ chối", timeout=PATIENCE_MS)
    expect(page.locator("#counts")).not_to_contain_text("Chờ duyệt", timeout=PATIENCE_MS)


def test_the_shop_s_page_speaks_korean(shop: Shop, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    page.goto(shop.url)
    expect(page.locator("#products article").first).to_be_visible(timeout=PATIENCE_MS)

    page.locator("#languages button[lang=ko]").click()

    assert page.evaluate("document.documentElement.lang") == "ko"
    for place in ("#hero-title", "#hero-text", "#example-words", "#found", "#categories button >> nth=0",
                  "#products article button >> nth=0", "#desk-link"):  # fmt: skip
        assert re.search("[가-힣]", page.locator(place).first.inner_text()), place
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#example").click()
    page.locator("chotdon-chat textarea").press("Enter")
    expect(page.locator("chotdon-chat")).to_contain_text("328.000", timeout=PATIENCE_MS)
    expect(page.locator("chotdon-chat [role=log]")).to_contain_text(
        re.compile("[가-힣]"), timeout=PATIENCE_MS
    )


@pytest.mark.parametrize("path", ["/", "/desk"])
def test_pages_fit_a_phone(shop: Shop, browser: Browser, path: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(shop.url + path)
    page.wait_for_load_state("networkidle")
    if path == "/desk":
        log_in(page, shop)
    picture(page, f"phone-{path.strip('/') or 'shop'}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
