"""The back office in a real Chromium, as wide as a phone: a product is edited, a file brought in."""

import re
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from bot.shop_setup import DEMO_PASSWORD
from tests.e2e.conftest import Shop
from tests.e2e.test_browser import PATIENCE_MS, UNFIT, picture

GOODS = "sku,tên,giá\nMU01,Mũ len,89000\nVO01,Vớ cotton,25.000\n"


def test_a_product_is_edited_and_a_file_brought_in_on_a_phone(
    shop: Shop, browser: Browser, tmp_path: Path
) -> None:
    errors: list[str] = []
    page = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.extend(_violation(message)))
    page.goto(f"{shop.url}/office/product/list")
    page.fill("input[name=login]", "owner")
    page.fill("input[name=password]", DEMO_PASSWORD)
    page.press("input[name=password]", "Enter")
    expect(page).to_have_url(re.compile("/office/product/list$"), timeout=PATIENCE_MS)

    page.fill("input[type=search]", "ao thun co tron")
    page.press("input[type=search]", "Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    fits(page)
    picture(page, "office-phone")
    page.locator("tbody tr .office-actions button").click()
    page.get_by_role("link", name="Sửa").click()
    expect(page).to_have_url(re.compile("/office/product/edit"))
    fits(page)
    page.fill("input[name=name]", "Áo thun cotton cổ tròn <b>mới</b>")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator(".alert-success")).to_contain_text("Đã lưu AT01", timeout=PATIENCE_MS)
    expect(page.locator("tbody")).to_contain_text("<b>mới</b>")
    page.wait_for_load_state("networkidle")

    page.locator("tbody tr td").first.click()
    expect(page).to_have_url(re.compile("/office/product/detail"))
    fits(page)  # and its scripts have run
    page.get_by_role("button", name="Thêm giá trị").click()
    page.locator("[data-sa-hook=modal-action] input[name=value]").fill("Tím")
    page.locator("[data-sa-action=action-submit]").click()
    expect(page.locator(".alert-success")).to_contain_text("Đã lưu", timeout=PATIENCE_MS)
    expect(page.locator("#tableContent")).to_contain_text("Tím")

    add_pictures(page, tmp_path)

    page.goto(f"{shop.url}/office/imports")
    fits(page)
    file = tmp_path / "hang.csv"
    file.write_text(GOODS, "utf-8")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Kiểm tra file").click()
    expect(page.get_by_text("2 sản phẩm, 2 biến thể")).to_be_visible(timeout=PATIENCE_MS)
    fits(page)
    page.get_by_role("button", name="Nhập vào cửa hàng").click()
    expect(page.get_by_text("Đã nhập")).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"{shop.url}/office/variant/list?q=mu01")
    expect(page.locator("tbody")).to_contain_text("89.000đ")
    assert errors == []


def add_pictures(page: Page, tmp_path: Path) -> None:
    page.locator(".card-header").get_by_text("Hình ảnh").click()
    expect(page).to_have_url(re.compile("/office/pictures/of/"))
    fits(page)
    before = page.locator(".office-picture").count()
    files = []
    for name in ("green", "orange"):
        files.append(tmp_path / f"{name}.jpg")
        Image.new("RGB", (800, 600), name).save(files[-1])
    page.set_input_files("input[type=file]", files)
    page.get_by_role("button", name="Tải lên").click()
    expect(page.locator(".alert-success")).to_contain_text("Đã lưu", timeout=PATIENCE_MS)
    expect(page.locator(".office-picture")).to_have_count(before + 2)
    expect(page.locator(".office-picture img").last).to_have_js_property("naturalWidth", 400)
    fits(page)
    picture(page, "office-pictures-phone")
    page.set_viewport_size({"width": 1280, "height": 900})
    fits(page)
    picture(page, "office-pictures")
    page.set_viewport_size({"width": 390, "height": 844})


def fits(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert page.evaluate(UNFIT) == []


def _violation(message: ConsoleMessage) -> list[str]:
    return [message.text] if "Content Security Policy" in message.text else []
