"""What a failure of a call means, by how far it got and whether it creates something."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from core.ports.errors import (
    Misconfigured,
    OutcomeUnknown,
    ProviderUnavailable,
    RateLimited,
    Rejected,
)
from integrations.http import (
    Answer,
    Call,
    ProviderClient,
    TimeLimits,
    TokenBucket,
    error_for_status,
    retry_after,
)

READ = Call("find", "GET", "/find")
CREATE = Call("create", "POST", "/create", json={"name": "Nguyễn Thị Mẫu"}, creates=True)


def client(answer: Callable[[httpx.Request], httpx.Response], **options: object) -> ProviderClient:
    return ProviderClient(
        "acme", "https://acme.example/api", transport=httpx.MockTransport(answer), **options
    )


def status(code: int, **headers: str) -> ProviderClient:
    return client(lambda request: httpx.Response(code, json={"secret": "x"}, headers=headers))


def raising(error: Exception) -> ProviderClient:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error

    return client(answer)


@pytest.fixture
def server() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a raw server that treats its one connection as the test says; returns the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(behave: Callable[[socket.socket], None]) -> str:
        def run() -> None:
            connection, _ = listener.accept()
            with connection:
                behave(connection)

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield serve
    for thread in threads:
        thread.join(5)
    listener.close()


def test_a_success_is_an_answer() -> None:
    answer = client(lambda request: httpx.Response(200, json={"path": request.url.path})).send(READ)

    assert (answer.status, answer.ok, answer.json()) == (200, True, {"path": "/api/find"})


@pytest.mark.parametrize(
    ("code", "read", "create"),
    [
        (301, Misconfigured, Misconfigured),
        (401, Misconfigured, Misconfigured),
        (403, Misconfigured, Misconfigured),
        (400, Rejected, Rejected),
        (404, Rejected, Rejected),
        (409, Rejected, Rejected),
        (408, ProviderUnavailable, OutcomeUnknown),
        (425, RateLimited, RateLimited),
        (429, RateLimited, RateLimited),
        (500, ProviderUnavailable, OutcomeUnknown),
        (502, ProviderUnavailable, OutcomeUnknown),
        (504, ProviderUnavailable, OutcomeUnknown),
    ],
)
def test_each_status_is_one_branch_of_the_error_tree(
    code: int, read: type[Exception], create: type[Exception]
) -> None:
    for call, expected in ((READ, read), (CREATE, create)):
        with pytest.raises(expected) as caught:
            status(code, Location="https://evil.example").send(call)
        assert type(caught.value) is expected


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
)
def test_a_call_that_never_left_may_be_repeated_even_if_it_creates(error: Exception) -> None:
    with pytest.raises(ProviderUnavailable, match="nothing was sent"):
        raising(error).send(CREATE)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout("x"),
        httpx.WriteTimeout("x"),
        httpx.ReadError("x"),
        httpx.WriteError("x"),
        httpx.RemoteProtocolError("x"),
        httpx.DecodingError("x"),
    ],
)
def test_a_call_that_broke_on_the_way_is_unknown_if_it_creates(error: Exception) -> None:
    with pytest.raises(OutcomeUnknown):
        raising(error).send(CREATE)
    with pytest.raises(ProviderUnavailable):
        raising(error).send(READ)


def test_a_refused_connection_is_unavailable() -> None:
    with ProviderClient("acme", "http://127.0.0.1:9") as http, pytest.raises(ProviderUnavailable):
        http.send(CREATE)


def test_a_server_that_hangs_up_without_a_word_leaves_a_create_unknown(server) -> None:
    url = server(lambda connection: connection.recv(65_536))

    with ProviderClient("acme", url) as http, pytest.raises(OutcomeUnknown):
        http.send(CREATE)


def test_an_answer_that_drips_is_cut_off_at_the_total_limit(server) -> None:
    def drip(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"x")
                time.sleep(0.05)
        except OSError:
            pass

    limits = TimeLimits(connect=1, read=1, total=0.3)
    started = time.monotonic()
    with ProviderClient("acme", server(drip), limits=limits) as http, pytest.raises(OutcomeUnknown):
        http.send(CREATE)

    assert time.monotonic() - started < 1.0


def test_an_endless_answer_is_cut_off_at_the_size_limit() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"x" * 2_000)

    with pytest.raises(Rejected) as caught:
        client(answer, max_answer_bytes=1_999).send(READ)
    with pytest.raises(OutcomeUnknown):
        client(answer, max_answer_bytes=1_999).send(CREATE)

    assert caught.value.code == "answer_too_large"
    assert client(answer, max_answer_bytes=2_000).send(READ).status == 200


def test_a_redirect_is_not_followed() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://evil.example/"})

    with pytest.raises(Misconfigured, match="base URL"):
        client(answer, headers={"Token": "secret"}).send(CREATE)

    assert seen == ["https://acme.example/api/create"]


def test_a_status_that_the_adapter_wants_comes_back_as_an_answer() -> None:
    call = Call("login", "POST", "/login", hand_back=frozenset({401}))

    assert status(401).send(call).status == 401


def test_the_adapters_own_reading_goes_before_ours() -> None:
    def read_error(call: Call, answer: Answer) -> Rejected | None:
        return Rejected("acme", call.operation, "NO_STOCK", "out") if answer.status == 200 else None

    http = client(lambda request: httpx.Response(200), read_error=read_error)

    with pytest.raises(Rejected) as caught:
        http.send(READ)
    assert caught.value.code == "NO_STOCK"


@pytest.mark.parametrize("token", ["bí mật", "a\nb", "a\x00b"])
def test_a_credential_that_no_header_can_carry_is_a_setting_to_mend_and_stays_secret(
    token: str,
) -> None:
    with (
        ProviderClient("acme", "http://127.0.0.1:9", headers={"Token": token}) as http,
        pytest.raises(Misconfigured) as caught,
    ):
        http.send(CREATE)

    assert token not in str(caught.value)


@pytest.mark.parametrize("base_url", ["ftp://acme.example", "nonsense", "http://"])
def test_an_address_that_is_none_is_a_setting_to_mend(base_url: str) -> None:
    with ProviderClient("acme", base_url) as http, pytest.raises(Misconfigured):
        http.send(READ)


def test_logs_say_what_happened_and_nothing_about_people_or_tokens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "integrations.http")
    call = Call(
        "create", "POST", "/create", json={"phone": "0901234567"}, query={"token": "t0k"}, creates=True
    )

    status(200).send(call)
    with pytest.raises(OutcomeUnknown):
        client(lambda request: httpx.Response(500), headers={"Token": "t0k"}).send(call)

    lines = [record.getMessage() for record in caplog.records if record.name == "integrations.http"]
    assert lines[0].startswith("provider call provider=acme operation=create method=POST outcome=200 ms=")
    assert "outcome=500" in lines[1]
    assert "t0k" not in " ".join(lines)
    assert "0901234567" not in " ".join(lines)


def test_an_answer_that_is_no_json_reads_as_none() -> None:
    for content in (b"", b"<html>", b"\xff", b"[" * 100_000):
        assert Answer(200, {}, content).json() is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("999999999999", 86_400.0),
        ("soon", None),
        ("-1", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float | None) -> None:
    assert retry_after(Answer(429, httpx.Headers({"Retry-After": value.encode()}), b"")) == seconds


def test_retry_after_may_be_a_date() -> None:
    past = Answer(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")
    future = Answer(429, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}, b"")

    assert (retry_after(past), retry_after(future)) == (0.0, 86_400.0)


def test_an_error_may_carry_the_providers_own_words() -> None:
    error = error_for_status("acme", READ, Answer(400, {}, b""), "Hết hàng")

    assert (type(error), error.message) == (Rejected, "Hết hàng")


class Time:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_bucket_lets_a_burst_pass_and_then_spaces_calls_out() -> None:
    at = Time()
    bucket = TokenBucket(2, 3, clock=at.clock, sleep=at.sleep)

    waits = [bucket.take(5) for _ in range(5)]

    assert waits == [0.0] * 5
    assert at.slept == [0.5, 0.5]


def test_a_bucket_says_when_to_come_back_instead_of_waiting_too_long() -> None:
    at = Time()
    bucket = TokenBucket(0.1, 1, clock=at.clock, sleep=at.sleep)

    assert bucket.take(5) == 0.0
    assert bucket.take(5) == 10.0
    assert at.slept == []
    at.now = 10.0
    assert bucket.take(5) == 0.0


def test_our_own_limit_sends_nothing_and_says_when_to_come_back() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    http = client(answer, bucket=TokenBucket(0.1, 1), longest_wait=0.0)
    http.send(CREATE)

    with pytest.raises(RateLimited) as caught:
        http.send(CREATE)

    assert 9.0 < (caught.value.retry_after or 0) <= 10.0
    assert len(seen) == 1
