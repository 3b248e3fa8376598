"""Related papers, judged by what the method does not look at, and how long they take.

    python benchmarks/postil/related.py [--data FOLDER] [--shared FOLDER] [--papers N] [--seed N] [--json]

FOLDER is a library of the shared records (search_latency.py makes one). Authors, categories, addresses and
ids take no part in finding what is related, so they can judge it:

    authors     papers with an author in common whose full name stands on 2 to 12 papers held; two such
                authors count double (an author goes on with a subject)
    categories  papers with exactly the same categories, where these are two or more and 5 to 2,000 papers
                have them
    links       papers that name each other's arXiv id, or an owner on GitHub that few name, parts of a
                series (same title but for the number, and an author), and comments with what they are on

The records have no comments or announcement threads of their own. N papers a signal are drawn with the seed;
nDCG@10 and recall@20 (of as many as can be had) are means over them, differences are paired, with 95 %
intervals of 10,000 bootstrap samples. `alike` is the mean number of papers among the first ten that say
nearly what one above them says (half of the pairs of words): a list should have none.
"""

import argparse
import json
import os
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from postil.library import Library
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.search.lexical import LexicalIndex
from postil.search.metrics import ndcg, percentile, recall
from postil.search.related import Recipe, Related
from postil.search.wording import Wording
from postil.settings import Settings

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
LIMIT_MS = 60.0
SHOWN = 20
ALIKE = 0.5
ALONE = "keywords alone"
_ARXIV_ID = re.compile(r"(?:arxiv[: ]*|abs/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})", re.I)
_OWNER = re.compile(r"github\.com/([\w.-]+)", re.I)
_NUMERAL = re.compile(r"[\s:,.(-]*\b(?:part|paper)?\s*\b(?:I{1,3}|IV|VI{0,3}|IX)\b.*")
_ON = re.compile(
    r"(?:comments? on|reply to|response to|erratum|addendum)\b(?: the comment by .* on)?"
    r"[:\s]*[\"'“‘`]*(?:comment on)?[\"'“‘`:\s]*(.{15,}?)[\"'”’\s]*(?:\[.*)?$",
    re.I,
)
Judgements = dict[str, int]


@dataclass
class Signals:
    """Who is related to whom by what the method does not look at, by the text of ids."""

    ids: list[str] = field(default_factory=list)
    authors: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    sets: dict[frozenset[str], list[str]] = field(default_factory=lambda: defaultdict(list))
    links: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _papers: dict[str, tuple[tuple[str, ...], frozenset[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, papers: Iterable[Paper]) -> "Signals":
        """Read them off all papers of a library."""
        signals, owners, titles = cls(), defaultdict(list), {}
        series: dict[str, list[str]] = defaultdict(list)
        named: list[tuple[str, str]] = []
        quoted: list[tuple[str, str]] = []
        for paper in papers:
            at, said = str(paper.id), f"{paper.abstract} {paper.comment}"
            signals._add(paper)
            titles[_bare(paper.title)] = at
            named += [(at, other) for other in _ARXIV_ID.findall(said)]
            for owner in {name.lower() for name in _OWNER.findall(said)}:
                owners[owner].append(at)
            if (base := _NUMERAL.sub("", paper.title)) != paper.title and len(base) > 12:
                series[_bare(base)].append(at)
            if match := _ON.match(paper.title):
                quoted.append((at, _bare(match[1])))
        named += [(at, titles[title]) for at, title in quoted if title in titles]
        for group in owners.values():
            named += _pairs(group) if len(group) <= 8 else []
        for group in series.values():
            named += [(a, b) for a, b in _pairs(group) if signals._share_author(a, b)]
        for one, other in named:
            if one != other and one in signals._papers and other in signals._papers:
                signals.links[one].add(other)
                signals.links[other].add(one)
        return signals

    def _add(self, paper: Paper) -> None:
        at, kinds = str(paper.id), frozenset(paper.categories)
        self.ids.append(at)
        self._papers[at] = (paper.authors, kinds)
        self.sets[kinds].append(at)
        for name in set(paper.authors):
            if len(name) > 6 and not re.match(r"\W*\w\W", name):
                self.authors[name].append(at)

    def _share_author(self, one: str, other: str) -> bool:
        return bool({*self._papers[one][0]} & {*self._papers[other][0]})

    def by_authors(self, at: str) -> Judgements:
        """Papers with an author in common, graded."""
        names = self._papers[at][0]
        groups = [self.authors.get(name, []) for name in set(names)] if len(names) <= 20 else []
        shared = Counter(o for group in groups if 2 <= len(group) <= 12 for o in group if o != at)
        return {other: min(times, 2) for other, times in shared.items()}

    def by_categories(self, at: str) -> Judgements:
        """Papers with exactly the same categories."""
        kinds = self._papers[at][1]
        group = self.sets[kinds] if len(kinds) > 1 else []
        return {other: 1 for other in group if other != at} if 5 <= len(group) <= 2_000 else {}

    def by_links(self, at: str) -> Judgements:
        """Papers that one names, or is named by."""
        return dict.fromkeys(self.links.get(at, ()), 1)


def _pairs(group: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for at, a in enumerate(group) for b in group[:at]]


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, title.lower()))


