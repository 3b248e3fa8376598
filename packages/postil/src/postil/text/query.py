"""The query language: one parser for the search box, the command line and the interface for programs.

A query is never refused. What cannot be read as written becomes a `Problem` for the page to explain, and the
tree is the best reading of the rest. Tantivy's own query parser was refused: its syntax errors end the
search, and its fields and operators are an engine's, not a reader's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from postil.text.query_combining import any_of
from postil.text.query_fields import read_id
from postil.text.query_parser import MOST_TERMS, Parser
from postil.text.query_tokens import (
    LONGEST_QUERY,
    Problem,
    ProblemCode,
    Scanner,
)
from postil.text.query_tree import (
    And,
    Author,
    Category,
    DateRange,
    Every,
    Field,
    Identifier,
    Node,
    Not,
    Or,
    Phrase,
    Word,
    describe_node,
    leaves,
)
from postil.text.running_text import is_running_text, without_signs

__all__ = [
    "LONGEST_QUERY",
    "And",
    "Author",
    "Category",
    "DateRange",
    "Every",
    "Field",
    "Identifier",
    "Node",
    "Not",
    "Or",
    "ParsedQuery",
    "Phrase",
    "Problem",
    "ProblemCode",
    "Word",
    "describe",
    "leaves",
    "parse_query",
]

_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was read.

    Attributes:
        root: what is looked for; None where nothing is.
        problems: what was not read as written, in the order of the query.
        text: the query as given.
    """

    root: Node | None
    problems: tuple[Problem, ...]
    text: str


def describe(parsed: ParsedQuery) -> str:
    """The canonical text of the reading; parsing it gives the same tree."""
    return describe_node(parsed.root)


@lru_cache(maxsize=256)
def parse_query(text: str) -> ParsedQuery:
    """Read a query. Never raises, whatever `text` holds."""
    parser = Parser(_scanner(text))
    root = _bare_ids(_SEPARATORS.split(parser.scanner.text)) or _ids_or_words(parser.read())
    problems = sorted(parser.scanner.problems, key=lambda problem: problem.position)
    return ParsedQuery(root, tuple(problems), text)


def _scanner(text: str) -> Scanner:
    scanner = Scanner(text)
    if is_running_text(scanner.text):
        scanner.text, first = without_signs(scanner.text)
        if first is not None:
            scanner.note(ProblemCode.RUNNING_TEXT, first, scanner.text[first : first + 40].strip())
    return scanner


def _bare_ids(pieces: Sequence[str]) -> Node | None:
    """The papers, if every piece is an id or an address of one."""
    written = [piece.strip(".()") for piece in pieces if piece]
    found = [read_id(piece) for piece in written[:MOST_TERMS]]
    ids = [identifier for identifier in found if identifier]
    return any_of(ids) if ids and len(ids) == len(written) else None


def _ids_or_words(root: Node | None) -> Node | None:
    """The papers, if words are all that the tree has and each is an id; else the tree."""
    words = [root] if isinstance(root, Word) else list(getattr(root, "children", ()))
    if isinstance(root, Word | And) and all(_is_loose(word) for word in words):
        return _bare_ids([word.text for word in words]) or root
    return root


def _is_loose(node: Node) -> bool:
    return isinstance(node, Word) and not node.field
