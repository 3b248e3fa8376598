"""Refuses requests that name another host: a page elsewhere could point its own name at this machine and read
what is served here (DNS rebinding). Starlette's middleware was refused as it cannot read IPv6 addresses."""

import ipaddress
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSAL = "This Postil does not answer to this name; use http://127.0.0.1 with its port.\n"


class KnownHosts:
    """Answers 400 to a `Host` that is neither this machine's own (localhost, loopback addresses) nor one of
    `names`."""

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in ("localhost", *names))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            host = _without_port(Headers(scope=scope).get("host", "").lower())
            if host not in self._names and not _is_loopback(host):
                await PlainTextResponse(_REFUSAL, status_code=400)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False
