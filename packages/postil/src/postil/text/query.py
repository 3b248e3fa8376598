"""The query language: one parser for the search box, the command line and the interface for programs.

A query is never refused. What cannot be read as written becomes a `Problem` for the page to explain, and the
tree is the best reading of the rest. Tantivy's own query parser was refused: its syntax errors end the
search, and its fields and operators are an engine's, not a reader's.
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from postil.text.accents import to_unicode
from postil.text.names import name_words
from postil.text.query_fields import (
    FIELD_NAMES,
    BadCategory,
    BadDate,
    nearest_category,
    read_categories,
    read_dates,
    read_id,
)
from postil.text.query_tokens import (
    LONGEST_QUERY,
    Problem,
    ProblemCode,
    Scanner,
    bare_word,
    settled,
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

MOST_TERMS = 200
DEEPEST = 40
_FIELD = re.compile(r"([^\W\d_]+):")
_BETWEEN_NAMES = re.compile(r'["_\\]')
_BETWEEN_WORDS = re.compile(r"[:\s]")
_WILDCARD = re.compile(r"[^\W\d_]{3,}\*+$")
_ID_PREFIX = re.compile(r"(?:arxiv|doi|oai|shelf|https?):", re.IGNORECASE)
_WEB = re.compile(r"https?$|doi$|arxiv$", re.IGNORECASE)
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
    parser = _Parser(Scanner(text))
    root = _bare_ids(parser.scanner.text) or parser.whole()
    problems = sorted(parser.scanner.problems, key=lambda problem: problem.position)
    return ParsedQuery(root, tuple(problems), text)


def _bare_ids(text: str) -> Node | None:
    """The papers, if ids and addresses are all that the query holds."""
    pieces = [piece for piece in _SEPARATORS.split(text) if piece]
    found = [read_id(piece.strip(".()")) for piece in pieces[:MOST_TERMS]]
    ids = [identifier for identifier in found if identifier]
    return _any_of(ids) if ids and len(ids) == len(pieces) else None


class _Parser:
    """Recursive descent: alternatives, then things side by side, then AND, then one thing."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self._terms = 0
        self._depth = 0
        self._ignored = 0  # parentheses opened beyond the deepest level

    def whole(self) -> Node | None:
        root = self._alternatives("")
        if isinstance(root, Word | And):
            words = list(leaves(root))
            ids = [read_id(w.text) for w in words if w == Word(getattr(w, "text", ""))]
            if ids and all(ids) and len(ids) == len(words):
                root = _any_of([identifier for identifier in ids if identifier])
        if root is None and self.scanner.text.strip() and not self.scanner.problems:
            self.scanner.note(ProblemCode.NO_WORDS, 0, self.scanner.text)
        if root is not None and _only_excludes(root):
            self.scanner.note(ProblemCode.ONLY_NEGATIONS, 0, describe_node(root))
        return root

    def _alternatives(self, field: str) -> Node | None:
        found: list[Node] = []
        awaited: int | None = None  # position of an OR that still wants its right side
        while True:
            side = self._side_by_side(field)
            if side is not None:
                found.extend(side.children if isinstance(side, Or) else (side,))
                awaited = None
            elif awaited is not None:
                self.scanner.note(ProblemCode.DANGLING_OPERATOR, awaited, "OR")
                awaited = None
            if self.scanner.operator() != "OR":
                return _any_of(found)
            if side is None:
                self.scanner.note(ProblemCode.DANGLING_OPERATOR, self.scanner.position, "OR")
            else:
                awaited = self.scanner.position
            self.scanner.take(len(self.scanner.peek_piece()))

    def _side_by_side(self, field: str) -> Node | None:
        found: list[Node] = []
        while self._more():
            operator = self.scanner.operator()
            if operator == "OR":
                break
            if operator == "AND":
                self.scanner.note(ProblemCode.DANGLING_OPERATOR, self.scanner.position, "AND")
                self.scanner.take(len(self.scanner.peek_piece()))
                continue
            found.extend(self._joined(field))
        return _together(found)

    def _joined(self, field: str) -> list[Node]:
        """One thing, or several joined by AND."""
        units = self._unit(field)
        if not units:
            return []
        chain: list[Node] = []
        while self._more() and self.scanner.operator() == "AND":
            at = self.scanner.position
            self.scanner.take(len(self.scanner.peek_piece()))
            after = self._unit(field) if self._more() and not self._at_binary() else []
            if not after:
                self.scanner.note(ProblemCode.DANGLING_OPERATOR, at, "AND")
                break
            chain = [*(chain or [_sure(units)]), _sure(after)]
        return [_all_of(chain)] if chain else units

    def _at_binary(self) -> bool:
        return self.scanner.operator() in {"OR", "AND"}

    def _more(self) -> bool:
        """Step to the next thing of this group; False at its end."""
        scanner = self.scanner
        while True:
            scanner.skip_blank()
            if scanner.character == ")" and self._ignored:
                self._ignored -= 1
            elif scanner.character == ")" and not self._depth:
                scanner.note(ProblemCode.UNBALANCED_PARENTHESIS, scanner.position, ")")
            else:
                return scanner.character not in {"", ")"}
            scanner.take(1)

    def _unit(self, field: str) -> list[Node]:
        """One thing with its signs; several where a piece falls into words, none where nothing is left."""
        scanner = self.scanner
        if self._terms >= MOST_TERMS:
            scanner.note(ProblemCode.TOO_MANY_WORDS, scanner.position)
            scanner.take(len(scanner.text))
            return []
        if scanner.operator() == "NOT":
            return self._negated(field, 3, "NOT")
        if match := self._known_field():
            return self._fielded(match)
        character = scanner.character
        if character == "-" and field not in _RAW:
            return self._negated(field, 1, "-")
        if character == "(":
            return self._group(field)
        if character == '"':
            return self._phrase(field)
        if character == "+" and scanner.peek_piece() != "+" and field not in _RAW:
            scanner.take(1)
            return [_required(_sure(units))] if (units := self._unit(field)) else []
        return self._piece(field)

    def _negated(self, field: str, length: int, sign: str) -> list[Node]:
        at = self.scanner.position
        self.scanner.take(length)
        while self.scanner.character == "-":
            self.scanner.take(1)
        if sign == "NOT":
            self.scanner.skip_blank()
        if not self.scanner.character or self.scanner.character in " \t\r\n)" or self._at_binary():
            code = ProblemCode.LONE_MINUS if sign == "-" else ProblemCode.DANGLING_OPERATOR
            self.scanner.note(code, at, sign)
            return []
        units = self._unit(field)
        return [_without(_sure(units))] if units else []

    def _group(self, field: str) -> list[Node]:
        scanner, at = self.scanner, self.scanner.position
        scanner.take(1)
        if self._depth >= DEEPEST:
            if not self._ignored:
                scanner.note(ProblemCode.TOO_DEEP, at, "(")
            self._ignored += 1
            return []
        self._depth += 1
        found = self._alternatives(field)
        self._depth -= 1
        if scanner.character == ")":
            scanner.take(1)
        else:
            scanner.note(ProblemCode.UNBALANCED_PARENTHESIS, at, "(")
        return [found] if found is not None else []

    def _phrase(self, field: str) -> list[Node]:
        at = self.scanner.position
        inside = self.scanner.quoted()
        if inside is None:
            return []
        text = " ".join(settled(inside).split()).rstrip("\\ ")
        if not any(c.isalnum() for c in text):
            self.scanner.note(ProblemCode.EMPTY_PHRASE, at, f'"{inside}"')
            return []
        if field in _VALUES:
            return self._value(field, text, at)
        self._terms += text.count(" ") + 1
        return [Phrase(text, Field(field))]

    def _known_field(self) -> re.Match[str] | None:
        match = _FIELD.match(self.scanner.text, self.scanner.position)
        return match if match and match[1].lower() in FIELD_NAMES else None

    def _fielded(self, match: re.Match[str]) -> list[Node]:
        scanner, at = self.scanner, self.scanner.position
        scanner.take(len(match[0]))
        scanner.skip_blank()
        if scanner.character in {"", ")"} or self._at_binary() or self._known_field():
            scanner.note(ProblemCode.EMPTY_FIELD, at, match[0])
            return []
        return self._unit(FIELD_NAMES[match[1].lower()])

    def _piece(self, field: str) -> list[Node]:
        scanner, at = self.scanner, self.scanner.position
        piece = scanner.peek_piece()
        scanner.take(len(piece))
        if field in _VALUES:
            return self._value(field, piece, at)
        if _ID_PREFIX.match(piece) and (identifier := read_id(piece.rstrip(",.;"))):
            self._terms += 1
            return [identifier]
        return self._words(piece, Field(field), at)

    def _words(self, piece: str, field: Field, at: int) -> list[Node]:
        """The words of a piece without blanks; a colon parts them."""
        name, colon, value = piece.partition(":")
        if colon and bare_word(value) and len(name) > 1 and name.isalpha() and not _WEB.match(name):
            near = difflib.get_close_matches(name.lower(), FIELD_NAMES, n=1)
            if near or name.islower():
                hint = FIELD_NAMES[near[0]] if near else ""
                self.scanner.note(ProblemCode.UNKNOWN_FIELD, at, f"{name}:", hint)
        if _WILDCARD.search(piece):
            self.scanner.note(ProblemCode.WILDCARD, at, piece)
        words = [word for part in _BETWEEN_WORDS.split(settled(piece)) if (word := bare_word(part))]
        self._terms += len(words)
        return [Word(word, field) for word in words]

    def _value(self, field: str, text: str, at: int) -> list[Node]:
        """What a date, category, id or author field says; a value that cannot be read is left out."""
        self._terms += 1
        if field == "author":
            name = " ".join(_BETWEEN_NAMES.sub(" ", settled(to_unicode(text))).split())
            if name_words(name):
                return [Author(name)]
            self.scanner.note(ProblemCode.EMPTY_FIELD, at, text)
            return []
        value = text.strip(",; ") if field != "date" else text.strip(",; ").replace(" ", "")
        if field == "id":
            return self._id_value(value, at)
        try:
            if field == "cat":
                node = read_categories(value)
                return list(node.children) if isinstance(node, And) else [node]
            dates, exchanged = read_dates(value)
        except BadCategory:
            hint = nearest_category(value)
            self.scanner.note(ProblemCode.BAD_CATEGORY, at, text, hint)
            return []
        except BadDate:
            self.scanner.note(ProblemCode.BAD_DATE, at, text)
            return []
        if exchanged:
            self.scanner.note(ProblemCode.REVERSED_DATES, at, text)
        return [dates]

    def _id_value(self, text: str, at: int) -> list[Node]:
        if identifier := read_id(text.rstrip(".")):
            return [identifier]
        self.scanner.note(ProblemCode.BAD_ID, at, text)
        return self._words(text, Field.ANYWHERE, at)


