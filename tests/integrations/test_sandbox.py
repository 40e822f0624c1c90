"""The frame around all played providers: faults, bounds, pages."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from integrations.sandbox.app import SandboxServer
from integrations.sandbox.faults import Fault, FaultBoard
from integrations.sandbox.page import Button, Row, Section, render_page

from .conftest import wait_until


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("ghn",)) as running:
        yield running


def test_the_sandbox_tells_that_it_is_well(server: SandboxServer) -> None:
    answer = httpx.get(f"{server.url}/healthz", trust_env=False)

    assert answer.json() == {"status": "ok", "providers": ["ghn"]}


def test_two_sandboxes_run_side_by_side(server: SandboxServer) -> None:
    with SandboxServer(providers=("ghn",)) as other:
        assert other.port != server.port
        assert httpx.get(f"{other.url}/healthz", trust_env=False).status_code == 200


def test_a_sandbox_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())

    with SandboxServer(providers=("ghn",)):
        pass

    assert set(threading.enumerate()) - before == set()


def test_a_sandbox_process_serves_until_it_is_told_to_end_and_saves(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code = (
        "import socket; from pathlib import Path; from integrations.sandbox.app import run_sandbox;"
        f"listening = socket.create_server(('127.0.0.1', {port}));"
        f"run_sandbox(listening, Path({str(tmp_path)!r}), providers=('ghn',))"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        wait_until(lambda: is_listening(port), 15)
        httpx.post(f"http://127.0.0.1:{port}/ghn/_sandbox/reset", trust_env=False)
        process.send_signal(signal.SIGTERM)
        process.wait(10)
    finally:
        process.kill()
        process.wait()

    assert json.loads((tmp_path / "sandbox" / "ghn.json").read_text()) == {"orders": [], "pending": []}


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_faults_are_switched_by_http(server: SandboxServer) -> None:
    url = f"{server.url}/ghn/_sandbox/faults"

    added = httpx.post(url, json={"operation": "create", "kind": "rate_limit", "times": 2}, trust_env=False)
    cleared = httpx.delete(url, trust_env=False)

    assert added.json()["faults"] == [
        {
            "provider": "ghn",
            "operation": "create",
            "kind": "rate_limit",
            "times": 2,
            "skip": 0,
            "seconds": 30.0,
        }
    ]
    assert cleared.json() == {"faults": []}


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "explode"},
        {"kind": "rate_limit", "times": 0},
        {"kind": "rate_limit", "times": True},
        {"kind": "rate_limit", "skip": -1},
        {"kind": "hang_after", "seconds": "long"},
        {"kind": "hang_after", "seconds": 1e9},
        [],
        "text",
    ],
)
def test_a_fault_that_cannot_be_is_refused(server: SandboxServer, fault: object) -> None:
    answer = httpx.post(f"{server.url}/ghn/_sandbox/faults", json=fault, trust_env=False)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert server.faults.active() == []


@pytest.mark.parametrize("path", ["faults", "reset"])
def test_a_provider_that_is_not_played_has_no_controls(server: SandboxServer, path: str) -> None:
    assert httpx.post(f"{server.url}/pigeon/_sandbox/{path}", json={}, trust_env=False).status_code == 404


def test_a_body_that_is_too_large_is_not_even_read(server: SandboxServer) -> None:
    head = b"POST /ghn/_sandbox/advance HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"

    with socket.create_connection((server.host, server.port), timeout=5) as connection:
        connection.sendall(head)
        answer = connection.recv(100)

    assert answer.startswith(b"HTTP/1.1 413")


def test_reset_forgets_parcels_and_faults(server: SandboxServer) -> None:
    server.faults.add(Fault("ghn", "*", "rate_limit", None))

    answer = httpx.post(f"{server.url}/ghn/_sandbox/reset", trust_env=False)

    assert answer.json() == {"status": "empty"}
    assert server.faults.active() == []


def test_a_fault_is_used_up_by_the_number_of_its_times() -> None:
    board = FaultBoard()
    board.add(Fault("ghn", "create", "rate_limit", times=2))

    taken = [board.take("ghn", "create", "rate_limit") is not None for _ in range(3)]

    assert taken == [True, True, False]


def test_a_fault_lets_the_calls_before_it_pass() -> None:
    board = FaultBoard()
    board.add(Fault("ghn", "create", "rate_limit", skip=2))

    taken = [board.take("ghn", "create", "rate_limit") is not None for _ in range(4)]

    assert taken == [False, False, True, False]


def test_a_fault_hits_only_its_provider_operation_and_kind() -> None:
    board = FaultBoard()
    board.add(Fault("ghn", "create", "rate_limit"))

    assert board.take("sinvoice", "create", "rate_limit") is None
    assert board.take("ghn", "detail", "rate_limit") is None
    assert board.take("ghn", "create", "hang_after") is None
    assert board.take("ghn", "create", "error_after", "rate_limit") is not None


def test_a_fault_without_end_lasts_until_it_is_cleared() -> None:
    board = FaultBoard()
    board.add(Fault("ghn", "*", "error_before", times=None))

    assert all(board.take("ghn", "anything", "error_before") for _ in range(50))
    board.clear("ghn")
    assert board.take("ghn", "anything", "error_before") is None


def test_the_page_escapes_all_that_it_shows() -> None:
    evil = '"><script>alert(1)</script>'
    button = Button(evil, evil, ((evil, evil),))

    page = render_page([Section(evil, (evil,), (Row((evil,), (button,), evil),), evil, (button,))])

    assert "<script>" not in page
    assert '""' not in page


def test_an_empty_page_says_so() -> None:
    assert "Nothing yet." in render_page([Section("GHN", ("Parcel",))])
