"""The web application: routes to pages, and what stands around them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Route

from postil.errors import PostilError
from postil.library import Library
from postil.web import api
from postil.web.assets import static_file
from postil.web.events import Events, glance
from postil.web.hosts import KnownHosts
from postil.web.pages import (
    about,
    day,
    errors,
    home,
    ledger,
    methods,
    paper,
    preferences,
    related,
    search,
    shelf,
)
from postil.web.security import GuardedApp

# A list page takes 0.7 ms at this level and 2.8 ms at the usual one, for a sixth more bytes, over loopback.
_GZIP_LEVEL = 1


def create_app(library: Library, hosts: Sequence[str] = ()) -> Starlette:
    """The application over an open library; `app.state.events.stop()` ends the answers that wait for events.

    Args:
        library: what the pages show; whoever opened it closes it.
        hosts: names by which this server may be addressed, beside those of the machine itself.
    """
    events = Events(partial(glance, library))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        events.stop()

    app = Starlette(
        routes=_routes(events),
        lifespan=lifespan,
        middleware=[
            Middleware(GuardedApp),
            Middleware(GZipMiddleware, minimum_size=600, compresslevel=_GZIP_LEVEL),
            Middleware(KnownHosts, names=hosts),
        ],
        exception_handlers={
            PostilError: errors.on_postil_error,
            HTTPException: errors.on_http_error,
            Exception: errors.on_defect,
        },
    )
    app.state.library = library
    app.state.events = events
    return app


def _routes(events: Events) -> list[BaseRoute]:
    return [
        Route("/", home.home),
        Route("/arxiv", day.every_category),
        Route("/arxiv/{rest:path}", paper.under_arxiv),
        Route("/shelf", shelf.shelf),
        Route("/shelf/{name}", paper.on_shelf),
        Route("/methods", methods.every_method),
        Route("/methods/{name}", methods.one_method),
        Route("/methods/{name}", methods.run_method, methods=["POST"]),
        Route("/ledger", ledger.ledger),
        Route("/harvest", ledger.harvest, methods=["POST"]),
        Route("/search", search.search),
        Route("/related/{id:path}", related.related),
        Route("/about", about.about),
        Route("/healthz", about.healthz),
        Route("/preferences", preferences.preferences, methods=["POST"]),
        Route("/choose", preferences.choose, methods=["POST"]),
        Route("/static/{digest}/{name}", static_file),
        *api.routes(),
        Route("/api/v1/events", events, methods=["GET"]),
        *(
            Route(f"/{source}/{{key:path}}", partial(paper.elsewhere, source))
            for source in ("openreview", "acl", "web")
        ),
    ]
