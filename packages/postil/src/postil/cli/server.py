"""The web server as Postil runs it; apart from `serve`, so that the other commands need not load one."""

import socket

import uvicorn

from postil.web.events import Events


class Server(uvicorn.Server):
    """Ends the answers that wait for events first: on its way out a server waits for every answer."""

    def __init__(self, config: uvicorn.Config, events: Events) -> None:
        super().__init__(config)
        self._events = events

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, with no page left listening."""
        self._events.stop()
        await super().shutdown(sockets)
