"""arXiv's categories, their aliases, and the expressions that a day list is chosen with.

`cs.LG+stat.ML-cs.CV` is every paper in cs.LG or stat.ML that is not also in cs.CV. Some categories have two
codes (cs.NA is math.NA); both are accepted and mean the same papers. An archive's name (`cs`, `astro-ph`)
stands for everything in it.
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from postil.errors import BadCategory
from postil.paper_id import OLD_ARCHIVES

# The second code of a category that the archive lists twice, and the one it is known by.
ALIASES: Mapping[str, str] = {
    "cs.NA": "math.NA",
    "cs.SY": "eess.SY",
    "math.IT": "cs.IT",
    "math.MP": "math-ph",
    "q-fin.EC": "econ.GN",
    "stat.TH": "math.ST",
}
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Category:
    """A category in use today: its code, its name in English, and the group it is shown under."""

    code: str
    name: str
    group: str


@dataclass(frozen=True, slots=True)
class CategoryGroup:
    """Categories shown together on the home page, in the archive's order."""

    key: str
    name: str
    categories: tuple[Category, ...]


@cache
def groups() -> tuple[CategoryGroup, ...]:
    """Every group with its categories."""
    table = tomllib.loads(files("postil").joinpath("categories.toml").read_text("utf-8"))
    return tuple(
        CategoryGroup(
            key,
            rows["name"],
            tuple(Category(code, name, key) for code, name in rows.items() if code != "name"),
        )
        for key, rows in table.items()
    )


@cache
def categories() -> Mapping[str, Category]:
    """Every category in use today, by code."""
    return {c.code: c for group in groups() for c in group.categories}


def canonical(code: str) -> str:
    """The one code of a category that has two; any other code unchanged."""
    return ALIASES.get(code, code)


def archive(code: str) -> str:
    """The archive a category belongs to: `cs` of `cs.LG`, `hep-th` of itself."""
    return code.partition(".")[0]


@lru_cache(maxsize=65_536)
def keys(codes: tuple[str, ...]) -> frozenset[str]:
    """Everything that a paper in `codes` can be found under: canonical codes and archives."""
    found = set()
    for code in codes:
        found |= {canonical(code), archive(code), archive(canonical(code))}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class CategoryExpression:
    """A union of categories less a union of others; with nothing included, everything is."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "CategoryExpression":
        """Read `cs.LG+stat.ML-cs.CV`; commas and spaces are read as `+`, letter case is free.

        Raises:
            BadCategory: a part of `text` is no category and no archive.
        """
        included: dict[str, None] = {}
        excluded: dict[str, None] = {}
        for sign, code in _terms(text):
            (excluded if sign == "-" else included)[code] = None
        if not included and not excluded:
            raise BadCategory("No category is named: write some, as in cs.LG+stat.ML-cs.CV.")
        return cls(tuple(included), tuple(excluded))

    def matches(self, codes: tuple[str, ...]) -> bool:
        """Whether a paper in `codes` is chosen."""
        held = keys(codes)
        return (not self.included or not held.isdisjoint(self.included)) and held.isdisjoint(
            self.excluded
        )

    def __str__(self) -> str:
        return "+".join(self.included) + "".join(f"-{code}" for code in self.excluded)


def _terms(text: str) -> Iterator[tuple[str, str]]:
    """Cut `text` into signed codes. Codes hold hyphens themselves, so the longest known one is taken."""
    if len(text) > _LONGEST:
        raise BadCategory(f"A category expression has at most {_LONGEST} characters.")
    at, sign = 0, "+"
    while at < len(text):
        if text[at] in "+, -":
            if text[at] in "+-":
                sign = text[at]
            at += 1
            continue
        length, code = _longest_code(text[at:])
        yield sign, code
        at, sign = at + length, "+"


def _longest_code(text: str) -> tuple[int, str]:
    for length in range(min(len(text), _longest_known()), 0, -1):
        code = _known().get(text[:length].lower())
        if code and (length == len(text) or text[length] in "+, -"):
            return length, code
    raise BadCategory(_complaint(_first(text)))


def _first(text: str) -> str:
    for mark in "+, ":
        text = text.partition(mark)[0]
    return "".join(c if c.isprintable() else "?" for c in text[:40])


def _complaint(word: str) -> str:
    near = nearest(word)
    hint = (
        f"did you mean {' or '.join(near)}?"
        if near
        else "write it as cs.LG, hep-th or astro-ph.GA."
    )
    return f"“{word}” is not a category: {hint}"


def nearest(word: str) -> tuple[str, ...]:
    """Up to three known codes that `word` may have meant, the likeliest first."""
    close = difflib.get_close_matches(word.lower(), _known(), n=3, cutoff=0.6)
    return tuple(dict.fromkeys(_known()[code] for code in close))


def known_code(word: str) -> str | None:
    """The canonical code of a category or archive written in any letter case (`CS.lg`, `cs.*`)."""
    return _known().get(word.strip().lower())


@cache
def _known() -> Mapping[str, str]:
    """Every accepted way of writing, in lower case, with the canonical code that it means."""
    current: Iterable[str] = categories()
    archives = {archive(code) for code in current} | OLD_ARCHIVES
    known = {f"{name}.*": name for name in archives} | {name: name for name in archives}
    known |= {code.lower(): code for code in current}
    known |= {second.lower(): first for second, first in ALIASES.items()}
    return known


@cache
def _longest_known() -> int:
    return max(map(len, _known()))
