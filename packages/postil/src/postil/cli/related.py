"""`postil related ID`: what is related to a paper, and why."""

from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, print_card, write_json
from postil.library import relatives_record
from postil.text.markup import render_plain


def related(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(help="An id, an arxiv.org address or a DOI.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many to print.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Find papers related to one, and say what they share with it."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        library.spaces.open()
        found = library.related.of(library.papers.get(paper).id, limit)
    if as_json:
        write_json(relatives_record(found))
        return
    out = console()
    out.print(f"Related to {found.paper.id}  {render_plain(found.paper.title)}")
    out.print(f"Keywords: {', '.join(keyword.text for keyword in found.keywords)}\n")
    for each in found.papers:
        _print_why(out, each.shares)
        print_card(out, each.paper)


def _print_why(out: Console, shares: tuple[str, ...]) -> None:
    indent = "  " if out.is_terminal else ""
    out.print(indent + (f"shares: {', '.join(shares)}" if shares else "close in meaning"))
