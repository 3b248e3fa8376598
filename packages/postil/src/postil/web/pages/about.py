"""`/about`: what Postil is, what it holds, its keys and the rights in what it shows; `/healthz` beside it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from postil.library import Status
from postil.messages import Catalogue, catalogue
from postil.web.formatting import number, short_day, size
from postil.web.parameters import library_of
from postil.web.preferences import preferences_of
from postil.web.rendering import page


def about(request: Request) -> Response:
    """The status of this library and the terms of what it shows."""
    status = library_of(request).status()
    texts = catalogue(preferences_of(request).language)
    values = {"facts": _facts(status, texts), "repair": status.repair, "here_name": "about"}
    return page(request, "about.html", values)


def _facts(status: Status, texts: Catalogue) -> list[tuple[str, str]]:
    """Pairs of a key of the catalogue and what to say."""
    facts = [("papers", number(status.papers)), ("days", number(status.days))]
    if status.first_day and status.last_day:
        first, last = (short_day(d, texts.language) for d in (status.first_day, status.last_day))
        facts.append(("span", f"{first} – {last}"))
    index = (
        texts("status.behind", count=number(status.behind))
        if status.behind
        else texts("status.follows")
    )
    return [
        *facts,
        ("index", index),
        ("size", size(status.store_bytes + status.index_bytes)),
        ("version", status.version),
    ]


def healthz(_: Request) -> Response:
    """A word that says the process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})
