"""How far one word is from another."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postil.search import spelling
from postil.search.spelling import distance, may_be_near, near_words

WORDS = st.text("abest", min_size=1, max_size=6)


@cache
def plain_distance(one: str, other: str) -> int:
    """Damerau's distance in its plainest form: every error costs one."""
    if not one or not other:
        return len(one) + len(other)
    best = min(
        plain_distance(one[1:], other) + 1,
        plain_distance(one, other[1:]) + 1,
        plain_distance(one[1:], other[1:]) + (one[0] != other[0]),
    )
    if len(one) > 1 < len(other) and one[0] == other[1] and one[1] == other[0]:
        best = min(best, plain_distance(one[2:], other[2:]) + 1)
    return best


@given(WORDS, WORDS)
def test_with_every_error_alike_it_is_damerau_s_distance(one, other):
    names = ("EXCHANGED", "BESIDE", "DOUBLED", "VOWEL", "OTHER")
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setattr(spelling, name, 1.0)
        patch.setattr(spelling, "FIRST", 0.0)
        assert distance(one, other, 99.0) == plain_distance(one, other)


@pytest.mark.parametrize(
    ("likelier", "meant", "less_likely"),
    [
        ("transfomrer", "transformer", "transfobmrer"),  # exchanged
        ("attentiom", "attention", "attentioq"),  # beside its key
        ("atttention", "attention", "atqtention"),  # doubled
        ("dependance", "dependence", "dependknce"),  # a vowel
        ("kermel", "kernel", "lernel"),  # not at the first letter
    ],
)
def test_likely_errors_cost_less(likelier, meant, less_likely):
    assert distance(likelier, meant, 3.0) < distance(less_likely, meant, 3.0)


@settings(deadline=None)
@given(WORDS)
def test_near_words_are_one_error_away_and_nothing_is_left_out(word):
    near = set(near_words(word)) - {word}
    assert all(plain_distance(word, other) == 1 for other in near)
    assert word[1:] in near or word[1:] == word
    assert len({w for w in near if len(w) == len(word) + 1}) == 25 * len(word) + 26


@given(WORDS, WORDS)
def test_a_quick_look_never_turns_away_a_near_word(one, other):
    if plain_distance(one, other) <= 2:
        assert may_be_near(one, other, 2)
