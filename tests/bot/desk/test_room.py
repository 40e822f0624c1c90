"""The room: who gave a command reads its answer alone; the others are told what came of it."""

from fastapi.testclient import TestClient

from bot.bootstrap import Parts, build_worker
from tests.bot.desk.conftest import Desk

ORDER = "/new 1 áo thun đen L, Lan, 0901234567, 12 Lê Lợi, Phường Bến Nghé, Quận 1, TP HCM"


def test_what_came_of_a_command_is_told_to_the_others(client: TestClient, parts: Parts) -> None:
    sales, manager = Desk(client, "sales"), Desk(client, "manager")

    def heard(desk: Desk, words: str) -> int:
        build_worker(parts).run_until_idle()
        return sum(
            m["text"].startswith("Đơn") and words in m["text"] for m in desk.get("/room").json()["messages"]
        )

    placed = sales.says(sales.says(ORDER)["cards"][0]["buttons"][0]["command"])
    code = placed["text"].removeprefix("Đã đặt ")
    assert (heard(sales, f"Đơn mới {code}"), heard(manager, f"Đơn mới {code}")) == (0, 1)

    assert "hủy" in manager.says(f"/cancel {code} khách đổi ý")["text"]
    assert (heard(sales, f"{code} đã hủy"), heard(manager, f"{code} đã hủy")) == (1, 0)
