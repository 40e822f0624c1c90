"""A table wider than the room scrolls within its card, at a desk and on a phone."""

import pytest
from playwright.sync_api import Browser, expect

from bot.shop_setup import DEMO_PASSWORD
from tests.e2e.conftest import Shop
from tests.e2e.test_browser import PATIENCE_MS, command, picture

BOX = """(scroll) => ({
  right: scroll.closest(".card").getBoundingClientRect().right, more: scroll.scrollWidth - scroll.clientWidth,
  shadow: getComputedStyle(scroll).backgroundImage.includes("gradient"),
})"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_wide_report_scrolls_in_its_box(shop: Shop, browser: Browser, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
    page.goto(f"{shop.url}/desk")
    page.fill("#login input[name=login]", "owner")
    page.fill("#login input[name=password]", DEMO_PASSWORD)
    page.press("#login input[name=password]", "Enter")
    command(page, "/report vòng quay")
    scroll = page.locator("#room-log .scroll").last
    expect(scroll).to_be_visible(timeout=PATIENCE_MS)
    picture(page, f"wide-{width}")

    box = scroll.evaluate(BOX)
    assert box["right"] <= width, "the card ends within the screen"
    assert box["more"] > 0
    assert box["shadow"], "that there is more can be seen"
    for _ in range(20):
        scroll.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(100)
        if scroll.evaluate("(s) => s.scrollLeft > 0"):
            break
    assert scroll.evaluate("(s) => s.scrollLeft > 0"), "it scrolls by keyboard"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
