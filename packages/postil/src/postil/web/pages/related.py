"""`/related/2405.06147`: what is related to a paper, by which of its words, and what each one shares."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from postil.paper_id import PaperId
from postil.text.markup import render_plain
from postil.web import addresses
from postil.web.parameters import library_of
from postil.web.rendering import page

_SHOWN = 20


def related(request: Request) -> Response:
    """The page of one paper's relations; any way of writing an id leads to its one address."""
    written = request.path_params["id"]
    paper_id = PaperId.parse(written)
    library = library_of(request)
    held = library.papers.get(paper_id)
    if written != str(held.id):
        return RedirectResponse(addresses.related_path(held.id), status_code=301)
    found = library.related.of(held.id, _SHOWN)
    values = {
        "paper": found.paper,
        "plain_title": render_plain(found.paper.title),
        "relatives": found.papers,
        "keywords": found.keywords,
        "took": found.milliseconds,
        "here_name": "",
    }
    return page(request, "related.html", values)
