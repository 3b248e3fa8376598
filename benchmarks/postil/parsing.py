"""How fast arXiv's replies are read into papers, by one processor, for each of its interfaces.

    python benchmarks/postil/parsing.py [--shared FOLDER] [--records 2500] [--rounds 7] [--json]

FOLDER (or POSTIL_SHARED, or ../shared beside the checkout) holds the real records. They are written as arXiv
writes them (indented, wrapped, with two versions for every third paper), in one reply for each interface,
and read back. The fastest round counts, in processor time, so that other work on the machine matters little.
The XML parser alone, without any of the reading, is the floor.
"""

import argparse
import json
import os
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from postil.paper_id import PaperId
from postil.sources.arxiv_api import read_answer
from postil.sources.arxiv_feed import read_feed
from postil.sources.arxiv_listing import read_listing
from postil.sources.arxiv_oai import read_page
from postil.sources.lines import LineFile
from postil.sources.records import decode
from postil.sources.safe_xml import parse_xml

FILE = "arxiv-recent.jsonl.gz"
LIMITS = {"arXivRaw": 15_000, "arXiv": 15_000}
MOMENT = "%a, %d %b %Y %H:%M:%S GMT"
Record = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A reply of one interface, and how many papers its reader finds there."""

    name: str
    body: bytes
    read: Callable[[bytes], int]


def cases(records: list[Record]) -> list[Case]:
    """One reply of each interface with all the records in it."""
    asked = [PaperId.parse(record["id"]) for record in records]
    raw = oai_page(records, raw_record)
    return [
        Case("XML alone", raw, lambda body: len(list(parse_xml(body)[0])) - 1),  # type: ignore[index]
        Case("arXivRaw", raw, lambda body: len(read_page(body).papers)),
        Case("arXiv", oai_page(records, arxiv_record), lambda body: len(read_page(body).papers)),
        Case("listing", listing(records), lambda body: papers_of(read_listing(body))),
        Case("RSS feed", rss(records), lambda body: papers_of(read_feed(body))),
        Case("search API", atom(records), lambda body: len(read_answer(body, asked))),
    ]


def papers_of(page: Any) -> int:
    """How many entries of a list have their paper with them."""
    return sum(entry.paper is not None for entry in page.entries)


def wrapped(text: str) -> str:
    """Text as arXiv keeps it: lines of 80 characters, the later ones indented."""
    return escape("\n  ".join(textwrap.wrap(text, 78, break_long_words=False)), quote=False)


def moments(record: Record) -> list[datetime]:
    """When the versions arrived: times of day are made up from the id, days are the record's."""
    random = Random(record["id"])
    first = datetime.combine(date.fromisoformat(record["date"]), datetime.min.time())
    first += timedelta(seconds=random.randrange(86_400))
    return [first, first + timedelta(days=9, seconds=77)] if random.random() < 1 / 3 else [first]


def oai_page(records: list[Record], form: Callable[[Record], str]) -> bytes:
    """A page of OAI-PMH records."""
    text = "".join(
        f"        <record>\n    <header>\n        <identifier>oai:arXiv.org:{record['id']}</identifier>\n"
        f"        <datestamp>{record['date']}</datestamp>\n"
        + "".join(f"            <setSpec>x:{c}</setSpec>\n" for c in record["categories"])
        + f"    </header>\n            <metadata>\n{form(record)}            </metadata>\n        </record>\n"
        for record in records
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">\n'
        f"    <ListRecords>\n{text}        <resumptionToken>more</resumptionToken>\n    </ListRecords>\n"
        "</OAI-PMH>\n"
    ).encode()


def raw_record(record: Record) -> str:
    """The form that has every version."""
    versions = "".join(
        f'            <version version="v{number}">\n                <date>{at.strftime(MOMENT)}</date>\n'
        "                <size>912kb</size>\n                <source_type>D</source_type>\n"
        "            </version>\n"
        for number, at in enumerate(moments(record), start=1)
    )
    authors = wrapped(", ".join(record["authors"]))
    return (
        '    <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">\n'
        f"        <id>{record['id']}</id>\n        <submitter>{wrapped(record['authors'][0])}</submitter>\n"
        f"{versions}        <title>{wrapped(record['title'])}</title>\n        <authors>{authors}</authors>\n"
        f"{rest(record)}    </arXivRaw>\n"
    )


def arxiv_record(record: Record) -> str:
    """The form that has names in parts."""
    names = [name.rpartition(" ") for name in record["authors"]]
    authors = "".join(
        f"<author>\n<keyname>{wrapped(last)}</keyname>\n<forenames>{wrapped(first)}</forenames>\n</author>\n"
        for first, _, last in names
    )
    return (
        f'    <arXiv xmlns="http://arxiv.org/OAI/arXiv/">\n        <id>{record["id"]}</id>\n'
        f"        <created>{record['date']}</created>\n        <authors>\n{authors}        </authors>\n"
        f"        <title>{wrapped(record['title'])}</title>\n{rest(record)}    </arXiv>\n"
    )


def rest(record: Record) -> str:
    """What both forms of OAI-PMH have alike."""
    comment = wrapped(record.get("comment") or "12 pages, 3 figures")
    return (
        f"        <categories>{' '.join(record['categories'])}</categories>\n"
        f"        <comments>{comment}</comments>\n"
        "        <license>http://creativecommons.org/licenses/by/4.0/</license>\n"
        f"        <abstract>  {wrapped(record['abstract'])}\n</abstract>\n"
    )


