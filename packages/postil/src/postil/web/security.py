"""What every answer carries, whatever made it: a strict content security policy and its companions.

No inline script, no style but the one sheet that its hash names, nothing from another host, no frames, and
no way for script to make markup from text (trusted types). Written as plain ASGI: a wrapper that copies
responses would buffer them.
"""

from collections.abc import Mapping
from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postil.web.assets import style_source

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {style_source()}",
        "script-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Names of the machine itself; anything else in `Host` may be a page elsewhere that points its name here.
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class GuardedApp:
    """Adds the headers of security, and the milliseconds that the answer took, to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                milliseconds = (perf_counter() - began) * 1000
                headers.append("Server-Timing", f"total;dur={milliseconds:.2f}")
            await send(message)

        await self._app(scope, receive, send_guarded)
