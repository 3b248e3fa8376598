"""What a request asks for, read strictly: a page answers what was asked or says why it cannot."""

import re
from datetime import date
from typing import cast

from starlette.requests import Request

from postil.errors import BadDate, BadInput
from postil.library import Library

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_LAST_PAGE = 100_000


def library_of(request: Request) -> Library:
    """The library that the application was made with."""
    return cast(Library, request.app.state.library)


def day_asked(request: Request) -> date | None:
    """The day in `?date=`, or None where none is named.

    Raises:
        BadDate: it is no day of the calendar.
    """
    text = request.query_params.get("date", "")
    return day_from(text) if text else None


def day_from(text: str) -> date:
    """A day written as 2026-03-17.

    Raises:
        BadDate: it is no day of the calendar.
    """
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadDate(f"“{printable(text)}” is not a day: write it as 2026-03-17.")


def month_asked(request: Request, otherwise: date) -> tuple[int, int]:
    """The (year, month) in `?month=2026-03`, else that of a day.

    Raises:
        BadDate: it is no month.
    """
    text = request.query_params.get("month", "")
    if not text:
        return otherwise.year, otherwise.month
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= 12 or not 1991 <= int(match[1]) <= 9998:
        raise BadDate(f"“{printable(text)}” is not a month: write it as 2026-03.")
    return int(match[1]), int(match[2])


def page_asked(request: Request) -> int:
    """The number in `?page=`, from 1.

    Raises:
        BadInput: it is no page number.
    """
    text = request.query_params.get("page", "1")
    if text.isascii() and text.isdecimal() and len(text) <= 6 and 1 <= int(text) <= _LAST_PAGE:
        return int(text)
    raise BadInput(f"“{printable(text)}” is not the number of a page: pages are counted from 1.")


def wants_part(request: Request) -> bool:
    """Whether only the cards of the page are asked for, to be added to a page in view."""
    return request.query_params.get("part") == "list"


def printable(text: str) -> str:
    """`text` as a message may quote it: short, with nothing that does not print."""
    shown = "".join(c if c.isprintable() else "?" for c in text[:40])
    return shown + "…" if len(text) > 40 else shown
