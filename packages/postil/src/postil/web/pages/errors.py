"""Pages for what cannot be answered, in the style of the rest; the API answers the same in JSON."""

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from postil.errors import BadInput, DataFolderError, NotHeld, PostilError
from postil.paper_id import PaperId
from postil.web import api
from postil.web.rendering import page
from postil.web.security import HEADERS

_log = logging.getLogger("postil.web")
_KINDS = {400: "bad", 403: "refused", 404: "missing", 405: "method", 413: "large", 503: "folder"}


def on_postil_error(request: Request, error: Exception) -> Response:
    """A failure that was foreseen: bad input, a paper that is not held, a data folder in trouble."""
    assert isinstance(error, PostilError)
    status = _status(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        _log.error("%s", error)
    kind = "held" if isinstance(error, NotHeld) else _KINDS.get(status, "failed")
    return _answer(request, status, kind, str(error), _at_arxiv(request, error))


def on_http_error(request: Request, error: Exception) -> Response:
    """A refusal by the web layer itself: no such page, a wrong method, a form too large."""
    assert isinstance(error, HTTPException)
    response = _answer(request, error.status_code, _KINDS.get(error.status_code, "bad"))
    response.headers.update(error.headers or {})
    return response


def on_defect(request: Request, error: Exception) -> Response:
    """A defect: logged with its traceback, shown as a plain apology."""
    _log.error("Answering %s failed.", request.url.path, exc_info=error)
    response = _answer(request, 500, "failed")
    response.headers.update(HEADERS)  # this answer is made outside of the application's own layers
    return response


def _status(error: PostilError) -> int:
    if isinstance(error, BadInput):
        return 400
    if isinstance(error, NotHeld):
        return 404
    return 503 if isinstance(error, DataFolderError) else 500


def _answer(
    request: Request, status: int, kind: str, detail: str = "", outside: str = ""
) -> Response:
    if request.url.path.startswith("/api/"):
        return api.failure(status, detail)
    values = {
        "status": status,
        "kind": kind,
        "detail": detail,
        "outside": outside,
        "here_name": "",
    }
    return page(request, "error.html", values, status=status)


def _at_arxiv(request: Request, error: PostilError) -> str:
    """Where a paper that is not held can be read instead."""
    prefix = "/arxiv/"
    if not isinstance(error, NotHeld) or not request.url.path.startswith(prefix):
        return ""
    return f"https://arxiv.org/abs/{PaperId.parse(request.url.path.removeprefix(prefix))}"
