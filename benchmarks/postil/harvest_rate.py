"""How many records a second go from arXiv's replies into store and index, and what that leaves idle.

    python benchmarks/postil/harvest_rate.py [--shared FOLDER] [--records 50000] [--json]

FOLDER (or POSTIL_SHARED, or ../shared beside the checkout) holds the real records. They are written as pages
of 2,500 beforehand; reading, storing with the ledger and indexing are timed, as `postil harvest` does them.
"""

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from parsing import FILE, oai_page, raw_record

from postil.harvest.arriving import record_papers
from postil.library import Library
from postil.settings import Settings
from postil.sources.arxiv_oai import read_page
from postil.sources.lines import LineFile
from postil.sources.records import decode

PAGE = 2_500
INTERVAL = 3.0  # seconds from one request to the next at the most that arXiv allows
LIMITS = {"per_second": 3_000, "idle_share": 0.75}


def pages(shared: Path, records: int) -> list[bytes]:
    """Replies with so many real records."""
    found = [decode(line.data) for line in islice(LineFile(shared / "data" / FILE), records)]
    return [oai_page(found[at : at + PAGE], raw_record) for at in range(0, len(found), PAGE)]


def measured(replies: list[bytes], folder: Path) -> dict[str, float]:
    """Read, store and index them."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    with Library.open(Settings(data=folder)) as library:
        began, worked = time.perf_counter(), time.process_time()
        with library.following():
            for reply in replies:
                page = read_page(reply)
                with library.store.atomically():
                    record_papers(library.store, page.papers, now)
        library.search.catch_up()
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        held = library.store.count()
    processors = len(os.sched_getaffinity(0))
    return {
        "records": held,
        "seconds": round(seconds, 2),
        "per_second": round(held / seconds),
        "cpu_ms_a_record": round(1000 * cpu / held, 3),
        "idle_share": round(1 - PAGE * cpu / held / (INTERVAL * processors), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared")
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not (Path(arguments.shared) / "data" / FILE).exists():
        raise SystemExit(f"No shared data: {arguments.shared}/data/{FILE} is missing.")
    with tempfile.TemporaryDirectory() as folder:
        figures = measured(pages(Path(arguments.shared), arguments.records), Path(folder))
    print(json.dumps(figures | {"limits": LIMITS}, indent=2) if arguments.json else figures)


if __name__ == "__main__":
    main()
