"""Faults of HTTP: refusals with and without advice, redirects, and connections that fail."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime

from postil.sources.exchange import Reply
from postil.testing.fault import Fault, Scene, Served, Wire, named

_SORRY = (
    "<!DOCTYPE html>\n<html><head><title>Sorry</title></head>\n"
    "<body><h1>Something is amiss</h1><p>Please try again later.</p></body></html>\n"
)

Alter = Callable[[Scene, Served], Served]


def refused(scene: Scene, status: int, extra: Mapping[str, str] | None = None) -> Served:
    """A page that says sorry."""
    body = _SORRY.encode()
    headers = {
        "date": format_datetime(scene.now, usegmt=True),
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(body)),
        **(extra or {}),
    }
    return Served(Reply(status, headers, body))


def _status(code: int) -> Alter:
    return lambda scene, _: refused(scene, code)


def _wait_seconds(code: int, seconds: int) -> Alter:
    return lambda scene, _: refused(scene, code, {"retry-after": str(seconds)})


def _wait_until(code: int, seconds: int) -> Alter:
    def alter(scene: Scene, _: Served) -> Served:
        until = scene.now + timedelta(seconds=seconds)
        return refused(scene, code, {"retry-after": format_datetime(until, usegmt=True)})

    return alter


def _redirected(where: str) -> Alter:
    def alter(scene: Scene, _: Served) -> Served:
        return refused(scene, 302, {"location": where or scene.request.address})

    return alter


def _broken(wire: Wire, seconds: float = 0.0) -> Alter:
    return lambda _, served: Served(served.reply, wire, seconds)


_TRANSIENT = "transient"

STATUS_FAULTS = named(
    Fault("429", "429, without a word on when to come back.", _TRANSIENT, alter=_status(429)),
    Fault(
        "429-seconds", "429 with Retry-After in seconds.", _TRANSIENT, alter=_wait_seconds(429, 37)
    ),
    Fault("429-date", "429 with Retry-After as a date.", _TRANSIENT, alter=_wait_until(429, 95)),
    Fault("503", "503, without a word on when to come back.", _TRANSIENT, alter=_status(503)),
    Fault(
        "503-seconds", "503 with Retry-After in seconds.", _TRANSIENT, alter=_wait_seconds(503, 120)
    ),
    Fault("503-date", "503 with Retry-After as a date.", _TRANSIENT, alter=_wait_until(503, 240)),
    Fault("403", "403, once.", _TRANSIENT, alter=_status(403), in_all=1),
    Fault("500", "500.", _TRANSIENT, alter=_status(500)),
    Fault("502", "502 with a page of HTML.", _TRANSIENT, alter=_status(502)),
    Fault(
        "redirect-loop", "A redirect to the very same address.", _TRANSIENT, alter=_redirected("")
    ),
    Fault(
        "redirect-elsewhere",
        "A redirect to another house.",
        _TRANSIENT,
        alter=_redirected("http://elsewhere.invalid/login"),
    ),
    Fault("refused", "The connection is refused.", _TRANSIENT, alter=_broken(Wire.REFUSED)),
    Fault(
        "reset",
        "The connection is reset in the middle of the body.",
        _TRANSIENT,
        alter=_broken(Wire.RESET),
    ),
    Fault(
        "cut",
        "The body ends before the length that was announced.",
        _TRANSIENT,
        alter=_broken(Wire.CUT),
    ),
    Fault("timeout", "No reply ever comes.", _TRANSIENT, alter=_broken(Wire.SILENT)),
    Fault(
        "slow", "The reply drips in over forty seconds.", _TRANSIENT, alter=_broken(Wire.SLOW, 40.0)
    ),
    Fault(
        "endless-drip",
        "The reply drips in over an hour.",
        _TRANSIENT,
        alter=_broken(Wire.SLOW, 3_600.0),
    ),
    Fault("gigantic", "The reply has no end.", _TRANSIENT, alter=_broken(Wire.ENDLESS)),
)
