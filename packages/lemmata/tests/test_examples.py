"""The example of every page: the one that the page shows, and one that runs."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from lemmata.catalogue import METHODS, find
from lemmata.cli import main
from lemmata.examples import Step, example, run

ROOT = Path(__file__).parents[3]
BY_PAGE = {method.docs: method for method in METHODS}
SLOW = {"docs/lemmata/compress.md", "docs/lemmata/diagnose.md"}
TORCH = find_spec("torch") is not None


@pytest.mark.parametrize("page", BY_PAGE)
def test_a_page_shows_the_example_that_the_library_has(page):
    first = re.search(r"```python\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    assert first and first[1] == example(BY_PAGE[page])


@pytest.mark.parametrize("page", sorted(set(BY_PAGE) - SLOW))
def test_an_example_runs_to_its_end(page):
    source = example(BY_PAGE[page])
    if "import torch" in source and not TORCH:
        pytest.skip("PyTorch is not installed")
    try:
        steps = list(run(source))
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        pytest.skip("PyTorch is not installed")
    assert "\n".join(step.source for step in steps).split() == source.split()


def test_a_step_says_what_it_prints_and_what_it_is_worth():
    steps = run("x = 2  # two\n\nprint(x)\nfor n in (1, 2):\n    print(n)\nx + 1  # three\nNone\n")
    assert list(steps) == [
        Step("x = 2  # two", ""),
        Step("print(x)", "2"),
        Step("for n in (1, 2):\n    print(n)", "1\n2"),
        Step("x + 1  # three", "3"),
        Step("None", ""),
    ]


def test_an_example_that_fails_is_not_passed_over():
    with pytest.raises(ZeroDivisionError):
        list(run("1 / 0"))


def test_the_command_shows_each_statement_with_what_it_says(capsys):
    assert main(["run", "soft_topk"]) == 0
    assert "\n    array([0.62" in capsys.readouterr().out
    assert main(["run", "soft_topk", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "\n".join(source for source, _ in lines).split() == example(find("soft_topk")).split()


def test_without_torch_the_command_says_what_to_install():
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from lemmata.cli import main; sys.exit(main(['run', 's4']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "lemmata: torch is not installed: pip install 'lemmata[torch]'\n"


def test_an_unknown_method_is_not_run(capsys):
    assert main(["run", "efective_rank"]) == 2
    assert "did you mean effective_rank?" in capsys.readouterr().err
