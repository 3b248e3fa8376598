"""`postil gather`: papers of OpenReview and the ACL Anthology, posts of a weblog, rows of pages of JSON."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.errors import BadInput, DataFolderError, PostilError
from postil.library import Gathered, GatheredRows, Gathering, Library

REJECTED_SHOWN = 5
Show = Callable[[Gathering], None]

app = typer.Typer(
    help="Gather papers, posts and rows from elsewhere; stop it at any point and run it again.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("openreview")
def openreview(
    context: typer.Context,
    venue: Annotated[str, typer.Argument(help="A venue's id, as ICLR.cc/2025/Conference.")],
    api: Annotated[
        str, typer.Option(help="Where it answers; venues to 2023: https://api.openreview.net.")
    ] = "https://api2.openreview.net",
    as_json: JsonOption = False,
) -> None:
    """Gather the submissions of a venue at OpenReview."""
    _papers(context, as_json, lambda library, show: library.gather.openreview(venue, api, show))


@app.command("acl")
def acl(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="An XML file of the Anthology, or its address.")],
    as_json: JsonOption = False,
) -> None:
    """Gather the papers of a file of the ACL Anthology."""
    _papers(context, as_json, lambda library, show: library.gather.acl(file, show))


@app.command("weblog")
def weblog(
    context: typer.Context,
    feed: Annotated[str, typer.Argument(help="The address of its RSS or Atom feed.")],
    as_json: JsonOption = False,
) -> None:
    """Gather the posts of a weblog from its feed."""
    _papers(context, as_json, lambda library, show: library.gather.weblog(feed, show))


@app.command("pages")
def pages(
    context: typer.Context,
    recipe: Annotated[Path, typer.Argument(help="A recipe: a TOML file.")],
    table: Annotated[Path, typer.Option("--to", help="The table: .csv, .jsonl or .sqlite.")],
    as_json: JsonOption = False,
) -> None:
    """Gather rows from numbered pages of JSON into a table."""
    invocation: Invocation = context.obj
    with invocation.library() as library, _told(), _shown("rows") as show:
        gathered = library.gather.pages(recipe, table, show)
    if as_json:
        write_json({**_row_counts(gathered), "table": str(table)})
    else:
        console().print(_row_line(gathered, table))


def _papers(
    context: typer.Context, as_json: bool, gather: Callable[[Library, Show], Gathered]
) -> None:
    invocation: Invocation = context.obj
    with invocation.library() as library:
        try:
            with library.following(), _told(), _shown("papers") as show:
                gathered = gather(library, show)
        finally:
            library.search.catch_up()
    if as_json:
        write_json(_paper_counts(gathered))
    else:
        _print(gathered)
    if gathered.rejected:
        raise typer.Exit(1)


@contextmanager
def _told() -> Iterator[None]:
    """Say in one line why a source did not give everything; the exit status is 1 then."""
    err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    try:
        yield
    except (BadInput, DataFolderError):
        raise
    except PostilError as error:
        err.print(f"postil: {error}")
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        err.print("Stopped. Everything read is kept; run it again to go on.")
        raise typer.Exit(1) from None


@contextmanager
def _shown(what: str) -> Iterator[Show]:
    """A line on stderr that says how far it is, where a person looks at it."""
    if not sys.stderr.isatty():
        yield lambda state: None
        return
    err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    with Status("Looking at what is held", console=err) as status:

        def show(state: Gathering) -> None:
            of = f" of {state.total:,}" if state.total is not None else ""
            trouble = f" ({state.trouble})" if state.trouble else ""
            status.update(f"{state.pages:,} pages, {state.records:,}{of} {what}{trouble}")

        yield show


def _print(gathered: Gathered) -> None:
    out, written = console(), gathered.written
    went_on = " from where it stopped" if gathered.resumed else ""
    out.print(
        f"{gathered.pages:,} pages read{went_on}: {written.added:,} papers new, {written.changed:,} changed, "
        f"{written.unchanged:,} held already."
    )
    if gathered.joined:
        out.print(
            f"{gathered.joined:,} of them are papers held from another archive: they have one more home."
        )
    for rejected in gathered.rejected[:REJECTED_SHOWN]:
        out.print(f"Not a paper: {rejected.id or 'a record without id'}: {rejected.reason}")
    if len(gathered.rejected) > REJECTED_SHOWN:
        out.print(f"… and {len(gathered.rejected) - REJECTED_SHOWN:,} more; --json lists all.")


def _paper_counts(gathered: Gathered) -> dict[str, object]:
    return {
        "pages": gathered.pages,
        "added": gathered.written.added,
        "changed": gathered.written.changed,
        "unchanged": gathered.written.unchanged,
        "joined": gathered.joined,
        "rejected": [{"id": each.id, "reason": each.reason} for each in gathered.rejected],
        "resumed": gathered.resumed,
    }


def _row_line(gathered: GatheredRows, table: Path) -> str:
    if not gathered.pages:
        return f"{table} is complete already, with {gathered.rows:,} rows: nothing was asked for."
    went_on = " from where it stopped" if gathered.resumed else ""
    return (
        f"{gathered.pages:,} pages read{went_on}: {gathered.added:,} rows added, "
        f"{gathered.repeated:,} were there already; {table} has {gathered.rows:,}."
    )


def _row_counts(gathered: GatheredRows) -> dict[str, object]:
    return {
        "pages": gathered.pages,
        "added": gathered.added,
        "repeated": gathered.repeated,
        "rows": gathered.rows,
        "resumed": gathered.resumed,
    }
