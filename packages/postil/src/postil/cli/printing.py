"""Papers in a terminal, and JSON on stdout."""

import sys
from collections.abc import Iterable, Sequence

import orjson
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from postil.library import NOBODY, Explanation, Marks, NameMarks, paper_record
from postil.messages import catalogue
from postil.paper import Paper
from postil.text.highlighting import Marker
from postil.text.markup import marked_plain, render_plain

AUTHORS_SHOWN = 8
_MARKED = "bold yellow"


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


def print_card(
    out: Console,
    paper: Paper,
    *,
    abstract: bool = False,
    marks: Marks | None = None,
    why: Explanation | None = None,
) -> None:
    """Print one paper: id and title, authors, categories and day, and the abstract if asked.

    Args:
        out: where to.
        paper: what.
        abstract: whether the abstract, or the summary, follows.
        marks: what a query has matched, which is set off.
        why: why the paper was found, which follows in lines of its own.
    """
    title = _marked(paper.title, marks.title if marks else None)
    _print(out, Text.assemble((f"{paper.id}  ", "bold"), title))
    facts = " · ".join(filter(None, [" ".join(paper.categories), dated(paper), paper.venue]))
    _print(out, _authors(paper.authors, marks.authors if marks else NOBODY))
    _print(out, Text(facts, style="dim"))
    if abstract:
        for text in filter(None, [paper.abstract, paper.summary]):
            out.print()
            _print(out, _marked(text, marks.abstract if marks else None))
    if why:
        _print_why(out, why)
    out.print()


def _authors(names: Sequence[str], meant: NameMarks) -> Text:
    """The first authors, and how many more; whom a query has asked for is set off, and never left out."""
    said = Text()
    for at, name in enumerate(names[:AUTHORS_SHOWN]):
        said.append(", " if at else "")
        said.append(render_plain(name), _MARKED if meant.is_meant(name) else "")
    if more := names[AUTHORS_SHOWN:]:
        for at, name in enumerate(meant.meant_among(more)):
            said.append(", " if at else ", … ").append(render_plain(name), _MARKED)
        said.append(f" and {len(more)} more")
    return said


def _marked(text: str, marker: Marker | None) -> Text:
    """Text without markup; what was matched is bold and in colour, so that it shows without colours too."""
    if marker is None:
        return Text(render_plain(text))
    said = Text()
    for piece, marked in marked_plain(text, marker):
        said.append(piece, _MARKED if marked else "")
    return said


def _print_why(out: Console, why: Explanation) -> None:
    texts = catalogue("en")
    if not why.parts:
        _print(out, Text(texts("why.conditions"), style="dim"))
        return
    _print(out, Text(f"{why.score:.3f} in all:", style="dim"))
    for part in why.parts:
        said = f"{part.score:8.3f}  {part.said or texts('why.all')}, {texts(f'place.{part.place}')}"
        _print(out, Text(said, style="dim"))


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