@dataclass(frozen=True)
class Run:
    """What one method answered: rankings of ids, milliseconds and near repetitions for each paper."""

    rankings: dict[str, list[str]]
    milliseconds: list[float]
    alike: list[int]


def answered(related: Related, papers: Sequence[Paper], limit: int = SHOWN) -> Run:
    """Ask for every paper."""
    rankings, took, alike = {}, [], []
    for paper in papers:
        found = related.of(paper.id, limit)
        rankings[str(paper.id)] = [str(each.paper.id) for each in found.papers]
        took.append(found.milliseconds)
        alike.append(_alike([each.paper for each in found.papers[:10]]))
    return Run(rankings, took, alike)


def _alike(papers: Sequence[Paper]) -> int:
    said = [Wording.of(paper) for paper in papers]
    return sum(
        any(wording.overlap(above) > ALIKE for above in said[:at])
        for at, wording in enumerate(said)
    )


def paired(ours: Sequence[float], theirs: Sequence[float], draws: int = 10_000) -> dict[str, float]:
    """The mean difference with its 95 % interval, and how often a resample shows none."""
    difference = np.asarray(ours) - np.asarray(theirs)
    draw = np.random.default_rng(20261122)
    means = np.array([draw.choice(difference, difference.size).mean() for _ in range(draws)])
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "difference": round(float(difference.mean()), 4),
        "from": round(float(low), 4),
        "to": round(float(high), 4),
        "p_no_better": round(float((means <= 0).mean()), 4),
    }


Scores = Mapping[str, Sequence[float]]


def scored(
    runs: Mapping[str, Run], asked: Sequence[str], judge: Callable[[str], Judgements]
) -> dict[str, Scores]:
    """What every method scores by one signal, a value a paper."""
    return {
        name: {
            "ndcg_10": [ndcg(run.rankings[at], judge(at)) for at in asked],
            "recall_20": [_recall(run.rankings[at], judge(at)) for at in asked],
        }
        for name, run in runs.items()
    }


def judged(scores: Mapping[str, Scores]) -> dict[str, object]:
    """The figures of every method by one signal, and its difference from keywords alone."""
    table: dict[str, object] = {}
    for name, measures in scores.items():
        row: dict[str, object] = {}
        for measure, values in measures.items():
            row[measure] = round(float(np.mean(values)), 4)
            if name != ALONE:
                row[f"{measure}_over_keywords"] = paired(values, scores[ALONE][measure])
        table[name] = row
    return table


def pooled(scores: Sequence[Mapping[str, Scores]]) -> dict[str, object]:
    """Every method's differences from keywords alone over the papers of all signals together."""
    table: dict[str, object] = {}
    for name in scores[0]:
        if name == ALONE:
            continue
        row: dict[str, object] = {}
        for measure in ("ndcg_10", "recall_20"):
            ours, theirs = (
                [value for signal in scores for value in signal[method][measure]]
                for method in (name, ALONE)
            )
            row[f"{measure}_over_keywords"] = paired(ours, theirs)
        table[name] = row
    return table


