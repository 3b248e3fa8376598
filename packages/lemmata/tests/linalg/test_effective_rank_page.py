"""The page on effective rank says what the code says."""

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from lemmata.linalg import Kind, effective_rank

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/lemmata/effective_rank.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_is_on_the_page_and_in_the_docstring(kind):
    assert f"`{kind}`" in PAGE
    assert kind in effective_rank.__doc__


def test_the_files_that_the_page_names_are_there():
    for name in re.findall(r"python (benchmarks/\S+\.py)", PAGE):
        assert (ROOT / name).is_file()
    for name in re.findall(r"`((?:test|plain)_\w+\.py)`", PAGE):
        assert (Path(__file__).parent / name).is_file()
    assert (ROOT / "docs/lemmata/effective_rank.svg").read_text("utf-8").startswith("<svg")


def test_the_figures_of_the_readme_are_right():
    readme = (ROOT / "packages/lemmata/README.md").read_text("utf-8")
    A = np.diag([3.0, 2.0, 1.0])
    assert f"# {effective_rank(A):.2f}:" in readme
    assert f"# {effective_rank(A, 'stable'):.2f}:" in readme
