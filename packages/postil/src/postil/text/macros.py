r"""The macros that authors use without defining them, read from ``macros.toml`` beside this file.

A table rather than guesses at run time: what ``\Z`` means is looked up, listed and tested; what is not
in the table shows as TeX. Definitions written inside a formula are not executed.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_letters, ascii_uppercase

from postil.text.symbols import GREEK

_TAKEN = frozenset("min sin hbar cdot ddot odot sout utilde".split())
"""What a letter and a suffix would spell that TeX or usage has taken."""


@dataclass(frozen=True, slots=True)
class MacroTable:
    r"""``meanings`` maps a name without backslash to TeX (``#1``, ``#2`` are arguments); ``words`` are
    the names
    that stand for themselves, set upright (``\Spec`` is Spec)."""

    meanings: dict[str, str]
    words: frozenset[str]


@cache
def macro_table() -> MacroTable:
    """Read the table, once; a single entry goes before a family."""
    table = tomllib.loads(files("postil.text").joinpath("macros.toml").read_text("utf-8"))
    words = frozenset(table.pop("words")["upright"].split())
    meanings = _suffixed(table.pop("suffixes")) | _families(table.pop("families"))
    meanings |= {word: rf"\operatorname{{{word}}}" for word in words}
    for section in table.values():
        meanings |= section
    return MacroTable(meanings, words)


def _families(families: dict[str, list[list[str]]]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for style, members in families.items():
        for prefix, letters in members:
            names = (
                ascii_uppercase
                if letters == "A-Z"
                else letters.split()
                if " " in letters
                else letters
            )
            meanings |= {prefix + name: f"{style}{{{name[0]}}}" for name in names}
    return meanings


def _suffixed(suffixes: dict[str, str]) -> dict[str, str]:
    bases = {letter: letter for letter in ascii_letters} | {name: rf"\{name} " for name in GREEK}
    return {
        base + suffix: meaning.replace("#", tex)
        for suffix, meaning in suffixes.items()
        for base, tex in bases.items()
        if base + suffix not in _TAKEN
    }
