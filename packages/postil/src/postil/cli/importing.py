"""`postil import FILE…`: records into the store, and into the index behind it."""

from typing import TYPE_CHECKING, Annotated

import typer

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.cli.progress import progress_bar
from postil.library import DateIs, Library

if TYPE_CHECKING:
    from postil.library import Imported, Progress


def import_(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(help="Files of one JSON record a line, plain, .gz or .zst; - for stdin."),
    ],
    date_is: Annotated[
        DateIs,
        typer.Option(help="What a record's bare `date` is: the day it was announced or submitted."),
    ] = DateIs.AUTO,
    as_json: JsonOption = False,
) -> None:
    """Import papers: Postil's own export, day lists as JSON lines, or arXiv's public snapshot.

    It is safe to repeat and to stop at any point: run it again and it goes on. Lines that cannot be read
    go to a file of rejects with their number and reason; everything else goes in, and the exit status is 1.
    """
    invocation: Invocation = context.obj
    with invocation.library() as library:
        imported = import_and_index(library, files, date_is)
    if as_json:
        write_json(_record(imported))
    else:
        _print(imported)
    if not imported.complete:
        raise typer.Exit(1)


def import_and_index(library: Library, files: list[str], date_is: DateIs) -> "Imported":
    """Import files with the index following, and progress on stderr; what the command does."""
    with progress_bar("Importing") as report:

        def show(progress: "Progress") -> None:
            done = progress.position / progress.total if progress.total else -1.0
            report(f"Importing {progress.file}", done, progress.read)

        # The index follows while the files are read, on the processor that reading leaves free.
        with library.following():
            imported = library.import_files(files, date_is=date_is, progress=show)
        library.search.catch_up(
            lambda done, total: report("Indexing", done / total if total else 1.0, done)
        )
    return imported


def _record(imported: "Imported") -> dict[str, object]:
    return {
        "read": imported.read,
        "added": imported.added,
        "changed": imported.changed,
        "unchanged": imported.unchanged,
        "rejected": imported.rejected,
        "rejects": str(imported.rejects_path) if imported.rejects_path else None,
        "broken": list(imported.broken),
        "dates": {each.file: each.reading.date_is.value for each in imported.date_readings},
        "seconds": round(imported.seconds, 3),
    }


def _print(imported: "Imported") -> None:
    out = console()
    if imported.read and imported.unchanged == imported.read:
        out.print(f"{imported.read:,} records read: all were held already, nothing changed.")
    else:
        out.print(
            f"{imported.read:,} records read in {imported.seconds:.1f} s: {imported.added:,} new, "
            f"{imported.changed:,} changed, {imported.unchanged:,} held already, "
            f"{imported.rejected:,} rejected."
        )
    for each in imported.date_readings:
        out.print(f"{each.file}: its dates were read as {_MEANING[each.reading.date_is]} days.")
    if imported.rejects_path:
        out.print(f"The rejected lines, with reasons: {imported.rejects_path}")
    for problem in imported.broken:
        out.print(problem)


_MEANING = {DateIs.ANNOUNCED: "announcement", DateIs.SUBMITTED: "submission"}
