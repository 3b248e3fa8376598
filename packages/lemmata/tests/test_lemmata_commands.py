"""The command line: what it prints, where, and with which exit status."""

import json
import subprocess
import sys

import pytest

from lemmata import __version__
from lemmata.catalogue import METHODS
from lemmata.cli import main


def test_list_has_a_line_a_method(capsys):
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [method.name for method in METHODS]
    assert "Roy & Vetterli 2007" in lines[0]


def test_list_and_show_print_the_same_record_as_json(capsys):
    main(["list", "--json"])
    listed = json.loads(capsys.readouterr().out)
    main(["show", "effective_rank", "--json"])
    shown = json.loads(capsys.readouterr().out)
    assert shown in listed
    assert shown["doi"] == "10.5281/zenodo.40328"


def test_show_says_paper_equation_code_and_proof(capsys):
    assert main(["show", "effective_rank"]) == 0
    text = capsys.readouterr().out
    for part in (
        "Olivier Roy",
        "doi:10.5281",
        r"\log p_i",
        "lemmata.linalg:effective_rank",
        "docs/",
    ):
        assert part in text


def test_an_unknown_name_is_one_line_on_stderr_and_exit_2(capsys):
    assert main(["show", "efective_rank"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "lemmata: no method is called 'efective_rank'; did you mean effective_rank?\n"


@pytest.mark.parametrize("arguments", [[], ["paint"], ["show"], ["list", "--yaml"]])
def test_bad_usage_is_exit_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert capsys.readouterr().out == ""


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"lemmata {__version__}\n"


def test_the_command_loads_no_array_library():
    code = "import sys; from lemmata.cli import main; main(['list']); print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "scipy", "numpy"} & set(run.stdout.split())
