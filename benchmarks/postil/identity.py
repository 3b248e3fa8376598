"""How often a paper of two archives is recognised, and how often two papers are taken for one.

    python benchmarks/postil/identity.py [--shared FOLDER] [--papers N] [--seed N] [--json]

No public set of pairs is at hand here, so the pairs are made: a real arXiv record is rewritten as a
venue's record would have it (one kind of change after another, seeded), placed among all real records,
and must come out at its source. What must not match: the rewritten records of papers that are *not* in
the index, and near twins made from papers that are (a second part, an erratum, a reply, the same title by
others, a sequel of the same authors). What real venues do beyond these changes is not measured.

Besides, without any invention: all pairs of different arXiv ids that the rule would join, had they stood
in different archives. Many of those are one work submitted twice; their number bounds the rule's error
from above.
"""

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from postil.harvest.identity import Homes, TitleIndex, same_paper, title_key
from postil.harvest.importing import import_files
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.sqlite import SqliteStore
from postil.text.accents import fold
from postil.text.markup import render_plain

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
PRECISION_LIMIT, RECALL_LIMIT = 0.999, 0.95
SMALL = frozenset(
    "a an and as at by for from in of on or over the to under via with without".split()
)
Change = Callable[[Paper, random.Random], Paper | None]


def capitals(paper: Paper, dice: random.Random) -> Paper:
    """Title Case, as proceedings set it."""
    words = paper.title.split(" ")
    return replace(
        paper, title=" ".join(w if w in SMALL or "$" in w else w[:1].upper() + w[1:] for w in words)
    )


def upper(paper: Paper, dice: random.Random) -> Paper | None:
    """CAPITALS, where the title has no formula whose letters would change their meaning."""
    return (
        None
        if "$" in paper.title or "\\" in paper.title
        else replace(paper, title=paper.title.upper())
    )


def punctuation(paper: Paper, dice: random.Random) -> Paper:
    """Dashes for hyphens and colons, curly quotes, an ampersand, a full stop at the end."""
    title = paper.title.replace(": ", " — ").replace("'", "’").replace(" and ", " & ")
    title = re.sub(r"(?<=[a-z])-(?=[a-z])", dice.choice(["‐", " ", ""]), title)
    return replace(paper, title=f"{title}.")


def unicode_for_tex(paper: Paper, dice: random.Random) -> Paper | None:
    """Formulas and TeX as plain characters, where there are any."""
    return (
        replace(paper, title=render_plain(paper.title))
        if re.search(r"[$\\]", paper.title)
        else None
    )


def markup_for_tex(paper: Paper, dice: random.Random) -> Paper | None:
    """HTML's italics around a word."""
    return replace(paper, title=re.sub(r"\b([A-Z]\w+)\b", r"<i>\1</i>", paper.title, count=1))


def initials(paper: Paper, dice: random.Random) -> Paper:
    """`A. M. Gómez` for `Ana María Gómez`."""
    return _renamed(paper, lambda words: [*(f"{w[0]}." for w in words[:-1]), words[-1]])


def middle_names_dropped(paper: Paper, dice: random.Random) -> Paper:
    """`Ana Gómez` for `Ana María Gómez`."""
    return _renamed(paper, lambda words: [words[0], words[-1]])


def family_first(paper: Paper, dice: random.Random) -> Paper:
    """`Gómez, Ana María`."""
    return _renamed(paper, lambda words: [f"{words[-1]},", *words[:-1]])


def without_accents(paper: Paper, dice: random.Random) -> Paper:
    """`Gomez`, and the title too."""
    names = tuple(fold(name).title() for name in paper.authors)
    return replace(paper, authors=names)


def another_order(paper: Paper, dice: random.Random) -> Paper:
    """The authors in another order."""
    names = list(paper.authors)
    dice.shuffle(names)
    return replace(paper, authors=tuple(names))


def one_more_author(paper: Paper, dice: random.Random) -> Paper:
    """An author who joined for the final version."""
    return replace(paper, authors=(*paper.authors, "Quirina Newcomer"))


