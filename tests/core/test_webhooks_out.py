"""Signed webhooks to the shop's own website, over real HTTP on this machine."""

import hashlib
import hmac
import ipaddress
import json
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from core.api.access import Desk
from core.clock import utc_now
from core.db import Database
from core.jobs.models import Job, StaffTask
from core.jobs.worker import Worker
from core.ports.errors import ProviderUnavailable, Rejected
from core.sales_channels.webhooks_out import MAX_TRIES, run_delivery, run_fan_out
from integrations.http import TimeLimits
from integrations.webhooks.sender import HttpWebhookSender, is_public
from tests.small_shop import OneTown, cart_body, desk_app, fill


class Website:
    """Listens as a shop's website would; answers what it is told to."""

    def __init__(self) -> None:
        self.status = 200
        self.answer = b"ok"
        self.seen: list[tuple[dict[str, str], bytes]] = []
        self.slow = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append((dict(self.headers.items()), body))
                if outer.status == 0:
                    outer.slow.wait(20)
                    return
                self.send_response(outer.status)
                if outer.status in (301, 302):
                    self.send_header("Location", outer.url + "/elsewhere")
                self.send_header("Content-Length", str(len(outer.answer)))
                self.end_headers()
                self.wfile.write(outer.answer)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hooks"

    def stop(self) -> None:
        self.slow.set()
        self._server.shutdown()
        self._server.server_close()

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.seen]


@pytest.fixture
def website() -> Iterator[Website]:
    site = Website()
    yield site
    site.stop()


@pytest.fixture
def sender() -> Iterator[HttpWebhookSender]:
    found = HttpWebhookSender(allow_private=True, limits=TimeLimits(connect=1.0, read=0.3, total=0.5))
    yield found
    found.close()


def app_of(db: Database, **changes: Any) -> FastAPI:
    app = desk_app(db)
    app.state.desk = Desk(db, utc_now, OneTown(), **changes)
    return app


@pytest.fixture
def api(db: Database) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {fill(db)}"}
    with TestClient(
        app_of(db, private_webhooks=True), raise_server_exceptions=False, headers=headers
    ) as client:
        yield client


@pytest.fixture
def work(db: Database, sender: HttpWebhookSender) -> Callable[[], int]:
    def nothing(_run: Any) -> None:
        pass

    handlers = {"webhook.fan_out": run_fan_out, "webhook.deliver": partial(run_delivery, sender=sender)}
    handlers |= {"notice.staff": nothing, "notice.customer": nothing, "shipment.cancel": nothing}
    return partial(Worker(db, handlers, clock=utc_now).run_until_idle, ignore_run_at=True)


def listen(api: TestClient, website: Website, *events: str) -> dict[str, Any]:
    made = api.post("/api/v1/webhook-endpoints", json={"url": website.url, "events": list(events)})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def order(api: TestClient) -> str:
    cart = api.post("/api/v1/carts", json=cart_body()).json()
    quote = api.post(f"/api/v1/carts/{cart['id']}/quotes").json()
    return str(api.post("/api/v1/orders", json={"quote_id": quote["id"]}).json()["code"])


