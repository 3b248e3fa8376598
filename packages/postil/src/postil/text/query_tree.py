"""What a query means: a tree of frozen values, and its canonical text.

`describe` is written so that parsing its answer gives the same tree; the page shows it as "read as". Words
that stand side by side are wishes, of which one must be met; everything else is a condition.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from postil.paper_id import PaperId

FIRST_DAY, LAST_DAY = 0, 99_999_999
_PLAIN_NAME = re.compile(r"(?!(?:OR|AND|NOT)$)[^\W_]+(?:[-'’.][^\W_]+)*")


class Field(StrEnum):
    """Where words are looked for; `ANYWHERE` is title, abstract and names."""

    ANYWHERE = ""
    TITLE = "title"
    ABSTRACT = "abstract"


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was typed; `low-rank` and `GPT-4` are single words here."""

    text: str
    field: Field = Field.ANYWHERE


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must follow each other exactly as written, letter case and accents aside."""

    text: str
    field: Field = Field.ANYWHERE


@dataclass(frozen=True, slots=True)
class Author:
    """A name or a part of one, in any order of its parts; initials agree with full names."""

    name: str


@dataclass(frozen=True, slots=True)
class Category:
    """A canonical category code, or an archive standing for all of its categories."""

    code: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """One paper by its id."""

    id: PaperId


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included, as yyyymmdd; month or day 00 begins a year or month."""

    first: int = FIRST_DAY
    last: int = LAST_DAY


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but `child`."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """Things side by side: at least one of the words directly in it, and all of the rest."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Every:
    """Things joined by AND, or one word marked with +: all of them, words too."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of the children."""

    children: tuple["Node", ...]


Node = Word | Phrase | Author | Category | Identifier | DateRange | Not | And | Every | Or
Leaf = Word | Phrase | Author | Category | Identifier | DateRange


def leaves(node: Node | None, *, excluded: bool = True) -> Iterator[Leaf]:
    """The words and conditions of a tree, from left to right; those under a `Not` if `excluded` says so."""
    match node:
        case None:
            return
        case Not(child):
            if excluded:
                yield from leaves(child)
        case And(children) | Every(children) | Or(children):
            for child in children:
                yield from leaves(child, excluded=excluded)
        case leaf:
            yield leaf


def describe_node(node: Node | None) -> str:
    """The canonical text of a tree; empty for none."""
    match node:
        case None:
            return ""
        case Word(text, field):
            return _fielded(field, text)
        case Phrase(text, field):
            return _fielded(field, f'"{text}"')
        case Author(name):
            return f"author:{name}" if _PLAIN_NAME.fullmatch(name) else f'author:"{name}"'
        case Category(code):
            return f"cat:{code}"
        case Identifier(paper):
            return f"id:{paper}"
        case DateRange(first, last):
            return f"date:{describe_dates(first, last)}"
        case Not(child):
            return f"-{_operand(child)}"
        case Every((only,)):
            return f"+{_operand(only)}"
        case Every(children):
            return " AND ".join(map(_operand, children))
        case Or(children):
            return _describe_union(children)
        case And(children):
            return " ".join(_neighbour(child, after) for child, after in _with_next(children))


def _fielded(field: Field, text: str) -> str:
    return f"{field}:{text}" if field else text


def _describe_union(children: tuple[Node, ...]) -> str:
    if all(isinstance(child, Category) for child in children):
        return "cat:" + "+".join(child.code for child in children if isinstance(child, Category))
    return " OR ".join(_operand(c) if isinstance(c, Or) else describe_node(c) for c in children)


def _operand(node: Node) -> str:
    """A node as the part of something that binds more tightly."""
    inner = describe_node(node)
    match node:
        case Every((_,)):
            return inner
        case And() | Every():
            return f"({inner})"
        case Or() if not inner.startswith("cat:") or " " in inner:
            return f"({inner})"
        case _:
            return inner


def _neighbour(node: Node, after: Node | None) -> str:
    if isinstance(after, Word):  # which might be read as a part of the name
        match node:
            case Author(name):
                return f'author:"{name}"'
            case Not(Author(name)):
                return f'-author:"{name}"'
    return describe_node(node) if isinstance(node, Every) else _operand(node)


def _with_next(nodes: tuple[Node, ...]) -> Iterator[tuple[Node, Node | None]]:
    return zip(nodes, (*nodes[1:], None), strict=True)


def describe_dates(first: int, last: int) -> str:
    """`2026`, `2026-03`, `2026-03-17`, or a range of them with an open end left blank."""
    start, end = _start(first), _end(last, first)
    return start if start == end else f"{start}..{end}"


def _start(number: int) -> str:
    if number == FIRST_DAY:
        return ""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    return f"{year:04}" + (f"-{month:02}" if month else "") + (f"-{day:02}" if day else "")


def _end(number: int, first: int) -> str:
    """The text of a last day, as coarse as the first one: a year or a month where it ends one."""
    if number == LAST_DAY:
        return ""
    year, month, day = number // 10_000, number // 100 % 100, number % 100
    if first % 10_000 == 0 and (month, day) == (12, 31):
        return f"{year:04}"
    whole_month = first % 100 == 0 and day == last_day_of(year, month)
    return _start(number - day if whole_month else number)


def last_day_of(year: int, month: int) -> int:
    """How many days a month has."""
    return monthrange(year, month)[1]
