"""The nearest of vectors: how many of them are found, in what time, in how much memory.

    python benchmarks/postil/vectors.py --data FOLDER [--sizes 1000000 3000000] [--json]

Beside every row looked at, in the same run. The library's own vectors first (`postil vectors` makes them);
then as many as --sizes say, each one of the library's with noise as large as a neighbourhood. Resident memory
is that of the process that asks, less what of it is mapped files.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from postil.search.vectors.arranging import arrange
from postil.search.vectors.lists import SHARE, Lists
from postil.search.vectors.rows import Rows, RowWriter
from postil.search.vectors.state import State, read_choice, read_state, write_state

QUESTIONS = 60
CHECKED = 30
_CHUNK = 50_000
_NOISE = 0.5  # the length of the noise beside a vector's 1
_ASIDE = 0.7  # and that of a question beside its paper


def opened(folder: Path) -> Rows:
    state = read_state(folder)
    if state is None:
        raise SystemExit(f"{folder} holds no vectors: run `postil vectors` first.")
    return Rows(folder, state)


def made(source: Rows, count: int, folder: Path) -> Path:
    """A set of `count` rows in the order of its lists."""
    draw = np.random.default_rng(0)
    width = source.state.width
    loose = folder / "rows-loose"
    loose.mkdir()
    state = State("benchmark", "benchmark", width)
    writer = RowWriter(loose, state)
    for first in range(0, count, _CHUNK):
        chosen = draw.integers(0, source.state.count, min(_CHUNK, count - first))
        vectors = source.codes[chosen] * source.scales[chosen, None]
        noise = draw.standard_normal(vectors.shape, dtype=np.float32)
        writer.append(vectors + noise * (_NOISE / width**0.5), first + 1 + np.arange(len(chosen)))
    writer.close()
    write_state(loose, replace(state, count=count, whole=True))
    return folder / arrange(folder, loose.name, lambda *_: None)


def asked(folder: Path) -> dict[str, Any]:
    """Figures of one set of rows, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_asked, (folder,))


def _asked(folder: Path) -> dict[str, Any]:
    started = time.perf_counter()
    rows = opened(folder)
    lists = Lists(folder, rows)
    opening = time.perf_counter() - started
    questions = _questions(rows)
    all_rows, listed, scored, ten, hundred = [], [], [], [], []
    for at, question in enumerate(questions):
        started = time.perf_counter()
        found, _ = lists.nearest(question, 100)
        listed.append(time.perf_counter() - started)
        some = rows.numbers[at :: max(1, rows.state.count // 200)].astype(np.int64)
        started = time.perf_counter()
        rows.scores(question, some)
        scored.append(time.perf_counter() - started)
        if at < CHECKED:
            started = time.perf_counter()
            cosines = rows.cosines(question, 0, rows.state.count)
            best = np.argpartition(-cosines, 100)[:100]
            all_rows.append(time.perf_counter() - started)
            best = rows.numbers[best[np.argsort(-cosines[best])]]
            ten.append(len(set(found[:10].tolist()) & set(best[:10].tolist())) / 10)
            hundred.append(len(set(found.tolist()) & set(best.tolist())) / 100)
    return {
        "papers": rows.state.count,
        "lists": rows.state.lists,
        "looked at": SHARE,
        "recall@10": round(float(np.mean(ten)), 3),
        "recall@100": round(float(np.mean(hundred)), 3),
        "nearest p50 ms": _ms(listed, 0.5),
        "nearest p95 ms": _ms(listed, 0.95),
        "every row p50 ms": _ms(all_rows, 0.5),
        "200 scores p50 ms": _ms(scored, 0.5),
        "open ms": round(opening * 1000, 1),
        "resident MB": _resident(),
        "bytes a paper": round(
            sum(path.stat().st_size for path in folder.iterdir()) / rows.state.count
        ),
    }


def _questions(rows: Rows) -> list[NDArray[np.float32]]:
    draw = np.random.default_rng(1)
    found = []
    for place in draw.integers(0, rows.state.count, QUESTIONS):
        vector = rows.codes[place] * rows.scales[place]
        noise = draw.standard_normal(len(vector)).astype(np.float32)
        vector = vector + noise * (_ASIDE / len(vector) ** 0.5)
        found.append((vector / np.linalg.norm(vector)).astype(np.float32))
    return found


def _ms(seconds: list[float], share: float) -> float:
    return round(float(np.quantile(seconds, share)) * 1000, 2)


def _resident() -> int:
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("RssAnon"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    space = arguments.data / "vectors" / "lsa"
    own = space / read_choice(space)
    figures = [asked(own)]
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="postil-vectors-") as folder:
            started = time.perf_counter()
            arranged = made(opened(own), size, Path(folder))
            seconds = time.perf_counter() - started
            figures.append(asked(arranged) | {"made in s": round(seconds, 1)})
    if arguments.json:
        print(json.dumps(figures))
        return
    for name in figures[-1]:
        print(f"{name:<20}" + "".join(f"{each.get(name, '')!s:>12}" for each in figures))


if __name__ == "__main__":
    main()
