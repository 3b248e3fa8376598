"""Search at sizes up to a whole archive: ranking, pages, eight readers at once, a growing library, memory.

    python benchmarks/postil/search_scale.py --papers real 1000000 3000000 [--folder FOLDER]
        [--data FOLDER] [--shared FOLDER] [--queries N] [--fused] [--seconds S] [--json]

`real` is a copy of the library of the shared records in --data (search_latency.py makes one); a number is
a library of so many invented papers (corpus.py), made in --folder where it is not there yet and kept: 3 GB
of disk a million. With --fused the vectors are brought up first, as `postil vectors` does, and every figure
is taken a second time with them. Each size is measured in a process of its own: first the memory after the
queries, then ranking beside bare tantivy-py on the same papers and the same queries, then a server that is
asked for pages over HTTP by one reader, by eight (for records as well, which are searches without a page to
make; its memory at the most is read then), and by one while `postil import` adds 5,000 papers, five times
over; last a server of as many processes as there are cores, by eight again.
Queries are drawn as in search_latency.py, and each page is of a query that was not asked before: what is
kept of counts and orders, for a reader who turns a page, helps nothing here.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import count, islice, takewhile
from pathlib import Path
from urllib.parse import urlencode

import orjson
from corpus import Invention, made
from pages import ask, serving
from search_latency import SHOWN, Bare, Engine, measure, queries
from word_statistics import WordStatistics

from postil.library import Library, paper_record
from postil.search.metrics import percentile
from postil.settings import Settings
from postil.store.sqlite import SqliteStore

CLIENTS = 8
FEWEST_QUERIES = 200
ADDED, IMPORTS = 5_000, 5
_ACCOUNTS = (("all", "VmRSS"), ("of_files", "RssFile"), ("own", "RssAnon"), ("most", "VmHWM"))
ADDED_FROM = 5_000_000  # ids that no library here has
LIMITS = {
    "ranking_ratio_p50": 2.0,
    "fused_p50_ms": {"real": 12.0, "1000000": 20.0, "3000000": 40.0},
    "page_ms": {"p50": 15.0, "p95": 40.0, "p99": 80.0},
    "fused_page_p50_ms": 35.0,
    "searches_a_second": 150.0,
    "adding_over_idle_p99": 2.0,
    "resident_mib": 1024.0,
    "index_bytes_a_paper": 800.0,
}


@dataclass(frozen=True)
class Plan:
    """What to measure and how long."""

    queries: int
    seconds: float
    fused: bool


def measured(folder: Path, shared: Path, plan: Plan) -> dict[str, object]:
    """All figures of one library, in this process."""
    figures: dict[str, object] = {}
    settings = Settings(data=folder, meaning=False)
    with Library.open(settings) as library:
        asked = queries(library.store, plan.queries)
        figures["papers"] = library.store.count()
        figures["segments"] = library.search.status().segments
        for query in asked:
            library.search.find(query.ours, limit=SHOWN)
        figures["resident"] = resident(os.getpid())
        figures["index_bytes_a_paper"] = _index_bytes(folder) / library.store.count()
        peers = folder / "peers"
        peers.mkdir(exist_ok=True)
        bare, search = Bare(peers, library.store), library.search
        engines: dict[str, Engine] = {
            "tantivy-py": bare.rank,
            "lexical": lambda query: search.rank(query.ours, SHOWN),
        }
        with _with_meaning(folder, plan) as fused:
            if fused is not None:
                engines["fused"] = lambda query: fused.search.rank(query.ours, SHOWN)
                figures["resident_fused"] = resident(os.getpid())
            # Other queries than those that count: the order of the last 128 is kept by the reader's search.
            measure(engines, queries(library.store, 100, 3), 1)
            figures["ranking"] = ranked = measure(engines, asked)
    figures["ranking_ratio_p50"] = round(
        ranked["lexical"]["p50_ms"] / ranked["tantivy-py"]["p50_ms"], 2
    )
    figures["pages"] = served(folder, shared, plan, meaning=False)
    if plan.fused:
        figures["pages_fused"] = served(folder, shared, plan, meaning=True)
    return figures


@contextmanager
def _with_meaning(folder: Path, plan: Plan) -> Iterator[Library | None]:
    if not plan.fused:
        yield None
        return
    # in a process of its own, as `postil serve` has it: making vectors takes memory that serving does not
    command = [sys.executable, "-m", "postil", "--data", str(folder), "vectors"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with Library.open(Settings(data=folder)) as library:
        library.spaces.open()
        yield library


def served(folder: Path, shared: Path, plan: Plan, *, meaning: bool) -> dict[str, object]:
    """Pages over HTTP: one reader, eight at once, and one while papers are being added."""
    os.environ["POSTIL_MEANING"] = str(meaning)
    fresh = _paths(folder)
    with serving(folder) as (port, server):
        if meaning:
            time.sleep(10)  # what is loaded in the background
        _waited(port, islice(fresh, 50))
        figures: dict[str, object] = {"one": _summary(_waited(port, islice(fresh, plan.queries)))}
        figures["eight"] = at_once(port, fresh, plan.seconds)
        figures["eight, records"] = at_once(port, _as_records(fresh), plan.seconds)
        figures["resident"] = resident(server)
        if not meaning:
            figures["adding"] = while_adding(folder, shared, port, fresh, plan.queries)
    cores = os.cpu_count() or 1
    with serving(folder, cores) as (port, _):
        time.sleep(10)  # until all of them answer
        _waited(port, islice(fresh, 50 * cores))
        eight = f"eight, {cores} processes"
        figures[eight] = at_once(port, fresh, plan.seconds)
        figures[f"{eight}, records"] = at_once(port, _as_records(fresh), plan.seconds)
    return figures


def _paths(folder: Path) -> Iterator[str]:
    """Addresses of searches, all different, without end."""
    asked: set[str] = set()
    with SqliteStore.open(folder) as store:
        for seed in count(7):
            for query in queries(store, 2_000, seed):
                if query.ours not in asked:
                    asked.add(query.ours)
                    yield f"/search?{urlencode({'q': query.ours})}"


def _as_records(pages: Iterator[str]) -> Iterator[str]:
    """The same searches, answered with records as JSON in place of a page."""
    return (f"/api/v1{page}" for page in pages)


def _waited(port: int, paths: Iterable[str]) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    return [ask(connection, path)[0] for path in paths]


def at_once(port: int, fresh: Iterator[str], seconds: float) -> dict[str, float]:
    """Eight readers, each with a connection, each asking as soon as it has been answered."""
    took: list[float] = []
    shares = [list(islice(fresh, int(400 * seconds / CLIENTS))) for _ in range(CLIENTS)]
    began = time.perf_counter()

    def read(paths: Sequence[str]) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path in paths:
            if time.perf_counter() - began >= seconds:
                return
            took.append(ask(connection, path)[0])

    threads = [threading.Thread(target=read, args=(paths,)) for paths in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(took) / (time.perf_counter() - began)
    return {"searches_a_second": round(rate, 1)} | _summary(took)


def while_adding(
    folder: Path, shared: Path, port: int, fresh: Iterator[str], before: int
) -> dict[str, object]:
    """One reader before and while other processes, one after another, import papers that are new."""
    statistics = WordStatistics.of(shared, sample=4_000)
    idle = _waited(port, islice(fresh, before))
    busy: list[float] = []
    for _ in range(IMPORTS):
        lines = _new_papers(folder, statistics)
        command = [sys.executable, "-m", "postil", "--data", str(folder), "import", str(lines)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        busy += _waited(port, takewhile(lambda _, it=process: it.poll() is None, fresh))
    quiet, adding = _summary(idle), _summary(busy)
    return {
        "idle": quiet,
        "adding": adding,
        "pages_meanwhile": len(busy),
        "p99_over_idle": round(adding["p99"] / quiet["p99"], 2),
    }


def _new_papers(folder: Path, statistics: WordStatistics) -> Path:
    """A file of papers whose ids no library here has, nor any such file before it."""
    before = len(list(folder.glob("added-*")))
    lines = folder / f"added-{before}.jsonl"
    papers = Invention(statistics).papers(ADDED, ADDED_FROM + 10_000 * before)
    lines.write_bytes(b"".join(orjson.dumps(paper_record(paper)) + b"\n" for paper in papers))
    return lines


def _summary(values: Sequence[float]) -> dict[str, float]:
    return {f"p{s}": round(percentile(values, s / 100), 2) for s in (50, 95, 99)}


def resident(process: int) -> dict[str, float]:
    """Resident MiB of a process now and at the most; those of files the system may take back."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {name: round(int(found[key].split()[0]) / 1024, 1) for name, key in _ACCOUNTS}


