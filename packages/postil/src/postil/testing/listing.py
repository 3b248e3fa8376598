"""arXiv's daily pages over a world, in its own templates' shape: `/list/<x>/new`, `/catchup/<x>/<day>`."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import Protocol

from postil.categories import canonical
from postil.harvest.calendar import EASTERN
from postil.paper import AnnouncementKind
from postil.testing.listing_items import item
from postil.testing.taxonomy import PHYSICS_LIST, list_name, lists
from postil.testing.world import Listed

PAGE_SIZE = 2_000
_SIZES = frozenset("25 50 100 250 500 1000 2000".split())
_KEPT_DAYS = 91
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_SECTIONS = {
    AnnouncementKind.NEW: ("New submissions", "New submissions"),
    AnnouncementKind.CROSS: ("Cross-lists", "Cross submissions"),
    AnnouncementKind.REPLACE: ("Replacements", "Replacement submissions"),
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Lists(Protocol):
    """What the daily pages need of a world."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days that have a list, ascending."""

    def latest_day(self, now: datetime) -> date | None:
        """The day whose list is the newest at `now`."""

    def announced_at(self, day: date) -> datetime:
        """When the list of `day` came out."""

    def listed(self, day: date, name: str) -> list[Listed]:
        """The list `name` of `day` as arXiv orders it."""

    def claimed(self, day: date, name: str) -> Mapping[AnnouncementKind, int]:
        """How many entries of each kind the page says that the list has."""


