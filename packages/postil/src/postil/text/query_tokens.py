"""The characters of a query: made safe, one for one so that positions hold, and read piece by piece.

Chinese and full-width punctuation is read as its ASCII counterpart. Quotation marks inside a word count only
when they have a partner, so that an inch mark is no phrase.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LONGEST_QUERY = 10_000
MOST_PROBLEMS = 20
_QUOTES = "“”„‟«»「」『』〝〞〟"
_HYPHENS = "−‐‑﹣－"
_LIKE_ASCII = {ord(c): '"' for c in _QUOTES} | {ord(c): "-" for c in _HYPHENS}
_PIECE = re.compile(r'(?:\\"|[^\s()"])+')
_QUOTED = re.compile(r'"((?:\\"|[^"])*)"')
_BLANK = re.compile(r"\s*")
_OPERATORS = {"OR": "OR", "|": "OR", "||": "OR", "AND": "AND", "&&": "AND", "NOT": "NOT"}


class ProblemCode(StrEnum):
    """Everything that can be odd about a query; a key of the message catalogue."""

    BAD_CATEGORY = "bad_category"
    BAD_DATE = "bad_date"
    BAD_ID = "bad_id"
    CONTROL_CHARACTERS = "control_characters"
    DANGLING_OPERATOR = "dangling_operator"
    EMPTY_FIELD = "empty_field"
    EMPTY_PHRASE = "empty_phrase"
    LONE_MINUS = "lone_minus"
    NO_WORDS = "no_words"
    ONLY_NEGATIONS = "only_negations"
    REVERSED_DATES = "reversed_dates"
    RUNNING_TEXT = "running_text"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    UNBALANCED_PARENTHESIS = "unbalanced_parenthesis"
    UNBALANCED_QUOTE = "unbalanced_quote"
    UNKNOWN_FIELD = "unknown_field"
    WILDCARD = "wildcard"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was not read as written.

    Attributes:
        code: what it is.
        position: where in the query it begins, counted in characters.
        fragment: the part of the query it is about, short.
        hint: what may have been meant, or an empty string.
    """

    code: ProblemCode
    position: int
    fragment: str
    hint: str = ""


class Scanner:
    """Reads a query from left to right and notes what is odd."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.text = self._made_safe(text)
        self.position = 0

    def note(self, code: ProblemCode, position: int, fragment: str = "", hint: str = "") -> None:
        """Add a problem, unless there are plenty; that a query is too deep is said once."""
        again = code is ProblemCode.TOO_DEEP and any(p.code is code for p in self.problems)
        if len(self.problems) < MOST_PROBLEMS and not again:
            self.problems.append(Problem(code, position, fragment[:60], hint))

    def _made_safe(self, text: str) -> str:
        if len(text) > LONGEST_QUERY:
            self.note(ProblemCode.TOO_LONG, LONGEST_QUERY)
            text = text[:LONGEST_QUERY]
        if text.isascii() and text.isprintable():
            return text
        safe = "".join(map(_plain_character, text))
        for at, (before, after) in enumerate(zip(text, safe, strict=True)):
            if after == " " and _is_harmful(before):
                self.note(ProblemCode.CONTROL_CHARACTERS, at)
                break
        return safe

    def skip_blank(self) -> None:
        """Step over white space."""
        match = _BLANK.match(self.text, self.position)
        self.position = match.end() if match else self.position

    @property
    def character(self) -> str:
        """The character at hand, or an empty string at the end."""
        return self.text[self.position : self.position + 1]

    def peek_piece(self) -> str:
        """The characters up to the next blank, parenthesis or quotation mark."""
        match = _PIECE.match(self.text, self.position)
        return match[0] if match else ""

    def operator(self) -> str:
        """`OR`, `AND` or `NOT` if that is what is at hand, else an empty string."""
        return _OPERATORS.get(self.peek_piece(), "")

    def take(self, length: int) -> None:
        """Step over `length` characters."""
        self.position += length

    def quoted(self) -> str | None:
        """Take the text between quotation marks; None if this mark has no partner and starts no word."""
        start = self.position
        if match := _QUOTED.match(self.text, start):
            self.position = match.end()
            return match[1]
        self.note(ProblemCode.UNBALANCED_QUOTE, start, self.text[start : start + 40])
        inside_word = start > 0 and self.text[start - 1].isalnum()
        self.position = start + 1 if inside_word else len(self.text)
        return None if inside_word else self.text[start + 1 :]


@lru_cache(maxsize=4096)
def _plain_character(character: str) -> str:
    """The character to read instead: full-width forms as ASCII, harmful ones as a blank."""
    if mapped := _LIKE_ASCII.get(ord(character)):
        return mapped
    if _is_harmful(character):
        return " "
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _is_harmful(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co"} and character not in "\t\n\r"


def settled(text: str) -> str:
    """`text` composed and with single characters folded; settling it again changes nothing."""
    if text.isascii():
        return text
    for _ in range(4):
        composed = "".join(map(_plain_character, unicodedata.normalize("NFC", text)))
        if composed == text:
            break
        text = composed
    return text


def bare_word(piece: str) -> str:
    r"""`piece` without the punctuation around it; empty if nothing is left.

    `C++` and `C#` stay whole, and a command of TeX keeps its backslash: `\Lambda_c`, `\mathcal{N}=4`.
    """
    start = next((at for at, c in enumerate(piece) if c.isalnum()), len(piece))
    end = next((at for at in range(len(piece), start, -1) if piece[at - 1].isalnum()), start)
    core, rest = piece[start:end], piece[end:]
    if core[:1].isascii() and core[:1].isalpha() and piece[max(0, start - 1)] == "\\":
        core = f"\\{core}"
    if len(core) == 1 and core.isalpha():
        core += "++" if rest.startswith("++") else "#" if rest.startswith("#") else ""
    return core.lower() if core in _OPERATORS else core