def _recall(ranking: Sequence[str], grades: Judgements) -> float:
    """The share of the relevant, of as many as a list of this length can have."""
    return recall(ranking, grades, SHOWN) * len(grades) / min(len(grades), SHOWN)


def methods(library: Library) -> dict[str, Related]:
    """What is compared; the last is what readers get."""
    store, spaces = library.store, library.related.spaces
    index = LexicalIndex(library.settings.data / "index")
    made = {
        "20 keywords alone": Related(store, index, (), Recipe(20, 0, 0, 0)),
        ALONE: Related(store, index, (), Recipe(vectors=0, phrases=0, dislike=0)),
        "keywords and phrases": Related(store, index, (), Recipe(dislike=0)),
    }
    if any(space.ready() for space in spaces):
        made["keywords and vectors"] = Related(store, index, spaces, Recipe(phrases=0, dislike=0))
        made["all three"] = Related(store, index, spaces, Recipe(dislike=0))
    return made | {"as readers get it": library.related}


def run(data: Path, count: int, seed: int) -> dict[str, object]:
    """All figures."""
    with Library.open(Settings(data=data)) as library:
        library.spaces.catch_up(lambda *_: None)
        library.spaces.open()
        signals = Signals.of(library.papers.export())
        judges = {
            "authors": signals.by_authors,
            "categories": signals.by_categories,
            "links": signals.by_links,
        }
        order = random.Random(seed).sample(signals.ids, len(signals.ids))
        figures: dict[str, object] = {"papers": len(order), "limit_p95_ms": LIMIT_MS}
        compared = methods(library)
        every: list[dict[str, Scores]] = []
        took: dict[str, list[float]] = defaultdict(list)
        alike: dict[str, list[int]] = defaultdict(list)
        for name, judge in judges.items():
            asked = _first(order, judge, count)
            papers = library.papers.several([PaperId.parse(at) for at in asked])
            runs = {method: answered(related, papers) for method, related in compared.items()}
            every.append(scored(runs, asked, judge))
            figures[name] = {"judged": len(asked)} | judged(every[-1])
            for method, done in runs.items():
                took[method] += done.milliseconds
                alike[method] += done.alike
        figures["all signals together"] = pooled(every)
        figures["milliseconds"] = {name: _times(values) for name, values in took.items()}
        figures["alike"] = {name: round(float(np.mean(v)), 3) for name, v in alike.items()}
        return figures


def _first(order: Sequence[str], judge: Callable[[str], Judgements], count: int) -> list[str]:
    found: list[str] = []
    for at in order:
        if len(found) == count:
            break
        if judge(at):
            found.append(at)
    return found


def _times(values: Sequence[float]) -> dict[str, float]:
    return {f"p{share}": round(percentile(values, share / 100), 1) for share in (50, 95, 99)}


def show(figures: Mapping[str, object]) -> None:
    """A table a signal, then the times."""
    for name, rows in figures.items():
        if not isinstance(rows, dict):
            print(f"{name:18} {rows}")
            continue
        print(f"\n{name}")
        for method, row in rows.items():
            if not isinstance(row, dict):
                print(f"  {method:24}{row}")
                continue
            cells = [f"{k} {_cell(v)}" for k, v in row.items()]
            print(f"  {method:24}" + "  ".join(cells))


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return f"{value['difference']:+.4f} [{value['from']:+.4f}, {value['to']:+.4f}]"
    return str(value)


def main() -> None:
    """Read the arguments and print the figures."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "postil-benchmark-data"
    )
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.exists():
        sys.exit(f"No library at {arguments.data}: search_latency.py makes one of the shared data.")
    figures = run(arguments.data, arguments.papers, arguments.seed)
    if arguments.json:
        print(json.dumps(figures))
    else:
        show(figures)


if __name__ == "__main__":
    main()
