"""Records of the three forms as papers, and what is refused with a reason."""

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.paper import Announcement, AnnouncementKind, Paper, Version
from postil.paper_id import PaperId
from postil.sources.daily import DateIs, DateReading, judge_dates
from postil.sources.records import BadRecord, decode, encode, read_record, write_record

NATIVE = {
    "id": "2603.00001",
    "title": "On margins",
    "authors": ["A. Writer", "B. Reader"],
    "abstract": "Notes.",
    "summary": "Ours.",
    "categories": ["cs.DL", "math.HO"],
    "submitted": "2026-03-01",
    "modified": "2026-03-09",
    "announced": [{"day": "2026-03-02", "kind": "new"}, {"day": "2026-03-10", "kind": "replace"}],
    "year": 2026,
    "versions": [
        {"number": 1, "submitted": "2026-03-01"},
        {"number": 2},
        {"number": 3, "submitted": "2026-03-09", "withdrawn": True},
    ],
    "venue": "V",
    "doi": "10.1000/1",
    "comment": "C",
    "journal_ref": "J",
    "report_no": "R",
    "license": "L",
    "submitter": "S",
    "topic": "T",
    "homes": ["math/0309136", "shelf:on-margins"],
}
DAILY = {
    "id": "2603.00001",
    "title": "On margins",
    "authors": ["A. Writer"],
    "abstract": "Notes.",
    "categories": ["cs.DL"],
    "date": "2026-03-02",
}
SNAPSHOT: dict[str, Any] = {
    "id": "0704.0001",
    "submitter": "Pavel Writer",
    "authors": "P. Bal\\'azs, E. L. Reader",
    "title": "A title that\n  runs over two lines",
    "comments": '37 pages; with G\\"odel',
    "journal-ref": "J.Notes D76:013009,2007",
    "doi": "10.1103/1",
    "report-no": "ANL-07-12",
    "categories": "hep-ph cs.DL",
    "license": None,
    "abstract": "  First line\nand second.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Bal\\'azs", "P.", ""], ["Reader", "E. L.", "Jr"], ["Group", "", ""]],
}


def test_our_own_form_holds_every_field_of_a_paper() -> None:
    paper = read_record(NATIVE)
    assert set(NATIVE) == set(Paper.__dataclass_fields__)
    assert all(getattr(paper, name) for name in Paper.__dataclass_fields__)
    assert paper.announced[1] == Announcement(date(2026, 3, 10), AnnouncementKind.REPLACE)
    assert paper.versions == (
        Version(1, date(2026, 3, 1)),
        Version(2),
        Version(3, date(2026, 3, 9), withdrawn=True),
    )
    assert paper.homes == (PaperId("arxiv", "math/0309136"), PaperId("shelf", "on-margins"))
    assert write_record(paper) == NATIVE
    assert list(write_record(paper)) == list(NATIVE)


def test_what_is_not_known_is_left_out_of_a_record() -> None:
    assert encode(Paper(PaperId.parse("2603.00001"), "T")) == b'{"id":"2603.00001","title":"T"}\n'


texts = st.text(max_size=30).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
HOMES = [PaperId.parse(text) for text in ("2603.00001", "math/0309136", "shelf:c")]
days = st.dates(date(1600, 1, 1), date(2199, 12, 31))


@given(
    st.builds(
        Paper,
        st.just(PaperId.parse("shelf:a-b")),
        texts.map(lambda text: f"T{text}"),
        authors=st.lists(texts, max_size=3).map(tuple),
        abstract=texts,
        categories=st.sampled_from([(), ("cs.LG", "hep-th")]),
        submitted=st.none() | days,
        announced=st.lists(
            st.builds(Announcement, days, st.sampled_from(AnnouncementKind)), max_size=2
        ).map(tuple),
        versions=st.lists(
            st.builds(Version, st.integers(1, 9), st.none() | days, st.booleans())
        ).map(tuple),
        homes=st.lists(st.sampled_from(HOMES), max_size=3).map(tuple),
        year=st.none() | st.integers(1600, 2199),
        comment=texts,
    )
)
def test_export_import_export_gives_the_same_bytes(paper: Paper) -> None:
    exported = encode(read_record(decode(encode(paper))))
    assert encode(read_record(decode(exported))) == exported


def test_the_daily_form_is_read_by_the_clock_it_was_written_with() -> None:
    announced = read_record(DAILY, DateIs.ANNOUNCED)
    submitted = read_record(DAILY | {"updated": "2026-03-05"}, DateIs.SUBMITTED)
    assert announced.announced == (Announcement(date(2026, 3, 2)),)
    assert (announced.submitted, announced.modified) == (None, None)
    assert (submitted.submitted, submitted.modified) == (date(2026, 3, 2), date(2026, 3, 5))
    assert submitted.announced == ()
    assert announced.categories == ("cs.DL",)


