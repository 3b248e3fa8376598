"""Pages and single records of OAI-PMH, what they hold, and every way in which they say no."""

from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from postil.paper import Version
from postil.paper_id import PaperId
from postil.sources.arxiv_oai import OaiRequest, read_page, read_record, record_url
from postil.sources.exchange import BadReply, NoSuchPaper, OaiPage, Rejected, TokenExpired

SAMPLES = Path(__file__).parent / "arxiv_samples"
RAW = (SAMPLES / "raw_page.xml").read_bytes()
PLAIN = (SAMPLES / "plain_page.xml").read_bytes()
BASE = "https://oai.example/oai"


def error(code: str, words: str = "why") -> bytes:
    return f"<OAI-PMH><error code='{code}'>{words}</error></OAI-PMH>".encode()


def record(
    metadata: str, header: str = "<identifier>oai:arXiv.org:2602.00017</identifier>"
) -> bytes:
    """A page with one record."""
    inner = f"<metadata>{metadata}</metadata>" if metadata else ""
    whole = f"<record><header>{header}</header>{inner}</record>"
    return f"<OAI-PMH><ListRecords>{whole}</ListRecords></OAI-PMH>".encode()


def as_single(page: bytes) -> bytes:
    return page.replace(b"ListRecords>", b"GetRecord>")


def test_a_first_request_names_what_it_wants() -> None:
    request = OaiRequest("arXivRaw", "cs:cs:LG", date(2026, 2, 1), date(2026, 2, 3))
    assert request.url(BASE) == (
        f"{BASE}?verb=ListRecords&metadataPrefix=arXivRaw&set=cs:cs:LG&from=2026-02-01&until=2026-02-03"
    )
    assert OaiRequest().url(BASE) == f"{BASE}?verb=ListRecords&metadataPrefix=arXivRaw"


def test_a_request_with_a_token_carries_the_verb_and_nothing_else() -> None:
    token = "verb%3DListRecords%26skip%3D2500 +&"
    url = OaiRequest("arXiv", "cs", date(2026, 2, 1), token=token).url(BASE)
    assert parse_qs(urlsplit(url).query) == {"verb": ["ListRecords"], "resumptionToken": [token]}


def test_an_old_id_is_asked_for_as_it_is_written() -> None:
    url = record_url(BASE, PaperId.parse("math/0309136"), "arXiv")
    assert url.endswith(
        "?verb=GetRecord&identifier=oai:arXiv.org:math/0309136&metadataPrefix=arXiv"
    )


def test_a_raw_record_gives_everything_it_knows() -> None:
    paper = read_page(RAW).papers[0]
    assert paper.id == PaperId("arxiv", "2602.00017")
    assert paper.title == "Margins & notes: what $x < y$ says about a page"
    assert paper.authors == (
        "Zsófia Török",
        "Łukasz Kowal Jr.",
        "Ann Lee III",
        "Marginalia Collaboration",
    )
    assert paper.submitter == "Zsófia Török"
    assert paper.categories == ("cs.LG", "math.NA", "cs.NA", "stat.ML")
    assert paper.abstract.startswith("We write in the margin of every page, and count")
    assert paper.comment == "12 pages; written with Gödel's pen"
    assert (paper.doi, paper.report_no) == ("10.1000/xyz", "REP-2026-01")
    assert paper.journal_ref == "J. Notes 3 (2026) 1-12"
    assert paper.license == "http://creativecommons.org/licenses/by/4.0/"


def test_the_three_clocks_of_a_raw_record_are_kept_apart() -> None:
    paper = read_page(RAW).papers[0]
    assert paper.submitted == date(2026, 2, 1)
    assert paper.modified == date(2026, 2, 3)
    assert paper.announced == ()
    assert paper.versions == (Version(1, date(2026, 2, 1)), Version(2, date(2026, 2, 3)))


def test_a_withdrawn_version_says_so_whatever_flags_stand_before() -> None:
    assert read_page(RAW).papers[1].versions[-1] == Version(2, date(2026, 2, 2), withdrawn=True)
    flagged = RAW.replace(b"<source_type>I<", b"<source_type>AI<")
    assert read_page(flagged).papers[1].withdrawn
    assert not read_page(RAW).papers[0].withdrawn


def test_a_page_tells_deletions_rejects_its_last_day_and_how_to_go_on() -> None:
    page = read_page(RAW)
    assert [str(paper.id) for paper in page.papers] == ["2602.00017", "math/0309136"]
    assert page.deleted == (PaperId("arxiv", "2601.00009"),)
    assert page.rejected == (Rejected("2602.00018", "the title is missing or empty"),)
    assert page.token == "verb%3DListRecords%26skip%3D2500"
    assert page.last_datestamp == date(2026, 2, 3)


def test_the_plain_form_claims_no_day_of_submission() -> None:
    page = read_page(PLAIN)
    paper = page.papers[0]
    assert (paper.submitted, paper.versions, paper.modified) == (None, (), date(2026, 2, 3))
    without = PLAIN.replace(b"<updated>2026-02-03</updated>", b"")
    assert read_page(without).papers[0].submitted is None
    assert paper.authors == ("Zsófia Török", "Łukasz Kowal Jr.", "Marginalia Collaboration")
    assert page.token == ""


