"""Answers of the search interface about single papers, and its ways of having none."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from postil.paper import Version
from postil.paper_id import PaperId
from postil.sources.arxiv_api import lookup_url, read_answer
from postil.sources.exchange import BadReply, NoSuchPaper

ANSWER = (Path(__file__).parent / "arxiv_samples" / "answer.xml").read_bytes()
FIRST, SECOND = PaperId("arxiv", "2602.00017"), PaperId("arxiv", "math/0309136")
ENTRIES = ANSWER[ANSWER.index(b"  <entry>") : ANSWER.index(b"</feed>")]
ERROR = ANSWER.replace(
    ENTRIES,
    b"<entry><id>https://arxiv.org/api/errors#incorrect_id_format_for_abc</id><title>Error</title>"
    b"<summary>incorrect id format for abc</summary></entry>",
)


def test_the_address_asks_for_as_many_results_as_ids() -> None:
    url = lookup_url("https://api.example/query", [FIRST, SECOND])
    assert url == "https://api.example/query?id_list=2602.00017,math/0309136&max_results=2"


@pytest.mark.parametrize("count", [0, 101])
def test_no_more_than_a_hundred_are_asked_for_at_once(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        lookup_url("https://api.example/query", [FIRST] * count)


def test_an_entry_gives_everything_it_knows() -> None:
    paper = read_answer(ANSWER, [FIRST, SECOND])[0]
    assert paper.id == FIRST
    assert paper.title == "Margins & notes"
    assert paper.abstract == "We write in the margin of every page."
    assert paper.authors == ("Zsófia Török", "Łukasz Kowal")
    assert paper.comment == "12 pages"
    assert (paper.doi, paper.journal_ref) == ("10.1000/xyz", "J. Notes 3 (2026) 1-12")


def test_the_day_of_the_current_version_belongs_to_that_version_alone() -> None:
    paper = read_answer(ANSWER, [FIRST, SECOND])[0]
    assert paper.submitted == date(2026, 2, 1)
    assert paper.modified is None
    assert paper.versions == (Version(1, date(2026, 2, 1)), Version(3, date(2026, 2, 3)))


def test_the_primary_category_comes_first_and_classes_of_others_are_left_out() -> None:
    assert read_answer(ANSWER, [FIRST, SECOND])[0].categories == ("cs.LG", "stat.ML")


def test_a_title_of_one_zero_is_a_title() -> None:
    assert read_answer(ANSWER, [FIRST, SECOND])[1].title == "0"


def test_what_is_asked_for_and_not_answered_is_not_returned() -> None:
    other = PaperId("arxiv", "2602.00099")
    assert [p.id for p in read_answer(ANSWER, [FIRST, other, SECOND])] == [FIRST, SECOND]
    unreadable = ANSWER.replace(b"<title>0</title>", b"")
    assert [p.id for p in read_answer(unreadable, [FIRST, SECOND])] == [FIRST]


def test_what_nobody_asked_for_is_not_believed() -> None:
    with pytest.raises(BadReply, match="math/0309136"):
        read_answer(ANSWER, [FIRST])


@pytest.mark.parametrize("total", [b"2", b"0"])
def test_an_answer_without_entries_is_never_believed(total: bytes) -> None:
    empty = ANSWER.replace(ENTRIES, b"").replace(b"Results>2<", b"Results>" + total + b"<")
    with pytest.raises(BadReply, match="no entries"):
        read_answer(empty, [FIRST, SECOND])


def test_an_error_about_the_one_id_asked_for_means_that_there_is_none() -> None:
    with pytest.raises(NoSuchPaper, match="incorrect id format for abc"):
        read_answer(ERROR, [FIRST])
    with pytest.raises(BadReply, match="incorrect id format for abc"):
        read_answer(ERROR, [FIRST, SECOND])
    with pytest.raises(BadReply, match="try again"):
        read_answer(ERROR.replace(b"incorrect id format for abc", b"try again"), [FIRST])


def test_a_paper_may_be_titled_error() -> None:
    named = ANSWER.replace(b"<title>0</title>", b"<title>Error</title>")
    assert read_answer(named, [FIRST, SECOND])[1].title == "Error"


def test_an_answer_cut_off_anywhere_is_refused() -> None:
    body = ANSWER.rstrip()
    for part in range(50):
        with pytest.raises(BadReply):
            read_answer(body[: len(body) * part // 50], [FIRST, SECOND])


@pytest.mark.shared
def test_every_recorded_answer_is_read(shared: Path) -> None:
    replies = sorted((shared / "fixtures" / "arxiv_atom").glob("*.json"))
    assert len(replies) == 20
    for reply in replies:
        text = json.loads(reply.read_text("utf-8"))["body"]
        keys = re.findall(r"<id>http://arxiv\.org/abs/([^<]+)</id>", text)
        asked = [PaperId.parse(key) for key in keys] or [FIRST]
        if not keys:
            with pytest.raises((BadReply, NoSuchPaper)):
                read_answer(text.encode(), asked)
            continue
        papers = read_answer(text.encode(), asked)
        assert [paper.id for paper in papers] == asked
        for paper in papers:
            assert paper.authors and paper.abstract and paper.submitted and paper.categories
