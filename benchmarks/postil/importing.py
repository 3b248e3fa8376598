"""Import speed and peak memory over all shared records: reading alone, the store alone, and with the index.

    python benchmarks/postil/importing.py [--data FOLDER] [--shared FOLDER] [--records N] [--json]

The shared folder (or POSTIL_SHARED, or ../shared beside the checkout) holds the real records. Every measure
runs in a process of its own, whose peak resident memory is reported. FOLDER, if it does not exist yet, gets
the library that was built. Reading and decoding the lines, without any of the work on them, is the floor.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from postil.harvest.importing import Imported, import_files
from postil.sources.lines import LineFile
from postil.sources.records import decode
from postil.store.sqlite import SqliteStore

FILES = ("arxiv-recent.jsonl.gz", "arxiv-archive-sample.jsonl.gz")
LIMITS = {"store": 8_000, "library": 3_000}
PEAK_LIMIT_MIB = 500
TITLES = {
    "floor": "read and decode only",
    "store": "into the store",
    "again": "into the store, again",
    "library": "into store and index",
}


def floor(files: Sequence[Path], folder: Path) -> dict[str, object]:
    """Decompress, cut into lines and decode, and keep nothing."""
    del folder
    return {"read": sum(1 for path in files for line in LineFile(path) if decode(line.data))}


def store(files: Sequence[Path], folder: Path) -> dict[str, object]:
    """Import without an index."""
    with SqliteStore.open(folder) as opened:
        imported = import_files(opened, files, rejects_folder=folder)
    return _tally(imported) | {"store_mib": _size(folder)}


def library(files: Sequence[Path], folder: Path) -> dict[str, object]:
    """Import as the command does: the index follows the store while the records go in."""
    from postil.cli.importing import import_and_index
    from postil.library import DateIs, Library
    from postil.settings import Settings

    with Library.open(Settings(data=folder)) as opened:
        imported = import_and_index(opened, [str(path) for path in files], DateIs.AUTO)
        behind = opened.search.status().behind
    return _tally(imported) | {"behind": behind, "index_mib": _size(folder / "index")}


MEASURES: dict[str, Callable[[Sequence[Path], Path], dict[str, object]]] = {
    "floor": floor,
    "store": store,
    "again": store,
    "library": library,
}


def _tally(imported: Imported) -> dict[str, object]:
    return {
        "read": imported.read,
        "added": imported.added,
        "unchanged": imported.unchanged,
        "rejected": imported.rejected,
    }


def _size(folder: Path) -> float:
    return round(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20, 1)


def measured(name: str, files: Sequence[Path], folder: Path) -> dict[str, object]:
    """One measure, in this process."""
    begun, worked = time.perf_counter(), time.process_time()
    found = MEASURES[name](files, folder)
    seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
    read = found["read"]
    assert isinstance(read, int)
    return found | {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "per_second": round(read / seconds),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


def everything(files: Sequence[Path], keep: Path | None) -> dict[str, object]:
    """All measures, each in a fresh process; `again` meets what `store` left."""
    root = Path(tempfile.mkdtemp(prefix="postil-importing-", dir=keep.parent if keep else None))
    figures: dict[str, object] = {}
    try:
        for name in MEASURES:
            folder = root / ("store" if name == "again" else name)
            command = [sys.executable, __file__, "--measure", name, str(folder), *map(str, files)]
            figures[name] = json.loads(subprocess.check_output(command))
        if keep and not keep.exists():
            (root / "library").rename(keep)
    finally:
        shutil.rmtree(root)
    return figures | {"limits": {"per_second": LIMITS, "peak_mib": PEAK_LIMIT_MIB}}


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures for a person."""
    lines = [
        f"{'':24}{'records':>9}{'seconds':>9}{'cpu s':>8}{'rec/s':>8}{'at least':>10}{'peak MiB':>10}"
    ]
    for name, title in TITLES.items():
        f = figures[name]
        lines.append(
            f"{title:24}{f['read']:>9,}{f['seconds']:>9}{f['cpu_seconds']:>8}{f['per_second']:>8,}"
            f"{LIMITS.get(name, ''):>10}{f['peak_mib']:>10}"
        )
    return "\n".join(lines)


def shortened(files: Sequence[Path], records: int, folder: Path) -> list[Path]:
    """The first `records` lines of each file, as files in `folder`."""
    made = []
    for path in files:
        made.append(folder / path.name.removesuffix(".gz"))
        with made[-1].open("wb") as file:
            file.writelines(line.data + b"\n" for line in islice(LineFile(path), records))
    return made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared")
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--records", type=int, help="only so many of each file")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        name, folder, *files = arguments.measure
        print(json.dumps(measured(name, [Path(f) for f in files], Path(folder))))
        return
    files = [Path(arguments.shared) / "data" / name for name in FILES]
    if missing := [path for path in files if not path.exists()]:
        raise SystemExit(f"No shared data: {missing[0]} is missing.")
    with tempfile.TemporaryDirectory() as short:
        if arguments.records:
            files = shortened(files, arguments.records, Path(short))
        figures = everything(files, arguments.data)
    print(json.dumps(figures, indent=2) if arguments.json else table(figures))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
