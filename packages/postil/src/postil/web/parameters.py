"""What a request asks for, read strictly: a page answers what was asked or says why it cannot."""

import re
from datetime import date
from typing import cast

from starlette.requests import Request

from postil.categories import CategoryExpression
from postil.errors import BadDate, BadInput
from postil.library import Library
from postil.web.month import YEARS

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
    return day_asked_as(request, "date")


def day_asked_as(request: Request, name: str) -> date | None:
    """The day in the address under another name.

    Raises:
        BadDate: it is no day of the calendar.
    """
    text = request.query_params.get(name, "")
    return day_from(text) if text else None


def day_from(text: str) -> date:
    """A day written as 2026-03-17.

    Raises:
        BadDate: it is no day of the calendar, or none that arXiv has had or may have.
    """
    try:
        if _DAY.fullmatch(text) and (day := date.fromisoformat(text)).year in YEARS:
            return day
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
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) not in YEARS:
        raise BadDate(f"“{printable(text)}” is not a month: write it as 2026-03.")
    return int(match[1]), int(match[2])


def year_asked(request: Request, otherwise: int) -> int:
    """The year in `?year=2026`.

    Raises:
        BadDate: it is no year that arXiv has had or may have.
    """
    text = request.query_params.get("year", "")
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) == 4 and int(text) in YEARS):
        raise BadDate(f"“{printable(text)}” is not a year: write it as 2026.")
    return int(text)


def categories_asked(request: Request) -> CategoryExpression | None:
    """The expression in `?categories=`, or None where none is named.

    Raises:
        BadCategory: it is no category expression.
    """
    text = request.query_params.get("categories", "").strip()
    return CategoryExpression.parse(text) if text else None


def count_asked(request: Request, name: str) -> int:
    """A number of papers in the address; 0 where none is named.

    Raises:
        BadInput: it is no number.
    """
    text = request.query_params.get(name, "0")
    if text.isascii() and text.isdecimal() and len(text) <= 9:
        return int(text)
    raise BadInput(f"“{printable(text)}” is not a number of papers.")


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
    return part_asked(request) == "list"


def part_asked(request: Request) -> str:
    """Which part of a page a page in view asks for: `list`, `live`, or nothing for all of it."""
    return request.query_params.get("part", "")


def printable(text: str) -> str:
    """`text` as a message may quote it: short, with nothing that does not print."""
    shown = "".join(c if c.isprintable() else "?" for c in text[:40])
    return shown + "…" if len(text) > 40 else shown
