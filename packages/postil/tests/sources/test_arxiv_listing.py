"""A day's list as arXiv's pages show it: who is on it, as what, and how many there are said to be."""

from datetime import date
from pathlib import Path

import pytest

from postil.paper import AnnouncementKind
from postil.paper_id import PaperId
from postil.sources.arxiv_listing import catchup_url, new_url, read_listing
from postil.sources.exchange import BadReply, DayPage

NEW, CROSS, REPLACE = AnnouncementKind
SAMPLES = Path(__file__).parent / "arxiv_samples"
PAGE = (SAMPLES / "new.html").read_text("utf-8")
CATCHUP = (SAMPLES / "catchup.html").read_text("utf-8")
BASE = "https://arxiv.example"
EMPTY = """<!DOCTYPE html><html><head><title>List</title></head><body>
<h1>Catchup results for Mathematics on Sat, 07 Feb 2026</h1>
<div>Total of 0 entries for Sat, 07 Feb 2026</div>
<div><p>No updates for Sat, 07 Feb 2026.</p></div></body></html>"""


def read(page: str) -> DayPage:
    return read_listing(page.encode())


def test_addresses_name_the_list_as_arxiv_does() -> None:
    assert new_url(BASE, "cs.LG") == f"{BASE}/list/cs.LG/new"
    assert new_url(BASE, "cs", 2) == f"{BASE}/list/cs/new?skip=2000&show=2000"
    assert catchup_url(BASE, "grp_physics", date(2026, 2, 3), 2) == (
        f"{BASE}/catchup/grp_physics/2026-02-03?abs=True&page=2"
    )


def test_the_page_tells_its_day_its_counts_and_every_paper_with_its_kind() -> None:
    page = read(PAGE)
    assert page.day == date(2026, 2, 3)
    assert page.claimed == {NEW: 2, CROSS: 1, REPLACE: 2}
    assert [(str(entry.id), entry.kind, entry.version) for entry in page.entries] == [
        ("2602.00017", NEW, None),
        ("2602.00018", NEW, None),
        ("math/0309136", CROSS, None),
        ("2511.01234", REPLACE, 3),
        ("2511.01235", REPLACE, 2),
    ]
    assert page.next_page is None
    assert page.rejected == ()


def test_an_entry_tells_of_its_paper() -> None:
    paper = read(PAGE).entries[0].paper
    assert paper is not None
    assert paper.id == PaperId("arxiv", "2602.00017")
    assert paper.title == "Margins & notes: what $x < y$ says about a page"
    assert paper.authors == ("Zsófia Török", "Łukasz Kowal")
    assert paper.categories == ("cs.LG", "math.NA", "stat.ML")
    assert paper.journal_ref == "J. Notes 3 (2026) 1-12"
    assert paper.abstract.startswith(
        "We write in the margin of every page, and count what is left."
    )
    assert paper.abstract.endswith("missing. A second paragraph begins here.")


def test_a_shortened_address_is_written_out() -> None:
    paper = read(PAGE).entries[0].paper
    assert paper is not None
    assert paper.comment == "Code at https://example.org/margins"


def test_the_first_subject_of_a_cross_list_is_its_primary_elsewhere() -> None:
    paper = read(PAGE).entries[2].paper
    assert paper is not None
    assert (paper.primary, paper.categories) == ("math.GT", ("math.GT", "cs.LG"))


def test_parts_that_are_missing_are_not_known() -> None:
    page = read(PAGE)
    second, fourth, fifth = page.entries[1].paper, page.entries[3].paper, page.entries[4].paper
    assert second is not None and second.authors == () and second.comment == ""
    assert fourth is not None and fourth.abstract == ""
    assert fifth is None


def test_a_list_of_authors_as_long_as_those_cut_off_is_not_taken_for_whole() -> None:
    for count, kept in ((99, 99), (100, 0), (101, 0)):
        names = ", ".join(f"<a href='/s'>A. Writer{n}</a>" for n in range(count))
        page = read(PAGE.replace("(author list is unavailable)", names))
        paper = page.entries[1].paper
        assert paper is not None and len(paper.authors) == kept


def test_markup_may_be_written_in_other_ways() -> None:
    other = (
        PAGE.replace("<div class='list-title mathjax'>", '<DIV id=x CLASS="mathjax list-title">')
        .replace("<h3>New", "<h3 class='x'>\n New")
        .replace('href ="/abs/', 'href="https://arxiv.org/abs/')
        .replace("</dd>", "")
        .replace("</dt>", "")
    )
    assert read(other) == read(PAGE)


