"""For every test: no sockets beyond loopback, and where the shared data and a browser are."""

import ipaddress
import os
import shutil
import socket
from pathlib import Path

import pytest
from hypothesis import settings

# No test is timed: a table that is loaded once, or a busy machine, is no defect.
settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class SocketRefused(RuntimeError):
    """A test tried to reach another host."""


def _refuse_other_hosts(address: object) -> None:
    host = address[0] if isinstance(address, tuple) else None
    if host is None or host in {"localhost", ""}:
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise SocketRefused(f"tests reach nothing but loopback; this one asked for {host}")


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection beyond loopback."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: object) -> None:
        _refuse_other_hosts(address)
        return connect(self, address)  # type: ignore[arg-type]

    def guarded_ex(self: socket.socket, address: object) -> int:
        _refuse_other_hosts(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records and test collections; tests that need it skip where it is not."""
    folder = Path(os.environ.get("POSTIL_SHARED") or ROOT.parent / "shared") / "data"
    if not folder.is_dir():
        pytest.skip(
            "needs the shared data (POSTIL_SHARED, or the folder shared beside the checkout)"
        )
    return folder


def browser_path() -> str | None:
    """A Chrome or Chromium on this machine, if there is one."""
    names = filter(None, [os.environ.get("POSTIL_CHROMIUM"), *BROWSERS])
    return next((path for path in map(shutil.which, names) if path), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say last what was not tested."""
    if browser_path() is None:
        terminalreporter.write_line(
            "browser tests skipped: no Chrome or Chromium found (set POSTIL_CHROMIUM to one)"
        )
