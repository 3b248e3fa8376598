"""`postil export`: everything held, or what a query finds, as JSON lines."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation
from postil.cli.printing import write_lines
from postil.library import Library, Sort
from postil.paper import Paper

_BATCH = 1_000


def export(
    context: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Only what this query finds (default: everything).")
    ] = None,
) -> None:
    """Write papers as JSON lines on stdout, in the form that `postil import` reads back."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        papers = _found(library, " ".join(query)) if query else library.papers.export()
        written = write_lines(papers)
    Console(stderr=True, highlight=False).print(f"{written:,} papers exported.")


def _found(library: Library, query: str) -> Iterator[Paper]:
    """Everything that has every word of a query, newest first, a batch at a time."""
    offset = 0
    while papers := library.search.find(
        query, sort=Sort.NEWEST, offset=offset, limit=_BATCH
    ).papers:
        yield from papers
        offset += _BATCH