def all_at_once(paper: Paper, dice: random.Random) -> Paper:
    """A random half of the changes above, one after another."""
    half = dice.sample(range(len(CHANGES) - 1), len(CHANGES) // 2)
    for change in (CHANGES[at] for at in sorted(half)):
        paper = change(paper, dice) or paper
    return paper


def subtitle_added(paper: Paper, dice: random.Random) -> Paper:
    """A subtitle that the preprint did not have; the rule gives these up."""
    return replace(
        paper, title=f"{paper.title}: {dice.choice(['A Unified View', 'Theory and Practice'])}"
    )


def reworded(paper: Paper, dice: random.Random) -> Paper | None:
    """A word of the title replaced; the rule gives these up."""
    words = paper.title.split(" ")
    return replace(paper, title=" ".join(["Towards", *words[1:]])) if len(words) > 3 else None


CHANGES: list[Change] = [
    capitals, upper, punctuation, unicode_for_tex, markup_for_tex, initials, middle_names_dropped,
    family_first, without_accents, another_order, one_more_author, all_at_once,
]  # fmt: skip
GIVEN_UP: list[Change] = [subtitle_added, reworded]


def second_part(paper: Paper, dice: random.Random) -> Paper:
    """Part two by the same authors."""
    return replace(
        paper, title=f"{paper.title}{dice.choice([' II', ', Part II', ': Part 2', ' (II)'])}"
    )


def erratum(paper: Paper, dice: random.Random) -> Paper:
    """Its erratum by the same authors."""
    pattern = dice.choice(["Erratum: {}", "{} (Erratum)", "Erratum to “{}”", "Correction to: {}"])
    return replace(paper, title=pattern.format(paper.title))


def reply(paper: Paper, dice: random.Random) -> Paper:
    """A comment by others, or the authors' reply to one."""
    if dice.random() < 0.5:
        return replace(paper, title=f"Reply to “Comment on ‘{paper.title}’”")
    return replace(
        paper, title=f"Comment on “{paper.title}”", authors=("Otto Nobody", "Ida Nowhere")
    )


def by_others(paper: Paper, dice: random.Random) -> Paper:
    """The same title by other people, one of whom bears an author's family name."""
    family = paper.authors[0].split()[-1] if paper.authors else "Nobody"
    return replace(paper, authors=(f"Quirina {family}", "Otto Nobody"))


def another_year(paper: Paper, dice: random.Random) -> Paper:
    """The next of a yearly series."""
    return replace(paper, title=f"{paper.title} {dice.randint(2001, 2026)}")


def next_dimension(paper: Paper, dice: random.Random) -> Paper | None:
    """The sequel whose title differs in a number alone."""
    title = re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), paper.title, count=1)
    return replace(paper, title=title) if title != paper.title else None


TWINS: list[Change] = [second_part, erratum, reply, by_others, another_year, next_dimension]


def _renamed(paper: Paper, form: Callable[[list[str]], list[str]]) -> Paper:
    names = [name.split() for name in paper.authors]
    return replace(
        paper, authors=tuple(" ".join(form(w)) if len(w) > 1 else w[0] for w in names if w)
    )


def as_venue(paper: Paper, number: int) -> Paper:
    """The record as another archive would have it: its own id, and none of arXiv's marks."""
    return Paper(
        PaperId("openreview", f"made{number:08d}"),
        paper.title,
        paper.authors,
        venue="Made-up Meeting",
    )


def found(homes: Homes, venue: Paper) -> PaperId | None:
    """The arXiv paper that a record is taken for."""
    placed = homes.place(venue)
    return placed.paper.id if placed.match else None


class Looking(TitleIndex):
    """The index as it is, into which nothing that was looked up goes."""

    def add(self, paper: Paper) -> None:
        """Keep nothing."""


def measure(papers: Sequence[Paper], count: int, seed: int, folder: Path) -> dict[str, object]:
    """All figures."""
    dice = random.Random(seed)
    order = list(papers)
    dice.shuffle(order)
    absent, present = order[:count], order[count:]
    with SqliteStore.open(folder) as store:
        _fill(store, present)
        started = time.process_time()
        index = Looking(store)
        seconds = time.process_time() - started
        homes = Homes(index)
        sample = present[:count]
        kinds = {
            change.__name__: _recall(homes, change, sample, dice)
            for change in [*CHANGES, *GIVEN_UP]
        }
        twins = {change.__name__: _false(homes, change, sample, dice) for change in TWINS}
        strangers = [_false(homes, change, absent, dice) for change in (all_at_once, capitals)]
        ((pages,),) = index._rows.execute("PRAGMA page_count")
        ((size,),) = index._rows.execute("PRAGMA page_size")
        index.close()
    return {
        "papers": len(present),
        "recall": kinds,
        "near twins": twins,
        "papers not held": [sum(s[0] for s in strangers), sum(s[1] for s in strangers)],
        "natural pairs": natural(papers),
        "index seconds": round(seconds, 1),
        "index bytes a paper": round(pages * size / len(present)),
    }


