"""Categories: the taxonomy, its aliases, and union and difference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.categories import (
    ALIASES,
    CategoryExpression,
    canonical,
    categories,
    known_code,
    nearest,
)
from postil.errors import BadCategory

codes = st.sampled_from(sorted(categories()))


@given(
    st.lists(codes, min_size=1, max_size=4, unique=True), st.lists(codes, max_size=3, unique=True)
)
def test_an_expression_means_union_less_union(included, excluded):
    text = "+".join(included) + "".join(f"-{code}" for code in excluded)
    expression = CategoryExpression.parse(text)
    for code in categories():
        wanted = code in included and code not in excluded
        assert expression.matches((code,)) == wanted
    assert str(expression) == text


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_a_one_line_error(text):
    try:
        expression = CategoryExpression.parse(text)
    except BadCategory as error:
        assert "\n" not in str(error) and str(error).isprintable()
    else:
        assert CategoryExpression.parse(str(expression)) == expression


def test_hyphens_inside_codes_are_not_minus_signs():
    expression = CategoryExpression.parse("astro-ph.GA-cond-mat.mtrl-sci-hep-th")
    assert expression == CategoryExpression(("astro-ph.GA",), ("cond-mat.mtrl-sci", "hep-th"))


@pytest.mark.parametrize(("second", "first"), ALIASES.items())
def test_both_codes_of_a_category_find_the_same_papers(second, first):
    for asked in (second, first):
        for written in (second, first):
            assert CategoryExpression.parse(asked).matches((written,))


def test_an_archive_stands_for_everything_in_it():
    expression = CategoryExpression.parse("cs-cs.CV")
    assert expression.matches(("cs.NA",))
    assert expression.matches(("stat.ML", "cs.LG"))
    assert not expression.matches(("cs.LG", "cs.CV"))
    assert not expression.matches(("stat.ML",))


def test_with_nothing_included_everything_else_is():
    assert CategoryExpression.parse("-cs.CV").matches(("hep-th",))


def test_letter_case_and_separators_are_free():
    assert str(CategoryExpression.parse("CS.lg, stat.ml hep-th")) == "cs.LG+stat.ML+hep-th"


@pytest.mark.parametrize(
    "text", ["", "+", "cs.XX", "cs.LG+<script>", "--", "cs.LG" * 3, "x" * 9999]
)
def test_nonsense_is_refused(text):
    with pytest.raises(BadCategory):
        CategoryExpression.parse(text)


def test_a_misspelt_category_gets_a_suggestion():
    assert "cs.LG" in nearest("cs.LGG")
    with pytest.raises(BadCategory, match="did you mean"):
        CategoryExpression.parse("stat.MLL")


def test_canonical_codes_are_fixed_points():
    for code in categories():
        assert canonical(code) == code
        assert known_code(code.upper()) == code
