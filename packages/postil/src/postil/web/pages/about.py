"""`/about`: what Postil is, what it holds, its keys and the rights in what it shows; `/healthz` beside it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from postil.web import formatting
from postil.web.catalogue import catalogue
from postil.web.parameters import library_of
from postil.web.preferences import preferences_of
from postil.web.rendering import page


def about(request: Request) -> Response:
    """The status of this library and the terms of what it shows."""
    status = library_of(request).status()
    language = preferences_of(request).language
    texts = catalogue(language)
    facts = [("papers", formatting.number(status.papers))]
    values = {"facts": facts, "here_name": "about"}
    del texts
    return page(request, "about.html", values)


def healthz(_: Request) -> Response:
    """A word that says the process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})
