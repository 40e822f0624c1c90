"""`/report` in the desk: table, picture and file for those who may see them, days as people write them."""

from datetime import UTC, date, datetime

import pytest
from fastapi.testclient import TestClient

from bot.staff.reports import read_days
from core.db import Database
from core.reports.making import REPORTS
from tests.bot.desk.conftest import Desk
from tests.bot.desk.test_vietnamese import english_in

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """What is said does not depend on the database; that the figures do not either is shown in tests/core."""
    return sqlite_db


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("typed", "name", "first", "last"),
    [
        ("doanh thu", "doanh thu", None, None),
        ("profit 7", "profit", day("2026-11-18"), day("2026-11-24")),
        ("lãi 7 ngày", "lãi", day("2026-11-18"), day("2026-11-24")),
        ("doanh thu hôm nay", "doanh thu", day("2026-11-24"), day("2026-11-24")),
        ("doanh thu hom qua", "doanh thu", day("2026-11-23"), day("2026-11-23")),
        ("hoàn tiền từ 1/11 đến 15/11", "hoàn tiền", day("2026-11-01"), day("2026-11-15")),
        ("refunds 2026-11-01 2026-11-15", "refunds", day("2026-11-01"), day("2026-11-15")),
        ("doanh thu 24/12", "doanh thu", day("2025-12-24"), day("2025-12-24")),
        ("doanh thu 24.12.2024 1/1/2025", "doanh thu", day("2024-12-24"), day("2025-01-01")),
    ],
)
def test_days_are_read_as_people_write_them(
    typed: str, name: str, first: date | None, last: date | None
) -> None:
    assert read_days(typed, NOW) == (name, first, last)


def test_a_report_comes_as_text_table_picture_and_file(client: TestClient) -> None:
    owner = Desk(client, "owner")

    said = owner.says("/report doanh thu 7")

    (card,) = said["cards"]
    assert said["text"].startswith("Doanh thu theo ngày")
    assert card["table"]["columns"][-1] == "Doanh thu"
    assert [row[0] for row in card["table"]["rows"]][-1] == "Tổng"
    assert len(card["table"]["rows"]) == 8
    picture = owner.client.get(card["image"]["url"], headers=owner.headers)
    assert picture.content.startswith(b"\x89PNG")
    file = owner.client.get(card["links"][0]["url"], headers=owner.headers)
    assert file.content.decode("utf-8-sig").startswith("Ngày,")
    assert client.get(card["image"]["url"]).status_code == 401


def test_every_report_is_found_by_its_name_and_by_its_title_and_told_in_vietnamese(
    client: TestClient,
) -> None:
    owner = Desk(client, "owner")
    listed = owner.says("/report")["cards"][0]

    assert [b["command"] for b in listed["buttons"]] == [f"/report {name}" for name in REPORTS]
    for report in REPORTS.values():
        for typed in (report.name, report.title.vi.casefold()):
            said = owner.says(f"/report {typed}")
            assert said["text"].startswith(report.title.vi)
            assert english_in(said["text"] + said["cards"][0]["lines"][0]) == []


def test_money_stays_with_those_who_may_see_it(client: TestClient) -> None:
    owner, sales, accountant = Desk(client, "owner"), Desk(client, "sales"), Desk(client, "accountant")
    owner.says("/report profit")
    shown = owner.says("/report doanh thu")

    def reads(who: Desk) -> list[str]:
        messages = who.get("/room").json()["messages"]
        return [card["title"].split(" · ")[0] for m in messages for card in m["cards"] if "image" in card]

    assert reads(owner) == ["Lãi gộp theo ngày", "Doanh thu theo ngày"]
    assert reads(accountant) == ["Doanh thu theo ngày"]
    assert reads(sales) == []
    assert "Việc này dành cho" in sales.says("/report lãi")["text"]
    own = sales.says("/report doanh thu")["cards"][0]
    assert own["table"]["columns"] == ["Ngày", "Đơn"]
    assert reads(sales) == ["Doanh thu theo ngày"]
    profit = shown["cards"][0]["image"]["url"].replace("sales-by-day", "profit")
    assert client.get(profit, headers=sales.headers).status_code == 403


@pytest.mark.parametrize(
    "typed", ["/report zzz", "/report doanh thu 0", "/report doanh thu 9999", "/report doanh thu 32/13",
              "/report doanh thu 24/11/2026 1/1/2026"],
)  # fmt: skip
def test_what_is_not_understood_is_refused_kindly(client: TestClient, typed: str) -> None:
    said = Desk(client, "owner").says(typed)["text"]

    assert said.startswith("⚠")
    assert english_in(said) == []
    assert "…" not in said
