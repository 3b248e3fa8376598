"""One example a page of methods, and what it says when it is run.

The files in `pages` are the snippets of the pages; a test holds the two together, and runs each.
"""

import ast
import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import resources

from lemmata.catalogue import Method

_LONGEST_VALUE = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """Some lines of an example, and what they print or are worth; "" where that is nothing."""

    source: str
    said: str


def example(method: Method) -> str:
    """The example of a method, as Python."""
    name = method.docs.rpartition("/")[2].removesuffix(".md")
    return resources.files(__name__).joinpath("pages", f"{name}.py").read_text("utf-8")


def run(source: str) -> Iterator[Step]:
    """Run an example, statement by statement, as a reader would type it.

    Raises:
        Exception: whatever the example raises, as `ModuleNotFoundError` for a library that is not there.
    """
    names: dict[str, object] = {"__name__": "example"}
    lines, begin = source.splitlines(), 0
    for node in ast.parse(source).body:
        end = node.end_lineno or node.lineno
        yield Step("\n".join(lines[begin:end]).strip("\n"), _said(node, names))
        begin = end


def _said(node: ast.stmt, names: dict[str, object]) -> str:
    value: object = None
    printed = io.StringIO()
    with redirect_stdout(printed):
        if isinstance(node, ast.Expr):
            value = eval(compile(ast.Expression(node.value), "<example>", "eval"), names)
        else:
            exec(compile(ast.Module([node], []), "<example>", "exec"), names)
    shown = "" if value is None else repr(value)
    return (printed.getvalue() + shown).rstrip("\n")[:_LONGEST_VALUE]
