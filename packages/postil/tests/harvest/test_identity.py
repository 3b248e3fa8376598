"""One paper of several archives is one record, and two papers stay two."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from postil.harvest.identity import (
    Homes,
    Index,
    Match,
    Placed,
    Reason,
    TitleIndex,
    joined,
    same_paper,
    shared_authors,
    title_key,
)
from postil.paper import Paper, Version
from postil.paper_id import PaperId
from postil.store.sqlite import SqliteStore

TITLE = r"Forgetting gates for $\alpha$-divergences on S\'andor graphs"
AUTHORS = ("Ana María Gómez", "Li Wei", "Otto van der Berg")
FORUM, OTHER_FORUM = "openreview:aB3_x-9Zq1", "openreview:aB3_x-9Zq2"


def paper(id_: str, title: str = TITLE, authors: Sequence[str] = AUTHORS, **more: object) -> Paper:
    return Paper(PaperId.parse(id_), title, tuple(authors), **more)  # type: ignore[arg-type]


ARXIV = paper("2405.06147", submitted=date(2024, 5, 9), abstract="Ours.", comment="12 pages")
POSTER = paper(FORUM, abstract="Theirs.", venue="X 2025 Poster", doi="10.1000/x.1")
PRINTED = paper(
    "acl:2025.acl-long.7", venue="Proceedings of X", journal_ref="Proceedings of X, page 7"
)


@pytest.mark.parametrize(
    "written",
    [
        "FORGETTING GATES FOR α-DIVERGENCES ON SÁNDOR GRAPHS",
        "Forgetting Gates for Alpha-Divergences on Sandor Graphs.",
        "Forgetting gates for <i>α</i>‐divergences\non Sándor&nbsp;graphs",
        r"{Forgetting} gates for \(\alpha\) divergences on {S\'{a}ndor} graphs",
    ],
)
def test_a_title_is_the_same_in_every_spelling(written):
    assert (
        title_key(written) == title_key(TITLE) == "forgettinggatesforalphadivergencesonsandorgraphs"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Gates, part I", "Gates, part II"),
        ("Gates in 2 dimensions", "Gates in 3 dimensions"),
        ("Gates of $L^2$", "Gates of $L^3$"),
        ("Gates", "Erratum: Gates"),
        ("门的遗忘", "门的记忆"),
        ("Cats and dogs", "Cats or dogs"),
    ],
)
def test_titles_that_differ_in_a_word_or_a_number_differ(one, other):
    assert title_key(one) != title_key(other)


@pytest.mark.parametrize(
    "names",
    [
        ("A. M. Gomez", "L. Wei", "O. v. d. Berg"),
        ("Otto Berg", "Ana Gómez", "Li Wei"),
        ("Gómez, Ana María", "Wei, Li", "van der Berg, Otto"),
        ("Ana Gomez Jr.", "Wei Li", "Otto van-der-Berg"),
    ],
)
def test_names_are_the_same_people_in_every_spelling(names):
    assert shared_authors(AUTHORS, names) == (3, 3)
    assert shared_authors(names, AUTHORS) == (3, 3)


def test_a_namesake_counts_once():
    assert shared_authors(("Li Wei", "Li Wei"), ("Li Wei", "Ana Wei")) == (1, 2)
    assert shared_authors(("Ana Gómez",), ("Eva Gómez",)) == (0, 1)
    assert shared_authors((), ()) == (0, 0)


@pytest.mark.parametrize(
    ("other", "match"),
    [
        (POSTER, Match(Reason.TITLE, 3, 3)),
        (paper(FORUM, authors=("O. Berg", "A. Gomez", "Eva Neu")), Match(Reason.TITLE, 2, 3)),
        (paper(FORUM, "Another name", doi="10.1000/X"), Match(Reason.DOI, 3, 3)),
        (
            paper(FORUM, f"{TITLE}: a sequel", comment="see arXiv:2405.06147v2."),
            Match(Reason.MENTION, 3, 3),
        ),
        (paper(FORUM, authors=(), homes=(ARXIV.id,)), Match(Reason.HOME, 0, 3)),
        (paper(FORUM, authors=()), None),  # hidden authors prove nothing
        (paper(FORUM, authors=("Eva Neu", "Otto Nobody")), None),
        (paper(FORUM, authors=("Ana Gómez", "Eva Neu")), None),
        (paper(FORUM, f"{TITLE}: a sequel"), None),
        (paper(FORUM, f"{TITLE} II"), None),
        (paper(FORUM, "Another name", comment="A companion of arXiv:2405.06147"), None),
        (paper(FORUM, "Another name", ("Eva Neu",), doi="10.1000/x"), None),  # a mistyped DOI
        (paper(FORUM, "Another name", ("Eva Neu",), homes=(ARXIV.id,)), None),
        (paper("2405.06148"), None),  # the archive says that these are two
        (paper("web:example.org/a"), None),  # a post is no paper
        (paper("shelf:gates"), None),
    ],
)
def test_what_is_one_paper_and_what_is_not(other, match):
    held = Paper(
        **{name: getattr(ARXIV, name) for name in Paper.__dataclass_fields__} | {"doi": "10.1000/x"}
    )
    assert same_paper(held, other) == match
    assert same_paper(other, held) == match


def test_a_short_title_needs_two_authors_and_a_single_author_a_long_one():
    short, single = "On gates", "Gates that forget a lot"
    assert same_paper(paper("2405.06147", short), paper(FORUM, short)) is None
    one = paper("2405.06147", single, AUTHORS[1:2])
    assert same_paper(one, paper(FORUM, single, AUTHORS[1:2])) is None
    assert same_paper(paper("2405.06147", single), paper(FORUM, single)) is not None
    alone = paper("2405.06147", TITLE, AUTHORS[1:2])
    assert same_paper(alone, paper(FORUM, TITLE, AUTHORS[1:2])) == Match(Reason.TITLE, 1, 1)


def test_a_joined_record_keeps_its_own_and_learns_the_rest():
    one = joined(ARXIV, POSTER)
    assert (one.id, one.homes) == (ARXIV.id, (POSTER.id,))
    assert (one.venue, one.doi, one.abstract) == ("X 2025 Poster", "10.1000/x.1", "Ours.")
    assert (one.submitted, one.comment) == (ARXIV.submitted, ARXIV.comment)
    three = joined(one, PRINTED)
    assert three.homes == (PRINTED.id, POSTER.id)
    assert (three.venue, three.journal_ref) == ("X 2025 Poster", PRINTED.journal_ref)


@pytest.mark.parametrize(
    "refused",
    [
        {"venue": "Submitted to X 2025"},
        {"venue": "X 2025", "comment": "Withdrawn from the venue by its authors."},
        {"venue": "X 2025", "comment": "Rejected by the venue without review."},
        {"venue": "X 2025", "versions": (Version(1, None, True),)},
    ],
)
def test_a_venue_that_did_not_take_the_paper_is_not_its_venue(refused):
    one = joined(ARXIV, paper(FORUM, **refused))
    assert one.venue == ""
    assert not one.withdrawn
    assert one.homes == (PaperId.parse(FORUM),)


@pytest.fixture
def store(tmp_path: Path):
    with SqliteStore.open(tmp_path) as opened:
        yield opened


def gather(store: SqliteStore, *papers: Paper) -> list[Placed]:
    """Place and write as a gathering does, with a fresh index."""
    index = TitleIndex(store)
    homes = Homes(index)
    placed = []
    for each in papers:
        placed.append(homes.place(each))
        store.put([placed[-1].paper])
        if gone := placed[-1].gone:
            store.remove([gone])
    index.close()
    return placed


def held(store: SqliteStore) -> list[str]:
    return [" ".join(map(str, (p.id, *p.homes))) for p in store.papers()]


@pytest.mark.parametrize(
    "order", [(ARXIV, POSTER, PRINTED), (PRINTED, POSTER, ARXIV), (POSTER, ARXIV, PRINTED)]
)
def test_three_homes_are_one_record_whichever_came_first(store, order):
    gather(store, *order)
    assert held(store) == [f"2405.06147 {PRINTED.id} {FORUM}"]


def test_gathering_again_changes_nothing(store):
    gather(store, ARXIV, POSTER, PRINTED)
    before = (list(store.papers()), store.last_change())
    gather(store, POSTER, PRINTED)
    assert (list(store.papers()), store.last_change()) == before


def test_a_twin_that_came_later_by_another_way_is_joined_when_met_again(store):
    gather(store, POSTER)
    store.put([ARXIV])  # a harvest looks for no twins
    assert len(held(store)) == 2
    (placed,) = gather(store, POSTER)
    assert placed.gone == POSTER.id
    assert held(store) == [f"2405.06147 {FORUM}"]


def test_a_second_submission_is_a_second_home(store):
    gather(store, ARXIV, POSTER, paper(OTHER_FORUM))
    assert held(store) == [f"2405.06147 {FORUM} {OTHER_FORUM}"]


def test_two_candidates_of_one_archive_are_left_alone(store):
    gather(store, ARXIV, paper("2405.06148"), POSTER)
    assert len(held(store)) == 3


def test_the_name_of_the_paper_decides_between_two_candidates(store):
    gather(store, ARXIV, paper("2405.06148"), paper(FORUM, homes=(ARXIV.id,)))
    assert held(store) == [f"2405.06147 {FORUM}", "2405.06148"]


def test_a_retitled_paper_is_still_known_by_its_home(store):
    gather(store, ARXIV, POSTER)
    (placed,) = gather(store, paper(FORUM, "A new name for it"))
    assert placed.match is not None
    assert placed.match.reason is Reason.HOME
    assert len(held(store)) == 1


def test_a_post_with_the_title_of_a_paper_stays_a_post(store):
    gather(store, ARXIV, paper("web:example.org/gates"))
    assert held(store) == ["2405.06147", "web:example.org/gates"]


class Everything(Index):
    """An index that offers every paper as a candidate: what is joined is then the rule's doing alone."""

    def __init__(self) -> None:
        self.papers: dict[PaperId, Paper] = {}

    def candidates(self, paper: Paper) -> list[Paper]:
        return list(self.papers.values())

    def add(self, paper: Paper) -> None:
        self.papers[paper.id] = paper


def test_candidates_alone_join_nothing():
    homes = Homes(Everything())
    homes.place(ARXIV)
    assert homes.place(paper(FORUM, "Something else entirely")).match is None
    assert homes.place(POSTER).match is not None
