r"""TeX accents and special letters to Unicode, and the folded form that search compares.

arXiv's metadata was ASCII for decades, so names and words carry accents as TeX (``Erd\H{o}s``). Every
accent is built as letter + combining mark and composed (NFC) rather than looked up pair by pair:
arXiv's own table is a subset of that, and Vietnamese or Sanskrit stacks come for free. Formulas
between dollars are left alone, since ``\c`` or ``\d`` there are authors' macros.
"""

import re
import unicodedata
from functools import lru_cache

from postil.text.chinese import simplified

_MARKS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
}
_TIE = "\u0361"

_LETTERS = {
    "AA": "Å",
    "AE": "Æ",
    "DH": "Ð",
    "DJ": "Đ",
    "ETH": "Ð",
    "L": "Ł",
    "NG": "Ŋ",
    "O": "Ø",
    "OE": "Œ",
    "SS": "ẞ",
    "TH": "Þ",
    "aa": "å",
    "ae": "æ",
    "dh": "ð",
    "dj": "đ",
    "eth": "ð",
    "i": "ı",
    "j": "ȷ",
    "l": "ł",
    "ng": "ŋ",
    "o": "ø",
    "oe": "œ",
    "ss": "ß",
    "th": "þ",
}
_DOTTED = {"ı": "i", "ȷ": "j"}

_LETTER = re.compile(
    r"(?P<open>\{\s*)?\\(?P<name>" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")"
    r"(?:(?![A-Za-z])(?(open)\s*\}|(?:\{\}|[ \t]*\n?[ \t]*(?=\S)|(?=\W|$))))"
)
_ACCENT = re.compile(
    r"(?P<open>\{\s*)?\\(?:(?P<sign>[\"'`^~=.])\s?|(?P<word>[cvuHkrdb])(?:\s+|(?=[{\\])|(?=[^\W\dA-Za-z_])))"
    r"(?:\{\s*(?P<held>[^\W\d_])\s*\}|(?P<bare>[^\W\d_]))(?(open)\s*\})"
)
_TIED = re.compile(r"\\t\s*\{\s*([^\W\d_])([^\W\d_])\s*\}")
_BARE_SIGN = re.compile(r"\\([~^])\{\s*\}")
# Begins with a plain character, which the engine skips to.
_FORMULA = re.compile(r"(\$(?<!\\\$)[^$]*(?<!\\)\$)")
# Most text with a backslash has mathematics and no accent, and looking costs less than four substitutions.
_POSSIBLE = re.compile(r"\\(?:[\"'`^~=.]|(?:[cvuHkrdbt]|" + "|".join(_LETTERS) + r")(?![A-Za-z]))")
_STACK = 3  # accents on one letter: Vietnamese has two, transliterated Sanskrit three


def to_unicode(text: str) -> str:
    r"""Return ``text`` with TeX accents and special letters as NFC Unicode: ``\"o`` is ö.

    Formulas between dollars stay as they are. Nothing else of TeX is touched.
    """
    if "\\" not in text:
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    if text.isascii() and not _POSSIBLE.search(text):
        return text
    if "$" not in text:
        return _decode(text)
    pieces = _FORMULA.split(text)
    pieces[::2] = [_decode(piece) for piece in pieces[::2]]
    return "".join(pieces)


def _decode(text: str) -> str:
    if _POSSIBLE.search(text):
        text = _LETTER.sub(_letter, text)
        text = _TIED.sub(rf"\1{_TIE}\2", text)
        for _ in range(_STACK):
            text, changed = _ACCENT.subn(_accented, text)
            if not changed:
                break
        text = _BARE_SIGN.sub(r"\1", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _letter(match: re.Match[str]) -> str:
    return _LETTERS[match["name"]]


def _accented(match: re.Match[str]) -> str:
    letter = match["held"] or match["bare"]
    mark = _MARKS[match["sign"] or match["word"]]
    return unicodedata.normalize("NFC", _DOTTED.get(letter, letter) + mark)


_PLAIN = str.maketrans(
    {chr(mark): None for mark in range(0x0300, 0x0370)}
    | {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ȷ": "j",
        "ĸ": "k",
        "ł": "l",
        "ŋ": "ng",
        "œ": "oe",
        "ŧ": "t",
        "ƒ": "f",
        "ɨ": "i",
        "ƀ": "b",
        "ɇ": "e",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "“": '"',
        "”": '"',
        "⁄": "/",
        "\u00ad": None,
    }
)


_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def fold(text: str) -> str:
    """Return the form in which search compares: lower case, Latin letters without accents.

    ``Schrödinger`` is ``schrodinger``, ``Łukasz`` is ``lukasz``, ß is ss, 詞 is 词. Letters of other
    scripts keep their identity (Japanese が does not become か). Folding twice changes nothing more.
    """
    lowered = text.lower()
    return lowered if lowered.isascii() else _FOREIGN.sub(_fold_run, lowered)


def _fold_run(match: re.Match[str]) -> str:
    return _folded(match[0])


@lru_cache(maxsize=8192)
def _folded(run: str) -> str:
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", run).casefold())
    return simplified(unicodedata.normalize("NFKC", spread.translate(_PLAIN)))
