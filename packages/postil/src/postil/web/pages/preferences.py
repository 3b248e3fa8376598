"""`/preferences` and `/choose`: small forms that keep a choice in a cookie and go on to a page."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse

from postil.web.addresses import is_own_path, list_path
from postil.web.narrowing import chosen_expression
from postil.web.preferences import keep

_LONGEST_FORM = 65_536


async def preferences(request: Request) -> RedirectResponse:
    """Keep a theme, a language or the state of the keys, and go back to where the form was."""
    fields = dict(await _form(request))
    back = fields.pop("return", "/")
    response = RedirectResponse(back if is_own_path(back) else "/", status_code=303)
    for name, value in fields.items():
        keep(response, name, value)
    return response


async def choose(request: Request) -> RedirectResponse:
    """Keep the categories that the picker sends, and show their latest day."""
    expression = chosen_expression(await _form(request))
    response = RedirectResponse(list_path(expression), status_code=303)
    keep(response, "categories", str(expression))
    return response


async def _form(request: Request) -> list[tuple[str, str]]:
    """The fields of a form sent from one of our own pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403)
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=1000)
