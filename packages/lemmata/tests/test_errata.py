"""Every snippet of the errata prints what the page says it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[3] / "docs/errata.md").read_text("utf-8")
SETUP = re.search(r"```python setup\n(.*?)```", PAGE, re.DOTALL)
SNIPPETS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


def printed(code):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(SETUP[1] + code, {})  # the page is ours
    return out.getvalue()


@pytest.mark.parametrize(("code", "text"), SNIPPETS, ids=range(len(SNIPPETS)))
def test_a_snippet_prints_what_the_page_says(code, text):
    assert printed(code) == text


def test_no_snippet_escapes_the_check():
    assert len(SNIPPETS) == PAGE.count("```python\n") == PAGE.count("```text\n") > 9


def test_another_output_would_be_noticed():
    assert printed("print(1)") != "2\n"
