"""`postil demo`: the starter shelf, served; what `make run` does. With `--live`, an arXiv in fast motion."""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation
from postil.cli.printing import console
from postil.cli.serve import serve_library
from postil.errors import BadInput, DataFolderBusy
from postil.library import Library
from postil.settings import Settings


def demo(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="The port (default: 8620, or a free one).")
    ] = None,
    live: Annotated[
        bool,
        typer.Option("--live", help="Watch an invented arXiv announce a new day every minute."),
    ] = False,
    misbehaving: Annotated[
        bool, typer.Option("--misbehaving", help="With --live: let it fail as the real one does.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="With --live: how long a day takes.")
    ] = 60.0,
) -> None:
    """Load the starter shelf of landmark papers and serve the reader."""
    invocation: Invocation = context.obj
    settings = invocation.settings()
    if live:
        _demo_live(settings, invocation.data, port, seconds, misbehaving=misbehaving)
        return
    if misbehaving:
        raise BadInput("--misbehaving needs --live.")
    with invocation.library() as library:
        _load_shelf(library)
        serve_library(library, settings.host, port, settings.port)


def _demo_live(
    settings: Settings, folder: Path | None, port: int | None, seconds: float, *, misbehaving: bool
) -> None:
    # Late, as nothing else needs the stand-in.
    from postil.testing.faults import FAULTS
    from postil.testing.live import live_arxiv

    if not 5 <= seconds <= 86_400:
        raise BadInput(f"A day of --live takes from 5 to 86400 seconds, not {seconds:g}.")
    with ExitStack() as stack:
        # Invented papers must never stand among real ones.
        data = folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="postil-live-"))
        )
        faults = list(FAULTS.values()) if misbehaving else []
        shown = replace(settings, data=data, contact="demo")
        world = live_arxiv(shown, seconds_a_day=seconds, faults=faults)
        settings_there, outside = stack.enter_context(world)
        library = stack.enter_context(Library.open(settings_there, outside))
        console().print(
            f"An invented arXiv announces a new day every {seconds:g} seconds, at {settings_there.arxiv}."
        )
        serve_library(library, settings.host, port, settings.port, harvesting=True)


def _load_shelf(library: Library) -> None:
    try:
        loaded = library.load_shelf()
    except DataFolderBusy as error:
        # Another process imports: what is held can be read all the same, and the shelf can wait.
        Console(stderr=True, soft_wrap=True).print(f"The starter shelf was not loaded: {error}")
        return
    library.search.catch_up()
    if loaded.added:
        folder = library.settings.data
        console().print(f"The starter shelf is loaded: {loaded.added} papers, in {folder}.")
