"""`postil ledger` over a library with a whole day, one with papers missing and a late paper."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import typer
from typer.testing import CliRunner

from postil.cli.ledger import ledger
from postil.cli.options import Invocation
from postil.errors import BadCategory, BadDate
from postil.harvest.calendar import arxiv_calendar
from postil.library import Library
from postil.paper import Announcement, AnnouncementKind, Paper
from postil.paper_id import PaperId
from postil.settings import Settings
from postil.store.ledger import FEED, LISTING, Sighting

MONDAY, TUESDAY = date(2026, 2, 2), date(2026, 2, 3)
NEW = AnnouncementKind.NEW


def ids(*serials):
    return [PaperId("arxiv", f"2602.{n:05}") for n in serials]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Monday: two of two held, one of them late. Tuesday: one of three."""
    data = tmp_path_factory.mktemp("data")
    (data / "postil.toml").write_text('lists = "cs.LG"\n', "utf-8")
    with Library.open(Settings.load(data, {})) as library:
        for day, listed, held in ((MONDAY, ids(1, 2), ids(1)), (TUESDAY, ids(3, 4, 5), ids(3))):
            due = arxiv_calendar().due(day)
            announced = (Announcement(day),)
            library.store.put(
                [Paper(i, f"Paper {i}", categories=("cs.LG",), announced=announced) for i in held]
            )
            entries = [(i, NEW) for i in listed]
            read = due + timedelta(minutes=14)
            library.store.ledger.record(
                Sighting(day, "cs.LG", LISTING, read, entries, {NEW: len(listed)})
            )
            library.store.ledger.record(Sighting(day, "cs.LG", FEED, read, entries[:1]))
        library.store.put(
            [Paper(i, "A late paper", announced=(Announcement(MONDAY),)) for i in ids(2)]
        )
        library.store.ledger.settle(datetime(2026, 2, 4, 1, 30, tzinfo=UTC))
    return data


@pytest.fixture
def run(folder):
    app = typer.Typer()

    @app.callback()
    def data(context: typer.Context) -> None:
        context.obj = Invocation(folder)

    app.command("ledger")(ledger)

    def invoke(*arguments):
        done = CliRunner().invoke(app, ["ledger", *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return invoke


def row(text, start):
    """The cells of the line that begins with `start`."""
    line = next(line for line in text.splitlines() if line.startswith(start))
    return [cell for cell in line.split("  ") if cell.strip()]


def test_a_year_is_a_table_of_days_and_a_sum(run):
    text = run("--year", "2026").stdout
    said = [cell.strip() for cell in row(text, "Mon 2026-02-02")]
    assert said == [
        "Mon 2026-02-02",
        "complete",
        "2",
        "2",
        "-",
        "2602.00002",
        "2026-02-03 20:30 ET",
    ]
    said = [cell.strip() for cell in row(text, "Tue 2026-02-03")]
    assert said[1:5] == ["incomplete", "3", "1", "2602.00004 2602.00005"]
    assert "3 of 5 announced papers held; 1 arrived late." in text
    assert "Martin Luther King Jr. Day" in text
    assert "2026-02-01" not in text  # a Sunday


def test_a_day_is_shown_list_by_list(run):
    text = run("--day", "2026-02-03").stdout
    assert text.startswith("Tuesday 2026-02-03: incomplete, 1 of 3 held\n")
    said = [cell.strip() for cell in row(text, "cs.LG")]
    assert said == ["cs.LG", "3", "1", "2602.00004 2602.00005", "-", "feed 1, listing 3", "-"]


def test_a_day_without_lists_says_why(run):
    assert run("--day", "2026-02-01").stdout == "Sunday 2026-02-01: no list\n"
    holiday = run("--day", "2026-11-27").stdout
    assert holiday == "Friday 2026-11-27: holiday (Thanksgiving)\n"


def test_no_id_is_cut_short_in_a_narrow_terminal(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    assert "2602.00004 2602.00005" in run("--day", "2026-02-03").stdout


def test_json_has_the_same_numbers(run):
    day = json.loads(run("--day", "2026-02-03", "--json").stdout)
    assert (day["state"], day["announced"], day["held"]) == ("incomplete", 3, 1)
    assert day["lists"][0]["sources"] == {"feed": 1, "listing": 3}
    year = json.loads(run("--year", "2026", "--json").stdout)
    states = {found["day"]: found["state"] for found in year["days"]}
    assert (states["2026-02-02"], states["2026-02-03"]) == ("complete", "incomplete")


def test_without_options_the_newest_days_are_shown(run):
    assert len(run().stdout.splitlines()) <= 1 + 10 + 2


def test_categories_narrow_it(run):
    year = json.loads(run("math.NA", "--year", "2026", "--json").stdout)
    assert {found["state"] for found in year["days"]}.isdisjoint({"complete", "incomplete"})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--day", "soon"], BadDate),
        (["--day", "0001-01-01"], BadDate),
        (["--year", "26"], BadDate),
        (["cs.XY"], BadCategory),
    ],
)
def test_what_cannot_be_read_is_refused(run, arguments, error):
    with pytest.raises(error):
        run(*arguments)
