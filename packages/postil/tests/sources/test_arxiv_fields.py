"""Strings of authors as submitters type them, and the other things that arXiv writes everywhere alike."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.sources import arxiv_fields, fields
from postil.sources.arxiv_fields import (
    day_created,
    day_within,
    own_categories,
    reference,
    split_authors,
    tidied,
)
from postil.sources.fields import BadRecord


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", []),
        ("A. Roe", ["A. Roe"]),
        ("A. Roe, B. Doe and C. Poe", ["A. Roe", "B. Doe", "C. Poe"]),
        ("A. Roe, B. Doe, and C. Poe", ["A. Roe", "B. Doe", "C. Poe"]),
        ("A. Roe & B. Doe; C. Poe", ["A. Roe", "B. Doe", "C. Poe"]),
        ("A. Roe,\n  B. Doe", ["A. Roe", "B. Doe"]),
        ("A. Roe,, B. Doe,", ["A. Roe", "B. Doe"]),
        ("Anders Sand, Andrew Rand", ["Anders Sand", "Andrew Rand"]),
        ("A. Roe et al.", ["A. Roe"]),
        ("A. Roe, B. Doe, and others", ["A. Roe", "B. Doe"]),
        ("A. Roe, with an appendix by B. Doe", ["A. Roe", "B. Doe"]),
    ],
)
def test_names_are_parted_by_commas_and_the_word_and(written: str, names: list[str]) -> None:
    assert split_authors(written) == tuple(names)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("A. Roe (1), B. Doe (1 and 2) ((1) Here, (2) There (North))", ["A. Roe", "B. Doe"]),
        ("A. Roe (Here, There and Elsewhere), B. Doe", ["A. Roe", "B. Doe"]),
        ("A. Roe (Here, B. Doe, C. Poe", ["A. Roe", "B. Doe", "C. Poe"]),
        ("A. Roe), B. Doe", ["A. Roe", "B. Doe"]),
        ("Yi (Alice) Wang", ["Yi Wang"]),
        ("(author list is unavailable)", []),
    ],
)
def test_affiliations_go_and_take_no_names_with_them(written: str, names: list[str]) -> None:
    assert split_authors(written) == tuple(names)


def test_a_suffix_after_a_comma_stays_with_its_name() -> None:
    assert split_authors("S. Roe, Jr., B. Doe, III and C. Poe, 2nd") == (
        "S. Roe Jr.",
        "B. Doe III",
        "C. Poe 2nd",
    )


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("A. Roe for the XY Collaboration", ["A. Roe", "XY Collaboration"]),
        ("A. Roe, on behalf of the XY collaboration", ["A. Roe", "XY collaboration"]),
        ("A. Roe (for the XY Collaboration), B. Doe", ["A. Roe", "XY Collaboration", "B. Doe"]),
        ("The XY Collaboration: A. Roe, B. Doe", ["The XY Collaboration", "A. Roe", "B. Doe"]),
        ("A. Roe and the XY Team", ["A. Roe", "XY Team"]),
        ("XY and Z Collaborations", ["XY and Z Collaborations"]),
        ("A. Formann for B. Ford", ["A. Formann for B. Ford"]),
    ],
)
def test_a_collaboration_is_named_beside_who_writes_for_it(written: str, names: list[str]) -> None:
    assert split_authors(written) == tuple(names)


def test_tex_in_names_becomes_unicode() -> None:
    written = r"E. Schr\"odinger, P. Erd\H{o}s, {\L}. Go{\l}\k{e}b, J.~P. Roe$^{1,2}$, {van Doe}"
    assert split_authors(written) == (
        "E. Schrödinger",
        "P. Erdős",
        "Ł. Gołęb",
        "J. P. Roe",
        "van Doe",
    )


def test_names_that_arxiv_split_itself_are_put_in_order() -> None:
    names = ["Array", ":", "A. Roe for the XY Collaboration", "for the Z Collaboration", ""]
    assert tidied(names) == ("Array", "A. Roe", "XY Collaboration", "Z Collaboration")


def test_strings_beyond_all_bounds_are_refused() -> None:
    for written in ("a" * 500_001, "a" * 2_001, "a," * 20_001):
        with pytest.raises(BadRecord):
            split_authors(written)


@given(st.text(alphabet="aB .,;:&()$~{}\\^\"'nd\n", max_size=60))
def test_no_letter_is_invented_and_no_name_is_empty(written: str) -> None:
    for name in split_authors(written):
        assert name and name == name.strip() and "," not in name
        assert len(name) <= len(written)


@given(
    st.text(max_size=60)
    | st.text(alphabet="aé \n\t\x0b\x7f$\\'{}", max_size=60)
    | st.lists(st.sampled_from(["a word", "\n  ", r"G\"odel", "$x$", "  ", "\n"])).map("".join)
)
def test_the_quick_way_to_one_line_gives_what_the_plain_way_gives(text: str) -> None:
    assert arxiv_fields.line(text) == fields.without_tex_accents(text)


def test_days_are_read_as_arxiv_writes_them() -> None:
    assert day_created("Mon, 2 Apr 2007 19:18:42 GMT") == date(2007, 4, 2)
    assert day_created(" Mon, 02 Apr 2007 19:18:42 GMT\n") == date(2007, 4, 2)
    assert day_within("Monday, 2 February 2026") == date(2026, 2, 2)
    assert day_within("Mon, 02 Feb 2026") == date(2026, 2, 2)
    assert day_within("Mon, 2 Foo 2026, 31 Feb 2026") is None
    for wrong in ("2007-04-02", "Mon, 2 Foo 2007 19:18:42 GMT", "Mon, 31 Feb 2007 19:18:42 GMT"):
        with pytest.raises(BadRecord):
            day_created(wrong)


def test_only_arxivs_own_categories_are_kept() -> None:
    codes = [
        "cs.LG",
        "68T05",
        "I.2.7",
        "math.NA",
        "cs.NA",
        "math.ZZ",
        "hep-th",
        "q-alg",
        "deep",
        "",
    ]
    kept = ("cs.LG", "math.NA", "cs.NA", "math.ZZ", "hep-th", "q-alg")
    assert own_categories(codes) == kept


def test_an_id_of_another_source_is_refused() -> None:
    assert str(reference("http://arxiv.org/abs/math/0309136v2").id) == "math/0309136"
    with pytest.raises(BadRecord):
        reference("shelf:eckart-young-1936")