def _fill(store: SqliteStore, papers: Sequence[Paper]) -> None:
    for start in range(0, len(papers), 2_000):
        store.put(papers[start : start + 2_000])


def _recall(
    homes: Homes, change: Change, papers: Sequence[Paper], dice: random.Random
) -> list[int]:
    """How many came out at their source, how many elsewhere, and of how many."""
    right = wrong = tried = 0
    for number, paper in enumerate(papers):
        if not paper.authors or (changed := change(paper, dice)) is None:
            continue
        tried += 1
        answer = found(homes, as_venue(changed, number))
        right += answer == paper.id
        wrong += answer not in (None, paper.id)
    return [right, wrong, tried]


def _false(homes: Homes, change: Change, papers: Sequence[Paper], dice: random.Random) -> list[int]:
    """How many of those that match nothing were matched, and of how many."""
    changed = [c for paper in papers if paper.authors and (c := change(paper, dice)) is not None]
    return [
        sum(found(homes, as_venue(c, n)) is not None for n, c in enumerate(changed)),
        len(changed),
    ]


def natural(papers: Sequence[Paper]) -> list[int]:
    """Pairs of different ids at arXiv that would be joined, and all pairs that share a key."""
    keyed = defaultdict(list)
    for paper in papers:
        keyed[title_key(paper.title)].append(paper)
    joined = pairs = 0
    for group in keyed.values():
        for at, one in enumerate(group):
            for other in group[:at]:
                pairs += 1
                joined += same_paper(as_venue(one, at), other) is not None
    return [joined, pairs]


def read(files: Sequence[Path]) -> list[Paper]:
    """All real records, each paper once."""
    with TemporaryDirectory() as folder, SqliteStore.open(Path(folder)) as store:
        import_files(store, files, rejects_folder=Path(folder))
        return list(store.papers())


def summary(figures: dict[str, Any]) -> Iterator[str]:
    """The figures in words."""
    kinds, twins = figures["recall"], figures["near twins"]
    yield f"{figures['papers']:,} real arXiv records in the index; making it took"
    yield f"{figures['index seconds']} s of processor time, {figures['index bytes a paper']} bytes a paper."
    for name, (right, wrong, tried) in kinds.items():
        given_up = " (given up on purpose)" if name in {c.__name__ for c in GIVEN_UP} else ""
        yield f"  {name:22} recall {right / tried:8.3%} of {tried:,}; wrong {wrong}{given_up}"
    for name, (wrong, tried) in twins.items():
        yield f"  {name:22} false matches {wrong} of {tried:,}"
    wrong, tried = figures["papers not held"]
    yield f"  {'papers not held':22} matches {wrong} of {tried:,}"
    joined, pairs = figures["natural pairs"]
    yield f"  of {pairs} pairs of arXiv ids with one title, {joined} would be joined across archives"
    yield f"precision {figures['precision']:.4%}, recall {figures['recall of the rule']:.3%}"


def overall(figures: dict[str, Any]) -> dict[str, Any]:
    """Precision over everything tried, recall over the changes that the rule is meant for."""
    tally: Counter[str] = Counter()
    given_up = {change.__name__ for change in GIVEN_UP}
    for name, (right, wrong, tried) in figures["recall"].items():
        tally["wrong"] += wrong
        tally["joined"] += right
        if name not in given_up:
            tally["right"] += right
            tally["tried"] += tried
    tally["wrong"] += sum(wrong for wrong, _ in figures["near twins"].values())
    tally["wrong"] += figures["papers not held"][0]
    precision = tally["joined"] / (tally["joined"] + tally["wrong"])
    recall = tally["right"] / tally["tried"]
    limits = {"precision": PRECISION_LIMIT, "recall of the rule": RECALL_LIMIT}
    return figures | {"precision": precision, "recall of the rule": recall, "limits": limits}


def main() -> int:
    """Print the figures; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED") or Path(__file__).parents[3] / "shared"
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--papers", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if not (asked.shared / "data" / FILES[0]).exists():
        raise SystemExit(f"No shared data: {asked.shared / 'data' / FILES[0]} is missing.")
    papers = read([asked.shared / "data" / name for name in FILES])
    with TemporaryDirectory() as folder:
        figures = overall(measure(papers, asked.papers, asked.seed, Path(folder)))
    print(json.dumps(figures, indent=1) if asked.json else "\n".join(summary(figures)))
    reached = (
        figures["precision"] >= PRECISION_LIMIT and figures["recall of the rule"] >= RECALL_LIMIT
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