def test_the_snapshot_form_is_read_whole() -> None:
    assert read_record(SNAPSHOT) == Paper(
        PaperId.parse("0704.0001"),
        "A title that runs over two lines",
        ("P. Balázs", "E. L. Reader Jr", "Group"),
        abstract="First line and second.",
        categories=("hep-ph", "cs.DL"),
        submitted=date(2007, 4, 2),
        modified=date(2008, 11, 26),
        versions=(Version(1, date(2007, 4, 2)), Version(2, date(2007, 7, 24))),
        doi="10.1103/1",
        comment="37 pages; with Gödel",
        journal_ref="J.Notes D76:013009,2007",
        report_no="ANL-07-12",
        submitter="Pavel Writer",
    )


def test_a_snapshot_without_parsed_names_takes_them_from_the_authors_line() -> None:
    record = {key: value for key, value in SNAPSHOT.items() if key != "authors_parsed"}
    assert read_record(record).authors == ("P. Balázs", "E. L. Reader")
    record["authors"] = "A. One (Here, There), B. Two and C. Three"
    assert read_record(record).authors == ("A. One", "B. Two", "C. Three")


def test_a_snapshot_that_lacks_its_first_version_claims_no_submission_day() -> None:
    assert read_record(SNAPSHOT | {"versions": SNAPSHOT["versions"][1:]}).submitted is None


def test_tex_accents_and_line_wraps_are_gone_and_formulas_stay() -> None:
    record = DAILY | {
        "title": "Erd\\H{o}s and\n  $\\ddot{x}$",
        "authors": ['G\\"odel,  K.', " ", "Poincare\u0301"],
        "abstract": "  wrapped\n\tlines\r\n",
    }
    paper = read_record(record)
    assert paper.title == "Erdős and $\\ddot{x}$"
    assert paper.authors == ("Gödel, K.", "Poincaré")
    assert paper.abstract == "wrapped lines"


def test_markup_in_a_title_stays_the_text_it_is() -> None:
    title = "<script>alert(1)</script> & <b>bold</b>"
    assert read_record(DAILY | {"title": title}).title == title


def test_control_characters_nul_and_half_surrogates_are_taken_out() -> None:
    line = orjson.dumps(DAILY).replace(b"On margins", rb"On\u0000 ma\u001brg\ud800ins\u202e \udc00")
    assert read_record(decode(line)).title == "On margins"
    names = rb'["A\u0000. W\ud83d", "B\u0007"]'
    line = orjson.dumps(DAILY).replace(b'["A. Writer"]', names)
    assert read_record(decode(line)).authors == ("A. W", "B")


