"""Whole numbers and choices: what passes, and what each refusal says."""

import numpy as np
import pytest

from lemmata.arguments import check_choice, count, integer, is_integer, natural
from lemmata.errors import ArgumentError, IntegerError, LemmataError


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.asarray(3)], ids=repr)
def test_every_kind_of_whole_number_becomes_an_int(value):
    assert type(integer("k", value)) is int
    assert integer("k", value) == natural("k", value) == count("k", value, 3, "all") == 3


@pytest.mark.parametrize("value", [2.0, 2.5, True, None, "2", np.ones(2), np.float64(2)], ids=repr)
def test_what_is_no_whole_number_is_both_a_type_error_and_a_value_error(value):
    assert not is_integer(value)
    for check in (integer, natural, lambda *a: count(*a, 5, "all")):
        for error in (TypeError, ValueError, ArgumentError, LemmataError):
            with pytest.raises(error, match=r"^k must be an integer, got ") as caught:
                check("k", value)
            assert type(caught.value) is IntegerError


def test_whole_numbers_out_of_range_say_the_range():
    with pytest.raises(ArgumentError, match="k must be a non-negative integer, got -1"):
        natural("k", -1)
    for value in (-1, 4):
        with pytest.raises(ArgumentError, match=rf"k must be in \[0, 3\], the rows, got {value}"):
            count("k", value, 3, "the rows")
    assert count("k", 0, 0, "nothing") == natural("k", 0) == 0
    assert integer("k", -7) == -7


def test_another_choice_is_told_the_choices():
    check_choice("way", "up", ("up", "down"))
    with pytest.raises(ArgumentError, match="way must be one of up, down, got 'left'"):
        check_choice("way", "left", ("up", "down"))
