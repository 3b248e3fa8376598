r"""Rewrites for formulas that the converter refuses: old TeX, other packages, small slips of the
author.

Run only after a first attempt failed, so the common formula pays nothing. Each rewrite keeps what the
author wrote and changes how it is said (``\left<`` is ``\left\langle``); none executes a definition.
"""

import re
from collections.abc import Callable

from postil.text.accents import to_unicode

Rewrite = Callable[[str], str]

_ENVIRONMENTS = {
    "align": "aligned",
    "align*": "aligned",
    "alignat": "aligned",
    "alignat*": "aligned",
    "flalign": "aligned",
    "flalign*": "aligned",
    "eqnarray": "aligned",
    "eqnarray*": "aligned",
    "split": "aligned",
    "multline": "gathered",
    "multline*": "gathered",
    "gather": "gathered",
    "gather*": "gathered",
    "smallmatrix": "matrix",
    "psmallmatrix": "pmatrix",
    "bsmallmatrix": "bmatrix",
    "equation": "",
    "equation*": "",
    "displaymath": "",
    "math": "",
    "center": "",
    "tabular": "array",
}
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([a-z]+\*?)\}(\s*\{\d+\})?")
_DROPPED = re.compile(
    r"\\(?:label|tag\*?|vspace\*?|cite[a-z]*|footnote|color|thanks)\s*(?:\[[^\]]*\])?\{[^{}]*\}"
    r"|\\(?:nonumber|notag|nolimits|hfill|hfil|break|hline|par|smallskip|medskip)(?![A-Za-z])|\\[()\[\]]"
)
_DOLLARS = re.compile(r"(?<!\\)\$")
_ANGLES = re.compile(r"\\(left|right|middle|[Bb]igg?[lr]?)\s*([<>])")
_UNICODE = re.compile(r"\\(?:unicode|char)\s*\{?\s*(?:x|\"|U\+)?([0-9A-Fa-f]{2,6})\s*\}?")
_SCRIPTED_SWITCH = re.compile(
    r"([_^]|\\(?:bar|hat|tilde|overline|widehat|widetilde|vec|dot|underline|mathbf|mathcal|mathrm|sqrt))\s*"
    r"\\(rm|bf|it|cal|tt|sf|frak|em|sl|sc|boldmath)\s*(\{[^{}]*\}|\\?[A-Za-z]+|[^\s{}])"
)
_SWITCH = re.compile(
    r"\\(sl|em|sc|mit|oldstyle|normalfont|upshape|itshape|bfseries|scriptsize|small|tiny|large)(?![A-Za-z])"
)
_TEXT = re.compile(r"\\(?:text(?:rm|it|bf|tt|sf|sc|up|md|normal|sl)?|[mhf]box|emph|intertext)\s*\{")
_NAME_OPERATOR = re.compile(r"\\operatorname(?:withlimits)?\s*(\*?)\s*\{")
_ACRONYM = re.compile(r"\\(?!([A-Z])\1+(?![A-Za-z]))([A-Z]{3,})(?![A-Za-z])")
_DOTS = re.compile(r"\\\.\.\.")
_VERBATIM = re.compile(r"\\verb\*?([^\sA-Za-z])(.*?)\1")
_STARRED = re.compile(r"\\(hspace|vspace|sp|sb|eta|lambda|cdots|HH|star)\*")
_DOUBLE_SCRIPT = re.compile(r"([_^])\s*(\{[^{}]*\}|\\[A-Za-z]+|[^\s{}\\])\s*(?=\1)")
_PRIMED = re.compile(r"\^\s*('+)")
_PRIME_THEN_SCRIPT = re.compile(r"('+)\s*\^\s*(\{[^{}]*\}|\\[A-Za-z]+|[^\s{}\\])")
_DANGLING = re.compile(
    r"(?:[_^]|\\(?:sqrt|hat|bar|tilde|mathcal|mathrm|mathbf|left|right|rm|frac|text)?)\s*$"
)
_EMPTY_STYLE = re.compile(r"\{\s*\\(?:mathcal|mathrm|mathbf|mathbb|cal)\s*\}")
_HASH = re.compile(r"(?<!\\)#")
_ALIGNMENT = re.compile(r"(?<!\\)&")
_BUILDREL = re.compile(
    r"\\buildrel\s*(\{[^{}]*\}|\\?\w+|[^\s\\])\s*\\over\s*(\{[^{}]*\}|\\?\w+|[^\s\\])"
)
_LENGTH_COMMANDS = re.compile(
    r"\\(?:raise|lower|kern|mkern|hskip|mskip|vskip|raisebox)\s*\{?-?[\d.]*\s*(?:pt|em|ex|mu|cm|mm|in|sp)?\}?"
)
_BRACKETS = re.compile(r"\\(?:la|langle)(?![A-Za-z])([^$]*?)\\(?:ra|rangle)(?![A-Za-z])")
_LONE_LETTERS = (
    # read by what follows: an accent or a bracket would be followed by something else
    (re.compile(r"\\la(?=\s*(?:[_^}),.\]]|$))"), r"\\lambda "),
    (
        re.compile(
            r"\\d(?=\s*(?:[_>=})\],.(|+-]|\^(?!2)|\\(?:to|in|le|ge|right\w*|sqrt)(?![a-z])|$))"
        ),
        r"\\delta ",
    ),
    (re.compile(r"\\p(?=_\\[a-z]|\^\{?\d[^\\]*\\p|\s+[a-z]_|\\bi)"), r"\\partial "),
    (re.compile(r"\\r(?=\s*(?:[_^}),.\]]|$))"), r"\\mathbb{R}"),
    (re.compile(r"\\([uv])(?=\s*(?:[_^}),.(|\]\\]|$))"), r"\\mathbf{\1}"),
)
_CHEMISTRY = re.compile(r"\\(?:ce|cee|chem|mhchem)\s*\{")
_PLAIN_TABLE = re.compile(r"\\(cases|pmatrix|matrix|bmatrix|eqalign)\s*\{")
_ROOT_OF = re.compile(r"\\root\s*(\{[^{}]*\}|[^\\{}]*)\\of\s*(\{[^{}]*\}|\\?\w+)")


