"""`/shelf`: the landmark works that Postil comes with, by topic."""

from starlette.requests import Request
from starlette.responses import Response

from postil.paper import Paper
from postil.web.parameters import library_of
from postil.web.rendering import page


def shelf(request: Request) -> Response:
    """Every work of the shelf that the library holds, topics in the order of their oldest work."""
    works = library_of(request).papers.shelf()
    topics: dict[str, list[Paper]] = {}
    for work in works:
        topics.setdefault(work.topic, []).append(work)
    ordered = sorted(topics.items(), key=lambda item: -len(item[1]))
    values = {"topics": ordered, "total": len(works), "here_name": "shelf"}
    return page(request, "shelf.html", values)
