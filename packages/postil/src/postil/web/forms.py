"""Small forms as they arrive: only from our own pages, and never large."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

_LONGEST = 65_536


async def fields_of(request: Request) -> list[tuple[str, str]]:
    """The fields of a form sent from one of our own pages.

    Raises:
        HTTPException: 403 if the form stood on another site, 413 if it is too large.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST:
            raise HTTPException(413)
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
