"""`/methods`: the methods of Lemmata, each with its equation, its papers and an example that runs."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from postil import methods
from postil.methods import Transcript
from postil.paper_id import PaperId
from postil.web.forms import fields_of
from postil.web.parameters import library_of
from postil.web.rendering import page


def every_method(request: Request) -> Response:
    """All of them, by the part of the library that they are in."""
    rooms: dict[str, list[object]] = {}
    for method in methods.methods():
        rooms.setdefault(methods.room(method), []).append(method)
    values = {"rooms": rooms, "total": len(methods.methods()), "here_name": "methods"}
    return page(request, "methods.html", values)


def one_method(request: Request) -> Response:
    """One method, with its example."""
    return page(request, "method.html", _values(request, _asked(request), None))


async def run_method(request: Request) -> Response:
    """One method, and what its example says."""
    await fields_of(request)
    method = _asked(request)
    transcript = await run_in_threadpool(methods.run_example, method)
    values = await run_in_threadpool(_values, request, method, transcript)
    return page(request, "method.html", values)


def _asked(request: Request) -> Any:
    method = methods.find_method(request.path_params["name"])
    if method is None:
        raise HTTPException(404)
    return method


def _values(request: Request, method: Any, transcript: Transcript | None) -> dict[str, Any]:
    own, sources = methods.own_paper(method), methods.sources(method)
    held = _held(request, [own, *(source.paper for source in sources)])
    return {
        "method": method,
        "room": methods.room(method),
        "own": own if own in held else None,
        "sources": [(source.said, source.paper in held and source.paper) for source in sources],
        "example": methods.example(method),
        "transcript": transcript,
        "longest": int(methods.LONGEST),
        "here_name": "methods",
    }


def _held(request: Request, ids: list[PaperId | None]) -> set[PaperId]:
    wanted = [paper_id for paper_id in ids if paper_id]
    return {paper.id for paper in library_of(request).papers.several(wanted)}
