"""SePay's webhook: who gets in, what is read; and the played SePay telling a real order desk over HTTP."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.demo_server import sandbox_options
from core.api.access import Desk
from core.clock import utc_now
from core.db import Database
from core.jobs.worker import Worker
from core.payments.bank_matching import run_matching
from core.ports.carrier import IncomingRequest
from core.ports.errors import Misconfigured, Rejected, SignatureInvalid
from core.settings import Settings
from core.shop import BankAccount
from integrations.banks.sepay.adapter import SepayBank
from integrations.banks.sepay.settings import SepaySettings
from integrations.registry import build_bank
from integrations.sandbox.app import SandboxServer
from tests.integrations.conftest import wait_until
from tests.small_shop import DeskApp, OneTown, cart_body, fill, served

KEY = "khoa-cua-shop-0001"
PROOF = {"authorization": f"Apikey {KEY}"}
RECEIVED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SEPAY = SepayBank(SepaySettings(KEY), clock=lambda: RECEIVED)
# As in SePay's own documentation.
MESSAGE = {
    "id": 92704, "gateway": "Vietcombank", "transactionDate": "2023-03-25 14:02:37", "accountNumber": "0123499999",
    "code": None, "content": "chuyen tien mua iphone", "transferType": "in", "transferAmount": 2277000,
    "accumulated": 19077000, "subAccount": None, "referenceCode": "MBVCB.3278907687", "description": "",
}  # fmt: skip


def incoming(body: Any, headers: dict[str, str] = PROOF) -> IncomingRequest:
    return IncomingRequest(body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def read(**changes: Any) -> Any:
    (news,) = SEPAY.read_webhook(incoming({**MESSAGE, **changes}))
    return news


def test_the_documented_message_is_read() -> None:
    news = read()

    assert (news.external_id, news.direction, news.amount) == ("92704", "in", 2_277_000)
    assert (news.memo, news.account, news.reference) == (
        "chuyen tien mua iphone",
        "0123499999",
        "MBVCB.3278907687",
    )
    assert news.at == datetime(2023, 3, 25, 7, 2, 37, tzinfo=UTC)


def test_the_code_that_sepay_found_is_kept_with_the_memo() -> None:
    assert read(code="DH1001").memo == "chuyen tien mua iphone DH1001"
    assert read(code="DH1001", content="DH1001 tks").memo == "DH1001 tks"
    assert read(content="", description="BankAPINotify DH1001").memo == "BankAPINotify DH1001"


@pytest.mark.parametrize(("amount", "read_as"), [("2277000", 2_277_000), (2277000.0, 2_277_000), (1, 1)])
def test_amounts_are_read_as_they_come(amount: Any, read_as: int) -> None:
    assert read(transferAmount=amount).amount == read_as


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None}, {"id": ""}, {"id": True}, {"id": [1]}, {"transferType": "sideways"}, {"transferType": None},
        {"transferAmount": 0}, {"transferAmount": -1}, {"transferAmount": 1.5}, {"transferAmount": "1e5"},
        {"transferAmount": None}, {"transferAmount": True}, {"transferAmount": 10**40}, {"transferAmount": "đ"},
    ],
)  # fmt: skip
def test_a_message_without_what_matters_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        read(**changes)


@pytest.mark.parametrize("moment", [None, "", "yesterday", "0001-01-01 00:00:00", 5])
def test_a_time_that_is_none_is_the_time_of_receipt(moment: Any) -> None:
    assert read(transactionDate=moment).at == RECEIVED


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 20_000, b'{"id": ' + b"9" * 5000 + b"}"]
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected):
        SEPAY.read_webhook(incoming(body))


@pytest.mark.parametrize(
    "value",
    [
        "",
        KEY,
        f"Apikey {KEY[:-1]}",
        f"Apikey {KEY}x",
        f"Bearer {KEY}",
        f"Apikey {KEY.upper()}",
        "Apikey",
        "đ đ",
    ],
)
def test_without_the_right_key_nobody_gets_in(value: str) -> None:
    with pytest.raises(SignatureInvalid) as caught:
        SEPAY.read_webhook(incoming(MESSAGE, {"authorization": value}))

    assert KEY not in str(caught.value)


def test_the_scheme_is_read_in_any_case_and_no_key_of_ours_is_no_open_door() -> None:
    assert SEPAY.read_webhook(incoming(MESSAGE, {"authorization": f"APIKEY  {KEY}"}))
    with pytest.raises(SignatureInvalid):
        SepayBank(SepaySettings("")).read_webhook(incoming(MESSAGE, {"authorization": "Apikey "}))


@pytest.mark.parametrize(
    "values",
    [{}, {"api_key": 5}, {"api_key": "đ"}, {"api_key": "k", "mood": "x"}, {"api_key": "k", "scheme": " "}],
)
def test_wrong_settings_are_named(values: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="setting"):
        build_bank("sepay", values)


@pytest.fixture
def shop(sqlite_db: Database) -> Iterator[tuple[str, httpx.Client]]:
    """An order desk that is told by a played SePay, both over real HTTP."""
    key = fill(sqlite_db)
    app = DeskApp(Desk(sqlite_db, utc_now, OneTown(), banks={"sepay": SEPAY}))
    with served(app) as url:
        hook = {
            "webhook_url": f"{url}/api/v1/webhooks/banks/sepay",
            "webhook_api_key": KEY,
            "webhook_retry_seconds": 0.1,
        }
        with (
            SandboxServer(providers=("sepay",), options={"sepay": hook}) as sandbox,
            httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=30) as http,
        ):
            yield f"{sandbox.url}/sepay/_sandbox", http


def order(http: httpx.Client) -> str:
    cart = http.post("/api/v1/carts", json=cart_body(payment_method="bank_transfer")).json()
    quote = http.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    return str(http.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()["code"])


def transfers(http: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = http.get("/api/v1/bank-transfers").json()["items"]
    return found


def sent(sandbox: str) -> list[int]:
    return [record["answer"] for record in httpx.get(f"{sandbox}/webhooks").json()["sent"]]


def test_told_twice_and_out_of_order_each_transfer_counts_once(
    shop: tuple[str, httpx.Client], sqlite_db: Database
) -> None:
    sandbox, http = shop
    code = order(http)
    for kind in ("reorder_webhooks", "duplicate_webhook"):
        httpx.post(f"{sandbox}/faults", json={"kind": kind, "operation": "webhook"})
    httpx.post(f"{sandbox}/transfers", json={"amount": 30_000, "content": f"{code} phan 1"})
    httpx.post(f"{sandbox}/transfers", json={"amount": 40_000, "content": code.lower()})
    wait_until(lambda: sent(sandbox).count(200) == 3, 30)

    # Nothing else than the matching is wanted here.
    quiet = {name: lambda _run: None for name in ("notice.customer", "notice.staff", "order.complete")}
    Worker(sqlite_db, {**quiet, "transfer.match": run_matching}, clock=utc_now).run_until_idle(limit=20)

    assert sorted((t["amount"], t["verdict"]) for t in transfers(http)) == [
        (30_000, "exact"),
        (40_000, "under"),
    ]
    assert http.get(f"/api/v1/orders/{code}").json()["payment_state"] == "paid"


def test_money_comes_in_on_the_account_that_the_shop_s_qr_code_shows(settings_of_demo: Settings) -> None:
    bank = BankAccount(bank="Vietcombank", account="0000123456789", holder="CONG TY")
    options = sandbox_options(settings_of_demo, bank)["sepay"]
    with SandboxServer(providers=("sepay",), options={"sepay": {**options, "webhook_url": ""}}) as sandbox:
        made = httpx.post(
            f"{sandbox.url}/sepay/_sandbox/transfers", json={"amount": 1_000, "content": "x"}
        ).json()

    assert (made["accountNumber"], made["gateway"]) == ("0000123456789", "Vietcombank")


@pytest.fixture
def settings_of_demo(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)


def test_a_refused_webhook_is_sent_again_until_it_is_heard(shop: tuple[str, httpx.Client]) -> None:
    sandbox, http = shop
    wrong = httpx.post(
        f"{http.base_url}/api/v1/webhooks/banks/sepay", json=MESSAGE, headers={"Authorization": "Apikey x"}
    )
    unknown = httpx.post(f"{http.base_url}/api/v1/webhooks/banks/vcb", json=MESSAGE, headers=PROOF)
    httpx.post(f"{sandbox}/transfers", json={"amount": 5_000, "content": "x", "transferType": "out"})
    wait_until(lambda: sent(sandbox) == [200], 15)

    assert (wrong.status_code, unknown.status_code) == (401, 404)
    assert transfers(http) == []
