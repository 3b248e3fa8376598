r"""TeX formulas to MathML, once, on the server.

Each formula stands in one element that translators leave alone and that keeps its TeX for copying.
What cannot be set shows its TeX in a quiet ``<code>``: no red box, no exception. The converter
(math-core) is a recursive parser in native code, so length and nesting are bounded here, before it
runs: a stack that overflows there would end the process, not raise.
"""

import re
from functools import lru_cache
from html.entities import html5

from markupsafe import escape
from math_core import LatexError, LatexToMathML

from postil.text.characters import clean
from postil.text.macros import macro_table
from postil.text.repair import FIRM, GENTLE, number_no_equations, rewritten

MAX_LENGTH = 2000
"""Characters of TeX; the longest formula in 226,000 records has under 500."""
MAX_MARKS = 160
r"""``\ { ^ _ &`` in one formula: a bound on nesting, with a factor of two to the stack of a thread."""
MAX_OUTPUT = 100_000

_CONVERTER = LatexToMathML(
    macros=macro_table().meanings,
    fancy_error=False,
    allow_unreliable_rendering=True,
    max_expansions=300,
)
_DEFINITION = re.compile(
    r"\\(?:[egx]?def|(?:re)?newcommand|providecommand|let|DeclareMathOperator|require)(?![A-Za-z])"
)
_PERCENT = re.compile(r"(?<!\\)%")
_STYLE = re.compile(r' style="([^"]*)"')
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#)([A-Za-z]+;)")
_FOREIGN = re.compile(
    r"<(?!/?(?:math|m(?:i|n|o|text|space|row|sub|sup|subsup|under|over|underover|frac|sqrt|root|table|tr|td|padded"
    r"|phantom|multiscripts|prescripts|style|enclose)|none|span|i|b|code)[ >/])| (?:on\w+|href|src)="
)
_TAG = re.compile(r"<[^>]*>")
_WIDE = 50


@lru_cache(maxsize=4096)
def formula_html(tex: str, display: bool = False) -> str:
    """Return a formula as one HTML element. Never raises, whatever ``tex`` is.

    ``display`` formulas have the class ``display``, long inline ones ``wide``: both may scroll, never
    the page.
    """
    tex = clean(tex)
    body = to_mathml(tex, display)
    source = escape(tex)
    if body is None:
        return f'<code class="tex notranslate" translate="no">{source}</code>'
    shape = " display" if display else " wide" if len(_TAG.sub("", body)) > _WIDE else ""
    return f'<span class="math{shape} notranslate" translate="no" data-tex="{source}">{body}</span>'


def to_mathml(tex: str, display: bool = False) -> str | None:
    """Return the ``<math>`` element of a formula, or None if it cannot be set."""
    if len(tex) > MAX_LENGTH or _marks(tex) > MAX_MARKS or _DEFINITION.search(tex):
        return None
    if "%" in tex:
        tex = _PERCENT.sub(r"\\%", tex)
    if r"\begin" in tex:
        tex = number_no_equations(tex)
    converted = _convert(tex, display)
    for rewrites in (GENTLE, FIRM):
        if converted is not None:
            break
        tex = rewritten(tex, rewrites)
        converted = _convert(tex, display) if _marks(tex) <= MAX_MARKS else None
    return None if converted is None else _dressed(converted)


def _marks(tex: str) -> int:
    return sum(map(tex.count, "\\{^_&"))


def _convert(tex: str, display: bool) -> str | None:
    try:
        return _CONVERTER.convert_with_local_state(tex, displaystyle=display)
    except (LatexError, ValueError):
        return None


def _dressed(mathml: str) -> str | None:
    """Make the output fit a strict content policy, and XML; None if it holds what it must not."""
    if " style=" in mathml:
        mathml = _STYLE.sub(_styled, mathml)
    if "&" in mathml:
        mathml = _ENTITY.sub(lambda match: html5.get(match[1], ""), mathml)
    if len(mathml) > MAX_OUTPUT or _FOREIGN.search(mathml):
        return None
    return mathml


def _styled(match: re.Match[str]) -> str:
    style = match[1]
    if "text-align: right" in style:
        return ' class="right"'
    return ' class="left"' if "text-align: left" in style else ""
