"""`/arxiv/2405.06147`, `/shelf/name`, `/acl/P18-1001`: one paper; `/arxiv/ID,ID`: several."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from postil.categories import CategoryExpression
from postil.errors import BadCategory, BadId, BadInput
from postil.methods import methods_of
from postil.paper_id import PaperId, PaperReference
from postil.text.markup import render_plain
from postil.web import addresses, citation
from postil.web.changes import changes_of
from postil.web.listing import Entry, Page
from postil.web.pages.day import day_list
from postil.web.parameters import library_of, printable
from postil.web.preferences import preferences_of
from postil.web.rendering import page

_MOST_AT_ONCE = 100


def under_arxiv(request: Request) -> Response:
    """Whatever follows `/arxiv/`: ids, else a category expression."""
    text = request.path_params["rest"]
    references = _references(text)
    if not references:
        try:
            expression = CategoryExpression.parse(text)
        except BadCategory as error:
            raise _complaint(text, error) from None
        return day_list(request, expression)
    if len(references) == 1:
        return _one(request, references[0].id, text)
    return _several(request, list(dict.fromkeys(r.id for r in references)))


def on_shelf(request: Request) -> Response:
    """A work that is on no archive."""
    name = request.path_params["name"]
    return _one(request, PaperId.parse(f"shelf:{name}"), name)


def elsewhere(source: str, request: Request) -> Response:
    """A paper or a post of another source than arXiv."""
    key = request.path_params["key"]
    return _one(request, PaperId.parse(f"{source}:{key}"), key)


def _references(text: str) -> list[PaperReference]:
    """The ids that `text` lists, or nothing if any part of it is no id."""
    parts = text.split(",")
    if len(parts) > _MOST_AT_ONCE:
        raise BadInput(f"At most {_MOST_AT_ONCE} papers can be shown at once.")
    try:
        return [PaperReference.parse(part) for part in parts if part.strip()]
    except BadId:
        return []


def _complaint(text: str, error: BadCategory) -> BadInput:
    """Digits say that an id was meant."""
    if any(character.isdigit() for character in text):
        return BadId(
            f"“{printable(text)}” is neither a paper's id, such as 2405.06147 or math/0309136, "
            "nor a category, such as cs.LG."
        )
    return error


def _one(request: Request, paper_id: PaperId, written: str) -> Response:
    if written != paper_id.key:
        return RedirectResponse(addresses.paper_path(paper_id), status_code=301)
    library = library_of(request)
    paper = library.papers.get(paper_id)
    values = {
        "paper": paper,
        "changes": changes_of(paper, library.editions(paper_id), preferences_of(request).language),
        "plain_title": render_plain(paper.title),
        "metadata": citation.metadata(paper),
        "bibtex": citation.bibtex(paper),
        "methods": methods_of(paper),
        "here_name": "",
    }
    return page(request, "paper.html", values)


def _several(request: Request, ids: list[PaperId]) -> Response:
    papers = library_of(request).papers.several(ids)
    held = {paper.id for paper in papers}
    missing = [str(paper_id) for paper_id in ids if paper_id not in held]
    listed = Page([Entry(p) for p in papers], len(papers), size=_MOST_AT_ONCE)
    values = listed.values(lambda _: "") | {"missing": missing, "here_name": ""}
    return page(request, "several.html", values)
