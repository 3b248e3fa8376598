"""`postil demo`: the starter shelf, served; what `make run` does."""

from typing import Annotated

import typer

from postil.cli.options import Invocation
from postil.cli.printing import console
from postil.cli.serve import serve_library


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
        loaded = library.load_shelf()
        library.search.catch_up()
        if loaded.added:
            console().print(
                f"The starter shelf is loaded: {loaded.added} papers, in {settings.data}."
            )
        serve_library(library, settings.host, port, settings.port)