def test_a_whole_surrogate_pair_is_a_character() -> None:
    line = orjson.dumps(DAILY).replace(b"On margins", rb"\ud835\udd38 and \ud800")
    assert read_record(decode(line)).title == "𝔸 and"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b'{"id": "2603.00001", "title": "cut o', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (rb'"\ud800' + b"[" * 100_000, "not JSON"),
        (rb'["\ud800",' + b"[" * 100_000, "not JSON"),
        (b'{"title": "\xff\xfe"}', "not UTF-8"),
        (b'{"title": "On margins\xc3"}', "not UTF-8"),
        (b"[]", "no object"),
        (b'"text"', "no object"),
        (b"null", "no object"),
        (b"3.5", "no object"),
    ],
)
def test_a_line_that_is_no_object_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(BadRecord, match=reason) as refused:
        decode(line)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"id": None}, "“id” is missing"),
        ({"id": 2603.00001}, "“id” must be text"),
        ({"id": "2613.00001"}, "not a paper's id"),
        ({"id": "2603.00001\0"}, "not a paper's id"),
        ({"id": "x" * 10_000}, "id"),
        ({"title": None}, "title is missing"),
        ({"title": " \n\0"}, "title is missing"),
        ({"title": ["On margins"]}, "must be text, not a list"),
        ({"title": "x" * 2_001}, "2,001 characters"),
        ({"abstract": "x" * 20_001}, "20,001 characters"),
        ({"abstract": {"text": "x"}}, "not an object"),
        ({"authors": "A. Writer"}, "must be a list, not text"),
        ({"authors": [["A", "B"]]}, "texts only"),
        ({"authors": [None]}, "texts only"),
        ({"authors": ["x" * 2_001]}, "2,001 characters"),
        ({"authors": ["x"] * 20_001}, "20,001 entries"),
        ({"categories": ["cs.LG", "<b>"]}, "“<b>” is not the code"),
        ({"categories": ["cs LG"]}, "not the code"),
        ({"categories": [""]}, "not the code"),
        ({"categories": ["cs.LG"] * 51}, "51 entries"),
        ({"year": "2026"}, "whole number, not text"),
        ({"year": True}, "whole number"),
        ({"year": 2026.0}, "whole number"),
        ({"year": 20_260}, "from 1600 to 2199"),
        ({"year": -1}, "from 1600 to 2199"),
        ({"submitted": "2026-02-30"}, "no day of the calendar"),
        ({"submitted": "yesterday"}, "must be a day"),
        ({"submitted": "20260302"}, "must be a day"),
        ({"submitted": "2026-03-02T10:00:00"}, "must be a day"),
        ({"submitted": "２０２６-03-02"}, "must be a day"),
        ({"submitted": "0000-00-00"}, "outside the years"),
        ({"modified": 20260302}, "not a number"),
        ({"announced": ["2026-03-02"]}, "objects with a “day”"),
        ({"announced": [{"kind": "new"}]}, "objects with a “day”"),
        ({"announced": [{"day": "2026-03-02", "kind": "old"}]}, "new, cross or replace"),
        ({"announced": [{"day": "2026-03-02", "kind": []}]}, "must be text"),
        ({"announced": {"day": "2026-03-02"}}, "must be a list"),
        ({"versions": [1]}, "objects with a “number”"),
        ({"versions": [{"number": 0}]}, "from 1 to"),
        ({"versions": [{"number": 10**30}]}, "from 1 to"),
        ({"versions": [{}]}, "whole number"),
        ({"versions": [{"number": 1, "withdrawn": 1}]}, "true or false"),
        ({"homes": "math/0309136"}, "must be a list"),
        ({"homes": ["math/0309136", "math"]}, "not a paper's id"),
        ({"homes": ["math/0309136"] * 101}, "101 entries"),
        ({"doi": 10.1}, "must be text"),
    ],
)
def test_a_field_that_is_wrong_is_refused_with_its_reason(
    wrong: dict[str, object], reason: str
) -> None:
    with pytest.raises(BadRecord, match=reason) as refused:
        read_record(NATIVE | wrong)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"versions": [{"version": "v1", "created": "2 April 2007"}]}, "created"),
        ({"versions": [{"version": "v1", "created": "Mon, 31 Feb 2007 19:18:42 GMT"}]}, "no day"),
        ({"versions": [{"version": "v1", "created": "Mon, 2 Foo 2007 19:18:42 GMT"}]}, "created"),
        ({"versions": [{"version": "one", "created": ""}]}, "v1, v2"),
        ({"versions": [{"version": "v" + "9" * 4500}]}, "v1, v2"),
        ({"versions": ["v1"]}, "versions"),
        ({"versions": "v1"}, "must be a list"),
        ({"authors_parsed": ["P. Writer"]}, "lists of texts"),
        ({"authors_parsed": [["Writer", None, ""]]}, "lists of texts"),
        ({"categories": ["hep-ph"]}, "must be text"),
        ({"update_date": "26/11/2008"}, "must be a day"),
    ],
)
def test_a_snapshot_field_that_is_wrong_is_refused(wrong: dict[str, object], reason: str) -> None:
    with pytest.raises(BadRecord, match=reason):
        read_record(SNAPSHOT | wrong)


def test_a_daily_record_without_its_day_is_refused() -> None:
    with pytest.raises(BadRecord, match="date"):
        read_record(DAILY | {"date": ""})


def _dated(*pairs: tuple[str, str]) -> list[object]:
    return [{"id": key, "date": day} for key, day in pairs]


@pytest.mark.parametrize(
    ("records", "reading"),
    [
        ([], None),
        ([NATIVE, SNAPSHOT], None),
        (_dated(("2603.00001", "2026-03-02")), DateReading(DateIs.ANNOUNCED, 0, 0)),
        (_dated(("2602.00001", "2026-03-02")), DateReading(DateIs.ANNOUNCED, 0, 1)),
        (_dated(("2603.00001", "2026-02-28")), DateReading(DateIs.SUBMITTED, 1, 0)),
        (
            _dated(("2603.00001", "2026-02-28"), ("2602.00001", "2026-03-02")),
            DateReading(DateIs.ANNOUNCED, 1, 1),
        ),
        (_dated(("math/0001001", "1999-12-31")), DateReading(DateIs.SUBMITTED, 1, 0)),
        (_dated(("nonsense", "?"), ("shelf:a", "2026-01-01")), DateReading(DateIs.ANNOUNCED, 0, 0)),
        ([None, 3, {"date": []}], DateReading(DateIs.ANNOUNCED, 0, 0)),
    ],
)
def test_the_ids_tell_which_clock_the_dates_are(
    records: list[object], reading: DateReading | None
) -> None:
    assert judge_dates(records) == reading
