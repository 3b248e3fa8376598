"""Titles and abstracts for a page, for a terminal or a feed, and for the index.

Everything a reader sees of a paper's words goes through ``render_html``. It escapes everything and
adds only its own tags, so nothing from a paper is ever markup.
"""

import re

from markupsafe import Markup, escape

from postil.text.accents import to_unicode
from postil.text.characters import clean
from postil.text.formulas import Formula, split_formulas
from postil.text.mathml import formula_html
from postil.text.reading import as_plain, as_script, as_words, spell_greek
from postil.text.segments import MAX_MARKED, Link, Segment, Styled, Text, is_plain, parse


def render_html(text: str, *, links: bool = True) -> Markup:
    """Return ``text`` as safe HTML of inline elements.

    ``links=False`` leaves addresses unlinked, for text that already stands in a link. Never raises.
    """
    if is_plain(text):
        return escape(text)
    out: list[str] = []
    _write(parse(text), out, links)
    return Markup("".join(out))


def _write(segments: tuple[Segment, ...], out: list[str], links: bool) -> None:
    for segment in segments:
        match segment:
            case Text(text):
                out.append(escape(text))
            case Formula(tex, display):
                out.append(formula_html(tex, display))
            case Styled(style, children):
                out.append(f"<{style}>")
                _write(children, out, links)
                out.append(f"</{style}>")
            case Link(address, children):
                if links:
                    out.append(f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">')
                # a link holds no other link, whatever an author nested
                _write(children, out, False)
                if links:
                    out.append("</a>")


def render_plain(text: str) -> str:
    """Return ``text`` as plain Unicode: markup gone, formulas as near to their look as characters go."""
    if is_plain(text):
        return text
    out: list[str] = []
    _collect(parse(text), out)
    return "".join(out)


def _collect(segments: tuple[Segment, ...], out: list[str]) -> None:
    for segment in segments:
        match segment:
            case Text(text):
                out.append(text)
            case Formula(tex):
                out.append(as_plain(tex))
            case Styled(_, children) | Link(_, children):
                _collect(children, out)


_TEX = re.compile(r"[\\${}]")
_MARKUP = re.compile(
    r"\\(?:label|vspace|hspace|cite[a-z]*|begin|end)\*?\s*(?:\[[^\]]{0,200}\])?\{[^{}]{0,500}\}"
    r"|\\[,;:!/@> ]|\\\\"
)
_NAME = re.compile(r"\\([A-Za-z]+)\*?|\\(.)|[{}]", re.DOTALL)
_UNSPOKEN = frozenset(
    "emph textit textbf texttt textsc textsl textrm textsf textnormal text mbox hbox underline "
    "url href footnote em it bf tt sc rm sf sl ref eqref item noindent par newline linebreak "
    "xspace quad qquad textsuperscript textsubscript".split()
)


def searchable(text: str) -> str:
    r"""Return what the index sees of ``text``: accents decoded, TeX by what it says, no braces or
    dollars.

    ``$O(n\log n)$`` is "O n log n", ``MoS$_2$`` is "MoS2", ``\Lambda_c`` is "Lambda c". Queries pass
    through it as well, so that both sides agree.
    """
    text = clean(text)
    if not _TEX.search(text):
        return spell_greek(text)
    if len(text) > MAX_MARKED:
        return _plain_words(text)
    said = ""
    glued = False
    for piece in split_formulas(text):
        if isinstance(piece, Formula):
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
        text = _NAME.sub(_spoken, _MARKUP.sub(" ", to_unicode(text)))
    return spell_greek(text.replace("$", " "))


def _spoken(match: re.Match[str]) -> str:
    if match[1] is not None:
        return "" if match[1] in _UNSPOKEN else match[1]
    return match[2] or ""
