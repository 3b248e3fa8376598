r"""Unicode text as arXiv keeps it: ASCII with TeX accents (`Schr\"odinger`), in wrapped lines.

The reverse of what a reader does, from a table of its own, so that a mistake in the reader's
decoder is not repeated here.
"""

import re
import unicodedata
from functools import lru_cache

_SIGNS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0307": ".",
    "\u0308": '"',
}
_WORDS = {
    "\u0306": "u",
    "\u030a": "r",
    "\u030b": "H",
    "\u030c": "v",
    "\u0323": "d",
    "\u0327": "c",
    "\u0328": "k",
    "\u0331": "b",
}
_LETTERS = {
    "ß": r"{\ss}",
    "æ": r"{\ae}",
    "Æ": r"{\AE}",
    "œ": r"{\oe}",
    "Œ": r"{\OE}",
    "ø": r"{\o}",
    "Ø": r"{\O}",
    "ł": r"{\l}",
    "Ł": r"{\L}",
    "å": r"{\aa}",
    "Å": r"{\AA}",
    "ı": r"{\i}",
}
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FORMULA = re.compile(r"((?<!\\)\$[^$]*(?<!\\)\$)")
_LINE = 77

_GREEK = {
    name: chr(code)
    for name, code in {
        "alpha": 0x3B1, "beta": 0x3B2, "gamma": 0x3B3, "delta": 0x3B4, "zeta": 0x3B6, "eta": 0x3B7,
        "theta": 0x3B8, "kappa": 0x3BA, "lambda": 0x3BB, "mu": 0x3BC, "nu": 0x3BD, "xi": 0x3BE,
        "pi": 0x3C0, "rho": 0x3C1, "sigma": 0x3C3, "tau": 0x3C4, "chi": 0x3C7, "psi": 0x3C8,
        "omega": 0x3C9, "Gamma": 0x393, "Delta": 0x394, "Theta": 0x398, "Lambda": 0x39B, "Pi": 0x3A0,
        "Sigma": 0x3A3, "Phi": 0x3A6, "Psi": 0x3A8, "Omega": 0x3A9,
    }.items()
}  # fmt: skip
_GREEK_COMMAND = re.compile(r"\\(" + "|".join(_GREEK) + r")(?![A-Za-z])")


def in_tex(text: str) -> str:
    r"""`text` with its accented letters as TeX; formulas and letters that TeX has no accent for stay."""
    if text.isascii():
        return text
    pieces = _FORMULA.split(text)
    pieces[::2] = [_FOREIGN.sub(_letter, piece) for piece in pieces[::2]]
    return "".join(pieces)


def with_greek(text: str) -> str:
    r"""`text` with `\alpha` as α, inside formulas too, as arXiv's pages and its `arXiv` format show it."""
    return _GREEK_COMMAND.sub(_greek, text) if "\\" in text else text


def wrapped(text: str) -> str:
    """A title, names or a comment in lines of some 77 characters, indented by two from the second on."""
    return text if len(text) <= _LINE else "\n  ".join(_lines(text))


def wrapped_abstract(text: str) -> str:
    """`text` in lines, the first indented by two spaces, with a line break at the end."""
    return "  " + "\n".join(_lines(text)) + "\n"


def _lines(text: str) -> list[str]:
    # Cut at blanks by position: textwrap takes twenty times as long, and a page has 2,500 abstracts.
    lines: list[str] = []
    at = 0
    while len(text) - at > _LINE:
        cut = text.rfind(" ", at + 1, at + _LINE)
        if cut < 0:
            cut = text.find(" ", at + 1)
            if cut < 0:
                break
        lines.append(text[at:cut])
        at = cut + 1
    lines.append(text[at:])
    return lines


def _letter(match: re.Match[str]) -> str:
    return _encoded(match[0])


@lru_cache(maxsize=4096)
def _encoded(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    spread = unicodedata.normalize("NFD", letter)
    if len(spread) != 2 or not spread[0].isascii():
        return letter
    base, mark = spread[0], spread[1]
    if mark in _SIGNS:
        # arXiv's records have each of these forms; which one is used here hangs on the letter.
        dotless = {"i": r"{\i}", "j": r"{\j}"}.get(base)
        return f"\\{_SIGNS[mark]}{dotless or base}"
    return f"\\{_WORDS[mark]}{{{base}}}" if mark in _WORDS else letter


def _greek(match: re.Match[str]) -> str:
    return _GREEK[match[1]]
