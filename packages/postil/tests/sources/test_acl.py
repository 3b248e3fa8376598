"""The ACL Anthology's XML: mixed content, ids of both styles, and what is not a paper."""

from datetime import date

import pytest

from postil.sources.acl import read_collection
from postil.sources.exchange import BadReply

TITLE = "<title>Plain</title>"


def collection(paper: str, name: str = "2023.acl", volume: str = "long", meta: str = "") -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><collection id='{name}'>"
        f"<volume id='{volume}' ingest-date='2023-07-08' type='proceedings'>"
        "<meta><booktitle>Meeting on <fixed-case>W</fixed-case>ords (Long)</booktitle>"
        f"<address>Oslo, Norway</address><month>July</month><year>2023</year>{meta}</meta>"
        "<frontmatter><url>x.0</url><bibkey>x-2023</bibkey></frontmatter>"
        f"{paper}</volume></collection>"
    ).encode()


def only(body: bytes):
    read = read_collection(body)
    assert read.rejected == ()
    (paper,) = read.papers
    return paper


def test_a_paper_with_everything():
    paper = only(
        collection(
            "<paper id='12'><title><fixed-case>P</fixed-case>riv: a <i>quiet</i> model of "
            "<tex-math>n_1 &lt; 2</tex-math></title>"
            "<author id='x'><first>Åsa</first><last>Öst</last><affiliation>Here</affiliation>"
            "<variant script='hani'><first>王</first><last>小</last></variant></author>"
            "<author><last>Mononym</last></author>"
            "<pages>101–115</pages><abstract>One &amp; <b>two <i>three</i></b>,\n  see "
            "<url>https://example.org/a</url>.</abstract>"
            "<url hash='0a'>2023.acl-long.12</url><doi>10.18653/v1/2023.acl-long.12</doi>"
            "<bibkey>ost-2023-priv</bibkey><award>Best Paper</award></paper>"
        )
    )
    assert str(paper.id) == "acl:2023.acl-long.12"
    assert paper.title == "Priv: a quiet model of $n_1 < 2$"
    assert paper.authors == ("Åsa Öst", "Mononym")
    assert paper.abstract == "One & two three, see https://example.org/a."
    assert (paper.year, paper.submitted) == (2023, date(2023, 7, 8))
    assert paper.venue == "Meeting on Words (Long)"
    assert paper.journal_ref == "Meeting on Words (Long), pages 101–115, Oslo, Norway, July 2023"
    assert paper.doi == "10.18653/v1/2023.acl-long.12"
    assert (paper.comment, paper.withdrawn) == ("Award: Best Paper.", False)


@pytest.mark.parametrize(
    ("name", "volume", "number", "key"),
    [
        ("2023.findings", "emnlp", "7", "2023.findings-emnlp.7"),
        ("P18", "1", "1", "P18-1001"),
        ("P18", "1", "123", "P18-1123"),
        ("W18", "1", "2", "W18-0102"),
        ("W18", "62", "34", "W18-6234"),
        ("C69", "1", "1", "C69-0101"),
        ("D19", "1", "2", "D19-1002"),
        ("D19", "55", "3", "D19-5503"),
    ],
)
def test_ids_of_both_styles(name, volume, number, key):
    paper = only(collection(f"<paper id='{number}'>{TITLE}</paper>", name, volume))
    assert str(paper.id) == f"acl:{key}"


def test_a_retraction_withdraws_and_keeps_the_reason():
    paper = only(
        collection(
            f"<paper id='1'>{TITLE}<award>Best Demo</award>"
            "<retracted date='2024-05-06'>Not meant to be archived.</retracted></paper>"
        )
    )
    assert paper.withdrawn
    assert paper.comment.startswith("Withdrawn on 2024-05-06: Not meant to be archived.")


def test_revisions_are_versions_and_errata_are_told():
    paper = only(
        collection(
            f"<paper id='1'>{TITLE}<revision id='1' href='x.1v1' hash='0'/>"
            "<revision id='2' href='x.1v2' hash='1' date='2024-01-02'>A table.</revision>"
            "<erratum id='1' hash='2' date='2024-03-04'>2023.acl-long.1e1</erratum></paper>"
        )
    )
    assert [(v.number, v.submitted) for v in paper.versions] == [(1, None), (2, date(2024, 1, 2))]
    assert "Erratum on 2024-03-04: https://aclanthology.org/2023.acl-long.1e1.pdf" in paper.comment
    assert not paper.withdrawn


def test_a_paper_taken_in_decades_later_keeps_to_its_year():
    paper = only(collection(f"<paper id='1'>{TITLE}<year>1991</year></paper>"))
    assert (paper.year, paper.submitted, paper.day_number) == (1991, None, 19910000)


def test_a_journal_has_volume_and_issue():
    body = collection(
        f"<paper id='1'>{TITLE}</paper>",
        meta="<journal-title>Words</journal-title><journal-volume>15</journal-volume>"
        "<journal-issue>4</journal-issue>",
    ).replace(b"<booktitle>Meeting on <fixed-case>W</fixed-case>ords (Long)</booktitle>", b"")
    assert only(body).venue == "Words 15(4)"


def test_a_broken_paper_is_set_aside_and_the_file_goes_on():
    read = read_collection(
        collection(
            f"<paper id='1'><title/></paper><paper id='x'>{TITLE}</paper><paper>{TITLE}</paper>"
            f"<paper id='2'>{TITLE}<abstract>{'x' * 30_000}</abstract></paper>"
            f"<paper id='3'>{TITLE}</paper>"
        )
    )
    assert [str(p.id) for p in read.papers] == ["acl:2023.acl-long.3"]
    assert len(read.rejected) == 4
    assert read.rejected[0].id == "acl:2023.acl-long.1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Not found</body></html>",
        b"<rss><channel/></rss>",
        b"<collection><volume/></collection>",
        collection(f"<paper id='1'>{TITLE}</paper>")[:-20],
        b"<!DOCTYPE c [<!ENTITY a 'aa'>]><collection id='P18'><volume id='1'/></collection>",
    ],
)
def test_what_is_no_collection_is_refused(body):
    with pytest.raises(BadReply):
        read_collection(body)
