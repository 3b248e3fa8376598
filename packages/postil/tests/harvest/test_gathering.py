"""Gathering over real HTTP from a local server: whole, polite by a virtual clock, and able to go on."""

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from postil.errors import BadFile, BadInput, PostilError
from postil.harvest.calendar import arxiv_calendar
from postil.harvest.door import Missing, Refused
from postil.harvest.gather_service import Gather, house_of
from postil.harvest.gathered import GatheredRows, Gathering
from postil.harvest.outside import Outside
from postil.harvest.turn import Turn
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.settings import Settings
from postil.store.sqlite import SqliteStore
from postil.testing.clock import VirtualClock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
Answer = tuple[int, dict[str, str], bytes]


class Site:
    """A server on loopback; `answer` gets the path and the query, `asked` keeps both with the moment."""

    def __init__(self, clock: VirtualClock) -> None:
        self.answer: Callable[[str, dict[str, str]], Answer] = lambda path, query: (404, {}, b"")
        self.asked: list[tuple[datetime, str, dict[str, str]]] = []
        self.trouble: list[Answer] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                site.asked.append((clock.now(), parts.path, query))
                found = site.trouble.pop(0) if site.trouble else site.answer(parts.path, query)
                status, headers, body = found
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def waits(self) -> list[float]:
        """Seconds of the virtual clock between one request and the next."""
        times = [moment for moment, _, _ in self.asked]
        return [(b - a).total_seconds() for a, b in pairwise(times)]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def site(clock: VirtualClock) -> Iterator[Site]:
    opened = Site(clock)
    yield opened
    opened.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def gather(store: SqliteStore, clock: VirtualClock, tmp_path: Path) -> Gather:
    outside = Outside(clock, arxiv_calendar(), turn=Turn(tmp_path / "turn", clock))
    return Gather(store, Settings(tmp_path / "data", contact="me@example.org"), outside)


def ids(store: SqliteStore) -> list[str]:
    return [str(paper.id) for paper in store.papers()]


def note(number: int) -> dict[str, Any]:
    forum = f"forum{number:05}"
    content = {
        "title": {"value": f"Forgetting gates, chapter {number}"},
        "authors": {"value": ["Ana G."]},
    }
    return {"id": forum, "forum": forum, "tcdate": 1_740_787_200_000 + number, "content": content}


class Notes:
    """A venue at OpenReview that gives at most `most` notes at once, whatever it is asked for."""

    def __init__(self, count: int, most: int, tell: bool = True) -> None:
        self._notes, self._most, self._tell = [note(n) for n in range(count)], most, tell

    def __call__(self, path: str, query: dict[str, str]) -> Answer:
        assert (path, query["content.venueid"], query["limit"]) == ("/notes", "X.cc/2025", "1000")
        start = int(query["offset"])
        page: dict[str, Any] = {"notes": self._notes[start : start + self._most]}
        if self._tell:
            page["count"] = len(self._notes)
        return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()


@pytest.mark.parametrize("tell", [True, False])
def test_a_venue_is_gathered_whole_whatever_a_page_holds(gather, site, store, tell):
    site.answer = Notes(25, 10, tell)
    gathered = gather.openreview("X.cc/2025", site.base)
    assert (gathered.pages, gathered.written.added) == (3 + (not tell), 25)
    assert ids(store) == [f"openreview:forum{n:05}" for n in range(25)]
    again = gather.openreview("X.cc/2025", site.base)
    assert (again.written.unchanged, again.resumed) == (25, False)


def test_requests_keep_their_distance_across_runs_too(gather, site):
    site.answer = Notes(25, 5)
    gather.openreview("X.cc/2025", site.base)
    gather.openreview("X.cc/2025", site.base)
    assert len(site.waits) == 9
    assert min(site.waits) >= 3.0


