"""Finds what each space of vectors counts for beside the words: the shares in postil/search/fusion.py.

    python benchmarks/postil/quality_shares.py --made FOLDER [--models NAME] [--shared FOLDER]

Every collection is ranked as readers get it, once with the shares of today; words and meaning of each
candidate are kept as columns, scaled as the product scales them. The shares minimise, on the simplex, the
cross-entropy between the grades of a query's candidates and the softmax of their weighted sum (ListNet; Cao
and others 2007), by `lemmata.optimize.minimize_simplex`; the softmax's sharpness is the one whose shares rank
best. Each collection is then ranked with shares that were found on the others alone; a grid shows how flat
the optimum is. With a model, only the collections that were really judged are encoded.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from quality_collections import MADE, make

from lemmata.optimize import minimize_simplex
from postil.search import evaluation, fusion
from postil.search.metrics import ndcg
from postil.search.ranking import WINDOW, asked_text
from postil.settings import Settings
from postil.text.query import parse_query

COLLECTIONS = ("cranfield", "cisi")
SHARPNESS = (5.0, 10.0, 20.0)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """A query's candidates: columns (n, 1 + spaces) of words and meaning, ids, and the grades of all."""

    columns: Floats
    ids: list[str]
    grades: dict[str, int]

    def score(self, shares: Floats) -> float:
        """nDCG@10 with these shares."""
        order = np.argsort(-(self.columns @ shares), kind="stable")[:10]
        return ndcg([self.ids[at] for at in order], self.grades)


def columns_of(folder: Path, settings: Settings) -> list[Asked]:
    """Every judged query of a collection."""
    collection = evaluation.Collection.read(folder)
    with tempfile.TemporaryDirectory(prefix="postil-shares-") as scratch:
        generation = evaluation._indexed(collection, Path(scratch) / "index")
        spaces = evaluation._spaces(collection, Path(scratch) / "vectors", settings)
        found = []
        for query, grades in collection.judgements.items():
            root = parse_query(collection.queries[query]).root
            if root is None or not any(grade > 0 for grade in grades.values()):
                continue
            scored = generation.scored(generation.translator.ways(root), WINDOW)
            if scored:
                numbers = np.array([number for number, _ in scored], np.int64)
                words = np.array([score for _, score in scored], np.float64)
                columns = _columns(
                    numbers, words, fusion.questions(spaces, asked_text(root)), len(spaces)
                )
                ids = [collection.documents[number - 1].id.key for number in numbers.tolist()]
                found.append(Asked(columns, ids, grades))
    return found


def _columns(
    numbers: NDArray[np.int64], words: Floats, asked: list[fusion.Question], spaces: int
) -> Floats:
    """Words and, after feedback, the meaning in each space."""
    plain = fusion.Candidates(numbers, words, np.zeros(len(numbers), np.bool_))
    columns = np.zeros((len(numbers), 1 + spaces))
    columns[:, 0] = words / max(words.max(), 1e-9)
    if len(asked) == spaces:
        first = np.argsort(-fusion.fused(plain, asked), kind="stable")
        for at, question in enumerate(asked, start=1):
            moved = fusion.fed_back(question, numbers[first])
            columns[:, at] = fusion.meaning(moved, numbers)
    return columns


@dataclass(frozen=True)
class Padded:
    """A collection's queries that have something relevant among their candidates, in one array.

    columns (q, WINDOW, c), wanted (q, WINDOW) with rows that sum to one, and `absent` (q, WINDOW): 0 where
    there is a candidate, -inf where there is none.
    """

    columns: Floats
    wanted: Floats
    absent: Floats

    @classmethod
    def of(cls, asked: list[Asked]) -> "Padded":
        """Put the queries together."""
        grades = [np.array([max(0, a.grades.get(name, 0)) for name in a.ids], float) for a in asked]
        kept = [
            (one, grade / grade.sum())
            for one, grade in zip(asked, grades, strict=True)
            if grade.any()
        ]
        columns = np.zeros((len(kept), WINDOW, asked[0].columns.shape[1]))
        wanted, absent = np.zeros(columns.shape[:2]), np.full(columns.shape[:2], -np.inf)
        for at, (one, grade) in enumerate(kept):
            columns[at, : len(grade)] = one.columns
            wanted[at, : len(grade)] = grade
            absent[at, : len(grade)] = 0.0
        return cls(columns, wanted, absent)

    def loss(self, shares: Floats, sharpness: float) -> tuple[float, Floats]:
        """The mean cross-entropy and its gradient."""
        scores = sharpness * (self.columns @ shares)
        shown = scores + self.absent
        top = shown.max(axis=1, keepdims=True)
        given = np.exp(shown - top)
        total = given.sum(axis=1, keepdims=True)
        normal = (np.log(total) + top)[:, 0]
        value = float(np.mean(normal - (self.wanted * scores).sum(axis=1)))
        slope = np.einsum("qn,qnc->c", given / total - self.wanted, self.columns)
        return value, sharpness * slope / len(scores)