def closing_brace(tex: str, opened: int) -> int:
    """The place of the brace that closes the one before ``opened``, or -1."""
    depth = 1
    place = opened
    while place < len(tex):
        character = tex[place]
        if character == "\\":
            place += 1
        elif character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return place
        place += 1
    return -1


def _each_argument(tex: str, command: re.Pattern[str], rewrite: Callable[[str, str], str]) -> str:
    """Replace each ``command{argument}`` by ``rewrite(command, argument)``; braces may nest."""
    out: list[str] = []
    done = 0
    while match := command.search(tex, done):
        end = closing_brace(tex, match.end())
        if end < 0:
            break
        out += (tex[done : match.start()], rewrite(match[0], tex[match.end() : end]))
        done = end + 1
    return "".join(out) + tex[done:]


def number_no_equations(tex: str) -> str:
    """Turn environments for whole equations into their unnumbered inner forms."""

    def unnumbered(match: re.Match[str]) -> str:
        inner = _ENVIRONMENTS.get(match[2])
        if inner is None:
            return match[0]
        return rf"\{match[1]}{{{inner}}}" if inner else " "

    return _ENVIRONMENT.sub(unnumbered, tex)


def _text(command: str, argument: str) -> str:
    parts = _DOLLARS.split(argument)
    words = [
        rf"\text{{{_escape_text(part)}}}" if place % 2 == 0 else f"{{{part}}}"
        for place, part in enumerate(parts)
        if part
    ]
    # an odd number of dollars is no nested formula
    return "".join(words) if len(parts) % 2 else rf"\text{{{_escape_text(argument)}}}"


_TEXT_COMMAND = re.compile(r"\\(?!text|[%#&_{}$ ])([A-Za-z]+|.)\s*")


def _escape_text(part: str) -> str:
    part = _DOLLARS.sub(r"\\$", to_unicode(part))
    part = re.sub(r"(?<!\\)([_#&])", r"\\\1", part).replace("^", " ")
    return _TEXT_COMMAND.sub(" ", part)


def _operator(command: str, argument: str) -> str:
    return rf"\mathop{{\mathrm{{{argument}}}}}"


def _substack(command: str, argument: str) -> str:
    return rf"\begin{{subarray}}{{c}}{argument}\end{{subarray}}"