def _index_bytes(folder: Path) -> float:
    return float(sum(p.stat().st_size for p in (folder / "index").glob("lexical-*/*")))


def library_of(size: str, arguments: argparse.Namespace) -> tuple[Path, dict[str, object]]:
    """The folder of one size, made where it is not there, and how it was made."""
    if size == "real":
        folder = Path(tempfile.mkdtemp(prefix="postil-scale-", dir=arguments.folder)) / "real"
        shutil.copytree(arguments.data, folder)
        with Library.open(Settings(data=folder, meaning=False)):
            return folder, {}
    folder = arguments.folder / f"invented-{size}"
    if folder.exists():
        return folder, {}
    return folder, made(folder, arguments.shared, int(size))


def main() -> None:
    """Read the arguments, make what is missing, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    scratch = Path(tempfile.gettempdir())
    shared = os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared")
    parser.add_argument("--papers", nargs="+", default=["real"])
    parser.add_argument("--folder", type=Path, default=scratch / "postil-scale")
    parser.add_argument("--data", type=Path, default=scratch / "postil-benchmark-data")
    parser.add_argument("--shared", type=Path, default=Path(shared))
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--fused", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.queries < FEWEST_QUERIES:
        parser.error(f"fewer than {FEWEST_QUERIES} queries would be answered from what is kept")
    plan = Plan(arguments.queries, arguments.seconds, arguments.fused)
    if arguments.measure:
        print(json.dumps(measured(arguments.measure, arguments.shared, plan)))
        return
    arguments.folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, object] = {"limits": LIMITS}
    for size in arguments.papers:
        folder, how = library_of(size, arguments)
        command = [sys.executable, __file__, *sys.argv[1:], "--measure", str(folder)]
        figures[size] = how | json.loads(subprocess.check_output(command))
        print(f"{size}: {json.dumps(figures[size])}", file=sys.stderr, flush=True)
        if size == "real":
            shutil.rmtree(folder.parent, ignore_errors=True)
    print(json.dumps(figures) if arguments.json else _table(figures))


def _table(figures: Mapping[str, object], indent: str = "") -> str:
    lines = []
    for name, value in figures.items():
        if isinstance(value, dict) and any(isinstance(inner, dict) for inner in value.values()):
            lines += [f"{indent}{name}", _table(value, indent + "  ")]
        else:
            lines.append(f"{indent}{name:24} {value}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
