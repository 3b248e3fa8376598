"""The end of a query that is still being typed: which field it is in, and what could be completed.

Read apart from the parser, which has to make sense of whole queries: here the last word is a beginning, and
a quotation mark without a partner has one still to come.
"""

import re
from dataclasses import dataclass

from postil.text.query_fields import FIELD_NAMES
from postil.text.query_tokens import Scanner

_MOST_BEFORE = 3
_WORD = re.compile(r"[^\s()\"]+")
_FIELD = re.compile(r"([-+(]*)([^\W\d_]+):(.*)", re.DOTALL)
_FIELD_BEFORE_QUOTE = re.compile(r"([^\W\d_]+):$")
_OPERATORS = frozenset({"OR", "AND", "NOT", "|", "||", "&&"})
_AROUND = "()[]{}\"'.,;:!?-+"


@dataclass(frozen=True, slots=True)
class Tail:
    """What stands at the end of a query.

    Attributes:
        text: the whole query, made safe; positions below count in it.
        field: the field it is in, or an empty string.
        quoted: whether it stands after an opening quotation mark.
        start: where the value begins: behind the field's colon and the quotation mark.
        before: the whole words just before the last one, at most three, each with where it begins.
        partial: the last word, which may still grow; empty after a blank.
        at: where `partial` begins.
    """

    text: str
    field: str
    quoted: bool
    start: int
    before: tuple[tuple[int, str], ...]
    partial: str
    at: int

    @property
    def value(self) -> str:
        """All that was typed of the field's value or the quotation."""
        return self.text[self.start :]


def read_tail(text: str) -> Tail:
    """Read the end of a query. Never raises, whatever `text` holds."""
    safe = Scanner(text).text
    if safe.count('"') % 2:
        start = safe.rindex('"') + 1
        named = _FIELD_BEFORE_QUOTE.search(safe, 0, start - 1)
        field = FIELD_NAMES.get(named[1].lower(), "") if named else ""
        return _with_words(safe, field, True, start, start)
    pieces = list(_WORD.finditer(safe))
    last = pieces[-1] if pieces and pieces[-1].end() == len(safe) else None
    if last and (match := _FIELD.fullmatch(last[0])) and match[2].lower() in FIELD_NAMES:
        start = last.start() + match.start(3)
        return _with_words(safe, FIELD_NAMES[match[2].lower()], False, start, start)
    first = last.start() if last else len(safe)
    for piece in reversed(pieces[:-1] if last else pieces):
        between = safe[piece.end() : first]
        if (
            not between.isspace()
            or ":" in piece[0]
            or piece[0] in _OPERATORS
            or piece[0][0] in "-+"
        ):
            break
        first = piece.start()
    return _with_words(safe, "", False, first, first)


def _with_words(text: str, field: str, quoted: bool, start: int, first: int) -> Tail:
    pieces = list(_WORD.finditer(text, first))
    growing = pieces.pop() if pieces and pieces[-1].end() == len(text) else None
    words = [(piece.start(), piece[0].strip(_AROUND)) for piece in pieces]
    before = tuple(each for each in words if each[1])[-_MOST_BEFORE:]
    at = growing.start() if growing else len(text)
    partial = growing[0] if growing else ""
    if not (field or quoted):
        at += len(partial) - len(partial.lstrip("+-"))
        partial = partial.lstrip("+-")
    return Tail(text, field, quoted, start, before, partial, at)
