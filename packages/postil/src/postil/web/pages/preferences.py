"""`/preferences` and `/choose`: small forms that keep a choice in a cookie and go on to a page."""

from starlette.requests import Request
from starlette.responses import RedirectResponse

from postil.web.addresses import is_own_path, list_path
from postil.web.forms import fields_of
from postil.web.narrowing import chosen_expression
from postil.web.preferences import keep


async def preferences(request: Request) -> RedirectResponse:
    """Keep a theme, a language or the state of the keys, and go back to where the form was."""
    fields = dict(await fields_of(request))
    back = fields.pop("return", "/")
    response = RedirectResponse(back if is_own_path(back) else "/", status_code=303)
    for name, value in fields.items():
        keep(response, name, value)
    return response


async def choose(request: Request) -> RedirectResponse:
    """Keep the categories that the picker sends, and show their latest day."""
    expression = chosen_expression(await fields_of(request))
    response = RedirectResponse(list_path(expression), status_code=303)
    keep(response, "categories", str(expression))
    return response