def test_a_count_beyond_what_is_shown_is_kept_as_it_is_said() -> None:
    page = read(
        PAGE.replace("showing 2 of 2 entries", "showing 2 of 7 entries", 1).replace(
            "Total of 5 entries", "Total of 10 entries"
        )
    )
    assert page.claimed[NEW] == 7
    assert sum(entry.kind is NEW for entry in page.entries) == 2
    assert page.next_page is None


def test_an_entry_that_fell_out_leaves_the_count() -> None:
    start, end = PAGE.index("    <dt>\n      <a name='item2'>"), PAGE.index("</dl>")
    page = read(PAGE[:start] + PAGE[end:])
    assert page.claimed[NEW] == 2
    assert sum(entry.kind is NEW for entry in page.entries) == 1


def test_a_section_that_fell_out_leaves_the_count() -> None:
    start = PAGE.index("<dl id='articles'>\n    <h3>Replacement")
    page = read(PAGE[:start] + "</body></html>")
    assert page.claimed == {NEW: 2, CROSS: 1, REPLACE: 2}
    assert len(page.entries) == 3


def test_counts_that_contradict_each_other_are_not_believed() -> None:
    for total in ("4", "6"):
        with pytest.raises(BadReply, match="count"):
            read(PAGE.replace("Total of 5", f"Total of {total}"))


def test_the_first_of_two_pages_names_the_second_and_leaves_open_what_it_cannot_know() -> None:
    page = read(CATCHUP)
    assert page.day == date(2026, 2, 3)
    assert page.next_page == 2
    assert page.claimed == {NEW: 1_990}


def test_the_last_of_two_pages_has_no_next_and_counts_what_is_left_over() -> None:
    last = (
        CATCHUP.replace("<span>1</span>", "<a href=/catchup/cs/2026-02-03?abs=True&page=1>1</a>")
        .replace("<a href=/catchup/cs/2026-02-03?abs=True&page=2>2</a>", "<span>2</span>")
        .replace("New submissions (showing first 1 of 1,990", "Cross submissions (showing 10 of 10")
        .replace(
            "</dl>",
            "<h3>Replacement submissions (continued, showing last 3 of 3 entries)</h3></dl>",
        )
    )
    page = read(last)
    assert page.next_page is None
    assert page.claimed == {CROSS: 10, REPLACE: 3, NEW: 1_990}


def test_a_latest_list_of_several_pages_is_numbered_alike() -> None:
    paging = """Total of 4005 entries :
      <a href=/list/cs/new?skip=0&amp;show=2000>1-2000</a>
      <span>2001-4000</span>
      <a href=/list/cs/new?skip=4000&amp;show=2000>4001-4005</a>"""
    assert (
        read(
            PAGE.replace("Total of 5 entries", paging, 1).replace("of 2 entries", "of 2002 entries")
        ).next_page
        == 3
    )


def test_a_day_without_announcement_has_its_day_and_nothing_else() -> None:
    assert read(EMPTY) == DayPage(date(2026, 2, 7))
    no_updates = (
        PAGE[: PAGE.index("    <div class='paging'>")] + "<p>No updates today.</p></body></html>"
    )
    assert read(no_updates) == DayPage(date(2026, 2, 3))


def test_a_page_that_promises_entries_and_has_none_is_not_believed() -> None:
    with pytest.raises(BadReply):
        read(EMPTY.replace("Total of 0", "Total of 12"))


def test_a_paper_that_is_there_twice_is_listed_once_as_the_stronger_kind() -> None:
    page = read(PAGE.replace("2511.01235v2", "2602.00018"))
    assert len(page.entries) == 4
    assert {entry.id.key: entry.kind for entry in page.entries}["2602.00018"] is NEW


def test_an_entry_that_names_no_paper_is_set_aside() -> None:
    page = read(PAGE.replace('href ="/abs/2511.01234"', 'href ="/abs/nonsense"'))
    assert len(page.entries) == 4
    assert page.rejected[0].id.startswith("[4] arXiv:2511.01234")
    bare = read(PAGE.replace("<h3>New submissions (showing 2 of 2 entries)</h3>", ""))
    assert len(bare.rejected) == 2 and "heading" in bare.rejected[0].reason


def test_other_pages_are_refused_with_their_title() -> None:
    with pytest.raises(BadReply, match="its title is “Machine Learning”"):
        read(PAGE.replace("Showing new listings for", "Recent on"))
    with pytest.raises(BadReply):
        read("Rate exceeded.")


def test_a_page_cut_off_anywhere_is_refused() -> None:
    body = PAGE.rstrip().encode()
    for part in range(50):
        with pytest.raises(BadReply):
            read_listing(body[: len(body) * part // 50])