def test_openreview_is_left_alone_until_it_says(gather, site, store):
    site.answer = Notes(3, 10)
    until = (START + timedelta(minutes=40)).isoformat().replace("+00:00", "Z")
    body = json.dumps({"name": "RateLimitError", "status": 429, "details": {"resetTime": until}})
    site.trouble = [(429, {}, body.encode())]
    said: list[Gathering] = []
    gather.openreview("X.cc/2025", site.base, said.append)
    assert len(ids(store)) == 3
    (wait,) = site.waits
    assert 40 * 60 <= wait <= 50 * 60
    assert "429" in said[0].trouble
    assert said[-1] == Gathering(1, 3, 3)


@pytest.mark.parametrize(
    "trouble",
    [
        (500, {}, b"oops"),
        (200, {}, b"<html>wait</html>"),
        (200, {}, b'{"notes": [], "count": 25}'),  # an empty page before the end
        (200, {}, b'{"notes": [{"id": '),
    ],
)
def test_passing_trouble_is_asked_again(gather, site, store, trouble):
    site.answer = Notes(25, 10)
    site.trouble = [trouble, trouble]
    assert gather.openreview("X.cc/2025", site.base).written.added == 25
    assert min(site.waits) >= 3.0


def test_lasting_trouble_ends_with_a_word_and_the_next_run_goes_on(gather, site, store):
    notes = Notes(25, 10)
    site.answer = lambda path, query: (
        (500, {}, b"") if query["offset"] == "20" else notes(path, query)
    )
    with pytest.raises(Refused, match=r"500.* kept: run the same command later"):
        gather.openreview("X.cc/2025", site.base)
    assert len(ids(store)) == 20
    assert len(site.asked) == 2 + 5
    site.asked.clear()
    site.answer = notes
    gathered = gather.openreview("X.cc/2025", site.base)
    assert (gathered.resumed, gathered.written.added, len(site.asked)) == (True, 5, 1)


@pytest.mark.parametrize(("status", "error"), [(404, Missing), (403, Refused), (401, Refused)])
def test_what_is_refused_for_good_is_not_asked_again(gather, site, status, error):
    site.trouble = [(status, {}, b"")]
    with pytest.raises(error):
        gather.openreview("X.cc/2025", site.base)
    assert len(site.asked) == 1


COLLECTION = b"""<collection id="2025.acl"><volume id="long"><meta><booktitle>Meeting X</booktitle>
<year>2025</year></meta>
<paper id="1"><title>Forgetting Gates on Sparse Graphs</title><author><first>A.</first><last>Gomez</last>
</author><author><first>Li</first><last>Wei</last></author></paper>
<paper id="2"><title>Another Matter</title><author><first>Eva</first><last>Neu</last></author></paper>
<paper id="3"/></volume></collection>"""
HELD = Paper(
    PaperId.parse("2405.06147"), "Forgetting gates on sparse graphs", ("Ana Gómez", "Li Wei")
)


@pytest.mark.parametrize("remote", [True, False])
def test_the_anthology_joins_what_is_held(gather, site, store, tmp_path, remote):
    store.put([HELD])
    site.answer = lambda path, query: (200, {}, COLLECTION)
    file = tmp_path / "2025.acl.xml"
    file.write_bytes(COLLECTION)
    gathered = gather.acl(f"{site.base}/2025.acl.xml" if remote else str(file))
    assert (gathered.written.added, gathered.written.changed, gathered.joined) == (1, 1, 1)
    assert [r.id for r in gathered.rejected] == ["acl:2025.acl-long.3"]
    assert ids(store) == ["2405.06147", "acl:2025.acl-long.2"]
    (found,) = store.get([PaperId.parse("acl:2025.acl-long.1")]).values()
    assert (found.id, found.venue) == (HELD.id, "Meeting X")
    assert len(site.asked) == remote


def test_a_file_that_is_not_there_is_told(gather, tmp_path):
    with pytest.raises(BadFile, match="cannot be read"):
        gather.acl(str(tmp_path / "no.xml"))


def feed(site: Site, number: int, following: str) -> bytes:
    link = f'<link rel="next" href="{following}"/>' if following else ""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>数学札记</title>{link}<entry><title>第{number}篇</title>'
        f'<link href="/archives/{number}"/><content>求矩阵的逆</content></entry></feed>'
    ).encode()