def shares_for(collections: list[list[Asked]], sharpness: float) -> Floats:
    """Shares that minimise the cross-entropy, each collection counting the same."""
    padded = [Padded.of(asked) for asked in collections]

    def loss(shares: Floats) -> tuple[float, Floats]:
        parts = [one.loss(shares, sharpness) for one in padded]
        return sum(value for value, _ in parts), sum(slope for _, slope in parts)

    width = collections[0][0].columns.shape[1]
    return np.asarray(minimize_simplex(loss, np.full(width, 1 / width), rtol=1e-5).x)


def mean(asked: list[Asked], shares: Floats) -> float:
    """The mean nDCG@10 over the queries."""
    return float(np.mean([one.score(shares) for one in asked]))


def told(shares: Floats) -> str:
    return " ".join(f"{share:.2f}" for share in shares)


def cross_validated(columns: dict[str, list[Asked]]) -> None:
    """Print each collection's nDCG@10 with shares of the others, and the shares of all."""
    names = list(columns)
    width = columns[names[0]][0].columns.shape[1]
    words = np.eye(width)[0]
    for name in names:
        others = [columns[other] for other in names if other != name]
        best = max(
            (shares_for(others, sharpness) for sharpness in SHARPNESS),
            key=lambda shares: sum(mean(asked, shares) for asked in others),
        )
        print(
            f"  {name:12} words {mean(columns[name], words):.4f}, shares of the others "
            f"{told(best)}: {mean(columns[name], best):.4f}"
        )
    for sharpness in SHARPNESS:
        shares = shares_for(list(columns.values()), sharpness)
        scores = ", ".join(f"{name} {mean(columns[name], shares):.4f}" for name in names)
        print(f"  all, sharpness {sharpness:g}: {told(shares)}: {scores}")


def grid(columns: dict[str, list[Asked]]) -> None:
    """Print nDCG@10 over a grid of shares."""
    width = next(iter(columns.values()))[0].columns.shape[1]
    steps = np.arange(0, 0.71, 0.1 if width > 2 else 0.05)
    tails = np.array(np.meshgrid(*[steps] * (width - 1))).reshape(width - 1, -1).T
    for tail in tails:
        if tail.sum() < 0.85:
            shares = np.concatenate([[1 - tail.sum()], tail])
            scores = [mean(asked, shares) for asked in columns.values()]
            print(f"  {told(shares)}: " + " ".join(f"{score:.4f}" for score in scores))


def main() -> None:
    """Read the arguments and print the shares."""
    here = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    shared = Path(os.environ.get("POSTIL_SHARED") or here.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--made", type=Path, required=True)
    parser.add_argument("--models", default="")
    arguments = parser.parse_args()
    judged = {name: arguments.shared / "data" / "ir" / name for name in COLLECTIONS}
    if not judged["cranfield"].is_dir():
        sys.exit(f"No shared data at {arguments.shared}: name the folder with --shared.")
    make(arguments.made, arguments.shared / "data")
    made = {name: arguments.made / name for name in MADE}
    base = Settings(data=arguments.made)
    if not arguments.models:
        ways = {"lsa": (base, judged | made)}
    else:
        model = replace(base, embeddings=arguments.models)
        ways = {"lsa and model": (model, judged), "model": (replace(model, meaning=False), judged)}
    for name, (settings, folders) in ways.items():
        print(f"words and {name}")
        columns = {at: columns_of(folder, settings) for at, folder in folders.items()}
        cross_validated(columns)
        grid(columns)


if __name__ == "__main__":
    main()