def test_the_msc_class_in_the_place_of_the_acm_class_goes_nowhere() -> None:
    for page in (RAW, PLAIN):
        assert "68T05" not in str(read_page(page))


def test_an_empty_range_is_an_empty_page() -> None:
    assert read_page(error("noRecordsMatch")) == OaiPage()


def test_a_page_without_records_and_without_that_error_is_not_believed() -> None:
    for inner in ("<ListRecords/>", "<ListRecords><resumptionToken/></ListRecords>", ""):
        with pytest.raises(BadReply):
            read_page(f"<OAI-PMH>{inner}</OAI-PMH>".encode())


def test_an_expired_token_is_told_from_other_errors() -> None:
    with pytest.raises(TokenExpired):
        read_page(error("badResumptionToken"))
    with pytest.raises(BadReply, match="badArgument: too early") as caught:
        read_page(error("badArgument", "too\n early"))
    assert not isinstance(caught.value, TokenExpired)


def test_words_of_an_error_are_clipped_and_printable() -> None:
    with pytest.raises(BadReply) as caught:
        read_page(error("badArgument", "\u202e" + "x" * 10_000))
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_an_unknown_id_is_no_such_paper() -> None:
    with pytest.raises(NoSuchPaper, match=r"^unknown here$"):
        read_record(error("idDoesNotExist", "unknown here"))
    with pytest.raises(BadReply):
        read_record(error("badArgument"))
    with pytest.raises(BadReply):
        read_page(error("idDoesNotExist"))


def test_a_single_record_is_read_as_on_a_page() -> None:
    assert read_record(as_single(RAW)) == read_page(RAW).papers[0]
    with pytest.raises(BadReply):
        read_record(RAW)
    with pytest.raises(BadReply):
        read_page(as_single(RAW))


def test_a_deleted_single_record_is_no_such_paper_and_a_broken_one_is_no_reply() -> None:
    with pytest.raises(NoSuchPaper, match="deleted"):
        read_record(as_single(RAW.replace(b"<header>", b'<header status="deleted">')))
    with pytest.raises(BadReply, match="title"):
        read_record(as_single(record("<arXivRaw><id>2602.00017</id></arXivRaw>")))


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ("", "no metadata"),
        ("<oai_dc><title>T</title></oai_dc>", "form"),
        ("<arXivRaw><id>2602.00018</id><title>T</title></arXivRaw>", "another paper"),
        ("<arXivRaw><title>T</title></arXivRaw>", "id"),
        ("<arXivRaw><id>2602.00017</id><title> </title></arXivRaw>", "title"),
        (
            "<arXivRaw><id>2602.00017</id><title>T</title><version><date/></version></arXivRaw>",
            "v1",
        ),
        (
            "<arXiv><id>2602.00017</id><title>T</title><categories>?</categories></arXiv>",
            "category",
        ),
        (f"<arXiv><id>2602.00017</id><title>{'T' * 2_001}</title></arXiv>", "2,001"),
    ],
)
def test_a_record_that_is_no_paper_is_set_aside_with_the_reason(metadata: str, reason: str) -> None:
    page = read_page(record(metadata))
    assert page.papers == ()
    assert [wrong.id for wrong in page.rejected] == ["2602.00017"]
    assert reason in page.rejected[0].reason


def test_a_record_without_a_readable_id_or_day_is_set_aside_too() -> None:
    whole = "<arXivRaw><id>2602.00017</id><title>T</title></arXivRaw>"
    for header in ("", "<identifier>oai:arXiv.org:nonsense</identifier>"):
        assert len(read_page(record(whole, header)).rejected) == 1
    named = "<identifier>oai:arXiv.org:2602.00017</identifier>"
    assert read_page(record(whole, f"{named}<datestamp>2026-02-31</datestamp>")).rejected
    assert read_page(record(whole, named)).papers[0].modified is None


def test_versions_are_put_in_order_and_told_once() -> None:
    versions = "".join(
        f'<version version="v{n}"><date>Mon, {n} Apr 2007 19:18:42 GMT</date></version>'
        for n in (3, 2, 2)
    )
    whole = f"<arXivRaw><id>2602.00017</id><title>T</title>{versions}</arXivRaw>"
    paper = read_page(record(whole)).papers[0]
    assert [version.number for version in paper.versions] == [2, 3]
    assert paper.submitted is None


def test_another_document_is_refused() -> None:
    for body in (b"<rss/>", b"<html><body>busy</body></html>"):
        with pytest.raises(BadReply):
            read_page(body)


def test_a_page_cut_off_anywhere_is_refused() -> None:
    for part in range(50):
        with pytest.raises(BadReply):
            read_page(RAW.rstrip()[: len(RAW.rstrip()) * part // 50])


@pytest.mark.shared
def test_every_recorded_reply_is_read(shared: Path) -> None:
    replies = sorted((shared / "fixtures" / "arxiv_oai").glob("*.xml"))
    assert len(replies) == 15
    for reply in replies:
        body = reply.read_bytes()
        if b"<ListRecords" in body:
            page = read_page(body)
            assert len(page.papers) == body.count(b"<record>")
            assert not page.rejected
            papers = list(page.papers)
        else:
            papers = [read_record(body)]
        for paper in papers:
            assert paper.authors and paper.abstract and paper.categories and paper.modified
            assert not any(name.startswith((":", "for the")) for name in paper.authors)
