"""Refuses requests that name another host: a page elsewhere could point its own name at this machine and read
what is served here (DNS rebinding). Starlette's middleware was refused as it cannot read IPv6 addresses."""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_EVERY_ADDRESS = {"0.0.0.0", "::", "[::]", ""}


def known_hosts(bound: str) -> tuple[str, ...]:
    """The names to answer to when the server is bound to the address `bound`; empty for any."""
    if bound in _EVERY_ADDRESS:
        return ()
    return (*LOOPBACK, f"[{bound}]" if ":" in bound and not bound.startswith("[") else bound)


class KnownHosts:
    """Answers 400 to a `Host` that is not among `names`; with no names, any is known."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._names:
            host = Headers(scope=scope).get("host", "").lower()
            if _without_port(host) not in self._names:
                text = f"This Postil does not answer to this name; use {sorted(self._names)[0]}.\n"
                await PlainTextResponse(text, status_code=400)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host