_RAW = frozenset({"cat", "date", "id"})  # a minus is part of the value
_VALUES = _RAW | {"author"}


def _any_of(nodes: Sequence[Node]) -> Node | None:
    distinct = tuple(dict.fromkeys(nodes))
    return Or(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def _together(nodes: list[Node]) -> Node | None:
    """Nodes side by side; parentheses around words alone, as in O(n log n), change nothing."""
    flat: list[Node] = []
    for node in nodes:
        plain = isinstance(node, And) and all(isinstance(c, Word) for c in node.children)
        flat.extend(node.children if plain and isinstance(node, And) else (node,))
    return And(tuple(flat)) if len(flat) > 1 else flat[0] if flat else None


def _sure(nodes: list[Node]) -> Node:
    return And(tuple(nodes)) if len(nodes) > 1 else nodes[0]


def _all_of(nodes: list[Node]) -> Node:
    flat: list[Node] = []
    for node in nodes:
        flat.extend(node.children if isinstance(node, Every) else (node,))
    return Every(tuple(flat))


def _required(node: Node) -> Node:
    """A node that must be met: a word is marked so, everything else already is."""
    return Every((node,)) if isinstance(node, Word) else node


def _without(node: Node) -> Node:
    match node:
        case Not(child):
            return _required(child)
        case Every((only,)):
            return Not(only)
        case _:
            return Not(node)


def _only_excludes(node: Node) -> bool:
    match node:
        case Not():
            return True
        case And(children) | Every(children):
            return all(map(_only_excludes, children))
        case _:
            return False