def test_a_weblog_is_gathered_with_its_older_parts_and_no_further(gather, site, store):
    nexts = {"/feed": "/feed/2", "/feed/2": "/feed/3", "/feed/3": "/feed"}
    numbers = {"/feed": 3, "/feed/2": 2, "/feed/3": 1}
    site.answer = lambda path, _: (200, {}, feed(site, numbers[path], nexts[path]))
    gathered = gather.weblog(f"{site.base}/feed")
    assert (gathered.pages, gathered.written.added) == (3, 3)
    house = site.base.removeprefix("http://").replace(":", "%3A")
    assert ids(store) == [f"web:{house}/archives/{n}" for n in (1, 2, 3)]
    assert min(site.waits) >= 3.0


RECIPE = """
url = "{base}/list?page={{page}}&callback=jsonp{{page}}"
rows = "rateDetail.rateList[]"
key = ["id"]
pause = {pause}
[pages]
{pages}
[columns]
id = "id"
text = "rateContent"
"""


class Reviews:
    """Pages of five reviews in GBK and JSONP; beyond the end the last page again where `over` says so."""

    def __init__(self, last: int, over: bool = False) -> None:
        self._last, self._over = last, over

    def __call__(self, path: str, query: dict[str, str]) -> Answer:
        page = int(query["page"])
        here = min(page, self._last) if self._over else page
        rows = [{"id": 10 * here + n, "rateContent": f"第{here}页，很好"} for n in range(5)]
        detail = {
            "rateList": rows if here <= self._last else [],
            "paginator": {"lastPage": self._last},
        }
        body = f"{query['callback']}({json.dumps({'rateDetail': detail}, ensure_ascii=False)})"
        return 200, {"Content-Type": "text/html;charset=GBK"}, body.encode("gbk")


@pytest.fixture
def recipe(tmp_path: Path, site: Site) -> Callable[..., Path]:
    def write(pages: str, pause: float = 1) -> Path:
        path = tmp_path / "recipe.toml"
        path.write_text(RECIPE.format(base=site.base, pages=pages, pause=pause))
        return path

    return write


TO_THE_END = 'last_at = "rateDetail.paginator.lastPage"'


@pytest.mark.parametrize(
    ("pages", "over", "counts"),
    [
        (TO_THE_END, False, (4, 20)),
        ("last = 3", False, (3, 15)),
        ("first = 2\nlast = 3", False, (2, 10)),
        ("last = 9", False, (5, 20)),  # the fifth page is empty
        ("", False, (5, 20)),
        ("", True, (5, 20)),  # the fifth is the fourth again
    ],
)
def test_pages_fill_a_table_to_their_end(gather, site, recipe, tmp_path, pages, over, counts):
    site.answer = Reviews(4, over)
    gathered = gather.pages(recipe(pages), tmp_path / "t.jsonl")
    assert (len(site.asked), gathered.rows) == counts
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text("utf-8").splitlines()]
    assert len({line["id"] for line in lines}) == len(lines) == counts[1]
    assert lines[-1]["text"].endswith("页，很好")


def test_a_finished_table_asks_for_nothing(gather, site, recipe, tmp_path):
    site.answer = Reviews(2)
    gather.pages(recipe(TO_THE_END), tmp_path / "t.csv")
    site.asked.clear()
    assert gather.pages(recipe(TO_THE_END), tmp_path / "t.csv") == GatheredRows(0, 0, 0, 10, True)
    assert site.asked == []


def test_a_longer_pause_is_kept(gather, site, recipe, tmp_path):
    site.answer = Reviews(5)
    gather.pages(recipe(TO_THE_END, pause=7.5), tmp_path / "t.csv")
    assert min(site.waits) >= 7.5