def deliveries(api: TestClient, **query: Any) -> list[dict[str, Any]]:
    answer = api.get("/api/v1/webhook-deliveries", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_an_order_is_told_step_by_step_and_signed(
    api: TestClient, website: Website, work: Callable[[], int]
) -> None:
    endpoint = listen(api, website, "order.placed", "order.updated", "order.cancelled")
    code = order(api)
    work()
    api.post(f"/api/v1/orders/{code}/accept")
    work()
    api.post(f"/api/v1/orders/{code}/cancel", json={})
    work()

    told = website.bodies()
    assert [(b["event"], b["data"]["code"]) for b in told] == [
        ("order.placed", code), ("order.updated", code), ("order.cancelled", code),
    ]  # fmt: skip
    assert "phone" not in json.dumps(told)
    for headers, body in website.seen:
        signed = headers["Chotdon-Timestamp"].encode() + b"." + body
        expected = hmac.new(endpoint["secret"].encode(), signed, hashlib.sha256).hexdigest()
        assert headers["Chotdon-Signature"] == f"v1={expected}"
        assert headers["Chotdon-Delivery"] == json.loads(body)["id"]
    assert "secret" not in api.get(f"/api/v1/webhook-endpoints/{endpoint['id']}").json()


def test_stock_and_products_are_told_when_they_change(
    api: TestClient, website: Website, work: Callable[[], int]
) -> None:
    listen(api, website, "stock.changed", "product.changed")
    receipt = {"sku": "HOA-1", "warehouse_code": "A", "quantity": 5}
    assert api.post("/api/v1/stock/receipts", json=receipt).status_code == 201
    assert api.patch("/api/v1/variants/HOA-1", json={"price": 55_000}).status_code == 200
    work()

    stock, product = sorted(website.bodies(), key=lambda b: b["event"], reverse=True)
    assert stock["data"]["items"] == [{"sku": "HOA-1", "available": 25, "on_hand": 25}]
    assert product["data"]["variants"][0]["price"] == 55_000
    assert "cost" not in json.dumps(product)


def test_what_nobody_listens_to_makes_no_work(
    db: Database, api: TestClient, website: Website, work: Callable[[], int]
) -> None:
    endpoint = listen(api, website, "order.completed")
    order(api)
    api.patch(f"/api/v1/webhook-endpoints/{endpoint['id']}", json={"events": ["order.placed"]})
    api.delete(f"/api/v1/webhook-endpoints/{endpoint['id']}")
    order(api)
    work()

    assert website.seen == []
    with db.read_transaction() as session:
        told = select(func.count()).select_from(Job).where(Job.name.startswith("webhook."))
        assert session.scalar(told) == 0


def test_a_website_that_is_down_is_tried_again_and_each_try_is_in_the_log(
    api: TestClient, website: Website, work: Callable[[], int], db: Database
) -> None:
    listen(api, website, "order.placed")
    order(api)
    website.status, website.answer = 500, b"broken \x00 here"
    work()

    dead = deliveries(api, state="dead")[0]
    assert (dead["attempts"], len(website.seen)) == (MAX_TRIES, MAX_TRIES)
    assert len({body for _, body in website.seen}) == 1
    assert [(try_["status"], try_["answer"]) for try_ in dead["log"]] == [(500, "broken  here")] * MAX_TRIES
    assert "Chotdon-Signature" not in dead["log"][0]["headers"]
    with db.read_transaction() as session:
        assert session.scalars(select(StaffTask.kind)).all() == ["dead_webhook"]

    website.status = 204
    replayed = api.post(f"/api/v1/webhook-deliveries/{dead['id']}/replay")
    assert replayed.json()["state"] == "queued"
    again = api.post(f"/api/v1/webhook-deliveries/{dead['id']}/replay")
    assert again.json()["error"]["code"] == "delivery_queued"
    work()
    assert deliveries(api, state="delivered")[0]["id"] == dead["id"]
    assert website.bodies()[-1]["id"] == dead["id"]


def test_the_second_try_waits_longer_than_the_first(
    api: TestClient, website: Website, db: Database, sender: HttpWebhookSender
) -> None:
    listen(api, website, "order.placed")
    order(api)
    website.status = 503
    handlers = {"webhook.fan_out": run_fan_out, "webhook.deliver": partial(run_delivery, sender=sender)}
    worker = Worker(db, {**handlers, "notice.staff": lambda _run: None}, clock=utc_now)
    waits = []
    for _ in range(2):
        before = utc_now()
        worker.run_until_idle()
        with db.transaction() as session:
            job = session.scalars(select(Job).where(Job.name == "webhook.deliver")).one()
            waits.append((job.run_at - before).total_seconds())
            job.run_at = utc_now()

    assert waits[0] >= 10
    assert waits[1] >= 60


def test_a_redirect_is_not_followed_and_silence_is_no_answer(
    api: TestClient, website: Website, sender: HttpWebhookSender
) -> None:
    website.status = 302
    assert sender.post(website.url, headers={}, body=b"{}").status == 302
    assert len(website.seen) == 1
    website.status = 0
    with pytest.raises(ProviderUnavailable):
        sender.post(website.url, headers={}, body=b"{}")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ProviderUnavailable):
        sender.post(f"http://127.0.0.1:{port}/", headers={}, body=b"{}")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1", "::1",
     "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(address: str, website: Website) -> None:
    assert not is_public(ipaddress.ip_address(address))
    port = int(website.url.split(":")[2].split("/")[0])
    guarded = HttpWebhookSender(resolve=lambda _host, _port: ["8.8.8.8", address])
    with pytest.raises(Rejected):
        guarded.post(f"https://hooks.example:{port}/", headers={}, body=b"{}")
    guarded.close()
    assert website.seen == []


def test_the_connection_goes_to_the_address_that_was_checked(website: Website) -> None:
    """A name that answers with another address the second time gains nothing: it is asked once."""
    asked = []
    port = int(website.url.split(":")[2].split("/")[0])

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    open_one = HttpWebhookSender(allow_private=True, resolve=resolve)
    answer = open_one.post(f"http://hooks.example:{port}/x", headers={"A": "b"}, body=b"{}")
    open_one.close()

    assert (answer.status, asked) == (200, ["hooks.example"])
    assert website.seen[0][0]["Host"] == f"hooks.example:{port}"


@pytest.mark.parametrize(
    "url",
    ["http://myshop.vn/h", "https://127.0.0.1/h", "https://localhost/h", "https://[::1]/h", "https://user:x@myshop.vn/",
     "ftp://myshop.vn", "https://", "nothing", "https://myshop.vn/#x", "https://intranet/h", "https://my shop.vn/"],
)  # fmt: skip
def test_an_endpoint_that_is_no_public_website_is_refused(sqlite_db: Database, url: str) -> None:
    headers = {"Authorization": f"Bearer {fill(sqlite_db)}"}
    with TestClient(app_of(sqlite_db), headers=headers) as client:
        refused = client.post("/api/v1/webhook-endpoints", json={"url": url, "events": ["order.placed"]})
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "url_invalid")


def test_a_public_endpoint_is_taken_and_its_secret_renewed(sqlite_db: Database) -> None:
    headers = {"Authorization": f"Bearer {fill(sqlite_db)}"}
    with TestClient(app_of(sqlite_db), headers=headers) as client:
        made = client.post(
            "/api/v1/webhook-endpoints", json={"url": "https://myshop.vn/h", "events": ["order.placed"]}
        ).json()
        fresh = client.post(f"/api/v1/webhook-endpoints/{made['id']}/secret").json()
        wrong = client.post(
            "/api/v1/webhook-endpoints", json={"url": "https://myshop.vn/h", "events": ["order.eaten"]}
        )

    assert fresh["secret"] != made["secret"]
    assert wrong.json()["error"]["code"] == "event_unknown"
