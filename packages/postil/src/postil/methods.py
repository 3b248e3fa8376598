"""Lemmata's catalogue as the reader needs it: which method is from which paper, and its example, run apart.

An example runs in a process of its own, which is stopped when it takes too long: it is code of the library,
never of a page, and one runs at a time.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from postil import shelf
from postil.errors import BadId
from postil.paper import Paper
from postil.paper_id import PaperId

if TYPE_CHECKING:
    from lemmata.catalogue import Method

LONGEST = 60.0  # seconds that an example may take
_ARXIV = re.compile(r"arXiv:([\w./-]*\w)")
_DOI = re.compile(r"doi:(\S*[^\s,;.)])")
_running = Lock()


@dataclass(frozen=True, slots=True)
class Source:
    """What a method draws on, in words, and the paper's id where it has one here."""

    said: str
    paper: PaperId | None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The statements of an example, each with what it said; `trouble` is why it went no further.

    `trouble` is "" (it ran to its end), "missing" (a library is not installed), "long", "busy" or "failed".
    """

    steps: tuple[tuple[str, str], ...]
    trouble: str = ""


def methods() -> Sequence["Method"]:
    """Every method, those of one room side by side."""
    # Late, as most pages show none.
    from lemmata.catalogue import METHODS

    return METHODS


def find_method(name: str) -> "Method | None":
    """The method of that name."""
    return next((method for method in methods() if method.name == name), None)


def room(method: "Method") -> str:
    """The part of the library that a method is in, as linalg or attention."""
    return method.attribute.partition(":")[0].split(".")[1]


def example(method: "Method") -> str:
    """The example of a method, as Python."""
    from lemmata.examples import example

    return example(method)


def own_paper(method: "Method") -> PaperId | None:
    """The paper that a method comes from, where it is on arXiv or on the shelf."""
    if method.arxiv:
        return PaperId("arxiv", method.arxiv)
    return _of_shelf().get(method.doi or "")


def sources(method: "Method") -> list[Source]:
    """The further works that a method draws on."""
    return [Source(said, _named(said)) for said in method.see_also]


def methods_of(paper: Paper) -> list["Method"]:
    """The methods that a paper describes."""
    found = _by_paper()
    ids = (paper.id, *paper.homes)
    return list(dict.fromkeys(method for each in ids for method in found.get(each, ())))


def run_example(method: "Method", longest: float = LONGEST) -> Transcript:
    """Run a method's example in a process of its own."""
    if not _running.acquire(blocking=False):
        return Transcript((), "busy")
    try:
        with tempfile.TemporaryDirectory(prefix="postil-example-") as folder:
            program = "import sys; from lemmata.cli import main; sys.exit(main(sys.argv[1:]))"
            done = subprocess.run(
                [sys.executable, "-I", "-c", program, "run", method.name, "--json"],
                capture_output=True,
                check=False,
                cwd=folder,
                timeout=longest,
            )
    except subprocess.TimeoutExpired as late:
        return Transcript(_steps(late.stdout or b""), "long")
    finally:
        _running.release()
    trouble = "" if done.returncode == 0 else "missing" if done.returncode == 1 else "failed"
    if b"Traceback" in done.stderr:
        trouble = "failed"
    return Transcript(_steps(done.stdout), trouble)


def _steps(lines: bytes) -> tuple[tuple[str, str], ...]:
    whole = lines[: lines.rfind(b"\n") + 1].splitlines()
    return tuple((source, said) for source, said in map(json.loads, whole))


@cache
def _by_paper() -> dict[PaperId, list["Method"]]:
    found: dict[PaperId, list[Method]] = {}
    for method in methods():
        named = [own_paper(method), *(source.paper for source in sources(method))]
        for paper_id in filter(None, named):
            found.setdefault(paper_id, []).append(method)
    return found


@cache
def _of_shelf() -> dict[str, PaperId]:
    """The works of the shelf by their DOI."""
    records = [record for record in shelf.records() if record.get("doi")]
    return {str(record["doi"]): PaperId.parse(str(record["id"])) for record in records}


def _named(said: str) -> PaperId | None:
    if match := _ARXIV.search(said):
        try:
            return PaperId.parse(match[1])
        except BadId:
            return None
    match = _DOI.search(said)
    return _of_shelf().get(match[1]) if match else None
