"""OpenReview's notes: both versions of its values, what is no paper, and what became of a submission."""

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from postil.errors import BadInput
from postil.paper_id import PaperId
from postil.sources.exchange import BadReply, Reply
from postil.sources.openreview import check_venue, notes_url, read_notes, with_retry_after

MARCH_1 = 1_740_787_200_000  # 2025-03-01T00:00:00Z


def note(forum: str = "aB3_x-9Zq1", **content: Any) -> dict[str, Any]:
    values = {"title": "Gates that forget", "authors": ["Ana Gómez", "Li Wei"]} | content
    return {
        "id": forum,
        "forum": forum,
        "tcdate": MARCH_1,
        "tmdate": MARCH_1 + 86_400_000,
        "content": {name: {"value": value} for name, value in values.items()},
    }


def reply(*notes: Any, **more: Any) -> bytes:
    return orjson.dumps({"notes": notes} | more)


def only(body: bytes):
    page = read_notes(body)
    assert page.rejected == ()
    (paper,) = page.papers
    return paper


def test_a_note_of_version_2_becomes_a_paper():
    paper = only(
        reply(
            note(abstract="A gate\n  closes  $x_1$.", venue="ICLR 2025 Poster", pdf="/pdf/0a1.pdf")
        )
    )
    assert paper.id == PaperId("openreview", "aB3_x-9Zq1")
    assert (paper.title, paper.abstract) == ("Gates that forget", "A gate closes $x_1$.")
    assert paper.authors == ("Ana Gómez", "Li Wei")
    assert (paper.submitted, paper.modified) == (date(2025, 3, 1), date(2025, 3, 2))
    assert (paper.venue, paper.comment, paper.homes) == ("ICLR 2025 Poster", "", ())


def test_plain_values_of_version_1_read_the_same():
    wrapped = note(abstract="Short.", venue="V 2021")
    bare = wrapped | {"content": {k: v["value"] for k, v in wrapped["content"].items()}}
    assert only(reply(bare)) == only(reply(wrapped))


def test_replies_and_deleted_notes_are_no_papers_but_count_for_the_offset():
    review = note("rev1ew0000") | {"forum": "aB3_x-9Zq1", "replyto": "aB3_x-9Zq1"}
    page = read_notes(reply(note(), review, note("gone000001") | {"ddate": MARCH_1}, count=7))
    assert [str(p.id) for p in page.papers] == ["openreview:aB3_x-9Zq1"]
    assert (page.notes, page.count, page.rejected) == (3, 7, ())


@pytest.mark.parametrize(
    ("content", "withdrawn", "comment"),
    [
        ({"venueid": "X.cc/2025/Conference/Withdrawn_Submission"}, True, "Withdrawn"),
        ({"venue": "X 2025 Conference Withdrawn Submission"}, True, "Withdrawn"),
        ({"venueid": "X.cc/2025/Conference/Desk_Rejected_Submission"}, False, "Rejected"),
        ({"venue": "X 2025 Conference Desk Rejected Submission"}, False, "Rejected"),
        ({"venueid": "X.cc/2025/Conference"}, False, ""),
        ({"title": "Withdrawing rooms"}, False, ""),
    ],
)
def test_what_became_of_a_submission_is_told_by_its_venue(content, withdrawn, comment):
    paper = only(reply(note(**content)))
    assert (paper.withdrawn, paper.comment.split(" ")[0]) == (withdrawn, comment)


def test_hidden_authors_are_not_known():
    assert only(reply(note(authors=["Anonymous"]))).authors == ()
    unsaid = note()
    del unsaid["content"]["authors"]
    assert only(reply(unsaid)).authors == ()


def test_other_homes_come_from_fields_about_the_submission_never_from_its_text():
    paper = only(
        reply(
            note(
                pdf="https://arxiv.org/pdf/2405.06147v2",
                html="https://aclanthology.org/P18-1001/",
                doi="https://doi.org/10.1000/example.7",
                abstract="We refute arXiv:2301.00001.",
            )
        )
    )
    assert [str(home) for home in paper.homes] == ["acl:P18-1001", "2405.06147"]
    assert paper.doi == "10.1000/example.7"


@pytest.mark.parametrize(
    "broken",
    [
        note("aB3_x-9Zq2", title=""),
        note("aB3_x-9Zq2", title=7),
        note("aB3_x-9Zq2", abstract="x" * 30_000),
        note("aB3_x-9Zq2", authors=[7]),
        note("aB3_x-9Zq2") | {"tcdate": "yesterday"},
        note("aB3_x-9Zq2") | {"tcdate": True},
        note("a b"),
        note("aB3_x-9Zq2") | {"content": []},
        "no object",
    ],
)
def test_a_broken_note_is_set_aside_and_its_page_goes_on(broken):
    page = read_notes(reply(broken, note()))
    assert [str(p.id) for p in page.papers] == ["openreview:aB3_x-9Zq1"]
    (rejected,) = page.rejected
    assert rejected.reason


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html>wait</html>", "not JSON"),
        (b"[]", "no notes"),
        (b'{"notes": {}}', "no notes"),
        (b'{"name": "ForbiddenError", "message": "no access"}', "no access"),
    ],
)
def test_what_is_no_page_of_notes_is_refused(body, told):
    with pytest.raises(BadReply, match=told):
        read_notes(body)


def test_the_address_asks_for_a_stable_order_and_the_count():
    url = notes_url("ICLR.cc/2025/Conference", 2000, "http://127.0.0.1:9/")
    assert url == (
        "http://127.0.0.1:9/notes?content.venueid=ICLR.cc/2025/Conference&limit=1000&offset=2000"
        "&sort=tcdate:asc&count=true"
    )


@pytest.mark.parametrize("venue", ["", "a b", "ICLR.cc/", "../x", "x" * 300, "X.cc/2025?limit=1"])
def test_what_is_no_venue_is_refused(venue):
    with pytest.raises(BadInput):
        check_venue(venue)


NOW = datetime(2026, 8, 31, 8, 0, 0, tzinfo=UTC)


def refusal(details: object, **headers: str) -> Reply:
    return Reply(429, headers, orjson.dumps({"name": "RateLimitError", "details": details}))


def test_a_refusal_says_when_to_come_back():
    told = with_retry_after(refusal({"resetTime": "2026-08-31T08:59:25.212Z"}), NOW)
    assert 3565 <= int(told.headers["retry-after"]) <= 3570


def test_a_time_that_has_passed_still_asks_for_a_second():
    told = with_retry_after(refusal({"resetTime": "2026-08-31T07:00:00Z"}), NOW)
    assert told.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "said",
    [
        refusal({"resetTime": "2026-08-31T09:00:00Z"}, **{"retry-after": "7"}),
        refusal({"resetTime": 7}),
        refusal(None),
        Reply(429, {}, b"<html>"),
        Reply(200, {}, b'{"details": {"resetTime": "2026-08-31T09:00:00Z"}}'),
    ],
)
def test_other_replies_pass_unchanged(said):
    assert with_retry_after(said, NOW) is said