class BadPage(Exception):
    """No such page: the HTTP status, what it says, and where it sends the reader (for a redirect)."""

    def __init__(self, status: int, message: str, location: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.location = location


def new_page(
    lists_of: Lists, now: datetime, name: str, params: Mapping[str, str], size: int = PAGE_SIZE
) -> str:
    """`/list/<name>/new`: the newest list.

    Raises:
        BadPage: arXiv has no such list, or cannot show it so.
    """
    if name not in lists() or name == PHYSICS_LIST:
        raise BadPage(400, f"Invalid archive or category: {name}")
    if params.get("show") and params["show"] not in _SIZES | {str(size)}:
        raise BadPage(400, "Invalid show value.")
    # A small stand-in cuts its pages smaller than anybody asks.
    show = min(size, int(params["show"])) if params.get("show") else size
    skip = int(params["skip"]) if params.get("skip", "").isdecimal() else 0
    day = lists_of.latest_day(now)
    entries = lists_of.listed(day, name) if day else []
    counts = lists_of.claimed(day, name) if day else {}
    total = sum(counts.values())
    paging = _new_paging(name, total, skip, show)
    sections = _sections(entries, counts, skip, show)
    shown = day or now.astimezone(EASTERN).date()
    head = (
        f"<h1>{escape(list_name(name))}</h1>\n{_index(counts)}"
        f'<p>See <a id="recent-{name}" aria-labelledby="recent-{name}" href="/list/{name}/recent">recent</a> '
        f"articles</p>\n<h3>Showing new listings for {_long_day(shown)}</h3>\n"
    )
    return _page(head + paging + (sections or "    <p>No updates today.</p>\n") + paging)


def catchup_page(
    lists_of: Lists,
    now: datetime,
    name: str,
    day_text: str,
    params: Mapping[str, str],
    size: int = PAGE_SIZE,
) -> str:
    """`/catchup/<name>/<day>`: one of the lists of the last 90 days.

    Raises:
        BadPage: arXiv has no such page, or has it elsewhere.
    """
    day = _checked_day(name, day_text, now, params)
    with_abstracts = params.get("abs", "False") == "True"
    page = int(params.get("page", "1"))
    if name != canonical(name):
        where = f"/catchup/{canonical(name)}/{day}?abs={with_abstracts}&page={page}"
        raise BadPage(301, "Moved", where)
    out = day in lists_of.days and lists_of.announced_at(day) <= now
    entries = lists_of.listed(day, name) if out else []
    counts = lists_of.claimed(day, name) if out else {}
    total, skip = sum(counts.values()), (page - 1) * size
    paging = _catchup_paging(f"/catchup/{name}/{day}?abs={with_abstracts}", page, total, size)
    sections = _sections(entries, counts, skip, size, with_abstracts=with_abstracts)
    following = _following(lists_of, now, name, day, with_abstracts)
    when = _short_day(day)
    if not sections:
        said = (
            f"<div>No further updates for {when}</div>"
            if page > 1
            else f"<div><p>No updates for {when}. There was either no announcement for this day, "
            "or no updates within the requested subject.</p></div>"
        )
        sections = f"    <br>\n    {said}\n    <br>\n"
    head = f"<h1>Catchup results for {escape(list_name(name))} on {when}</h1>\n{_index(counts)}"
    around = f"  Total of {total} entries for {when}\n  {paging}\n"
    return _page(
        f"{head}<div>\n{following}{around}</div>\n{sections}<div></div>\n{around}{following}</div>\n"
    )


def _checked_day(name: str, text: str, now: datetime, params: Mapping[str, str]) -> date:
    if set(params) - {"abs", "page"}:
        raise BadPage(400, "Unexpected parameters.")
    if name not in lists():
        raise BadPage(400, "Invalid subject.")
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    today = now.astimezone(EASTERN).date()
    if day is None:
        raise BadPage(400, "Invalid date format. Use format: YYYY-MM-DD")
    if day < today - timedelta(days=_KEPT_DAYS):
        raise BadPage(400, f"Invalid date: {day}. Catchup only allowed for past 90 days")
    if day > today:
        raise BadPage(400, f"Invalid date: {day}. Can't request date later than today")
    if params.get("abs", "False") not in ("True", "False"):
        raise BadPage(400, "Invalid abs value.")
    page = params.get("page", "1")
    if not page.isdecimal() or int(page) < 1:
        raise BadPage(400, "Invalid page value.")
    return day


def _sections(
    entries: Sequence[Listed],
    counts: Mapping[AnnouncementKind, int],
    skip: int,
    show: int,
    *,
    with_abstracts: bool = True,
) -> str:
    page = list(enumerate(entries, 1))[skip : skip + show]
    text, start = "", 0
    for kind, (_, heading) in _SECTIONS.items():
        total = counts.get(kind, 0)
        chosen = [(n, entry) for n, entry in page if entry.kind is kind]
        if chosen:
            continued, last = skip > start, skip + show >= start + total
            words = ("continued, showing " if continued else "showing ") + (
                ("last " if continued else "") if last else ("" if continued else "first ")
            )
            items = "".join(item(n, entry, with_abstracts) for n, entry in chosen)
            text += (
                f"<dl id='articles'>\n    <h3>{heading} ({words}{len(chosen)} of {total} entries)</h3>\n"
                f"{items}</dl>\n"
            )
        start += total
    return text


def _index(counts: Mapping[AnnouncementKind, int]) -> str:
    items, start = "", 1
    for kind, (label, _) in _SECTIONS.items():
        if counts.get(kind, 0):
            at = 0 if kind is AnnouncementKind.NEW else start
            items += f'  <li><a href="#item{at}">{label}</a></li>\n'
        start += counts.get(kind, 0)
    return f"<ul>\n{items}</ul>\n"


def _new_paging(name: str, total: int, skip: int, show: int) -> str:
    if not total:
        return ""
    links = ""
    if total > show:
        for at in range(0, total, show):
            label = f"{at + 1}-{min(at + show, total)}"
            links += (
                f"    <span>{label}</span>\n"
                if at == skip
                else f"    <a href=/list/{name}/new?skip={at}&amp;show={show}>{label}</a>\n"
            )
        links = f":\n{links}"
    return f"    <div class='paging'>Total of {total} entries {links}    </div>\n"


def _catchup_paging(where: str, page: int, total: int, size: int) -> str:
    if total <= size:
        return ""
    links = ""
    for number in range(1, total // size + 2):
        links += (
            f"      <span>{number}</span>\n"
            if number == page
            else f"      <a href={where}&amp;page={number}>{number}</a>\n"
        )
    return f"View page:\n{links}"


def _following(lists_of: Lists, now: datetime, name: str, day: date, with_abstracts: bool) -> str:
    later = [d for d in lists_of.days if d > day and lists_of.announced_at(d) <= now]
    if not later:
        return ""
    where = f"/catchup/{name}/{later[0]}?abs={with_abstracts}&amp;page=1"
    return f'  <a href="{where}">Continue to the next day</a>\n  <br><br>\n'


def _long_day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _short_day(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()][:3]}, {day.day:02d} {_MONTHS[day.month - 1][:3]} {day.year}"


def _page(content: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n\n<head>\n  <title>arXiv, served by a stand-in</title>\n'
        '  <meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n\n<body>\n'
        '  <div class="flex-wrap-footer">\n    <main>\n      <div id="content">\n'
        "<div id='content-inner'>\n<div id='dlpage'>\n"
        f"{content}</div>\n</div>\n      </div>\n    </main>\n  </div>\n</body>\n\n</html>\n"
    )