def test_an_empty_page_in_the_middle_is_asked_again_and_else_ends_with_a_word(
    gather, site, recipe, tmp_path
):
    empty = b'cb({"rateDetail": {"rateList": [], "paginator": {"lastPage": 3}}})'
    site.answer, site.trouble = Reviews(3), [(200, {}, empty)]
    assert gather.pages(recipe(TO_THE_END), tmp_path / "a.csv").rows == 15
    site.trouble = [(200, {}, empty)] * 5
    with pytest.raises(PostilError, match=r"Page 1 of 3 has no rows\. .* goes on"):
        gather.pages(recipe(TO_THE_END), tmp_path / "b.csv")


def test_a_page_for_people_says_that_it_may_ask_for_a_login(gather, site, recipe, tmp_path):
    site.answer = lambda path, query: (200, {}, b"<html><title>Log in</title></html>")
    with pytest.raises(PostilError, match="login"):
        gather.pages(recipe(TO_THE_END), tmp_path / "t.csv")


def test_a_recipe_that_cannot_be_read_is_told(gather, tmp_path):
    with pytest.raises(BadFile, match="recipe"):
        gather.pages(tmp_path / "no.toml", tmp_path / "t.csv")
    with pytest.raises(BadInput):
        gather.weblog("example.org/feed")


@pytest.mark.parametrize(
    ("url", "house"),
    [
        ("https://api2.openreview.net/notes", "openreview.net"),
        ("https://api.openreview.net", "openreview.net"),
        ("https://rss.arxiv.org/atom/cs", "arxiv"),  # its harvest's own turn
        ("https://arxiv.org", "arxiv"),
        ("https://notarxiv.org", "notarxiv.org"),
        ("http://127.0.0.1:8000/x", "127.0.0.1-8000"),
        ("http://[::1]:8000/x", "---1--8000"),
    ],
)
def test_hosts_of_one_owner_share_a_turn(url, house):
    assert house_of(url) == house


KILLED = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from postil.clock import SystemClock
from postil.harvest import gather_service
from postil.harvest.calendar import arxiv_calendar
from postil.harvest.http import HttpTransport
from postil.harvest.outside import Outside
from postil.settings import Settings
from postil.store.sqlite import SqliteStore
from postil.testing.clock import VirtualClock

class Straight:
    def get(self, url):
        return HttpTransport().fetch(url, {})

what, base, folder, recipe, table = sys.argv[1:]
gather_service.Gather._door = lambda self, url: Straight()
clock = VirtualClock(datetime(2026, 3, 2, tzinfo=UTC))
with SqliteStore.open(Path(folder)) as store:
    gather = gather_service.Gather(store, Settings(Path(folder)), Outside(clock, arxiv_calendar()))
    print("open", flush=True)
    if what == "papers":
        gather.openreview("X.cc/2025", base)
    else:
        gather.pages(Path(recipe), Path(table))
"""


@pytest.mark.parametrize("what", ["papers", ".csv", ".sqlite"])
def test_killed_at_any_point_it_goes_on_with_at_most_one_page_again(site, tmp_path, recipe, what):
    pages, kills, dice = 24, 5, random.Random(7)
    site.answer = Notes(pages * 3, 3) if what == "papers" else Reviews(pages)
    folder, table = tmp_path / "killed", tmp_path / f"t{what}"
    command = [
        sys.executable,
        "-c",
        KILLED,
        what,
        site.base,
        str(folder),
        str(recipe(TO_THE_END)),
        str(table),
    ]
    for _ in range(kills):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        already, more = len(site.asked), dice.randint(0, 6)
        while len(site.asked) < already + more and process.poll() is None:
            time.sleep(0.001)
        time.sleep(dice.random() * 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert pages <= len(site.asked) <= pages + kills
    if what == "papers":
        with SqliteStore.open(folder) as store:
            assert ids(store) == [f"openreview:forum{n:05}" for n in range(pages * 3)]
    elif what == ".csv":
        lines = table.read_text("utf-8").splitlines()
        assert [line.partition(",")[0] for line in lines[1:]] == [
            str(10 * page + n) for page in range(1, pages + 1) for n in range(5)
        ]
