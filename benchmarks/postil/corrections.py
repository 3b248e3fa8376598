"""How often a misspelt word is put right, and how often a right one is doubted.

    python benchmarks/postil/corrections.py --data FOLDER [--words N] [--json]

FOLDER is a library of the shared records (search_latency.py makes one). Misspelt queries are two
neighbouring words of a title, of which one gets one error behind its first letter, drawn with a seed: a
letter left out, doubled, exchanged with the next, hit beside its key, or put in, in equal shares.
Misspellings that stand in ten papers or more are drawn again, as no one can know them from words. Right
queries are two to five words in a row of other titles, as their authors wrote them, and where the shared
collections are, every query of Cranfield and CISI, which are about other things than the records. Both go
through the product: a search, then a correction for what it found.
"""

import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

from figures import tell

from postil.library import Library
from postil.search.evaluation import Collection
from postil.search.metrics import percentile
from postil.settings import Settings
from postil.store.protocol import Store

FALSE_LIMIT = 0.01
_WORD = re.compile(r"[A-Za-z]{2,}")
_KEYS = (
    "qwa wqes ewrd retf tryg ytuh uyij iuok oipl po aqsz sawdx dsefc fdrgv gfthb hgyjn jhukm kjil lko zasx "
    "xzdc cxfv vcgb bvhn nbjm mnk"
)
_BESIDE = {keys[0]: keys[1:] for keys in _KEYS.split()}


def misspelt(word: str, draw: random.Random) -> str:
    """`word` with one error behind its first letter."""
    at = draw.randrange(1, len(word) - 1)
    kind = draw.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 3:
        return word[:at] + draw.choice(_BESIDE[word[at]]) + word[at + 1 :]
    return word[:at] + draw.choice("abcdefghijklmnopqrstuvwxyz") + word[at:]


def titles(store: Store, draw: random.Random) -> Iterator[list[str]]:
    """The words of titles, drawn without end; those with formulas are left out."""
    last = store.last_change()
    while True:
        for paper in store.load([draw.randint(1, last)]):
            if not re.search(r"[$\\]", paper.title) and len(paper.title.split()) > 3:
                yield paper.title.split()


def errors(library: Library, count: int, draw: random.Random) -> Iterator[tuple[str, str]]:
    """(misspelt, right) queries of two words."""
    found = 0
    for words in titles(library.store, draw):
        at = draw.randrange(len(words) - 1)
        pair = [word.lower() for word in words[at : at + 2]]
        which = draw.randrange(2)
        right = pair[which]
        if not re.fullmatch(r"[a-z]{5,}", right) or not _WORD.fullmatch(pair[1 - which]):
            continue
        wrong = misspelt(right, draw)
        if wrong == right or library.search.find(f'"{wrong}"', limit=1).total >= 10:
            continue
        typed = [wrong, pair[1]] if which == 0 else [pair[0], wrong]
        yield " ".join(typed), " ".join(pair)
        found += 1
        if found == count:
            return


def right_queries(store: Store, count: int, draw: random.Random) -> Iterator[str]:
    """Words in a row of titles, as they stand there."""
    for found, words in enumerate(titles(store, draw)):
        if found == count:
            return
        length = min(len(words), draw.randint(2, 5))
        at = draw.randrange(len(words) - length + 1)
        yield " ".join(words[at : at + length])


def run(data: Path, count: int) -> dict[str, object]:
    """All figures."""
    draw = random.Random(20261122)
    shared = Path(os.environ.get("POSTIL_SHARED") or Path(__file__).resolve().parents[3] / "shared")
    with Library.open(Settings(data=data)) as library:
        times: list[float] = []

        def corrected(query: str) -> str:
            found = library.search.find(query, limit=1).total
            began = time.thread_time()
            said = library.help.correct(query, found=found)
            times.append((time.thread_time() - began) * 1000)
            return said.query if said else ""

        outcome = [
            (wrong, right, corrected(wrong)) for wrong, right in errors(library, count, draw)
        ]
        mended = sum(said == right for _, right, said in outcome)
        offered = sum(bool(said) for _, _, said in outcome)
        for_errors = {
            "queries": len(outcome),
            "put right": round(mended / len(outcome), 4),
            "offered": round(offered / len(outcome), 4),
            "precision": round(mended / max(offered, 1), 4),
        }
        error_times, times = times, []
        doubted = [q for q in right_queries(library.store, count, draw) if corrected(q)]
        figures: dict[str, object] = {
            "misspelt": for_errors,
            "right, of titles": {"queries": count, "doubted": round(len(doubted) / count, 4)},
            "examples doubted": [f"{q} -> {corrected(q)}" for q in doubted[:12]],
        }
        for name in ("cranfield", "cisi"):
            if (folder := shared / "data" / "ir" / name).is_dir():
                queries = list(Collection.read(folder).queries.values())
                wrong = [q for q in queries if corrected(q)]
                figures[f"right, of {name}"] = {
                    "queries": len(queries),
                    "doubted": round(len(wrong) / len(queries), 4),
                }
        return figures | {
            "doubted limit": FALSE_LIMIT,
            "cpu ms, misspelt": _summary(error_times),
            "cpu ms, right": _summary(times),
        }


def _summary(times: list[float]) -> dict[str, float]:
    return {"p50": round(percentile(times, 0.5), 2), "p99": round(percentile(times, 0.99), 2)}


if __name__ == "__main__":
    tell(run, __doc__.splitlines()[0], "words", 2_000)
