"""Papers as values: the three clocks, and merging what two records know."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId

ID = PaperId("arxiv", "2405.06147")
days = st.dates(date(1991, 1, 1), date(2040, 1, 1))
words = st.sampled_from(["", "state", "space"])
papers = st.builds(
    Paper,
    id=st.just(ID),
    title=st.sampled_from(["One", "Two"]),
    abstract=words,
    summary=words,
    categories=st.sampled_from([(), ("cs.LG",), ("cs.LG", "stat.ML")]),
    submitted=st.none() | days,
    modified=st.none() | days,
    announced=st.lists(
        st.builds(Announcement, days, st.sampled_from(AnnouncementKind)), max_size=3, unique=True
    ).map(lambda a: tuple(sorted(a))),
    versions=st.lists(
        st.builds(Version, st.integers(1, 3), st.none() | days, st.booleans()),
        unique_by=lambda v: v.number,
    ).map(lambda v: tuple(sorted(v, key=lambda each: each.number))),
    doi=words,
    homes=st.sets(st.sampled_from([PaperId("shelf", "a"), PaperId("arxiv", "2405.06148")])).map(
        lambda homes: tuple(sorted(homes))
    ),
)


@given(papers, papers)
def test_merging_the_same_record_again_changes_nothing(held, newer):
    once = held.updated_by(newer)
    assert once.updated_by(newer) == once


@given(papers, papers)
def test_what_is_known_is_never_blanked(held, newer):
    merged = held.updated_by(newer)
    for name in Paper.__dataclass_fields__:
        if getattr(held, name) or getattr(newer, name):
            assert getattr(merged, name)
    told = {*held.announced, *newer.announced}
    assert {a.day for a in merged.announced} == {a.day for a in told}
    assert set(merged.announced) <= told
    assert set(merged.homes) == {*held.homes, *newer.homes}
    assert {v.number for v in merged.versions if v.withdrawn} == {
        v.number for paper in (held, newer) for v in paper.versions if v.withdrawn
    }


@given(papers, papers)
def test_of_two_announcements_on_one_day_the_stronger_stays(held, newer):
    for each in held.updated_by(newer).announced if newer.announced else ():
        told = [a.kind for a in (*held.announced, *newer.announced) if a.day == each.day]
        assert each.kind == min(told, key=list(AnnouncementKind).index)


def test_an_older_record_only_fills_blanks():
    held = Paper(ID, "Newest title", modified=date(2025, 1, 2))
    older = Paper(ID, "First title", abstract="Known before", modified=date(2024, 1, 2))
    merged = held.updated_by(older)
    assert (merged.title, merged.abstract) == ("Newest title", "Known before")
    assert merged.modified == date(2025, 1, 2)


def test_a_record_that_stands_alone_replaces_the_title():
    assert Paper(ID, "Old").updated_by(Paper(ID, "New")).title == "New"


def test_a_paper_sorts_by_its_first_announcement_else_submission_else_year():
    paper = Paper(ID, "Title", submitted=date(2024, 5, 9), year=2024)
    listed = replace(
        paper,
        announced=(
            Announcement(date(2024, 5, 13)),
            Announcement(date(2024, 7, 1), AnnouncementKind.REPLACE),
        ),
    )
    assert listed.day_number == 20240513
    assert paper.day_number == 20240509
    assert replace(paper, submitted=None).day_number == 20240000
    assert Paper(ID, "Title").day_number == 0


@pytest.mark.parametrize(
    "comment",
    [
        "Withdrawn by the authors",
        "This paper has been withdrawn due to a mistake in section 3",
        "this article is withdrawn",
        "WITHDRAWN",
    ],
)
def test_a_comment_that_says_so_withdraws_a_paper(comment: str) -> None:
    assert Paper(ID, "Title", comment=comment).withdrawn


@pytest.mark.parametrize(
    "comment",
    ["", "12 pages", "A withdrawn draft is discussed", "Replaces a paper that has been withdrawn"],
)
def test_a_comment_about_something_else_withdraws_nothing(comment: str) -> None:
    assert not Paper(ID, "Title", comment=comment).withdrawn


def test_a_paper_stands_withdrawn_by_its_last_version_only():
    back = (Version(1), Version(2, withdrawn=True))
    assert Paper(ID, "Title", versions=back).withdrawn
    assert not Paper(ID, "Title", versions=(*back, Version(3))).withdrawn
