"""The `postil` command: puts the commands together and turns errors into one line and an exit status.

Exit status: 0 done, 1 failed or incomplete, 2 bad usage, input or data folder.
"""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

import postil
from postil.cli import (
    demo,
    evaluate,
    export,
    gather,
    harvest,
    importing,
    ledger,
    reindex,
    related,
    search,
    serve,
    show,
    status,
    today,
    vectors,
)
from postil.cli.options import DataOption, Invocation
from postil.cli.priority import give_way
from postil.errors import NotHeld, PostilError

app = typer.Typer(
    name="postil",
    help="Read arXiv's day, all of it, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_BULK = frozenset({"import", "gather", "harvest", "reindex"})

app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("import")(importing.import_)
app.add_typer(gather.app, name="gather")
app.command("harvest")(harvest.harvest)
app.command("ledger")(ledger.ledger)
app.command("today")(today.today)
app.command("search")(search.search)
app.command("related")(related.related)
app.command("show")(show.show)
app.command("export")(export.export)
app.command("status")(status.status)
app.command("reindex")(reindex.reindex)
app.command("vectors")(vectors.vectors)
app.command("evaluate")(evaluate.evaluate)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"postil {postil.__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    data: DataOption = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Options that every command takes."""
    if context.obj is give_way and context.invoked_subcommand in _BULK:
        give_way()
    context.obj = Invocation(data)


def main() -> None:
    """Run the command line; the entry point of the distribution."""
    try:
        # Told by the program alone: whoever runs commands in a process of their own keeps its priority.
        app(obj=give_way)
    except NotHeld as error:
        _complain(error)
        sys.exit(1)
    except PostilError as error:
        _complain(error)
        sys.exit(2)
    except BrokenPipeError:
        # The reader of our output has gone (`postil export | head`): nothing is left to say, and Python
        # must not try to flush into the closed pipe on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _complain(error: PostilError) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"postil: {error}")
