"""`postil vectors`: papers as vectors, brought up with the store."""

import threading
from collections.abc import Callable
from typing import Annotated

import typer

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.cli.priority import give_way
from postil.cli.progress import Report, progress_bar
from postil.companion import when_left
from postil.library import SpaceStatus

_DOING = {
    "learning": "Learning from words",
    "encoding": "Encoding papers",
    "arranging": "Arranging vectors",
}


def teller(report: Report) -> Callable[[str, str, int, int], None]:
    """What shows the progress of spaces in a bar."""

    def told(space: str, doing: str, done: int, total: int) -> None:
        report(f"{_DOING[doing]} ({space})", done / total if total else 1.0, done)

    return told


def vectors(
    context: typer.Context,
    until_closed: Annotated[
        bool,
        typer.Option("--until-closed", hidden=True, help="Stop when the input is closed."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the vectors of papers up with the store; `postil serve` does it by itself."""
    invocation: Invocation = context.obj
    closed = threading.Event()
    if until_closed:
        give_way()
        when_left(closed.set)
    with invocation.library() as library, progress_bar("Vectors") as report:
        library.spaces.catch_up(teller(report), closed.is_set)
        states = library.spaces.status()
    if as_json:
        write_json([state.record() for state in states])
        return
    for state in states:
        console().print(f"{state.name:<8}{shown(state)}")


def shown(state: SpaceStatus) -> str:
    """How a space is, in words."""
    said = f"{state.papers:,} papers"
    if state.width:
        said += f" as {state.width} numbers each"
    said += f", {state.behind:,} changes behind"
    if state.step:
        said += f"; {_DOING[state.step.doing].lower()}: {state.step.done:,} of {state.step.total:,}"
    return said
