"""The reader's pages: Starlette, templates rendered on the server, and small modules of JavaScript that
nothing needed for reading depends on."""

from postil.web.app import create_app

__all__ = ["create_app"]
