"""Requests over the network: one connection, closed after every reply, bounded in time and length."""

from collections.abc import Mapping

import httpx

from postil.clock import Clock, SystemClock
from postil.sources.exchange import Reply, Unreachable

_LARGEST = (
    64 << 20
)  # bytes of a reply, unpacked; arXiv's pages of 2,500 records have some 5 million
_DEADLINE = 120.0  # seconds for a whole reply, however slowly it drips
_TIMEOUT = httpx.Timeout(60.0, connect=20.0)


class HttpTransport:
    """The network."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def fetch(self, url: str, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET, whatever its status.

        Raises:
            Unreachable: there was none, or it was cut off, too slow or too long.
        """
        # A client for each request: a kept connection would be a second one beside another process's.
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        try:
            with (
                httpx.Client(timeout=_TIMEOUT, limits=limits, headers=dict(headers)) as client,
                client.stream("GET", url) as response,
            ):
                body = self._body(response)
                return Reply(response.status_code, dict(response.headers), body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise Unreachable(f"{_host(url)} cannot be reached ({said}).") from error

    def _body(self, response: httpx.Response) -> bytes:
        started = self._clock.now()
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > _LARGEST:
                raise Unreachable(f"{response.url.host} sends more than {_LARGEST >> 20} MiB.")
            if (self._clock.now() - started).total_seconds() > _DEADLINE:
                raise Unreachable(f"{response.url.host} takes more than {_DEADLINE:.0f} seconds.")
        return b"".join(parts)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or url
    except httpx.InvalidURL:
        return url
