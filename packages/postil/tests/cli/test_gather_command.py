"""`postil gather` against files and a server on loopback, the worked example of the documents among it."""

import importlib.util
import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from postil.cli import gather
from postil.cli.options import Invocation
from postil.errors import BadInput
from postil.harvest import outside
from postil.harvest.turn import Turn
from postil.library import Library
from postil.paper import Paper
from postil.paper_id import PaperId
from postil.settings import Settings
from postil.testing.clock import VirtualClock

DOCS = Path(__file__).parents[4] / "docs" / "postil"
ACL = b"""<collection id="2025.acl"><volume id="long"><meta><booktitle>Meeting X</booktitle></meta>
<paper id="1"><title>Forgetting Gates on Sparse Graphs</title>
<author><first>A.</first><last>Gomez</last></author><author><first>Li</first><last>Wei</last></author></paper>
<paper id="2"><title>Inverting a Matrix Twice</title></paper>%s</volume></collection>"""
FEED = """<rss version="2.0"><channel><title>数学札记</title><item><title>矩阵求逆</title>
<link>/archives/7</link><pubDate>Tue, 03 Mar 2026 08:00:00 +0800</pubDate>
<description>&lt;p&gt;求矩阵的逆&lt;/p&gt;</description></item></channel></rss>"""


class Blog(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = FEED.encode("gbk")
        self.send_response(200 if self.path == "/feed" else 404)
        self.send_header("Content-Type", "text/xml; charset=GBK")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def own_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take turns in a folder of the test, by a clock that does not wait."""
    turn = Turn(tmp_path / "turn", VirtualClock(datetime(2026, 3, 2, tzinfo=UTC)))
    monkeypatch.setattr(outside, "machine_turn", lambda house, clock: turn)
    monkeypatch.setattr("postil.clock.SystemClock.sleep", lambda self, seconds: None)


@pytest.fixture
def run(tmp_path: Path):
    app = typer.Typer()
    app.add_typer(gather.app, name="gather")

    @app.callback()
    def data(context: typer.Context) -> None:
        context.obj = Invocation(tmp_path / "data")

    def invoke(*words: str):
        return CliRunner().invoke(app, ["gather", *words])

    return invoke


def served(server: ThreadingHTTPServer) -> str:
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


@pytest.fixture
def blog() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Blog) as server:
        yield served(server)
        server.shutdown()


def test_a_file_of_the_anthology_joins_what_is_held(run, tmp_path):
    with Library.open(Settings(tmp_path / "data")) as library:
        held = Paper(
            PaperId.parse("2405.06147"),
            "Forgetting gates on sparse graphs",
            ("Ana Gómez", "Li Wei"),
        )
        library.store.put([held])
    file = tmp_path / "2025.acl.xml"
    file.write_bytes(ACL % b"")
    result = run("acl", str(file))
    assert result.exit_code == 0, result.output
    assert "1 pages read: 1 papers new, 1 changed, 0 held already." in result.output
    assert "1 of them are papers held from another archive" in result.output
    with Library.open(Settings(tmp_path / "data")) as library:
        assert library.papers.get("acl:2025.acl-long.1").id == held.id
        found = library.search.find("inverting matrix")
        assert [str(hit.id) for hit in found.papers] == ["acl:2025.acl-long.2"]


def test_what_could_not_be_read_is_told_and_the_status_is_1(run, tmp_path):
    file = tmp_path / "2025.acl.xml"
    file.write_bytes(ACL % b"<paper id='3'/>")
    result = run("acl", str(file), "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["added"] == 2
    assert told["rejected"] == [
        {"id": "acl:2025.acl-long.3", "reason": "the title is missing or empty"}
    ]


def test_a_weblog_is_found_by_its_words(run, blog, tmp_path):
    result = run("weblog", f"{blog}/feed", "--json")
    assert json.loads(result.stdout)["added"] == 1
    with Library.open(Settings(tmp_path / "data")) as library:
        (found,) = library.search.find("矩阵的逆").papers
        assert (found.title, found.venue) == ("矩阵求逆", "数学札记")


def test_a_source_that_gives_nothing_ends_with_one_line_and_status_1(run, blog):
    result = run("weblog", f"{blog}/no")
    assert result.exit_code == 1
    assert result.stderr.startswith("postil: 127.0.0.1")
    assert result.stderr.count("\n") == 1


def test_a_venue_that_is_none_is_bad_input(run):
    assert isinstance(run("openreview", "not a venue").exception, BadInput)


@pytest.fixture
def shop() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reviews_server", DOCS / "reviews_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_worked_example_works(run, shop, tmp_path):
    with shop.open_shop(0) as server:
        here = served(server)
        recipe = tmp_path / "reviews-recipe.toml"
        written = (DOCS / "reviews-recipe.toml").read_text("utf-8")
        assert "http://127.0.0.1:8765" in written
        recipe.write_text(written.replace("http://127.0.0.1:8765", here), "utf-8")
        table = tmp_path / "reviews.sqlite"
        result = run("pages", str(recipe), "--to", str(table))
        again = run("pages", str(recipe), "--to", str(table))
        server.shutdown()
    assert result.output == f"5 pages read: 93 rows added, 4 were there already; {table} has 93.\n"
    assert "complete already" in again.output
    connection = sqlite3.connect(table)
    rows = connection.execute("SELECT id, text, first_picture FROM rows ORDER BY id").fetchall()
    connection.close()
    assert len(rows) == shop.REVIEWS
    assert rows[5] == (700_005, "字迹清楚，纸也厚（第5位）", "//pictures.example/5.jpg")
