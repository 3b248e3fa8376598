"""Pages of JSON behind numbered addresses, by a recipe: where, how many, which list, which columns.

The recipe is a TOML file and the reading is pure; asking, waiting and resuming are `harvest.gather`'s,
and rows go into a table of `sources.tables`. A path is names and brackets (`detail.rows[].text`,
`pics[0]`), not a language: JSONPath was refused, as its filters and wildcards are more than a column
needs.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Any
from urllib.parse import quote, urlsplit

from postil.errors import BadInput
from postil.sources.encoding import decoded
from postil.sources.exchange import BadReply, Reply
from postil.sources.table_lines import Row, Value

SHORTEST_PAUSE = 1.0
MOST_PAGES = 100_000

_NAMES = frozenset("name url encoding rows key pause parameters pages columns".split())
_ENCODINGS = ("declared", "utf-8", "gbk")
_FIELD = re.compile(r"\{(\w+)\}")
_STEP = re.compile(r"(?P<name>[^.\[\]\s]+)|\[(?P<index>\d{0,6})\]|(?P<dot>\.)")
_GUARDS = re.compile(r"\s*(?:while\s*\(1\)\s*;|for\s*\(;;\)\s*;|\)\]\}',?|/\*\*/)\s*")
_CALLBACK = re.compile(r"[^({\[<]*\(")

Step = str | int | None  # a name, an index, or None for every element
Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to read one series of pages.

    `url` holds `{page}` and may hold `{name}` of a parameter. `rows` leads to a list and ends in None.
    `last` is the greatest number of a page to ask for, `last_at` the path at which each reply says its
    own; without either the series ends at the first page without rows. `key` are the columns whose
    values, taken together, no two rows share; empty where rows are not told apart.
    """

    name: str
    url: str
    rows: Path
    columns: Mapping[str, Path]
    key: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "declared"
    first: int = 1
    last: int | None = None
    last_at: Path = ()
    pause: float = 2.0

    def address(self, page: int) -> str:
        """The address of a page; values are quoted, whatever they hold."""
        values = {**self.parameters, "page": str(page)}
        return _FIELD.sub(lambda match: quote(values[match[1]], safe=""), self.url)

    @property
    def digest(self) -> str:
        """Tells recipes apart that would fill different tables; a changed pause is still the same recipe."""
        said = (self.url, self.rows, sorted(self.columns.items()), list(self.columns), self.key)
        more = (sorted(self.parameters.items()), self.encoding, self.first)
        return sha256(repr((said, more)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """The rows of one page, and the last page's number where the reply says it."""

    rows: tuple[Row, ...]
    last: int | None = None


def read_recipe(text: str) -> Recipe:
    """Read a recipe.

    Raises:
        BadInput: it is not TOML, a part is missing, or a part means nothing; the message says which.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"The recipe is not TOML ({error}).") from error
    _known(found, _NAMES, "the recipe")
    pages = _table(found, "pages")
    _known(pages, {"first", "last", "last_at"}, "[pages]")
    columns = {
        name: parse_path(_said(path, name)) for name, path in _table(found, "columns").items()
    }
    recipe = Recipe(
        _said(found.get("name", "pages"), "name"),
        _said(found.get("url"), "url"),
        _ending_in_list(parse_path(_said(found.get("rows"), "rows"))),
        columns,
        tuple(_said(name, "key") for name in _list(found, "key")),
        {name: str(value) for name, value in _table(found, "parameters").items()},
        _said(found.get("encoding", "declared"), "encoding"),
        _number(pages.get("first", 1), "first"),
        None if "last" not in pages else _number(pages["last"], "last"),
        parse_path(_said(pages["last_at"], "last_at")) if "last_at" in pages else (),
        _seconds(found.get("pause", 2.0)),
    )
    _check(recipe)
    return recipe


def parse_path(text: str) -> Path:
    """The steps of `a.b[].c`, where `[]` is every element of a list and `[0]` the first.

    Raises:
        BadInput: a bracket is open, or a step is empty.
    """
    steps: list[Step] = []
    at, dotted = 0, True
    while at < len(text):
        match = _STEP.match(text, at)
        # A name follows the beginning or a dot, and nothing else does.
        if match is None or dotted != bool(match["name"]) or (match["dot"] and not steps):
            break
        if match["name"]:
            steps.append(match["name"])
        elif match["index"] is not None:
            steps.append(int(match["index"]) if match["index"] else None)
        dotted = bool(match["dot"])
        at = match.end()
    if at < len(text) or dotted:
        raise BadInput(f"“{text}” is not a path: write it as detail.rows[].text or pics[0].")
    return tuple(steps)


def read_rows(recipe: Recipe, reply: Reply) -> RowsPage:
    """The rows of a reply.

    Raises:
        BadReply: it is no JSON in an accepted wrapping, or has nothing at the path of the rows.
    """
    content_type = reply.headers.get("content-type", "")
    encoding = "" if recipe.encoding == "declared" else recipe.encoding
    found = _json(unwrapped(decoded(reply.body, content_type, encoding)))
    lists = list(reach(found, recipe.rows[: recipe.rows.index(None)]))
    # Some servers write null for a list without elements.
    if not lists or not isinstance(lists[0], list | None):
        raise BadReply("The reply has no list where its rows should be: it may ask for a login.")
    listed = reach(found, recipe.rows)
    rows = tuple(tuple(_value(row, path) for path in recipe.columns.values()) for row in listed)
    return RowsPage(rows, _last(found, recipe))


def unwrapped(text: str) -> str:
    """The JSON in a reply: as it stands, behind a guard against foreign scripts, or in a call of JSONP.

    Raises:
        BadReply: it is none of these.
    """
    text = text.lstrip("\ufeff").strip()
    while guard := _GUARDS.match(text):
        text = text[guard.end() :]
    if text[:1] in ("{", "["):
        return text
    if _CALLBACK.match(text) and (end := text.rfind(")")) > 0:
        return text[text.index("(") + 1 : end]
    if text[:1] == "<":
        raise BadReply("The reply is a page for people, not JSON: it may ask for a login.")
    raise BadReply(f"The reply is neither JSON nor JSONP: it begins “{_beginning(text)}”.")


def reach(found: Any, path: Path) -> Iterable[Any]:
    """Every value at the end of `path`; none where a step leads nowhere."""
    values = [found]
    for step in path:
        if step is None:
            values = [each for value in values if isinstance(value, list) for each in value]
        elif isinstance(step, int):
            values = [v[step] for v in values if isinstance(v, list) and step < len(v)]
        else:
            values = [v[step] for v in values if isinstance(v, dict) and step in v]
    return values


def _value(row: Any, path: Path) -> Value:
    found = list(reach(row, path))
    if None in path:
        return json.dumps(found, ensure_ascii=False)
    if not found:
        return None
    value = found[0]
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    # SQLite's whole numbers end at 64 bits; a longer one is an identifier, and no digit of it may be lost.
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _last(found: Any, recipe: Recipe) -> int | None:
    if not recipe.last_at:
        return None
    said = next(iter(reach(found, recipe.last_at)), None)
    try:
        number = int(str(said))
    except ValueError:
        raise BadReply(
            "The reply does not say which page is the last, where the recipe expects it."
        ) from None
    return number


def _ending_in_list(path: Path) -> Path:
    return path if path[-1] is None else (*path, None)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise BadReply(f"The reply is not whole JSON: it begins “{_beginning(text)}”.") from error


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _beginning(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:60])


def _check(recipe: Recipe) -> None:
    """Everything about a recipe that no single part of it can tell."""
    parts = urlsplit(recipe.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput("“url” must begin with http:// or https:// and a host.")
    asked = set(_FIELD.findall(recipe.url))
    if "page" not in asked:
        raise BadInput("“url” must hold {page}, where the number of the page goes.")
    if unknown := asked - set(recipe.parameters) - {"page"}:
        raise BadInput(f"“url” holds {{{sorted(unknown)[0]}}}, which [parameters] does not give.")
    if "{" in parts.netloc:
        raise BadInput("The host of “url” cannot be a parameter.")
    if not recipe.columns:
        raise BadInput("[columns] must name at least one column and its path.")
    if strange := [name for name in recipe.key if name not in recipe.columns]:
        raise BadInput(f"“key” names {strange[0]}, which is no column.")
    if recipe.encoding not in _ENCODINGS:
        raise BadInput(f"“encoding” must be one of {', '.join(_ENCODINGS)}.")
    if recipe.last is None and not recipe.last_at and not recipe.key:
        raise BadInput(
            "Say where the pages end ([pages] last or last_at), or which columns are the key."
        )
    if recipe.last is not None and recipe.last < recipe.first:
        raise BadInput("The last page lies before the first.")


def _known(found: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    if strange := set(found) - set(names):
        raise BadInput(f"“{sorted(strange)[0]}” means nothing in {where}.")


def _said(found: object, name: str) -> str:
    if not isinstance(found, str) or not found:
        raise BadInput(f"“{name}” is missing from the recipe, or is no text.")
    return found


def _table(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = found.get(name, {})
    if not isinstance(table, dict):
        raise BadInput(f"“{name}” must be a table: [{name}].")
    return table


def _list(found: Mapping[str, Any], name: str) -> list[Any]:
    listed = found.get(name, [])
    if not isinstance(listed, list):
        raise BadInput(f"“{name}” must be a list.")
    return listed


def _number(found: object, name: str) -> int:
    if type(found) is not int or not 0 <= found <= MOST_PAGES:
        raise BadInput(f"“{name}” must be a page's number, at most {MOST_PAGES:,}.")
    return found


def _seconds(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise BadInput("“pause” must be a number of seconds.")
    if not SHORTEST_PAUSE <= found <= 3_600:
        raise BadInput(f"“pause” must be at least {SHORTEST_PAUSE:g} second, and at most an hour.")
    return float(found)
