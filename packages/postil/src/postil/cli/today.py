"""`postil today`: the list of a day."""

from datetime import date
from typing import Annotated

import typer

from postil.categories import CategoryExpression
from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, print_card, write_json
from postil.errors import BadDate
from postil.library import paper_record

_ALL = 1_000_000  # a day's list is never cut


def today(
    context: typer.Context,
    categories: Annotated[
        str | None,
        typer.Argument(help="Which categories, as in cs.LG+stat.ML-cs.CV (default: all)."),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", help="The day, as 2026-02-03 (default: the latest held)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the papers announced on a day, in the archive's order: all of them."""
    expression = CategoryExpression.parse(categories) if categories else CategoryExpression()
    asked = _day(day) if day else None
    invocation: Invocation = context.obj
    with invocation.library() as library:
        chosen = asked or library.papers.latest_day(expression)
        listed = library.papers.day_list(chosen, expression, limit=_ALL) if chosen else None
        if as_json:
            write_json(
                {
                    "date": chosen.isoformat() if chosen else None,
                    "categories": str(expression),
                    "total": listed.total if listed else 0,
                    "papers": [paper_record(p) for p in listed.papers] if listed else [],
                }
            )
            return
        out = console()
        if listed is None or not listed.total:
            where = f" in {expression}" if categories else ""
            out.print(f"No papers are held for {chosen or 'any day'}{where}.")
            return
        counted = "1 paper" if listed.total == 1 else f"{listed.total:,} papers"
        out.print(f"{chosen:%A} {chosen}: {counted} held {expression}".rstrip() + "\n")
        for paper in listed.papers:
            print_card(out, paper)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(f"{text!r} is not a day: write it as 2026-02-03.") from None
