"""Posts webhooks: bounded in time and size, no redirects, and never to an address inside the house.

The name is looked up once, its addresses are checked, and the connection goes to what was checked: a name that
answers differently the second time gains nothing.
"""

import ipaddress
import logging
import socket
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from core.ports.errors import ProviderUnavailable, Rejected
from core.ports.webhooks import WebhookAnswer
from integrations.http import TimeLimits

log = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 4_096
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]


class HttpWebhookSender:
    """Safe to share between threads. `allow_private` is for a shop whose receiver is on its own network."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        limits: TimeLimits | None = None,
        resolve: Resolve | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._limits = limits or TimeLimits(connect=5.0, read=10.0, total=15.0)
        self._resolve = resolve or _resolve
        # A proxy from the environment would look the name up by itself, past our check.
        self._http = httpx.Client(follow_redirects=False, trust_env=False, transport=transport)

    def close(self) -> None:
        self._http.close()

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        started = time.monotonic()
        try:
            request = self._build(url, headers, body)
            response = self._http.send(request, stream=True)
            try:
                text = self._read(response, started)
            finally:
                response.close()
        except (httpx.HTTPError, OSError) as error:
            log.info("webhook outcome=%s ms=%d", type(error).__name__, _since(started))
            raise ProviderUnavailable(
                "webhook", "deliver", f"no answer came ({type(error).__name__})"
            ) from None
        log.info("webhook outcome=%d ms=%d", response.status_code, _since(started))
        return WebhookAnswer(response.status_code, text, _since(started))

    def _build(self, url: str, headers: Mapping[str, str], body: bytes) -> httpx.Request:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").encode("idna").decode("ascii")
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except (ValueError, UnicodeError):
            raise Rejected("webhook", "deliver", "address_refused", "the address is not readable") from None
        address = self._checked_address(host, port)
        return self._http.build_request(
            "POST",
            httpx.URL(url).copy_with(host=address),
            content=body,
            headers={"User-Agent": "Chotdon", **headers, "Host": _host_header(host, parts.port)},
            extensions={"sni_hostname": host},
            timeout=httpx.Timeout(self._limits.read, connect=self._limits.connect),
        )

    def _checked_address(self, host: str, port: int) -> str:
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in self._resolve(host, port)]
        if not found:
            raise ProviderUnavailable("webhook", "deliver", "the name has no address")
        if not self._allow_private and not all(is_public(address) for address in found):
            raise Rejected(
                "webhook", "deliver", "address_refused",
                "the name leads to an address inside a private network; use a public one, or set "
                "CHOTDON_WEBHOOK_PRIVATE_ADDRESSES=true",
            )  # fmt: skip
        return str(found[0])

    def _read(self, response: httpx.Response, started: float) -> str:
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) >= MAX_ANSWER_BYTES or time.monotonic() - started > self._limits.total:
                break
        return bytes(content[:MAX_ANSWER_BYTES]).decode("utf-8", "replace").replace("\x00", "")


def is_public(address: Address) -> bool:
    """Also of an IPv4 address that is wrapped in an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _host_header(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
