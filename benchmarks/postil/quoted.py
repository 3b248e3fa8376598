"""Two hundred quoted searches against a scan of every paper that shares no code with the index.

    python benchmarks/postil/quoted.py --data FOLDER [--queries N] [--seed N] [--json]

FOLDER is a library (`known_items.py --data` builds one of all real records). The strings are drawn from its
papers with a seed, many of them strings that nearly are there. A false hit is a paper that the search finds
and the scan does not; a missed one the other way about. Limits: no false hit.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from postil.library import Library
from postil.settings import Settings
from postil.store.protocol import Change
from postil.testing.quotations import Scanned, asked, drawn

_DRAWN_FROM = 4_000
_PAGE = 1_000


def found(opened: Library, string: str) -> set[int]:
    """The numbers of all papers that the search finds."""
    numbers: list[int] = []
    while True:
        page = opened.search.find(f'"{string}"', offset=len(numbers), limit=_PAGE)
        numbers += page.numbers
        if len(numbers) >= page.total or not page.numbers:
            return set(numbers)


def scanned(opened: Library, strings: Sequence[str]) -> list[set[int]]:
    """For each string the numbers of all papers that have it, by looking at every paper."""
    wanted = [asked(string) for string in strings]
    having: list[set[int]] = [set() for _ in strings]
    for change in _papers(opened):
        paper = Scanned.of(change.paper)
        for at, string in enumerate(wanted):
            if paper.has(string):
                having[at].add(change.number)
    return having


def _papers(opened: Library) -> Iterator[Change]:
    sequence = 0
    while changes := opened.store.changes(sequence, _PAGE):
        yield from (change for change in changes if change.paper is not None)
        sequence = changes[-1].sequence


def figures(opened: Library, queries: int, seed: int) -> dict[str, object]:
    """Hits, false hits and missed ones over all strings, with the strings that had any."""
    count = opened.store.count()
    step = max(1, count // _DRAWN_FROM)
    papers = [paper for at, paper in enumerate(opened.store.papers()) if at % step == 0]
    strings = drawn(papers, queries, seed)
    hits = [found(opened, string) for string in strings]
    held = scanned(opened, strings)
    wrong = {
        string: [len(ours - theirs), len(theirs - ours), sorted(ours ^ theirs)[:3]]
        for string, ours, theirs in zip(strings, hits, held, strict=True)
        if ours != theirs
    }
    return {
        "papers": count,
        "queries": len(strings),
        "without_hit": sum(not ours for ours in hits),
        "hits": sum(map(len, hits)),
        "false_hits": sum(false for false, _, _ in wrong.values()),
        "missed": sum(missed for _, missed, _ in wrong.values()),
        "differing": wrong,
        "limits": {"false_hits": 0},
    }


def main() -> int:
    """Print the figures; 1 where there is a false hit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with Library.open(Settings(data=given.data)) as opened:
        tally = figures(opened, given.queries, given.seed)
    if given.json:
        print(json.dumps(tally, ensure_ascii=False))
    else:
        for name in ("papers", "queries", "without_hit", "hits", "false_hits", "missed"):
            print(f"{name.replace('_', ' '):12} {tally[name]:>10,}")
        for string, (false, missed, numbers) in tally["differing"].items():
            print(f'  "{string}": false {false}, missed {missed}, such as number {numbers}')
    return 1 if tally["false_hits"] else 0


if __name__ == "__main__":
    sys.exit(main())
