"""The stand-in arXiv over HTTP, on a loopback port: faults of connections are done to real ones."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from postil.clock import Stopped
from postil.testing.fault import Served, Wire
from postil.testing.request import Arrival, Request
from postil.testing.server import LONGEST, FakeArxiv, status_of

_CHUNK = 65_536
_MOST = 256 << 20  # bytes of a reply without end, should a client take them all
_DRIPS = 40


@contextmanager
def serving(fake: FakeArxiv, port: int = 0) -> Iterator[str]:
    """Serve `fake` while the block runs; yields the base address, as `http://127.0.0.1:41234`.

    `port` 0 takes any that is free.
    """
    server = _Server(("127.0.0.1", port), _Handler)
    server.fake = fake
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Connections that wait for a reply which never comes are not waited for.
    block_on_close = False
    fake: FakeArxiv

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.closing = Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        fake = self.server.fake
        arrived = fake.clock.now()
        headers = {name.lower(): value for name, value in self.headers.items()}
        served, names = fake.serve(Request.read(self.path, headers))
        try:
            self._send(served)
        finally:
            connection = f"{self.client_address[0]}:{self.client_address[1]}"
            line = Arrival(
                arrived, fake.clock.now(), self.path, connection, status_of(served), names
            )
            fake.log.add(line)

    def _send(self, served: Served) -> None:
        body = served.reply.body
        match served.wire:
            case Wire.WHOLE:
                self._head(served)
                self.wfile.write(body)
            case Wire.SLOW:
                self._head(served)
                self._drip(body, served.seconds)
            case Wire.CUT:
                self._head(served)
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
            case Wire.RESET:
                self._head(served)
                self.wfile.write(body[: len(body) // 2])
                self._reset()
            case Wire.REFUSED:
                self._reset()
            case Wire.SILENT:
                self._pause(2 * LONGEST)
                self._reset()
            case Wire.ENDLESS:
                self._head(served, endless=True)
                self._flood(body)

    def _head(self, served: Served, *, endless: bool = False) -> None:
        self.send_response_only(served.reply.status)
        for name, value in served.reply.headers.items():
            if not (endless and name == "content-length"):
                self.send_header(name, value)
        if endless:
            self.send_header("connection", "close")
        self.end_headers()

    def _drip(self, body: bytes, seconds: float) -> None:
        size = max(1, len(body) // _DRIPS)
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            self._pause(seconds / _DRIPS)
            if self.server.closing.is_set():
                break

    def _flood(self, body: bytes) -> None:
        self.wfile.write(body)
        for _ in range(_MOST // _CHUNK):
            if self.server.closing.is_set():
                break
            self.wfile.write(b" " * _CHUNK)
        self.close_connection = True

    def _pause(self, seconds: float) -> None:
        """Let the server's time pass, in small steps, so that a closing server is not held up."""
        with suppress(Stopped):
            for _ in range(20):
                if self.server.closing.is_set():
                    break
                self.server.fake.clock.sleep(seconds / 20)

    def _reset(self) -> None:
        """Break the connection as a crash does: the client reads a reset, not an end."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing goes to the terminal: the stand-in has its own log."""
