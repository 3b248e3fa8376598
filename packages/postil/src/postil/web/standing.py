"""How a day's list stands, in one honest line: what is announced, what is held, and since when.

A line never claims more than it knows: where the page shows other papers than the lists that were read
have, it says which lists its numbers are of.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from markupsafe import Markup

from postil.categories import CategoryExpression
from postil.library import DayLine, DayState, Library
from postil.messages import Catalogue
from postil.web import addresses
from postil.web.formatting import day_html, eastern_day, long_day, moment_html, number, phrase

_LISTS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """A line as a page shows it; `mark` names the shape and colour that go with it."""

    mark: str
    text: Markup


def standings(
    library: Library,
    day: date,
    expression: CategoryExpression | None,
    shown: int,
    texts: Catalogue,
) -> list[Standing]:
    """The line of a day's list, and below the newest list also that of a later day which has none yet.

    Args:
        library: whose ledger and clock are asked.
        day: the day that the page shows.
        expression: the categories it is narrowed to.
        shown: how many papers it has.
        texts: the reader's language.
    """
    now, ledger = library.clock.now(), library.ledger
    is_newest = day == library.papers.latest_day(expression)
    due = ledger.line(None, expression) if is_newest else None
    own = due if due is not None and due.day == day else ledger.line(day, expression)
    said = [standing(own, texts, now, shown=shown)]
    if due is not None and (later := _since(library, day, due, expression, now)) is not None:
        dated = phrase(
            texts,
            "line.dated",
            day=long_day(later.day, texts.language),
            line=standing(later, texts, now).text,
        )
        said.append(Standing(mark_of(later, now), dated))
    return said


def _since(
    library: Library,
    day: date,
    due: DayLine,
    expression: CategoryExpression | None,
    now: datetime,
) -> DayLine | None:
    """What is worth telling of the days after the newest list: one that is due, or a day without any.

    `due` is the day whose list is latest due.
    """
    if due.day > day:
        return due if due.state is not DayState.UNKNOWN else None
    today = eastern_day(now)
    line = library.ledger.line(today, expression) if today > day else None
    return line if line and line.state in {DayState.HOLIDAY, DayState.NO_LIST} else None


def standing(
    line: DayLine, texts: Catalogue, now: datetime, *, shown: int | None = None, linked: bool = True
) -> Standing:
    """One line.

    Args:
        line: what the ledger says.
        texts: the reader's language.
        now: the moment of asking.
        shown: how many papers the page has; None where it has no list.
        linked: whether the line leads to the day's page of the ledger.
    """
    head, rest = _TEXTS[line.state](line, texts, now, shown)
    if linked and line.tallies:
        address = addresses.ledger_path(day=line.day)
        head = Markup('<a href="{}">{}</a>').format(address, head)
    return Standing(mark_of(line, now), head + rest)


def mark_of(line: DayLine, now: datetime) -> str:
    """The name of the shape that stands for a day: its state, or `ahead` where its list is not due yet."""
    if line.state is DayState.WAITING and line.due is not None and line.due > now:
        return "ahead"
    return "weekend" if line.state is DayState.NO_LIST else line.state.value


# Each text in two parts: what may lead to the ledger, and what follows it.
_Parts = tuple[Markup, Markup]
_NOTHING = Markup("")


def _complete(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    counts = {"held": number(line.held), "announced": number(line.announced or line.held)}
    if shown is None or shown == line.held:
        said = phrase(texts, "line.complete", **counts)
    else:
        said = phrase(texts, "line.complete_lists", lists=_lists(line, texts), **counts)
    if line.completed is None:
        return said, _NOTHING
    evening = line.day - timedelta(days=1)
    return said, phrase(
        texts, "line.at", moment=moment_html(line.completed, texts, known_day=evening)
    )


def _lists(line: DayLine, texts: Catalogue) -> str:
    names = [tally.list_name for tally in line.tallies]
    if len(names) <= _LISTS_NAMED:
        return texts("line.comma").join(names)
    return texts("line.lists", count=number(len(names)))


def _incomplete(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    announced = line.announced or 0
    missing = max(len(line.missing), announced - line.held)
    if not missing:
        return phrase(texts, "line.unread", announced=number(announced)), _NOTHING
    said = phrase(
        texts,
        "line.incomplete",
        held=number(line.held),
        announced=number(announced),
        missing=texts("line.missing", count=number(missing)),
    )
    return said, _NOTHING


def _waiting(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    if line.due is None:
        return phrase(texts, "line.awaited"), _NOTHING
    due = moment_html(line.due, texts)
    if line.due > now:
        return phrase(texts, "line.waiting", due=due), _NOTHING
    return phrase(texts, "line.looked_for", due=due), _NOTHING


def _late(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    if line.due is None:
        said = phrase(texts, "line.awaited")
    else:
        said = phrase(texts, "line.late", due=moment_html(line.due, texts))
    if line.last_complete is None:
        return said, _NOTHING
    day = day_html(line.last_complete, texts.language)
    return said, phrase(texts, "line.last_complete", day=day)


def _holiday(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    if not line.reason:
        return phrase(texts, "line.empty"), _NOTHING
    reason = texts.get(f"holiday.{line.reason}", line.reason)
    if line.day == eastern_day(now):
        return phrase(texts, "line.holiday_today", reason=reason), _NOTHING
    return phrase(texts, "line.holiday", reason=reason), _NOTHING


def _weekend(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    return phrase(texts, "line.weekend"), _NOTHING


def _unknown(line: DayLine, texts: Catalogue, now: datetime, shown: int | None) -> _Parts:
    return phrase(texts, "line.unknown"), _NOTHING


_TEXTS = {
    DayState.COMPLETE: _complete,
    DayState.INCOMPLETE: _incomplete,
    DayState.WAITING: _waiting,
    DayState.LATE: _late,
    DayState.HOLIDAY: _holiday,
    DayState.NO_LIST: _weekend,
    DayState.UNKNOWN: _unknown,
}
