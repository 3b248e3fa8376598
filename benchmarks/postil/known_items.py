"""Sixty known items: does what a reader knows to be there come first, and within the first ten?

    python benchmarks/postil/known_items.py [--shared FOLDER] [--data FOLDER] [--vectors] [--json]

The haystack is the starter shelf and two dozen Chinese, Japanese and Korean posts written for this purpose,
together with all real records where the shared folder is (18 of the 60 are among these). The queries are
parts of titles, authors with years, names without their accents, formulas, ids and Chinese; they and what
they must find stand in `packages/postil/tests/search/known_items.tsv`. Readers' own search answers them: by
words alone, and with --vectors by words and meaning. The library is built into --data, and found there the
next time.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.harvest.importing import import_files
from postil.library import Library
from postil.settings import Settings

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
ITEMS = Path(__file__).resolve().parents[2] / "packages" / "postil" / "tests" / "search"
FIRST, TEN = 0.95, 1.0


@contextmanager
def library(shared: Path, folder: Path | None) -> Iterator[Library]:
    """The haystack, built where it is not there yet."""
    with (
        tempfile.TemporaryDirectory(prefix="postil-known-") as scratch,
        Library.open(Settings(data=folder or Path(scratch))) as opened,
    ):
        if not opened.store.count():
            opened.load_shelf()
            files = [shared / "data" / name for name in FILES]
            files = [ITEMS / "posts.jsonl", *(path for path in files if path.exists())]
            import_files(opened.store, files, rejects_folder=Path(scratch))
        opened.search.catch_up()
        yield opened


def _quiet(*_: object) -> None:
    """What vectors tell of their progress is not shown."""


def places(opened: Library) -> list[tuple[str, str, int]]:
    """For each query its haystack, itself, and the place of what it must find; 0 beyond the first ten."""
    rows = (ITEMS / "known_items.tsv").read_text(encoding="utf-8").splitlines()[1:]
    answers = []
    for haystack, paper, query in (row.split("\t") for row in rows):
        if haystack == "records" and opened.store.count() < 1_000:
            continue
        ids = [str(found.id) for found in opened.search.find(query, limit=10).papers]
        answers.append((haystack, query, ids.index(paper) + 1 if paper in ids else 0))
    return answers


def figures(opened: Library) -> dict[str, object]:
    """The shares of first places and of places within the first ten, and what did not come first."""
    answers = places(opened)
    return {
        "papers": opened.store.count(),
        "queries": len(answers),
        "first": round(sum(place == 1 for *_, place in answers) / len(answers), 4),
        "first_ten": round(sum(place > 0 for *_, place in answers) / len(answers), 4),
        "not_first": [[query, place] for _, query, place in answers if place != 1],
        "limits": {"first": FIRST, "first_ten": TEN},
    }


def main() -> int:
    """Print the figures; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED") or Path(__file__).resolve().parents[3] / "shared"
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--vectors", action="store_true", help="learn them first")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with library(asked.shared, asked.data) as opened:
        if asked.vectors:
            opened.spaces.catch_up(_quiet, lambda: False)
        found = figures(opened)
    if asked.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(f"{found['queries']} known items among {found['papers']:,} papers:")
        print(f"  first place {found['first']:.1%}, first ten {found['first_ten']:.1%}")
        for query, place in found["not_first"]:
            print(f"  {query}: {f'place {place}' if place else 'not among the first ten'}")
    return 0 if found["first"] >= FIRST and found["first_ten"] >= TEN else 1


if __name__ == "__main__":
    sys.exit(main())
