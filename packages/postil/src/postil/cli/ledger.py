"""`postil ledger`: whether what arXiv announced is held, for a year, its newest days or one day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from postil.categories import CategoryExpression
from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.errors import BadDate
from postil.library import DayLine, DayState, Library, MonthOfIds
from postil.paper_id import PaperId
from postil.web.formatting import eastern
from postil.web.ledger_records import line_record, month_record
from postil.web.month import YEARS

_NEWEST = 10
_IDS_NAMED = 5
_WIDTH = 10_000
_STYLES = {DayState.COMPLETE: "green", DayState.INCOMPLETE: "red", DayState.LATE: "yellow"}


def ledger(
    context: typer.Context,
    categories: Annotated[
        str | None,
        typer.Argument(help="Which categories, as in cs.LG+stat.ML (default: all lists)."),
    ] = None,
    year: Annotated[
        int | None, typer.Option(help="All of a year, not its newest days alone.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="One day, list by list, as 2026-02-03.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print what was announced on each day, what of it is held, and what is missing."""
    expression = CategoryExpression.parse(categories) if categories else None
    asked = _day(day) if day else None
    if year is not None and year not in YEARS:
        raise BadDate(f"{year} is not a year: write it as 2026.")
    invocation: Invocation = context.obj
    with invocation.library() as library:
        if asked:
            _one_day(library.ledger.line(asked, expression), as_json)
        else:
            _days(library, expression, year, as_json)


def _day(text: str) -> date:
    try:
        if (day := date.fromisoformat(text)).year in YEARS:
            return day
    except ValueError:
        pass
    raise BadDate(f"{text!r} is not a day of arXiv's: write it as 2026-02-03.")


def _one_day(line: DayLine, as_json: bool) -> None:
    if as_json:
        write_json(line_record(line))
        return
    out = console()
    out.print(f"{line.day:%A} {line.day}: {_in_words(line)}")
    if not line.tallies:
        return
    table = _table("list", "announced", "held", "missing", "late", "named by", "complete since")
    for tally in line.tallies:
        table.add_row(
            tally.list_name,
            "-" if tally.announced is None else f"{tally.announced:,}",
            f"{tally.held:,}",
            _ids(tally.missing, None),
            _ids(tally.late, None),
            ", ".join(f"{name} {papers:,}" for name, papers in sorted(tally.sources.items())),
            _moment(tally.completed),
        )
    _print(table)


def _days(
    library: Library, expression: CategoryExpression | None, year: int | None, as_json: bool
) -> None:
    now = library.clock.now()
    newest = library.ledger.line(None, expression).day
    lines = library.ledger.year(newest.year if year is None else year, expression)
    told = [line for line in lines if _is_told(line, now)]
    month = library.ledger.month(newest.year, newest.month)
    if as_json:
        days = [line_record(line, lists=False) for line in told]
        write_json({"year": lines[0].day.year, "days": days, "ids": month_record(month)})
        return
    out = console()
    table = _table("day", "state", "announced", "held", "missing", "late", "complete since")
    for line in told if year is not None else told[-_NEWEST:]:
        table.add_row(
            f"{line.day:%a} {line.day}",
            Text(line.reason or line.state.value, style=_STYLES.get(line.state, "")),
            "-" if line.announced is None else f"{line.announced:,}",
            f"{line.held:,}" if line.tallies else "-",
            _ids(line.missing, _IDS_NAMED),
            _ids(line.late, _IDS_NAMED),
            _moment(line.completed),
        )
    _print(table)
    out.print(_totals(told))
    out.print(_month_in_words(month))


def _is_told(line: DayLine, now: datetime) -> bool:
    """Whether a day belongs into the table: its list is due, and it is no weekend."""
    return bool(line.tallies) or (
        line.state is not DayState.NO_LIST and line.due is not None and line.due <= now
    )


def _in_words(line: DayLine) -> str:
    if line.announced is not None and line.state in {DayState.COMPLETE, DayState.INCOMPLETE}:
        return f"{line.state.value}, {line.held:,} of {line.announced:,} held"
    return f"{line.state.value} ({line.reason})" if line.reason else line.state.value


def _totals(lines: Sequence[DayLine]) -> str:
    complete = sum(line.state is DayState.COMPLETE for line in lines)
    due = sum(line.state is not DayState.HOLIDAY for line in lines)
    held = sum(line.held for line in lines)
    announced = sum(line.announced or 0 for line in lines)
    late = sum(len(line.late) for line in lines)
    return (
        f"{complete} of {due} days complete; {held:,} of {announced:,} announced papers held; "
        f"{late:,} arrived late."
    )


def _month_in_words(month: MonthOfIds) -> str:
    return (
        f"Ids of {month.year}-{month.month:02}: {month.held:,} held of {month.highest:,}; "
        f"{len(month.skipped):,} that arXiv itself does not have; "
        f"{len(month.missing):,} neither held nor explained."
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        table.add_column(
            name, justify="right" if name in {"announced", "held"} else "left", no_wrap=True
        )
    return table


def _print(table: Table) -> None:
    """The whole table, however narrow the terminal: an id that is cut short names nothing."""
    Console(highlight=False, width=_WIDTH).print(table, crop=False)


def _ids(ids: Sequence[PaperId], limit: int | None) -> str:
    shown = " ".join(str(paper_id) for paper_id in ids[:limit])
    left = 0 if limit is None else max(0, len(ids) - limit)
    return f"{shown} and {left:,} more" if left else shown or "-"


def _moment(moment: datetime | None) -> str:
    return f"{eastern(moment):%Y-%m-%d %H:%M} ET" if moment else "-"
