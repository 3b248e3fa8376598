"""What an import loads: never an array library that the caller did not choose."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import lemmata

HEAVY = {"torch", "scipy", "jax", "cupy", "pandas", "array_api_strict", "pytest", "hypothesis"}


def loaded_by(code):
    printed = f"{code}\nimport sys\nprint(*(name for name in sys.modules if '.' not in name))"
    run = subprocess.run(
        [sys.executable, "-c", printed], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_but_itself():
    assert not (HEAVY | {"numpy"}) & loaded_by("import lemmata")


def test_a_whole_computation_loads_numpy_only():
    code = "import numpy, lemmata\nlemmata.linalg.effective_rank(numpy.eye(3))\nlemmata.testing"
    modules = loaded_by(code)
    assert not HEAVY & modules
    assert {"numpy", "lemmata"} <= modules


def test_the_check_of_imports_would_notice_one():
    assert "array_api_strict" in HEAVY & loaded_by("import array_api_strict, lemmata")


TORCH = {"arena", "attention", "heads", "mixer", "norm", "ssm", "stack"}


@pytest.mark.parametrize("name", lemmata.__all__)
def test_every_part_is_there_when_it_is_named(name):
    if name in TORCH:
        pytest.importorskip("torch", reason=f"lemmata.{name} needs torch")
    assert getattr(lemmata, name).__name__ == f"lemmata.{name}"
    assert name in dir(lemmata)


def test_an_unknown_part_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = lemmata.nonsense


def test_the_version_is_that_of_the_distribution():
    assert lemmata.__version__ == version("lemmata")


def test_the_package_is_marked_as_typed():
    from importlib.resources import files

    assert files("lemmata").joinpath("py.typed").is_file()
