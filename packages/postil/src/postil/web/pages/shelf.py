"""`/shelf`: the landmark works that Postil comes with, by topic."""

from functools import cache

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from postil import shelf as starter
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.web.listing import Entry, Page
from postil.web.parameters import library_of
from postil.web.rendering import page


@cache
def shelf_ids() -> tuple[PaperId, ...]:
    """The ids of the shelf's works, the oldest work first."""
    works = [(_year(record), PaperId.parse(str(record["id"]))) for record in starter.records()]
    return tuple(paper_id for _, paper_id in sorted(works))


def _year(record: dict[str, object]) -> int:
    return int(str(record.get("year") or record.get("submitted") or "0")[:4])


def shelf(request: Request) -> Response:
    """Every work of the shelf that the library holds, under its topic; `?topic=` shows one in full."""
    works = library_of(request).papers.several(shelf_ids())
    topics: dict[str, list[Paper]] = {}
    for work in works:
        topics.setdefault(work.topic, []).append(work)
    asked = request.query_params.get("topic")
    if asked is not None:
        return _one_topic(request, asked, topics.get(asked, []))
    ordered = sorted(topics.items(), key=lambda item: (-len(item[1]), item[0]))
    values = {"topics": ordered, "total": len(works), "here_name": "shelf"}
    return page(request, "shelf.html", values)


def _one_topic(request: Request, topic: str, works: list[Paper]) -> Response:
    if not works:
        raise HTTPException(404)
    listed = Page([Entry(work) for work in works], len(works), size=len(works))
    values = listed.values(lambda _: "") | {"topic": topic, "here_name": "shelf"}
    return page(request, "topic.html", values)
