r"""Where mathematics begins and ends in a title or an abstract.

Delimiters are ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and the display environments. A dollar is also
money, and an abstract with one dollar too many would turn inside out from there on: prose would be set
as mathematics. Pandoc's rule (no space inside the dollars, no digit after) rejects thousands of real
formulas such as ``$ p > 0 $``, so what decides here is whether the text between two dollars reads as
prose or as an amount.
"""

import re
from dataclasses import dataclass

_ENVIRONMENTS = (
    "equation|align|gather|multline|eqnarray|displaymath|math|alignat|flalign|subequations"
)
_OPEN = re.compile(
    r"\\\\|\\\$|\\\((?P<round>)|\\\[(?P<square>)"
    rf"|\\begin\{{(?P<environment>(?:{_ENVIRONMENTS})\*?)\}}|\$(?P<dollars>\$?)"
)
_MARKS = re.compile(r"[\\^_{}]")
_TEX = re.compile(r"\\[A-Za-z]+|\\.|\{[^{}]*\}", re.DOTALL)
_WORD = re.compile(r"(?<!\S)[a-z]{2,}(?=[\s.,;:)]|$)")
_FONT = re.compile(r"\\(?:rm|it|sf|text\w*|mathrm|mbox|hbox)\b")
_OPEN_TEXT = re.compile(r"\\(?:text\w*|mbox|hbox)\s*\{[^{}]*$")
_NESTED = re.compile(
    r"((?:[^$\\]|\\.)*?\\(?:text\w*|mbox|hbox)\s*\{(?:[^{}$]|\$[^$]{1,200}\$){1,400}\}(?:[^$\\]|\\.)*)\$"
)
_AMOUNT = re.compile(r"\s*[-+~]?\d")


@dataclass(frozen=True, slots=True)
class Formula:
    """TeX between delimiters, without them; ``display`` if it stands on a line of its own."""

    tex: str
    display: bool = False


def split_formulas(text: str) -> list[str | Formula]:
    """Cut ``text`` into prose and formulas, in order; delimiters that pair with nothing stay prose."""
    if "$" not in text and "\\" not in text:
        return [text]
    pieces: list[str | Formula] = []
    missing: set[str] = set()
    start = position = 0
    while match := _OPEN.search(text, position):
        position = match.end()
        found = _formula_at(text, match, missing)
        if found is None:
            continue
        formula, end = found
        if match.start() > start:
            pieces.append(text[start : match.start()])
        pieces.append(formula)
        start = position = end
    if start < len(text) or not pieces:
        pieces.append(text[start:])
    return pieces


def _formula_at(text: str, match: re.Match[str], missing: set[str]) -> tuple[Formula, int] | None:
    """The formula that ``match`` opens and where it ends; ``missing`` holds closers not seen again."""
    kind = match.lastgroup
    if kind == "dollars":
        return _between_dollars(text, match, missing)
    if kind is None:
        return None
    environment = match["environment"]
    closer = {"round": r"\)", "square": r"\]"}.get(kind) or rf"\end{{{environment}}}"
    if closer in missing:
        return None
    end = text.find(closer, match.end())
    if end < 0:
        missing.add(closer)
        return None
    body = text[match.end() : end]
    return Formula(body.strip(), display=kind != "round" and environment != "math"), end + len(
        closer
    )


def _between_dollars(
    text: str, match: re.Match[str], missing: set[str]
) -> tuple[Formula, int] | None:
    opener = match.end()
    if match[0] == "$$":
        if "$$" not in missing and (end := text.find("$$", opener)) > 0:
            body = text[opener:end]
            return (Formula(body.strip(), display=True), end + 2) if body.strip() else None
        missing.add("$$")
    if "$" in missing:
        return None
    close = _next_dollar(text, opener)
    if close < 0:
        missing.add("$")
        return None
    body = text[opener:close]
    if _OPEN_TEXT.search(body) and (outer := _NESTED.match(text, opener)):
        return Formula(outer[1].strip()), outer.end()
    if not body.strip() or is_prose(body, text[close + 1 : close + 2]):
        return None
    return Formula(body.strip()), close + 1


def _next_dollar(text: str, start: int) -> int:
    """Where the next dollar stands that no backslash escapes; -1 where there is none."""
    at = text.find("$", start)
    while at >= 0:
        before = at
        while before > start and text[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            break
        at = text.find("$", at + 1)
    return at


def is_prose(body: str, following: str) -> bool:
    """Whether what stands between two dollars is text: an amount, or the gap between two formulas.

    ``following`` is the character after the second dollar: a digit there means that it opens an amount.
    """
    if "\n\n" in body:
        return True
    marked = _MARKS.search(body) is not None
    words = len(_WORD.findall(_TEX.sub(" ", body) if marked else body))
    if words >= 4:
        return words >= 8 or not _FONT.search(body)
    if marked:
        return False
    if _AMOUNT.match(body):
        return following.isdigit() or words >= 3 or (words >= 1 and body[-1] in " \n(")
    return words >= 1 and body[0] in " \n,.;:)-" and body[-1] in " \n("
