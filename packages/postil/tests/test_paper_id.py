"""Ids: every way of writing one leads to the same paper, and nothing else passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.errors import BadId
from postil.paper_id import OLD_ARCHIVES, PaperId, PaperReference

new_keys = st.builds(
    lambda year, month, serial: (
        f"{year:02}{month:02}.{serial:05}"
        if year >= 15
        else f"{year:02}{month:02}.{serial % 9999 + 1:04}"
    ),
    st.integers(8, 40),
    st.integers(1, 12),
    st.integers(1, 99_999),
)
old_keys = st.builds(
    lambda archive, year, month, serial: f"{archive}/{year % 100:02}{month:02}{serial:03}",
    st.sampled_from(sorted(OLD_ARCHIVES)),
    st.integers(1991, 2006),
    st.integers(1, 12),
    st.integers(1, 999),
)
keys = new_keys | old_keys
WAYS = (
    "{}",
    " {}\n",
    "arXiv:{}",
    "arxiv: {}",
    "oai:arXiv.org:{}",
    "https://arxiv.org/abs/{}",
    "http://www.arxiv.org/abs/{}?context=cs",
    "arxiv.org/pdf/{}",
    "https://arxiv.org/pdf/{}.pdf#page=3",
    "https://export.arxiv.org/html/{}/",
    "10.48550/arXiv.{}",
    "doi:10.48550/ARXIV.{}",
    "https://doi.org/10.48550/arXiv.{}",
)


@given(keys, st.sampled_from(WAYS), st.none() | st.integers(1, 99))
def test_every_way_of_writing_an_id_names_the_same_paper(key, way, version):
    suffix = "" if version is None else f"v{version}"
    reference = PaperReference.parse(way.format(key + suffix))
    assert reference == PaperReference(PaperId("arxiv", key), version)


@given(keys)
def test_the_canonical_text_reads_back(key):
    assert str(PaperId.parse(key)) == key


@given(st.text(max_size=60))
def test_any_text_is_an_id_or_a_one_line_error(text):
    try:
        held = PaperId.parse(text)
    except BadId as error:
        message = str(error)
        assert "\n" not in message and message.isprintable()
    else:
        assert PaperId.parse(str(held)) == held


def test_an_old_id_loses_its_subject_class():
    assert str(PaperId.parse("math.GT/0309136v2")) == "math/0309136"


def test_letter_case_is_free():
    assert PaperId.parse("HEP-TH/9901001") == PaperId.parse("hep-th/9901001")


def test_a_shelf_id_has_its_own_source():
    held = PaperId.parse("shelf:eckart-young-1936")
    assert (held.source, held.path) == ("shelf", "/shelf/eckart-young-1936")


def test_the_month_is_read_from_both_styles():
    assert PaperId.parse("2405.06147").month == (2024, 5)
    assert PaperId.parse("hep-th/9901001").month == (1999, 1)
    assert PaperId.parse("shelf:x").month is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2405",
        "2405.0614",  # five digits since 2015
        "1412.12345",  # four digits until 2014
        "0703.0001",  # the new style began in April 2007
        "2413.00001",  # no thirteenth month
        "2405.00000",
        "2405.06147v0",
        "nosuch/0309136",
        "math/0313136",
        "math/0704001",  # the old style ended in March 2007
        "٢٤٠٥.٠٦١٤٧",  # digits, but not ASCII ones
        "https://example.org/abs/2405.06147",
        "10.1000/2405.06147",
        "shelf:../etc",
        "2405.06147 2405.06148",
        "2405.06147\x00",
        "\ud800",
        "9" * 10_000,
    ],
)
def test_what_is_no_id_is_refused(text):
    with pytest.raises(BadId):
        PaperId.parse(text)
