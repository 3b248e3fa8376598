"""`/ledger`: what was announced, what is held and what is missing, a year at a glance; `?day=` one day."""

from datetime import date, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from postil.categories import CategoryExpression
from postil.errors import BadCategory
from postil.library import DayLine, DayState, Library
from postil.messages import Catalogue, catalogue
from postil.web import addresses
from postil.web.formatting import eastern_day, long_day, moment_html, number, phrase
from postil.web.forms import fields_of
from postil.web.ids import ranges_of
from postil.web.ledger_rows import day_row, list_row
from postil.web.month import YEARS, neighbour
from postil.web.parameters import (
    categories_asked,
    day_from,
    library_of,
    month_asked,
    part_asked,
    year_asked,
)
from postil.web.preferences import preferences_of
from postil.web.rendering import page
from postil.web.standing import standing
from postil.web.year import newest, totals, year_months

_NEWEST = 10
_RANGES_NAMED = 40
_IDS_IN_A_CELL, _IDS_OF_A_DAY = 6, 1_000


def ledger(request: Request) -> Response:
    """A year, or the one day that is asked for."""
    library, texts = library_of(request), catalogue(preferences_of(request).language)
    if text := request.query_params.get("day", ""):
        return page(request, "ledger_day.html", _day(library, day_from(text), texts))
    if part_asked(request) == "live":
        asked = request.query_params.get("mark", "")
        news = {"news": "" if asked == _mark(library) else _back(request)}
        return page(request, "ledger_live.html", _harvest(request, library, texts) | news)
    return page(request, "ledger.html", _year(request, library, texts))


def _year(request: Request, library: Library, texts: Catalogue) -> dict[str, Any]:
    now = library.clock.now()
    today = eastern_day(now)
    year, expression = year_asked(request, today.year), categories_asked(request)
    lines = library.ledger.year(year, expression)
    end = min(today, date(year, 12, 31))
    return {
        "year": year,
        "years": _years(library, today, year),
        "expression": expression,
        "expression_text": str(expression or ""),
        "lists": _choices(library),
        "months": year_months(lines, lambda line: _label(line, texts), now),
        "totals": totals(lines, now),
        "today": today,
        "rows": [day_row(line, texts, now) for line in newest(lines, now, _NEWEST)],
        "ids_limit": _IDS_IN_A_CELL,
        "live": addresses.ledger_path(
            expression=expression, year=str(year), part="live", mark=_mark(library)
        ),
        "change": library.store.last_change(),
        "news": "",
        "here_name": "ledger",
        **_ids(request, library, end),
        **_harvest(request, library, texts),
    }


def _years(library: Library, today: date, year: int) -> list[int]:
    """The years that can be shown: from the first day held to now."""
    days = library.papers.days()
    first = min(days[0].day.year if days else today.year, today.year, year)
    return list(range(max(first, YEARS.start), max(today.year, year) + 1))


def _choices(library: Library) -> list[str]:
    """The lists that are read and that an expression can name."""
    return [name for name in library.ledger.lists if _is_category(name)]


def _is_category(name: str) -> bool:
    try:
        CategoryExpression.parse(name)
    except BadCategory:
        return False
    return True


def _label(line: DayLine, texts: Catalogue) -> str:
    """A day of the calendar in words."""
    day = long_day(line.day, texts.language)
    if line.announced is not None:
        held, announced = number(line.held), number(line.announced)
        counted = texts("ledger.counted", held=held, announced=announced)
        return texts("ledger.label_counted", day=day, state=_state(line, texts), counted=counted)
    return texts("ledger.label", day=day, state=_state(line, texts))


def _state(line: DayLine, texts: Catalogue) -> str:
    if line.state is DayState.HOLIDAY and line.reason:
        return texts.get(f"holiday.{line.reason}", line.reason)
    return texts(f"state.{line.state.name.lower()}")


def _ids(request: Request, library: Library, end: date) -> dict[str, Any]:
    """The ids of the month that is asked for, else the last of the year so far."""
    year, month = month_asked(request, end)
    ids = library.ledger.month(year, month)
    ranges = ranges_of(ids.missing)
    return {
        "ids": ids,
        "ranges": ranges[:_RANGES_NAMED],
        "ranges_left": sum(each.count for each in ranges[_RANGES_NAMED:]),
        "earlier": neighbour(year, month, -1),
        "later": neighbour(year, month, 1) if (year, month) < (end.year, end.month) else None,
    }


def _day(library: Library, day: date, texts: Catalogue) -> dict[str, Any]:
    now = library.clock.now()
    line = library.ledger.line(day, None)
    read = {tally.list_name for tally in line.tallies}
    return {
        "day": day,
        "standing": standing(line, texts, now, linked=False),
        "rows": [list_row(tally, line, texts) for tally in line.tallies],
        "ids_limit": _IDS_OF_A_DAY,
        "not_read": [name for name in library.ledger.lists if name not in read] if read else [],
        "papers": library.papers.day_list(day, limit=0).total,
        "previous_day": day - timedelta(days=1),
        "next_day": day + timedelta(days=1) if day <= eastern_day(now) else None,
        "here_name": "ledger",
    }


def _harvest(request: Request, library: Library, texts: Catalogue) -> dict[str, Any]:
    state = library.harvest.state()
    return {
        "harvest": state,
        "until": phrase(texts, "harvest.until", moment=moment_html(state.until, texts))
        if state.until
        else "",
        "back": _back(request),
    }


def _mark(library: Library) -> str:
    """A short text that changes when the newest day's line does."""
    line = library.ledger.line(None, None)
    return f"{line.day}.{line.state.name}.{line.held}.{line.announced or 0}"


def _back(request: Request) -> str:
    """The year in view, without what a page in view adds to its address."""
    asked = request.query_params
    return addresses.with_query(
        "/ledger", {name: asked.get(name, "") for name in ("year", "categories", "month")}
    )


async def harvest(request: Request) -> Response:
    """Let the harvest rest or go on, and go back to where the button was."""
    fields = dict(await fields_of(request))
    service = library_of(request).harvest
    actions = {"pause": service.pause, "resume": service.resume}
    if fields.get("do", "") not in actions:
        raise HTTPException(400)
    await run_in_threadpool(actions[fields["do"]])
    back = fields.get("return", "")
    return RedirectResponse(
        back if addresses.is_own_path(back) else addresses.ledger_path(), status_code=303
    )
