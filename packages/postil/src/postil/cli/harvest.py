"""`postil harvest`: fetch what arXiv announces, until stopped or once."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.errors import BadDate, BadInput
from postil.library import HarvestState


def harvest(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", help="Read every record changed since this day first (2005-09-16 for all)."
        ),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--until", help="With --from: the last day (default: today).")
    ] = None,
    archive_set: Annotated[
        str,
        typer.Option("--set", help="Only this set, as cs or physics:hep-th; gaps are not audited."),
    ] = "",
    once: Annotated[
        bool, typer.Option("--once", help="Stop when nothing is left to ask for now.")
    ] = False,
    pause: Annotated[bool, typer.Option("--pause", help="Let all harvests here rest.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let them go on.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Harvest arXiv politely: each day's lists, records, feeds, and what is missing among them."""
    if pause and resume:
        raise BadInput("Give --pause or --resume, not both.")
    if last and not first:
        raise BadInput("--until needs --from: say from which day.")
    begin, end = _day(first), _day(last)
    if begin and end and end < begin:
        raise BadInput("--until must not be before --from.")
    invocation: Invocation = context.obj
    with invocation.library() as library:
        if pause or resume:
            (library.harvest.pause if pause else library.harvest.resume)()
            console().print("Harvests rest now." if pause else "Harvests go on.")
            return
        if not library.settings.contact:
            Console(stderr=True, soft_wrap=True).print(
                'arXiv cannot reach you: put contact = "your e-mail" into postil.toml.'
            )
        with _shown() as show, library.following():
            try:
                library.harvest.run(
                    once=once, first=begin, last=end, archive_set=archive_set, show=show
                )
            except KeyboardInterrupt:
                Console(stderr=True).print(
                    "Stopped. Everything read is kept; run it again to go on."
                )
        library.search.catch_up()
        _report(library.harvest.state(), as_json=as_json)


def _report(state: HarvestState, *, as_json: bool) -> None:
    if as_json:
        write_json(state.record())
        return
    console().print(
        f"{state.requests:,} requests: {state.papers:,} papers new or changed."
        + (f" Last trouble: {state.trouble}" if state.trouble else "")
    )


@contextmanager
def _shown() -> Iterator[Callable[[HarvestState], None]]:
    """A line on stderr that says what is being done, where a person looks at it."""
    err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    if not sys.stderr.isatty():
        yield lambda state: None
        return
    with Status("Harvesting", console=err) as status:
        yield lambda state: status.update(_line(state))


def _line(state: HarvestState) -> str:
    doing = "paused" if state.paused else state.doing
    until = f" at {state.until:%H:%M} UTC" if state.until else ""
    counts = f"{state.requests:,} requests, {state.papers:,} papers"
    trouble = f" ({state.trouble})" if state.trouble else ""
    return f"{doing}{until}: {counts}{trouble}"


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDate(f"{text!r} is not a day: write it as 2026-02-03.") from None