def listing(records: list[Record]) -> bytes:
    """A day's list, everything new."""
    items = "".join(
        f'<dt>\n<a name=\'item{n}\'>[{n}]</a>\n<a href ="/abs/{r["id"]}" title="Abstract" id="{r["id"]}">\n'
        f'arXiv:{r["id"]}\n</a>\n[<a href="/pdf/{r["id"]}" title="Download PDF">pdf</a>]\n</dt>\n<dd>\n'
        f"<div class='meta'>\n<div class='list-title mathjax'><span class='descriptor'>Title:</span>\n"
        f"{wrapped(r['title'])}\n</div>\n<div class='list-authors'>"
        + ", ".join(f'<a href="/search/?query=x">{wrapped(name)}</a>' for name in r["authors"])
        + "</div>\n<div class='list-subjects'><span class='descriptor'>Subjects:</span>\n"
        + "; ".join(f"Name of it ({code})" for code in r["categories"])
        + f"\n</div>\n<p class='mathjax'>\n{wrapped(r['abstract'])}\n</p>\n</div>\n</dd>\n"
        for n, r in enumerate(records, start=1)
    )
    count = len(records)
    return (
        "<!DOCTYPE html>\n<html><head><title>List</title></head><body>\n"
        f"<h3>Showing new listings for Tuesday, 3 February 2026</h3>\nTotal of {count} entries\n"
        f"<dl id='articles'>\n<h3>New submissions (showing {count} of {count} entries)</h3>\n{items}</dl>\n"
        "</body></html>\n"
    ).encode()


def rss(records: list[Record]) -> bytes:
    """The feed of a day, everything new."""
    items = "".join(
        f"    <item>\n      <title>{wrapped(r['title'])}</title>\n      <link>https://arxiv.org/abs/{r['id']}</link>\n"
        f"      <description>arXiv:{r['id']}v1 Announce Type: new \n"
        f"Abstract: {wrapped(r['abstract'])}</description>\n"
        f'      <guid isPermaLink="false">oai:arXiv.org:{r["id"]}v1</guid>\n'
        + "".join(f"      <category>{code}</category>\n" for code in r["categories"])
        + "      <arxiv:announce_type>new</arxiv:announce_type>\n"
        f"      <dc:creator>{wrapped(', '.join(r['authors']))}</dc:creator>\n    </item>\n"
        for r in records
    )
    return (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'version="2.0">\n<channel>\n<title>List</title>\n<pubDate>Tue, 03 Feb 2026 00:00:00 -0500</pubDate>\n'
        f"{items}</channel>\n</rss>\n"
    ).encode()


def atom(records: list[Record]) -> bytes:
    """The search API's answer; one of so many is never asked for, but its speed is the same."""
    entries = "".join(
        f"  <entry>\n    <id>http://arxiv.org/abs/{r['id']}v1</id>\n"
        f"    <title>{wrapped(r['title'])}</title>\n"
        f"    <updated>{r['date']}T10:00:00Z</updated>\n    <summary>{wrapped(r['abstract'])}</summary>\n"
        + "".join(f'    <category term="{code}"/>\n' for code in r["categories"])
        + f"    <published>{r['date']}T10:00:00Z</published>\n"
        + "".join(
            f"    <author>\n      <name>{wrapped(n)}</name>\n    </author>\n" for n in r["authors"]
        )
        + "  </entry>\n"
        for r in records
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">\n{entries}</feed>\n'.encode()


def measured(case: Case, count: int, rounds: int) -> dict[str, object]:
    """One interface."""
    if (found := case.read(case.body)) != count:
        raise SystemExit(f"{case.name}: {found} of {count} papers were read.")
    seconds = []
    for _ in range(rounds):
        begun = time.process_time()
        case.read(case.body)
        seconds.append(time.process_time() - begun)
    return {
        "records": count,
        "mib": round(len(case.body) / 2**20, 1),
        "microseconds": round(min(seconds) / count * 1e6, 1),
        "per_second": round(count / min(seconds)),
    }


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures for a person."""
    lines = [f"{'':14}{'records':>9}{'MiB':>7}{'µs/rec':>9}{'rec/s':>9}{'at least':>10}"]
    for name, f in figures.items():
        limit = f"{LIMITS[name]:,}" if name in LIMITS else ""
        lines.append(
            f"{name:14}{f['records']:>9,}{f['mib']:>7}{f['microseconds']:>9}{f['per_second']:>9,}{limit:>10}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = os.environ.get("POSTIL_SHARED", Path(__file__).parents[3] / "shared")
    parser.add_argument("--shared", type=Path, default=default)
    parser.add_argument("--records", type=int, default=2_500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    path = Path(arguments.shared) / "data" / FILE
    if not path.exists():
        raise SystemExit(f"No shared data: {path} is missing.")
    with LineFile(path) as file:
        records = [decode(line.data) for line in islice(file, arguments.records)]
    figures = {case.name: measured(case, len(records), arguments.rounds) for case in cases(records)}
    print(
        json.dumps(figures | {"limits": {"per_second": LIMITS}}, indent=2)
        if arguments.json
        else table(figures)
    )


if __name__ == "__main__":
    main()
