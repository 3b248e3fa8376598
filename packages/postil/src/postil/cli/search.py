"""`postil search QUERY`: the query language, at the terminal."""

from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, print_card, write_json
from postil.library import Required, Results, Sort, paper_record
from postil.messages import catalogue
from postil.text.markup import render_plain
from postil.text.query import Problem


def search(
    context: typer.Context,
    query: Annotated[
        list[str], typer.Argument(help='Words, "phrases", -not, OR, author:, cat:, date: …')
    ],
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.RELEVANCE,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to print.")] = 20,
    offset: Annotated[int, typer.Option(min=0, max=100_000, help="How many to pass over.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Search everything that is held."""
    invocation: Invocation = context.obj
    with invocation.library() as library:
        found = library.search.find(" ".join(query), sort=sort, offset=offset, limit=limit)
    _explain_problems(found)
    if as_json:
        write_json(
            {
                "query": found.parsed.text,
                "read_as": found.reading,
                "problems": [explain(problem) for problem in found.parsed.problems],
                "total": found.total,
                "complete": found.complete,
                "milliseconds": round(found.milliseconds, 3),
                "papers": [paper_record(paper) for paper in found.papers],
            }
        )
        return
    out = console()
    out.print(f"{_counted(found)}, in {found.milliseconds:.1f} ms\n")
    for paper in found.papers:
        print_card(out, paper)


def explain(problem: Problem) -> str:
    """A problem of a query as a sentence."""
    texts = catalogue("en")
    said = texts(f"problem.{problem.code}", fragment=render_plain(problem.fragment))
    return f"{said} {texts('problem.hint', hint=problem.hint)}" if problem.hint else said


def _counted(found: Results) -> str:
    if found.total == found.complete:
        return f"{found.total:,} papers"
    listed = " (listed)" if found.required is Required.EVERY else ""
    return f"{found.total:,} papers, {found.complete:,} with every word{listed}"


def _explain_problems(found: Results) -> None:
    err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    for problem in found.parsed.problems:
        err.print(explain(problem))
    if found.parsed.problems:
        err.print(f"Read as: {found.reading or 'everything'}")