def _chemistry(command: str, argument: str) -> str:
    formula = re.sub(r"(?<=[A-Za-z)\]])(\d+)", r"_{\1}", argument)
    formula = (
        re.sub(r"(?<=[^\s{])\^?([0-9]*[+-])(?=$|[\s\])])", r"^{\1}", formula)
        if "->" not in formula
        else formula
    )
    formula = formula.replace("<=>", r"\rightleftharpoons ").replace("->", r"\rightarrow ")
    return rf"\mathrm{{{formula}}}"


def _plain_table(command: str, argument: str) -> str:
    name = command.strip("\\{ ").replace("eqalign", "aligned")
    rows = argument.replace(r"\crcr", r"\\").replace(r"\cr", r"\\")
    return rf"\begin{{{name}}}{rows}\end{{{name}}}"


def _braces(tex: str) -> str:
    """Close what is open and drop what closes nothing."""
    out = []
    depth = 0
    place = 0
    while place < len(tex):
        character = tex[place]
        if character == "\\":
            out.append(tex[place : place + 2])
            place += 2
            continue
        if character == "}" and depth == 0:
            place += 1
            continue
        depth += (character == "{") - (character == "}")
        out.append(character)
        place += 1
    return "".join(out) + "}" * depth


def _tables(tex: str) -> str:
    if _ALIGNMENT.search(tex) and r"\begin" not in tex and r"\matrix" not in tex:
        return rf"\begin{{aligned}}{tex}\end{{aligned}}"
    return tex


def _double_scripts(tex: str) -> str:
    return _DOUBLE_SCRIPT.sub(r"\1\2{}", tex)


def _lone_letters(tex: str) -> str:
    for pattern, meaning in _LONE_LETTERS:
        tex = pattern.sub(meaning, tex)
    return tex


_SUBSTACK = re.compile(r"\\substack\s*\{")

GENTLE: tuple[Rewrite, ...] = (
    lambda tex: _DROPPED.sub(" ", tex),
    lambda tex: _each_argument(tex, _CHEMISTRY, _chemistry),
    lambda tex: _each_argument(tex, _PLAIN_TABLE, _plain_table),
    lambda tex: _ROOT_OF.sub(r"\\sqrt[\1]{\2}", tex),
    lambda tex: _each_argument(tex, _TEXT, _text),
    lambda tex: _each_argument(tex, _SUBSTACK, _substack),
    lambda tex: _DOLLARS.sub(" ", tex),
    lambda tex: _UNICODE.sub(lambda match: _character(match[1]), tex),
    lambda tex: _ANGLES.sub(lambda m: rf"\{m[1]}\{'l' if m[2] == '<' else 'r'}angle ", tex),
    lambda tex: _BRACKETS.sub(r"\\langle \1\\rangle ", tex),
    _lone_letters,
    lambda tex: _SCRIPTED_SWITCH.sub(r"\1{\\\2 \3}", tex),
    lambda tex: _SWITCH.sub(r"\\it ", tex),
    lambda tex: _BUILDREL.sub(r"\\overset{\1}{\2}", tex),
    lambda tex: _ACRONYM.sub(r"\\operatorname{\2}", tex),
    lambda tex: _DOTS.sub(r"\\ldots ", tex),
    lambda tex: _VERBATIM.sub(r"\\text{\2}", tex),
    lambda tex: _STARRED.sub(r"\\\1 *", tex),
    lambda tex: _PRIMED.sub(r"\1", tex),
    lambda tex: _HASH.sub(r"\\#", tex),
)
"""Other spellings of the same formula."""

FIRM: tuple[Rewrite, ...] = (
    lambda tex: _each_argument(tex, _NAME_OPERATOR, _operator),
    lambda tex: _LENGTH_COMMANDS.sub(" ", tex),
    to_unicode,
    lambda tex: _PRIME_THEN_SCRIPT.sub(r"^{\1\2}", tex),
    _double_scripts,
    lambda tex: _EMPTY_STYLE.sub("", tex),
    lambda tex: tex.replace(r"\limits", " "),
    lambda tex: _DANGLING.sub("", tex),
    _braces,
    _tables,
)
"""Repairs of what is wrong in the formula, tried last."""


def _character(code: str) -> str:
    point = int(code, 16)
    return chr(point) if 0x20 < point < 0xD800 or 0xE000 <= point < 0xFFFE else " "


def rewritten(tex: str, rewrites: tuple[Rewrite, ...]) -> str:
    for rewrite in rewrites:
        tex = rewrite(tex)
    return tex
