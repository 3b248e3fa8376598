"""The feeds of a day, in both forms."""

from datetime import date
from pathlib import Path

import pytest

from postil.paper import AnnouncementKind
from postil.sources.arxiv_feed import feed_url, read_feed
from postil.sources.exchange import BadReply, DayPage

NEW, CROSS, REPLACE = AnnouncementKind
SAMPLES = Path(__file__).parent / "arxiv_samples"
RSS = (SAMPLES / "rss.xml").read_bytes()
ATOM = (SAMPLES / "atom.xml").read_bytes()
ITEMS = RSS[RSS.index(b"    <item>") : RSS.index(b"  </channel>")]


def test_one_address_asks_for_several_lists() -> None:
    assert (
        feed_url("https://rss.example", ["cs.LG", "math"]) == "https://rss.example/rss/cs.LG+math"
    )
    assert feed_url("https://rss.example", ["hep-th"], "atom") == "https://rss.example/atom/hep-th"


def test_every_announce_type_has_its_kind_and_every_entry_its_version() -> None:
    page = read_feed(RSS)
    assert [(str(entry.id), entry.kind, entry.version) for entry in page.entries] == [
        ("2602.00017", NEW, 1),
        ("math/0309136", CROSS, 2),
        ("2511.01234", REPLACE, 3),
        ("2511.01235", REPLACE, 2),
    ]
    assert page.claimed == {}
    assert page.next_page is None


@pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
def test_an_entry_tells_of_its_paper(feed: bytes) -> None:
    paper = read_feed(feed).entries[0].paper
    assert paper is not None
    assert paper.title == "Margins & notes: what $x < y$ says about a page"
    assert paper.authors == ("Zsófia Török", "Łukasz Kowal")
    assert paper.abstract == "We write in the margin. Abstract: the word comes twice."
    assert paper.categories == ("cs.LG", "stat.ML")
    assert (paper.doi, paper.journal_ref) == ("10.1000/xyz", "J. Notes 3 (2026) 1-12")
    assert paper.license == "http://creativecommons.org/licenses/by/4.0/"
    assert paper.submitted is None and paper.announced == ()


@pytest.mark.parametrize("feed", [RSS, ATOM], ids=["rss", "atom"])
def test_the_day_is_the_one_in_new_york(feed: bytes) -> None:
    assert read_feed(feed).day == date(2026, 2, 3)


def test_midnight_in_new_york_written_in_utc_is_still_that_day() -> None:
    utc = RSS.replace(b"Tue, 03 Feb 2026 00:00:00 -0500", b"Tue, 03 Feb 2026 05:00:00 +0000")
    assert read_feed(utc).day == date(2026, 2, 3)
    before = RSS.replace(b"Tue, 03 Feb 2026 00:00:00 -0500", b"Tue, 03 Feb 2026 04:59:59 +0000")
    assert read_feed(before).day == date(2026, 2, 2)


def test_an_empty_channel_is_a_day_without_entries() -> None:
    empty = RSS.replace(ITEMS, b"").replace(b"Tue, 03 Feb", b"Sat, 07 Feb")
    assert read_feed(empty) == DayPage(date(2026, 2, 7))
    start, end = ATOM.index(b"  <entry>"), ATOM.index(b"</feed>")
    assert read_feed(ATOM[:start] + ATOM[end:]) == DayPage(date(2026, 2, 3))


def test_a_feed_without_a_day_is_refused() -> None:
    for missing in (b"", b"yesterday", b"Tue, 03 Feb 9999999999 00:00:00 -0500"):
        bare = RSS.replace(b"Tue, 03 Feb 2026 00:00:00 -0500", missing)
        with pytest.raises(BadReply, match="which day"):
            read_feed(bare.replace(b"Wed, 04 Feb 2026 03:10:00 +0000", missing))


def test_an_entry_that_says_too_little_of_its_paper_is_listed_all_the_same() -> None:
    page = read_feed(RSS.replace(b"<title>Said again</title>", b""))
    assert page.entries[2].id.key == "2511.01234"
    assert page.entries[2].paper is None


def test_an_unknown_announce_type_or_id_is_set_aside() -> None:
    odd = RSS.replace(b"announce_type>replace<", b"announce_type>absonly<")
    assert [wrong.id for wrong in read_feed(odd).rejected] == ["oai:arXiv.org:2511.01234v3"]
    odd = RSS.replace(b"oai:arXiv.org:2511.01234v3", b"nonsense")
    assert [wrong.id for wrong in read_feed(odd).rejected] == ["nonsense"]


def test_a_paper_that_is_there_twice_is_listed_once() -> None:
    assert len(read_feed(RSS.replace(ITEMS, ITEMS * 2)).entries) == 4


def test_a_feed_that_reports_an_error_is_refused_with_its_words() -> None:
    wrong = RSS.replace(b"<title>cs.LG updates on arXiv.org<", b"<title>Feed error for query: x<")
    with pytest.raises(BadReply, match="updates on the"):
        read_feed(wrong)


def test_other_documents_are_refused() -> None:
    for body in (b"<OAI-PMH/>", b"<rss/>", b"<!DOCTYPE html><html></html>", RSS[:-30]):
        with pytest.raises(BadReply):
            read_feed(body)
