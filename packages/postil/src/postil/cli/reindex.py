"""`postil reindex`: every index again, from the store."""

import time
from typing import Annotated

import typer

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.cli.progress import progress_bar
from postil.cli.vectors import teller


def reindex(
    context: typer.Context,
    vectors: Annotated[bool, typer.Option("--vectors", help="Make the vectors anew too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Rebuild the search index from the store; the old one serves until the new one is whole."""
    invocation: Invocation = context.obj
    started = time.perf_counter()
    with invocation.library() as library, progress_bar("Indexing") as report:
        papers = library.search.reindex(
            lambda done, total: report("Indexing", done / total if total else 1.0, done)
        )
        if vectors:
            library.spaces.rebuild(teller(report))
    seconds = time.perf_counter() - started
    if as_json:
        write_json({"papers": papers, "seconds": round(seconds, 3)})
    else:
        console().print(f"{papers:,} papers indexed in {seconds:.1f} s.")
