"""`postil serve`: the reader at a loopback address."""

import errno
import ipaddress
import os
import socket
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from postil.cli.answering import MOST, answering, answering_command
from postil.cli.options import Invocation
from postil.cli.printing import console
from postil.companion import when_left
from postil.errors import BadInput
from postil.library import Library

if TYPE_CHECKING:
    from postil.cli.server import Server


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The loopback address to listen at.")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port (default: 8620, or a free one).")
    ] = None,
    harvest: Annotated[
        bool | None,
        typer.Option(
            "--harvest/--no-harvest",
            help="Ask arXiv for each day's papers meanwhile (default: yes).",
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=MOST, help="How many processes answer, one for each core.")
    ] = 1,
    answering_at: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Serve the reader on this machine, and keep it up with arXiv."""
    invocation: Invocation = context.obj
    if answering_at is not None:
        listening = _inherited(answering_at)
        with invocation.library() as library:
            _answer_beside(library, listening)
        return
    settings = invocation.settings()
    harvesting = settings.harvest if harvest is None else harvest
    with invocation.library() as library:
        serve_library(
            library,
            host or settings.host,
            port,
            settings.port,
            harvesting=harvesting,
            processes=processes,
        )


def serve_library(
    library: Library,
    host: str,
    port: int | None,
    usual_port: int,
    *,
    harvesting: bool = False,
    processes: int = 1,
) -> None:
    """Serve an open library until it is stopped.

    Args:
        library: what to serve.
        host: a loopback address.
        port: the port asked for; None takes `usual_port`, or a free one where that is taken.
        usual_port: the port tried first.
        harvesting: whether to harvest in the background meanwhile.
        processes: how many processes answer, this one among them.

    Raises:
        BadInput: `host` is not loopback, `port` was asked for and is taken, or there can be one process only.
    """
    _check_loopback(host)
    if processes > 1 and os.name != "posix":
        raise BadInput("Only one process can answer on this system: leave --processes out.")
    listening = _listen(host, usual_port if port is None else port, fixed=port is not None)
    address, number = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    console().print(f"Postil is at http://{shown}:{number} (Ctrl+C stops it).")
    server = _server(library)
    harvest = library.harvest.running() if harvesting else nullcontext()
    more = answering(processes - 1, answering_command(library.settings.data, listening), listening)
    with more, library.following(), library.making_vectors(), harvest:
        server.run(sockets=[listening])


def _inherited(descriptor: int) -> socket.socket:
    try:
        return socket.socket(fileno=descriptor)
    except OSError:
        raise BadInput(
            "--answering-at is for processes that Postil starts: give --processes instead."
        ) from None


def _answer_beside(library: Library, listening: socket.socket) -> None:
    """Answer until the process that started this one ends; it follows the store for both."""
    server = _server(library)

    def leave() -> None:
        server.should_exit = True

    when_left(leave)
    with library.opening_vectors():
        server.run(sockets=[listening])


def _server(library: Library) -> "Server":
    # Late, so that the other commands need not load a web server.
    import uvicorn

    from postil.cli.server import Server
    from postil.web.app import create_app

    app = create_app(library)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
    )
    return Server(config, app.state.events)


def _check_loopback(host: str) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise BadInput(
            f"Postil has no login yet, so it listens on this machine only: use --host 127.0.0.1, not {host}."
        )


def _listen(host: str, port: int, *, fixed: bool) -> socket.socket:
    if not 0 <= port <= 65535:
        raise BadInput(f"A port lies from 0 to 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: asyncio turns Nagle's algorithm off only where it reads TCP there, and with it on
    # every answer waits some 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno not in {errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL}:
            raise
        if fixed or error.errno == errno.EADDRNOTAVAIL:
            raise BadInput(
                f"{host}:{port} cannot be listened at ({error.strerror}): choose another --port, "
                "or leave it out for a free one."
            ) from error
        return _listen(host, 0, fixed=True)
    listening.listen(socket.SOMAXCONN)
    return listening
