"""The pages on methods cite lines that stand in the code, and files that are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "packages/lemmata/src/lemmata"
PAGES = {path.stem: path.read_text("utf-8") for path in sorted(ROOT.glob("docs/lemmata/*.md"))}
LINE = re.compile(r"\| `(?P<code>[^`]+)` \| `(?P<file>[\w/]+\.py)`, `(?P<function>\w+)` \|")
CITED = [(name, *match.groups()) for name, text in PAGES.items() for match in LINE.finditer(text)]


def functions_of(text):
    nodes = ast.walk(ast.parse(text))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def stands_in(code, name, text):
    bodies = [ast.get_source_segment(text, n) for n in functions_of(text) if n.name == name]
    return any(code in body for body in bodies)


@pytest.mark.parametrize("page", PAGES)
def test_no_row_of_a_table_of_lines_escapes_the_check(page):
    rows = [line for line in PAGES[page].splitlines() if re.search(r"\| `[\w/]+\.py`, `", line)]
    assert len(rows) == sum(cited[0] == page for cited in CITED)


@pytest.mark.parametrize(
    ("page", "code", "file", "function"), CITED, ids=lambda value: value if "." not in value else ""
)
def test_every_line_that_a_page_cites_stands_in_its_function(page, code, file, function):
    assert stands_in(code, function, (SOURCE / file).read_text("utf-8"))


def test_a_line_of_another_function_is_noticed():
    text = "def first():\n    return 1\n\n\ndef second():\n    return 2\n"
    assert stands_in("return 1", "first", text)
    assert not stands_in("return 2", "first", text)


@pytest.mark.parametrize("page", PAGES)
def test_the_benchmarks_and_tests_that_a_page_names_are_there(page):
    for name in re.findall(r"python (benchmarks/\S+\.py)", PAGES[page]):
        assert (ROOT / name).is_file()
    tests = {path.name for path in (ROOT / "packages/lemmata/tests").rglob("*.py")}
    assert set(re.findall(r"`((?:test|plain)_\w+\.py)`", PAGES[page])) <= tests


@pytest.mark.parametrize("page", PAGES)
def test_the_pictures_of_a_page_are_there(page):
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGES[page]):
        assert (ROOT / "docs/lemmata" / name).read_text("utf-8").lstrip().startswith("<svg")
