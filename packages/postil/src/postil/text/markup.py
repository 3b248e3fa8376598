"""Titles and abstracts for a page, for a terminal or a feed, and for the index.

Everything a reader sees of a paper's words goes through ``render_html``. It escapes everything and
adds only its own tags, so nothing from a paper is ever markup.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from postil.text.accents import to_unicode
from postil.text.characters import clean
from postil.text.formulas import Formula, split_formulas
from postil.text.highlighting import WHOLE, Marker, marked_places, marked_stretches
from postil.text.mathml import formula_html
from postil.text.reading import as_plain, as_script, as_words, prose_name, spell_greek
from postil.text.segments import (
    MAX_MARKED,
    Link,
    Segment,
    Styled,
    Text,
    is_only_text,
    is_plain,
    parse,
)


def render_html(text: str, *, links: bool = True, marker: Marker | None = None) -> Markup:
    """Return ``text`` as safe HTML of inline elements.

    ``links=False`` leaves addresses unlinked, for text that already stands in a link. What ``marker`` marks
    stands in ``<mark>``; nothing else is changed by it. Never raises.
    """
    out: list[str] = []
    if is_plain(text):
        _write_text(out, text, marked_stretches(text, marker) if marker else ())
        return Markup("".join(out))
    if marker is not None and not marker.may_mark(text):
        marker = None
    segments = parse(text)
    _Writer(out, marked_places(segments, marker) if marker else {}).write(segments, links)
    return Markup("".join(out))


class _Writer:
    """Writes segments as HTML; leaves are counted, as marks are by leaf."""

    def __init__(self, out: list[str], marked: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        self._out = out
        self._marked = marked
        self._leaf = 0

    def write(self, segments: tuple[Segment, ...], links: bool) -> None:
        out = self._out
        for segment in segments:
            match segment:
                case Text(text):
                    self._text(text)
                case Formula(tex, display):
                    self._formula(formula_html(tex, display))
                case Styled(style, children):
                    out.append(f"<{style}>")
                    self.write(children, links)
                    out.append(f"</{style}>")
                case Link(address, children):
                    if links:
                        out.append(
                            f'<a href="{escaped(address)}" rel="noopener noreferrer nofollow">'
                        )
                    # a link holds no other link, whatever an author nested
                    self.write(children, False)
                    if links:
                        out.append("</a>")

    def _text(self, text: str) -> None:
        _write_text(self._out, text, self._marked.get(self._leaf, ()))
        self._leaf += 1

    def _formula(self, html: str) -> None:
        self._out.append(f"<mark>{html}</mark>" if self._leaf in self._marked else html)
        self._leaf += 1


def _write_text(out: list[str], text: str, marked: Sequence[tuple[int, int]]) -> None:
    is_safe = _is_safe(text)
    at = 0
    for start, end in marked:
        before, word = text[at:start], text[start:end]
        if not is_safe:
            before, word = escaped(before), escaped(word)
        out += (before, "<mark>", word, "</mark>")
        at = end
    rest = text[at:] if at else text
    out.append(rest if is_safe else escaped(rest))


def escaped(text: str) -> str:
    """``text`` without markup, as a plain string."""
    return text if _is_safe(text) else str(escape(text))


def _is_safe(text: str) -> bool:
    # most pieces have nothing to escape, and five looks take less than one string made anew
    is_safe = "&" not in text and "<" not in text and ">" not in text
    return is_safe and "'" not in text and '"' not in text


def render_plain(text: str) -> str:
    """Return ``text`` as plain Unicode: markup gone, formulas as near to their look as characters go."""
    if is_plain(text):
        return text
    return "".join(_plain_leaves(parse(text)))


def _plain_leaves(segments: tuple[Segment, ...]) -> Iterator[str]:
    for segment in segments:
        match segment:
            case Text(text):
                yield text
            case Formula(tex):
                yield as_plain(tex)
            case Styled(_, children) | Link(_, children):
                yield from _plain_leaves(children)


def marked_plain(text: str, marker: Marker) -> list[tuple[str, bool]]:
    """The same plain text in pieces, each with whether it is marked."""
    if not marker.may_mark(text):
        return [(render_plain(text), False)]
    segments = parse(text)
    marked = marked_places(segments, marker)
    pieces: list[tuple[str, bool]] = []
    for at, leaf in enumerate(_plain_leaves(segments)):
        done = 0
        for start, end in marked.get(at, ()):
            whole = (start, end) == WHOLE
            pieces += [(leaf[done:start], False), (leaf if whole else leaf[start:end], True)]
            done = len(leaf) if whole else end
        pieces.append((leaf[done:], False))
    return [piece for piece in pieces if piece[0]]


# What a citation names stands on the page in brackets, so it parts the words around it here as well.
_MARKUP = re.compile(
    r"\\(?:(?:label|vspace|hspace|begin|end)\*?\s*(?:\[[^\]]{0,200}\])?\{[^{}]{0,500}\}"
    r"|cite[a-z]*\*?\s*(?:\[[^\]]{0,200}\]\s*){0,2}\{(?P<cited>[^{}]{0,500})\}"
    r"|[,;:!/@> ]|\\)"
)
_NAME = re.compile(r"\\([A-Za-z]+)\*?|\\(.)|[{}]", re.DOTALL)
# H_0, C_60 and Na_2SO_4 outside a formula; names of several parts with underscores are not mathematics
_INDEXED = re.compile(r"(?<!\w)(?:[A-Za-zℓ]{1,12}[_^]\d+)+(?!\w)", re.ASCII)
_UNSPOKEN = frozenset(
    "emph textit textbf texttt textsc textsl textrm textsf textnormal text mbox hbox underline "
    "em it bf tt sc rm sf sl xspace textsuperscript textsubscript".split()
)
_PARTING = frozenset(
    "url href footnote ref eqref item noindent par newline linebreak quad qquad".split()
)


def searchable(text: str) -> str:
    r"""Return what the index sees of ``text``: accents decoded, TeX by what it says, no braces or
    dollars.

    ``$O(n\log n)$`` is "O n log n", ``MoS$_2$`` is "MoS2", ``\Lambda_c`` is "Lambda_c", with dollars or
    without. Queries pass through it as well, so that both sides agree.
    """
    text = clean(text)
    # four looks for one character each take a tenth of one look for four
    is_marked = "\\" in text or "$" in text or "{" in text or "}" in text
    if not is_marked or len(text) > MAX_MARKED:
        return _plain_words(text)
    said = ""
    glued = False
    for piece in split_formulas(text):
        if isinstance(piece, Formula) and is_only_text(piece.tex):
            # $\textbf{O}$ptimization is one word, as the page shows it
            words, joins, glues = _plain_words(piece.tex), True, True
        elif isinstance(piece, Formula):
            # an index belongs to the word before it (MoS$_2$), a leading exponent to the next ($^{12}$C)
            joins = piece.tex[:1] in ("_", "^") and not said[-1:].isdigit()
            script = as_script(piece.tex) if joins else None
            words = as_words(piece.tex) if script is None else script
            glues = script is not None
        else:
            words, joins, glues = _plain_words(piece), False, False
        apart = said[-1:].isalnum() and words[:1].isalnum() and not (glued or joins)
        said += f" {words}" if apart else words
        glued = glues
    return said


def _plain_words(text: str) -> str:
    if "\\" in text or "{" in text or "}" in text:
        text = _NAME.sub(_spoken, _MARKUP.sub(_parting, to_unicode(text)))
    if "_" in text or "^" in text:
        text = _INDEXED.sub(_joined, text)
    return spell_greek(text.replace("$", " "))


def _parting(match: re.Match[str]) -> str:
    return f" {match['cited']} " if match["cited"] else " "


def _spoken(match: re.Match[str]) -> str:
    if match[1] is not None:
        if match[1] in _PARTING:
            return " "
        return "" if match[1] in _UNSPOKEN else prose_name(match)
    return match[2] or ""


def _joined(match: re.Match[str]) -> str:
    return match[0].replace("_", "").replace("^", "")
