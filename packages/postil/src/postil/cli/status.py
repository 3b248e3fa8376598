"""`postil status`: what is held and how the parts are."""

import typer

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, write_json
from postil.cli.vectors import shown
from postil.library import status_record


def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Print what is held, and whether store and index agree."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        if as_json:
            write_json(status_record(library))
            return
        state, spaces = library.status(), library.spaces.status()
    out = console()
    days = f"{state.days:,}"
    if state.first_day:
        days += f", from {state.first_day} to {state.last_day}"
    rows = {
        "version": state.version,
        "data folder": str(state.data),
        "papers": f"{state.papers:,}",
        "announcements": f"{state.announcements:,}",
        "days": days,
        "indexed": f"{state.indexed:,} papers, {state.behind:,} changes behind",
        "store": f"{state.store_bytes / 2**20:,.1f} MiB",
        "index": f"{state.index_bytes / 2**20:,.1f} MiB",
    }
    if state.vectors_bytes:
        rows["vectors"] = f"{state.vectors_bytes / 2**20:,.1f} MiB"
    for space in spaces:
        rows[f"vectors {space.name}"] = shown(space)
    if state.repair:
        rows["repaired"] = state.repair
    for name, value in rows.items():
        out.print(f"{name:<16}{value}")
