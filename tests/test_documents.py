"""The documents say what is there: commands, settings, links, and nothing of the machine that built it."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from postil.settings import Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("packages/*/README.md")]
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def tracked() -> list[Path]:
    """The files of the repository, or every file where git is not at hand."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = found.stdout.split("\n") if found.returncode == 0 else []
    paths = [ROOT / name for name in filter(None, names)] or list(ROOT.rglob("*.py"))
    return [path for path in paths if path.is_file()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document):
    targets = LINK.findall(document.read_text("utf-8"))
    assert [each for each in targets if not (document.parent / each).exists()] == []


def test_every_command_stands_in_the_documents():
    source = (ROOT / "packages/postil/src/postil/cli/main.py").read_text("utf-8")
    commands = re.findall(r'app\.command\("([\w-]+)"\)', source)
    text = (ROOT / "docs/postil/commands.md").read_text("utf-8")
    assert len(commands) >= 10
    assert [name for name in commands if f"`postil {name}" not in text] == []


def test_every_setting_stands_in_the_documents():
    text = (ROOT / "docs/postil/commands.md").read_text("utf-8")
    assert [f.name for f in fields(Settings) if f"`{f.name}`" not in text] == []


def test_every_make_target_stands_in_the_guide():
    targets = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [name for name in targets[1].split() if f"make {name}" not in guide] == []


# Put together from parts, so that this file does not accuse itself.
NOTES = "|".join(
    first + last for first, last in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK"))
)
FORBIDDEN = {
    "a path of a build machine": re.compile(r"(?<![\w.])/(?:work|root|farm|opt/pypi)/\w"),
    "a note to oneself": re.compile(rf"\b(?:{NOTES})\b"),
}
READ = {".py", ".md", ".js", ".css", ".html", ".toml", ".sh", ".txt", ""}


def offences(text: str) -> list[str]:
    """What a text has that the repository must not have."""
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_speaks_of_a_machine_or_to_its_writer():
    read = [path for path in tracked() if path.suffix in READ]
    found = {str(path.relative_to(ROOT)): offences(path.read_text("utf-8")) for path in read}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_an_offence_is_seen():
    assert offences("/".join(["see ", "work", "main"])) == ["a path of a build machine"]
    assert offences(f"# {NOTES.partition('|')[0]}: later") == ["a note to oneself"]
    assert offences("/opt/homebrew/bin is fine, and so is a to-do") == []


def test_versions_agree():
    import lemmata
    import postil

    for module, name in ((postil, "postil"), (lemmata, "lemmata")):
        project = (ROOT / f"packages/{name}/pyproject.toml").read_text("utf-8")
        assert f'version = "{module.__version__}"' in project
        assert f"## {module.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
