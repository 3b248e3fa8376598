"""Reads a query by recursive descent, always to its end: what makes no sense is noted and passed over."""

import difflib
import re

from postil.text.accents import to_unicode
from postil.text.names import continues_name, name_words
from postil.text.query_combining import (
    all_of,
    any_of,
    only_excludes,
    required,
    sure,
    together,
    without,
)
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
    ProblemCode,
    Scanner,
    bare_word,
    settled,
)
from postil.text.query_tree import (
    And,
    Author,
    Field,
    Node,
    Or,
    Phrase,
    Word,
    describe_node,
)

MOST_TERMS = 200
DEEPEST = 40
MOST_SIGNS = 100
_FIELD = re.compile(r"([^\W\d_]+):")
_BETWEEN_NAMES = re.compile(r'["_\\]')
_ENCLOSING = re.compile(r'[()"]')
_BETWEEN_WORDS = re.compile(r"[:\s]")
_WILDCARD = re.compile(r"[^\W\d_]{3,}\*+$")
_ID_PREFIX = re.compile(r"(?:arxiv|doi|oai|shelf|https?):", re.IGNORECASE)
_WEB = re.compile(r"https?$|doi$|arxiv$", re.IGNORECASE)


_RAW = frozenset({"cat", "date", "id"})  # a minus is part of the value
_VALUES = _RAW | {"author"}


class Parser:
    """Recursive descent: alternatives, then things side by side, then AND, then one thing."""

    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self._terms = 0
        self._depth = 0
        self._signs = 0  # signs, fields and groups around the thing at hand
        self._ignored = 0  # parentheses opened beyond the deepest level

    def read(self) -> Node | None:
        """The tree of the whole query; None where nothing is left to look for."""
        root = self._alternatives("")
        if root is None and self.scanner.text.strip() and not self.scanner.problems:
            self.scanner.note(ProblemCode.NO_WORDS, 0, self.scanner.text)
        if root is not None and only_excludes(root):
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
                return any_of(found)
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
        return together(found)

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
            chain = [*(chain or [sure(units)]), sure(after)]
        return [all_of(chain)] if chain else units

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
        if self._signs >= MOST_SIGNS:
            scanner.note(ProblemCode.TOO_DEEP, scanner.position, scanner.peek_piece())
            scanner.take(max(1, len(scanner.peek_piece())))
            return []
        self._signs += 1
        try:
            return self._signed(field)
        finally:
            self._signs -= 1

    def _signed(self, field: str) -> list[Node]:
        scanner = self.scanner
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
            return [required(sure(units))] if (units := self._unit(field)) else []
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
        return [without(sure(units))] if units else []

    def _group(self, field: str) -> list[Node]:
        scanner, at = self.scanner, self.scanner.position
        scanner.take(1)
        if self._depth >= DEEPEST:
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
        if field == "author":
            piece = self._whole_name(piece)
        if field in _VALUES:
            return self._value(field, piece, at)
        if _ID_PREFIX.match(piece) and (identifier := read_id(piece.rstrip(",.;"))):
            self._terms += 1
            return [identifier]
        return self._words(piece, Field(field), at)

    def _whole_name(self, piece: str) -> str:
        """A name without quotation marks, with what of it stands behind a blank.

        Of `E. Schrodinger`, `Schrödinger, E.`, `LeCun Y` and `van der Waals` all is the name. A single letter
        without a stop is an initial at the end of the query alone: `karatsuba n log n` asks for a bound.
        """
        scanner = self.scanner
        while scanner.character and scanner.character.isspace():
            behind = scanner.position
            scanner.skip_blank()
            following = scanner.peek_piece()
            scanner.take(len(following))
            ends = not scanner.text[scanner.position :].strip()
            if not continues_name(piece, following, ends=ends):
                scanner.position = behind
                break
            piece = f"{piece} {following}"
        return piece

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
        if self._terms > MOST_TERMS:
            self.scanner.note(ProblemCode.TOO_MANY_WORDS, at)
            words = words[: max(0, len(words) - (self._terms - MOST_TERMS))]
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
        return self._words(_ENCLOSING.sub(" ", text), Field.ANYWHERE, at)
