"""How long suggestions take as a browser waits for them, letter by letter, and how soon they are right.

    python benchmarks/postil/suggestions.py --data FOLDER [--texts N] [--json]

FOLDER is a library of the shared records (search_latency.py makes one). The server runs in a process of its
own and one connection is kept open. Texts are drawn with a seed from the records: the beginning of a title,
the name of an author as it is and under `author:`, the name of a category in English and in Chinese, two
words of a title between quotation marks. Each text is typed letter by letter and the box's own request is
made for every letter, so that most are of beginnings that nobody has typed before. A title, a name or a
category counts as found at the letter from which it stays among the suggestions; `typed` is the share of
the text up to there. `cpu_ms` are of the processor alone, for the same letters within this process: on a
machine that does other things meanwhile, what is waited for says little.
"""

import random
import sys
import time
from collections.abc import Iterator
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlencode

from figures import tell
from pages import serving

from postil.categories import categories
from postil.library import Library
from postil.messages import catalogue
from postil.search.metrics import percentile
from postil.settings import Settings
from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore
from postil.text.markup import render_plain
from postil.web.suggestions import category_names

LIMIT_MS = 20.0
_LETTERS = 40


class Typed(NamedTuple):
    """What is typed, and what of an answer shows that it was understood; nothing where any answer will do."""

    kind: str
    text: str
    meant: str


def texts(store: Store, count: int, seed: int = 20261122) -> Iterator[Typed]:
    """Texts of every kind in turn, the same for a seed and a library."""
    draw = random.Random(seed)
    last, codes = store.last_change(), sorted(categories())
    chinese = catalogue("zh")
    made = 0
    while made < count:
        paper = next(iter(store.load([draw.randint(1, last)])), None)
        if paper is None or not paper.authors or not paper.title.isascii() or "$" in paper.title:
            continue
        code, name, words = draw.choice(codes), draw.choice(paper.authors), paper.title.split()
        at = draw.randrange(max(1, len(words) - 1))
        yield (
            Typed("title", render_plain(paper.title)[:_LETTERS], f'data-path="/arxiv/{paper.id}"'),
            Typed("author", name, name),
            Typed("author:", f'author:"{name}', name),
            Typed("category", categories()[code].name, f"cat:{code}"),
            Typed("category in Chinese", chinese.get(f"category.{code}", code), f"cat:{code}"),
            Typed("phrase", '"' + " ".join(words[at : at + 2]), ""),
        )[made % 6]
        made += 1


def ask(connection: HTTPConnection, text: str) -> tuple[float, str]:
    """Milliseconds as waited for, and the answer."""
    began = time.perf_counter()
    connection.request("GET", f"/search?{urlencode({'part': 'suggest', 'q': text})}")
    response = connection.getresponse()
    body = response.read()
    waited = (time.perf_counter() - began) * 1000
    if response.status != 200:
        sys.exit(f"{text!r} was answered with {response.status}.")
    return waited, unescape(body.decode())


def run(data: Path, count: int) -> dict[str, object]:
    """All figures."""
    with SqliteStore.open(data) as store:
        held, typed = store.count(), list(texts(store, count))
    times: dict[str, list[float]] = {}
    shares: dict[str, list[float]] = {}
    with serving(data) as (port, _):
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        ask(connection, "warm")
        for each in typed:
            seen = 0
            for letters in range(1, len(each.text) + 1):
                waited, answer = ask(connection, each.text[:letters])
                times.setdefault(each.kind, []).append(waited)
                if each.meant not in answer:
                    seen = letters
            if each.meant:
                found = seen < len(each.text)
                share = (seen + 1) / len(each.text) if found else float("inf")
                shares.setdefault(each.kind, []).append(share)
    every = [waited for kind in times.values() for waited in kind]
    return {
        "papers": held,
        "letters typed": len(every),
        "waited_ms": _summary(every),
        "cpu_ms": _summary(_processor_times(data, typed)),
        "waited_limit_ms": {"p99": LIMIT_MS},
        **{f"waited_ms, {kind}": _summary(waited) for kind, waited in times.items()},
        **{f"found, {kind}": _foundness(share) for kind, share in shares.items()},
        "index_octets_per_paper_for_suggestions": 0,
    }


def _processor_times(data: Path, typed: list[Typed]) -> list[float]:
    """Milliseconds of the processor that each letter takes, without the server and the page's lines."""
    times, names = [], category_names()
    with Library.open(Settings(data=data)) as library:
        library.help.suggest("warm", names)
        for each in typed:
            for letters in range(1, len(each.text) + 1):
                began = time.thread_time()
                library.help.suggest(each.text[:letters], names)
                times.append((time.thread_time() - began) * 1000)
    return times


def _summary(waited: list[float]) -> dict[str, float]:
    return {name: round(percentile(waited, p), 2) for name, p in (("p50", 0.5), ("p99", 0.99))} | {
        "max": round(max(waited), 2)
    }


def _foundness(shares: list[float]) -> dict[str, float]:
    """How many were found before the end, and what share of the letters the median one of them took."""
    found = [share for share in shares if share <= 1]
    return {
        "found": round(len(found) / len(shares), 3),
        "typed": round(median(found), 3) if found else 1.0,
    }


if __name__ == "__main__":
    tell(run, __doc__.splitlines()[0], "texts", 300)
