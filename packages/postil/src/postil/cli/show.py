"""`postil show ID…`: papers by their ids."""

from typing import Annotated

import typer

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, print_card, write_json
from postil.library import paper_record


def show(
    context: typer.Context,
    ids: Annotated[list[str], typer.Argument(help="Ids, arxiv.org addresses or DOIs.")],
    as_json: JsonOption = False,
) -> None:
    """Print papers with their abstracts."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        papers = [library.papers.get(text) for text in ids]
    if as_json:
        write_json([paper_record(paper) for paper in papers])
        return
    out = console()
    for paper in papers:
        print_card(out, paper, abstract=True)
