"""`postil demo`: the starter shelf, served; what `make run` does."""

from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation
from postil.cli.printing import console
from postil.cli.serve import serve_library
from postil.errors import DataFolderBusy
from postil.library import Library


def demo(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(help="The port (default: 8620, or a free one).")
    ] = None,
) -> None:
    """Load the starter shelf of landmark papers and serve the reader."""
    invocation: Invocation = context.obj
    settings = invocation.settings()
    with invocation.library() as library:
        _load_shelf(library)
        serve_library(library, settings.host, port, settings.port)


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
