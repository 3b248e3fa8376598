"""`postil search QUERY`: the query language, at the terminal."""

from typing import Annotated

import typer
from rich.console import Console

from postil.cli.options import Invocation, JsonOption
from postil.cli.printing import console, print_card, write_json
from postil.library import (
    Explanation,
    Library,
    Required,
    Results,
    Sort,
    explanation_record,
    paper_record,
)
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
    abstracts: Annotated[bool, typer.Option("--abstracts", help="Print abstracts too.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Say what each word added to each paper's score.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Search everything that is held."""
    invocation: Invocation = context.obj
    text = " ".join(query)
    with invocation.library() as library:
        library.spaces.open()
        found = library.search.find(text, sort=sort, offset=offset, limit=limit)
        meant = library.help.correct(text, found=found.listed)
        marks = library.help.marks(text)
        reasons = _reasons(library, text, found) if why else {}
    _explain_problems(found)
    if meant:
        _err().print(f"Did you mean: {meant.query}")
    if as_json:
        write_json(
            {
                "query": found.parsed.text,
                "read_as": found.reading,
                "problems": [explain(problem) for problem in found.parsed.problems],
                "meant": meant.query if meant else None,
                "total": found.total,
                "complete": found.complete,
                "beyond": found.beyond,
                "milliseconds": round(found.milliseconds, 3),
                "papers": [paper_record(paper) for paper in found.papers],
            }
            | ({"why": {key: explanation_record(r) for key, r in reasons.items()}} if why else {})
        )
        return
    out = console()
    out.print(f"{_counted(found)}, in {found.milliseconds:.1f} ms\n")
    for paper in found.papers:
        print_card(out, paper, abstract=abstracts, marks=marks, why=reasons.get(str(paper.id)))


def _reasons(library: Library, query: str, found: Results) -> dict[str, Explanation | None]:
    """Why each paper was found, by its id; nothing where the list is not by relevance."""
    papers = found.papers if found.sort is Sort.RELEVANCE else ()
    return {str(paper.id): library.help.explain(query, paper.id) for paper in papers}


def _err() -> Console:
    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


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
    err = _err()
    for problem in found.parsed.problems:
        err.print(explain(problem))
    if found.parsed.problems:
        err.print(f"Read as: {found.reading or 'everything'}")
