"""`/about`: what Postil is, what it holds, its keys and the rights in what it shows; `/healthz` beside it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from postil.library import SpaceStatus, Status
from postil.messages import Catalogue, catalogue
from postil.web.formatting import number, short_day, size
from postil.web.parameters import library_of
from postil.web.preferences import preferences_of
from postil.web.rendering import page


def about(request: Request) -> Response:
    """The status of this library and the terms of what it shows."""
    library = library_of(request)
    status = library.status()
    texts = catalogue(preferences_of(request).language)
    facts = _facts(status, library.spaces.status(), texts)
    values = {"facts": facts, "repair": status.repair, "here_name": "about"}
    return page(request, "about.html", values)


def _facts(
    status: Status, spaces: Sequence[SpaceStatus], texts: Catalogue
) -> list[tuple[str, str]]:
    """Pairs of a key of the catalogue and what to say."""
    facts = [("papers", number(status.papers)), ("days", number(status.days))]
    if status.first_day and status.last_day:
        first, last = (short_day(d, texts.language) for d in (status.first_day, status.last_day))
        facts.append(("span", f"{first} – {last}"))
    return [
        *facts,
        ("index", _followed(status.behind, texts)),
        *((f"meaning_{space.name}", _meaning(space, texts)) for space in spaces),
        ("size", size(status.store_bytes + status.index_bytes + status.vectors_bytes)),
        ("version", status.version),
    ]


def _followed(behind: int, texts: Catalogue) -> str:
    if not behind:
        return texts("status.follows")
    return texts("status.behind", count=number(behind))


def _meaning(space: SpaceStatus, texts: Catalogue) -> str:
    """How far the vectors of papers are, or what is being done for them just now."""
    if space.step is not None:
        doing = texts(f"status.doing.{space.step.doing}")
        return f"{doing}: {number(space.step.done)} / {number(space.step.total)}"
    return _followed(space.behind, texts) if space.papers else texts("status.unmade")


def healthz(_: Request) -> Response:
    """A word that says the process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})
