"""Ids of OpenReview, the ACL Anthology and the web: canonical, bounded, and kept apart from arXiv's."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postil.errors import BadId
from postil.paper_id import PaperId, PaperReference

FORUM = "B1xsqj09Fm"


@pytest.mark.parametrize(
    "text",
    [
        f"openreview:{FORUM}",
        f"OpenReview: {FORUM}",
        f"https://openreview.net/forum?id={FORUM}",
        f"openreview.net/forum?id={FORUM}&noteId=abcdef1234",
        f"https://openreview.net/forum?noteId=abcdef1234&id={FORUM}#all",
        f"http://www.openreview.net/pdf?id={FORUM}",
    ],
)
def test_every_way_to_a_forum_names_the_same_submission(text):
    held = PaperId.parse(text)
    assert (str(held), held.path) == (f"openreview:{FORUM}", f"/openreview/{FORUM}")


def test_a_forum_keeps_its_letter_case():
    assert PaperId.parse("openreview:b1xsqj09fm") != PaperId.parse(f"openreview:{FORUM}")


@pytest.mark.parametrize(
    ("text", "key", "version"),
    [
        ("acl:2023.acl-long.1", "2023.acl-long.1", None),
        ("ACL:2023.Findings-EMNLP.1023", "2023.findings-emnlp.1023", None),
        ("acl:p18-1001", "P18-1001", None),
        ("https://aclanthology.org/2023.acl-long.1/", "2023.acl-long.1", None),
        ("https://aclanthology.org/2023.acl-long.1v2.pdf", "2023.acl-long.1", 2),
        ("https://www.aclweb.org/anthology/P18-1001", "P18-1001", None),
        ("aclanthology.org/P18-1001.bib", "P18-1001", None),
        ("https://doi.org/10.18653/v1/P18-1001", "P18-1001", None),
        ("10.3115/v1/P14-1001", "P14-1001", None),
    ],
)
def test_every_way_to_the_anthology_names_the_same_paper(text, key, version):
    reference = PaperReference.parse(text)
    assert reference == PaperReference(PaperId("acl", key), version)
    assert reference.id.path == f"/acl/{key}"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("https://Example.org/archives/4797", "example.org/archives/4797"),
        ("http://example.org:80/archives/4797/", "example.org/archives/4797"),
        ("https://example.org/a/./b/../c#part-2", "example.org/a/c"),
        ("https://example.org/../../etc", "example.org/etc"),
        ("https://example.org", "example.org/"),
        ("https://example.org/?p=7&utm_source=feed", "example.org/?p=7"),
        ("https://example.org/%7Eana/%e7%9f%a9%E9%98%B5", "example.org/~ana/矩阵"),
        ("https://example.org/矩阵", "example.org/矩阵"),
        ("https://example.org/a b:c'd", "example.org/a%20b%3Ac%27d"),
        ("https://example.org/%CF%C3", "example.org/%CF%C3"),  # GBK, which is no UTF-8
        ("https://example.org/100%", "example.org/100%25"),
        ("https://例え.jp/x", "xn--r8jz45g.jp/x"),
        ("http://127.0.0.1:8000/a", "127.0.0.1%3A8000/a"),
    ],
)
def test_an_address_has_one_canonical_spelling(address, key):
    held = PaperId.of_page(address)
    assert held == PaperId("web", key)
    assert PaperId.parse(str(held)) == held
    assert held.path == f"/web/{key}"


def test_a_long_address_is_bounded_and_still_its_own():
    long = "https://example.org/" + "%E7%9F%A9" * 30 + "x" * 300
    one, other = PaperId.of_page(long + "1"), PaperId.of_page(long + "2")
    assert one != other
    assert len(str(one)) <= 164
    assert PaperId.parse(str(one)) == one


PARTS = st.text(
    st.sampled_from("abZ09/.%:?&=#~+ '\"<>é矩\u0301\u202e\x00\ud800") | st.characters(), max_size=60
)


@given(PARTS)
@example("/%2A%CC%81")
@example("/..%2f../%2e%2e/x")
@example("/?utm_x=1&%75tm_y=2&a")
def test_a_key_is_printable_has_no_colon_and_reads_back(rest):
    try:
        held = PaperId.of_page(f"https://example.org/{rest}")
    except BadId:
        return
    assert held.key.isprintable()
    assert not set(held.key) & set(': "<>')
    assert "/../" not in f"{held.key}/"
    assert PaperId.parse(str(held)) == held


@pytest.mark.parametrize(
    "text",
    [
        "openreview:",
        "openreview:a/../b",
        "https://openreview.net/group?id=ICLR.cc/2025/Conference",
        "https://openreview.net/pdf/8f0c2ae1f5c1.pdf",  # a file's name, not a forum
        "https://example.org/forum?id=B1xsqj09Fm",
        "acl:2023.acl-long",
        "acl:2023.acl-long.01",
        "acl:P18-101",
        "https://aclanthology.org/volumes/2023.acl-long/",
        "https://aclanthology.org/people/ana-example/",
        "web:example.org",  # a word and a word, as in a query
        "web:/etc/passwd",
        "web:ftp://example.org/x",
        "web:https://ana@example.org/x",
        "web:exa_mple.org/x",
        "web:-example.org/x",
        "web:example.org:port/x",
        "https://example.org/x",  # only with web: before it
    ],
)
def test_what_is_no_id_elsewhere_is_refused(text):
    with pytest.raises(BadId):
        PaperId.parse(text)


def test_no_month_is_made_up_for_them():
    for text in ("acl:P18-1001", f"openreview:{FORUM}", "web:example.org/1234.5678"):
        assert PaperId.parse(text).month is None
