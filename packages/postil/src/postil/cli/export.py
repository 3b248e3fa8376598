"""`postil export`: everything held, or what a query finds, as JSON lines."""

from typing import Annotated

import typer

from postil.cli.options import Invocation
from postil.cli.printing import console, write_lines


def export(
    context: typer.Context,
    query: Annotated[
        list[str] | None, typer.Argument(help="Only what this query finds (default: everything).")
    ] = None,
) -> None:
    """Write papers as JSON lines on stdout, in the form that `postil import` reads back."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        papers = library.search.every(" ".join(query)) if query else library.papers.export()
        written = write_lines(papers)
    console_err(f"{written:,} papers exported.")


def console_err(text: str) -> None:
    """Say `text` on stderr, where it does not mix with the data."""
    out = console()
    out.stderr = True
    out.print(text)
