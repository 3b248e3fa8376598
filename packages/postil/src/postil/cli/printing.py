"""Papers in a terminal, and JSON on stdout."""

import sys
from collections.abc import Iterable

import orjson
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from postil.library import paper_record
from postil.paper import Paper
from postil.text.markup import render_plain

AUTHORS_SHOWN = 8


def write_json(value: object) -> None:
    """Write `value` as one JSON document."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def write_lines(papers: Iterable[Paper]) -> int:
    """Write papers as JSON lines; returns how many."""
    written = 0
    for paper in papers:
        sys.stdout.buffer.write(orjson.dumps(paper_record(paper)) + b"\n")
        written += 1
    sys.stdout.buffer.flush()
    return written


def console() -> Console:
    """Where text for a person goes."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=True)


def print_card(out: Console, paper: Paper, *, abstract: bool = False) -> None:
    """Print one paper: id and title, authors, categories and day, and the abstract if asked."""
    _print(out, Text.assemble((f"{paper.id}  ", "bold"), render_plain(paper.title)))
    authors = ", ".join(paper.authors[:AUTHORS_SHOWN])
    if len(paper.authors) > AUTHORS_SHOWN:
        authors += f" and {len(paper.authors) - AUTHORS_SHOWN} more"
    facts = " · ".join(filter(None, [" ".join(paper.categories), dated(paper), paper.venue]))
    _print(out, Text(render_plain(authors)))
    _print(out, Text(facts, style="dim"))
    if abstract:
        for text in filter(None, [paper.abstract, paper.summary]):
            out.print()
            _print(out, Text(render_plain(text)))
    out.print()


def _print(out: Console, text: Text) -> None:
    """A paragraph: wrapped and indented for a person, one line for a program that reads a pipe."""
    if not text.plain:
        return
    if out.is_terminal:
        out.print(Padding(text, (0, 0, 0, 2)), soft_wrap=False)
    else:
        out.print(text)


def dated(paper: Paper) -> str:
    """The clocks that are known, each by its name."""
    parts = []
    if paper.announced:
        parts.append(f"announced {paper.announced[0].day}")
    if paper.submitted:
        parts.append(f"submitted {paper.submitted}")
    return ", ".join(parts) or (str(paper.year) if paper.year else "")
