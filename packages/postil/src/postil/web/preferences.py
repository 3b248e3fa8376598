"""What a reader has chosen about the pages: language, theme, keys, categories. Kept in cookies, so that the
first byte of a page is already right and nothing flashes; no script is needed."""

import re
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from postil.categories import CategoryExpression
from postil.errors import BadCategory
from postil.messages import LANGUAGES

THEMES = ("auto", "light", "dark")
KEYS = ("on", "off")
_CHOICES = {"language": LANGUAGES, "theme": THEMES, "keys": KEYS}
_YEAR = 365 * 24 * 3600
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?"
)


@dataclass(frozen=True, slots=True)
class Preferences:
    """A reader's choices; `categories` is None until some were chosen."""

    language: str = "en"
    theme: str = "auto"
    keys: str = "on"
    categories: CategoryExpression | None = None


def preferences_of(request: Request) -> Preferences:
    """The choices in a request's cookies; the language falls back to the browser's."""
    chosen = {
        name: value
        for name, allowed in _CHOICES.items()
        if (value := request.cookies.get(f"postil-{name}", "")) in allowed
    }
    chosen.setdefault("language", negotiated(request.headers.get("accept-language", "")))
    return Preferences(**chosen, categories=_expression(request.cookies.get("postil-categories")))


def negotiated(header: str) -> str:
    """The language of the catalogue that an `Accept-Language` header likes best; English if none."""
    best, weight = LANGUAGES[0], 0.0
    for part in header[:1000].split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        liked = float(match[2] or 1)
        name = match[1].lower()
        if liked > weight and (name in LANGUAGES or name == "*"):
            best, weight = (name if name in LANGUAGES else LANGUAGES[0]), liked
    return best


def keep(response: Response, name: str, value: str) -> bool:
    """Keep one choice in a cookie for a year; False, and nothing kept, if it is no choice."""
    if name == "categories":
        expression = _expression(value)
        if expression is None:
            return False
        value = str(expression)
    elif value not in _CHOICES.get(name, ()):
        return False
    response.set_cookie(
        f"postil-{name}", value, max_age=_YEAR, path="/", httponly=True, samesite="lax"
    )
    return True


def _expression(text: str | None) -> CategoryExpression | None:
    try:
        return CategoryExpression.parse(text) if text else None
    except BadCategory:
        return None
