"""`/ledger`, its JSON, and the button that lets the harvest rest."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from postil.harvest.state import HarvestState, write_state
from postil.paper_id import PaperId
from postil.store.ledger import FEED

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 2, day) for day in (2, 3, 4))


@pytest.fixture
def world(kept: Callable):
    """Monday whole with a late paper, Tuesday with two missing, on Wednesday before its list is due."""
    made = kept(datetime(2026, 2, 3, 17), "cs.LG+stat.ML")
    for name in ("cs.LG", "stat.ML"):
        made.hold([1, 2], MONDAY)
        made.read([1, 2], MONDAY, name)
    made.read([1, 2, 5], MONDAY, source=FEED, after=timedelta(hours=30))
    made.hold([5], MONDAY)
    made.hold([11], TUESDAY)
    made.read([11, 12, 13], TUESDAY)
    made.read([11], TUESDAY, "stat.ML")
    return made


def squares(html: str) -> dict[str, tuple[str, str]]:
    """Each day of the year with the name of its shape and its words."""
    pattern = r'<a class="(\w+)" href="/ledger\?day=([\d-]+)" title="([^"]*)" aria-label="([^"]*)"'
    found = re.findall(pattern, html)
    assert all(title == label for _, _, title, label in found)
    return {day: (mark, label) for mark, day, label, _ in found}


def rows(html: str) -> list[list[str]]:
    """The cells of the table, without markup."""
    table = html[html.index('<table class="tallies"') :].partition("</table>")[0]
    found = re.findall(r'<tr role="row">(.*?)</tr>', table, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_every_day_of_the_year_is_a_link_with_its_state_in_words(world) -> None:
    found = squares(world.page("/ledger"))
    assert len(found) == 365
    assert found["2026-02-02"] == ("complete", "Monday, 2 February 2026: complete, 3 of 3")
    assert found["2026-02-03"] == (
        "incomplete",
        "Tuesday, 3 February 2026: papers are missing, 1 of 3",
    )
    assert found["2026-02-04"] == ("ahead", "Wednesday, 4 February 2026: not yet announced")
    assert found["2026-01-30"][0] == "unknown"
    assert found["2026-02-01"][0] == "weekend"
    assert found["2026-01-20"] == (
        "holiday",
        "Tuesday, 20 January 2026: Martin Luther King Jr. Day",
    )


def test_today_is_marked_and_no_other_day(world) -> None:
    html = world.page("/ledger")
    assert re.findall(r'day=([\d-]+)"[^>]*aria-current="date"', html) == ["2026-02-03"]
    assert 'aria-current="date"' not in world.page("/ledger?year=2025")


def test_the_shapes_are_explained_and_counted(world) -> None:
    legend = re.search(r'<ul class="legend".*?</ul>', world.page("/ledger"), re.DOTALL)
    assert legend is not None
    for said in ("1 day complete", "1 day with papers missing", "8 holidays", "days to come"):
        assert said in legend[0]
    assert 'class="square incomplete"' in legend[0]


def test_the_year_is_summed_up_in_words(world) -> None:
    html = world.page("/ledger")
    assert "4 of 6 announced papers are held. 1 paper arrived late." in html
    assert "No list of arXiv’s was read" in world.page("/ledger?year=2025")


def test_the_newest_days_stand_first_with_all_that_is_known(world) -> None:
    head, tuesday, monday, *older = rows(world.page("/ledger"))
    assert head == "Day|announced|held|missing|arrived late|named by|complete since".split("|")
    assert tuesday[:4] == ["Tuesday, 3 February 2026", "3", "1", "2602.00012 2602.00013"]
    assert tuesday[6] == "–"
    assert monday[1:5] == ["3", "3", "0", "2602.00005"]
    assert monday[5] == "feed 3 , daily list 4"
    assert older[0] == [
        "Friday, 30 January 2026",
        "no list of this day was read, so completeness is not known",
    ]


def test_a_list_or_category_can_be_chosen(world) -> None:
    html = world.page("/ledger?categories=stat.ML")
    assert squares(html)["2026-02-03"][0] == "complete"
    assert 'value="stat.ML"' in html
    assert '<option value="cs.LG">' in html


def test_a_day_is_shown_list_by_list_with_links_to_what_is_missing(world) -> None:
    html = world.page("/ledger?day=2026-02-03")
    assert "1 of 3 held: 2 are missing" in html
    assert 'href="https://arxiv.org/abs/2602.00012"' in html
    assert html.count('scope="row"') == 2
    assert 'href="/arxiv?date=2026-02-03"' in html
    late = world.page("/ledger?day=2026-02-02")
    assert '<a href="/arxiv/2602.00005">2602.00005</a>' in late


def test_a_day_of_the_ledger_leads_to_its_neighbours_and_not_beyond_the_next_one(world) -> None:
    html = world.page("/ledger?day=2026-02-03")
    assert 'href="/ledger?day=2026-02-02"' in html
    assert 'href="/ledger?day=2026-02-04"' in html
    assert 'rel="next"' not in world.page("/ledger?day=2026-02-04")


def test_lists_that_were_not_read_on_a_day_are_named(kept: Callable) -> None:
    world = kept(datetime(2026, 2, 3, 17), "cs.LG+stat.ML")
    world.hold([1], TUESDAY)
    world.read([1], TUESDAY)
    assert "Not read on this day: stat.ML." in world.page("/ledger?day=2026-02-03")


def test_the_months_ids_name_gaps_as_ranges_and_what_arxiv_skipped(world) -> None:
    world.library.store.ledger.note_absence(
        PaperId("arxiv", "2602.00004"), "never assigned", world.clock.now()
    )
    html = world.page("/ledger")
    section = html[html.index('id="ids"') :]
    assert "4 of the 11 ids given out so far are held." in section
    assert "6 are neither held nor explained:" in section
    assert "2602.00003" in section
    assert re.search(
        r"2602\.00006</a>–<a [^>]*>2602\.00010</a> <span class=\"count\">\(5\)", section
    )
    assert "1 id that arXiv itself does not have" in section
    assert "never assigned" in section
    assert "No id of this month is held." in world.page("/ledger?month=2026-01")


def test_many_missing_ids_of_a_day_are_counted_in_the_year_and_named_on_the_day(world) -> None:
    world.read(list(range(20, 60)), TUESDAY)
    assert "and 36 more" in world.page("/ledger")
    assert world.page("/ledger?day=2026-02-03").count("https://arxiv.org/abs/2602.000") == 42


def test_the_harvest_says_what_it_does(world) -> None:
    assert "No harvest is running." in world.page("/ledger")
    now = world.clock.now()
    told = HarvestState(
        now,
        running=True,
        doing="reading <cs>",
        until=now + timedelta(hours=8),
        requests=1,
        papers=980,
    )
    write_state(world.library.store, told)
    html = world.page("/ledger")
    assert "Running." in html
    assert "reading &lt;cs&gt;" in html
    assert '<time datetime="2026-02-04T01:00:00Z">3 Feb, 20:00 ET</time>' in html
    assert "1 request · 980 papers added or changed" in html


def test_the_harvest_is_paused_and_goes_on_by_a_form(world) -> None:
    back = {"return": "/ledger?year=2026"}
    response = world.client.post("/harvest", data={"do": "pause", **back})
    assert (response.status_code, response.headers["location"]) == (303, "/ledger?year=2026")
    assert world.library.harvest.state().paused
    assert 'value="resume"' in world.page("/ledger")
    world.client.post("/harvest", data={"do": "resume"})
    assert not world.library.harvest.state().paused


def test_another_site_cannot_pause_the_harvest(world) -> None:
    response = world.client.post(
        "/harvest", data={"do": "pause"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403
    assert not world.library.harvest.state().paused


@pytest.mark.parametrize(
    ("sent", "status", "location"),
    [
        ({"do": "explode"}, 400, None),
        ({}, 400, None),
        ({"do": "resume", "return": "//evil.example"}, 303, "/ledger"),
    ],
)
def test_the_form_does_two_things_and_leads_nowhere_else(world, sent, status, location) -> None:
    response = world.client.post("/harvest", data=sent)
    assert (response.status_code, response.headers.get("location")) == (status, location)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/ledger?year=26", "is not a year"),
        ("/ledger?year=١٩٩٩", "is not a year"),
        ("/ledger?day=yesterday", "is not a day"),
        ("/ledger?month=2026-13", "is not a month"),
        ("/ledger?categories=cs.XY", "is not a category"),
        ("/arxiv?part=live&shown=many", "is not a number"),
    ],
)
def test_what_cannot_be_read_is_refused(world, path: str, said: str) -> None:
    for address in (path, path.replace("/ledger", "/api/v1/ledger")):
        response = world.client.get(address)
        assert response.status_code == 400
        assert said in response.text


def test_the_json_of_a_day_has_its_lists_and_ids(world) -> None:
    found = world.client.get("/api/v1/ledger?day=2026-02-03").json()
    assert (found["state"], found["announced"], found["held"]) == ("incomplete", 3, 1)
    assert found["missing"] == ["2602.00012", "2602.00013"]
    first = found["lists"][0]
    assert (first["list"], first["sources"]) == ("cs.LG", {"listing": 3})
    assert datetime.fromisoformat(first["first_seen"]) == datetime(2026, 2, 3, 1, 14, tzinfo=UTC)


def test_the_json_of_a_year_is_every_day_and_of_a_month_its_ids(world) -> None:
    year = world.client.get("/api/v1/ledger?year=2026&categories=stat.ML").json()
    assert len(year["days"]) == 365
    assert {d["day"]: d["state"] for d in year["days"]}["2026-02-03"] == "complete"
    month = world.client.get("/api/v1/ledger?month=2026-02").json()
    assert (month["held"], month["highest"]) == (4, 11)
    assert world.client.get("/api/v1/ledger").json()["day"] == "2026-02-03"


def test_a_page_in_view_learns_its_line_and_how_many_papers_came(world) -> None:
    (address,) = re.findall(r'data-live="([^"]+)"', world.page("/arxiv/cs.LG"))
    path = address.replace("&amp;", "&")
    assert '<div class="news" id="news" role="status">\n</div>' in world.page(path)
    world.hold([12, 13], TUESDAY)
    html = world.page(path)
    assert "<html" not in html
    assert "complete: 3 of 3" in html
    assert "2 more papers:" in html
    assert '<a href="/arxiv/cs.LG?date=2026-02-03">show</a>' in html


@pytest.mark.parametrize("page", ["/arxiv/cs.LG", "/"])
def test_a_page_in_view_learns_of_a_new_day(world, page: str) -> None:
    (address,) = re.findall(r'data-live="([^"]+)"', world.page(page))
    world.hold([21], WEDNESDAY)
    html = world.page(address.replace("&amp;", "&"))
    assert "A new day: Wednesday, 4 February 2026, 1 paper:" in html
    assert "date=2026-02-04" in html


def test_a_reader_of_an_old_day_is_not_told_of_a_day_that_was_there_already(world) -> None:
    (address,) = re.findall(r'data-live="([^"]+)"', world.page("/arxiv?date=2026-02-02"))
    assert "A new day" not in world.page(address.replace("&amp;", "&"))


def test_a_ledger_in_view_learns_that_it_changed(world) -> None:
    (address,) = re.findall(r'data-live="([^"]+)"', world.page("/ledger?year=2026"))
    path = address.replace("&amp;", "&")
    assert "The ledger has changed" not in world.page(path)
    world.hold([12], TUESDAY)
    html = world.page(path)
    assert 'The ledger has changed: <a href="/ledger?year=2026">show</a>' in html
    assert 'id="harvest-state"' in html
