"""The same walk in a real Chromium: the customer in the widget, staff in the desk."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.chromium import find_chromium
from tests.e2e.conftest import Shop
from tests.e2e.test_main_job import ORDER_LINE, _booked, wait_for

PICTURES = os.environ.get("CHOTDON_PICTURES", "")
PATIENCE_MS = 20_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = find_chromium()
    assert chromium, "no Chromium was found; see tests/chromium.py"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


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


@pytest.mark.parametrize("path", ["/", "/desk"])
def test_pages_fit_a_phone(shop: Shop, browser: Browser, path: str) -> None:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(shop.url + path)
    page.wait_for_load_state("networkidle")
    picture(page, f"phone-{path.strip('/') or 'shop'}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
