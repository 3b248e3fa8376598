"""The end of a query that is being typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.query_tail import read_tail


@pytest.mark.parametrize(
    ("text", "field", "quoted", "before", "partial"),
    [
        ("atten", "", False, [], "atten"),
        ("state space mod", "", False, ["state", "space"], "mod"),
        ("state space ", "", False, ["state", "space"], ""),
        ("author:hin", "author", False, [], "hin"),
        ('author:"Geoffrey Hin', "author", True, ["Geoffrey"], "Hin"),
        ("作者：李", "author", False, [], "李"),
        ("cat:cs.LG+st", "cat", False, [], "cs.LG+st"),
        ('"low ra', "", True, ["low"], "ra"),
        ("title:graph neu", "", False, [], "neu"),
        ("cat:cs.LG state sp", "", False, ["state"], "sp"),
        ("a OR wave", "", False, [], "wave"),
        ("big -smal", "", False, ["big"], "smal"),
        ("-small wor", "", False, [], "wor"),
        ('"one" two th', "", False, ["two"], "th"),
        ("(a b", "", False, ["a"], "b"),
        ("", "", False, [], ""),
    ],
)
def test_the_last_word_and_what_stands_before_it(text, field, quoted, before, partial):
    tail = read_tail(text)
    assert (tail.field, tail.quoted, tail.partial) == (field, quoted, partial)
    assert [word for _, word in tail.before] == before
    assert tail.text[tail.at :].endswith(partial)


@given(st.text(max_size=80))
def test_the_end_of_any_text_is_read(text):
    tail = read_tail(text)
    assert 0 <= tail.start <= len(tail.text)
    assert tail.text[tail.at :] == tail.partial
    for start, word in tail.before:
        assert word in tail.text[start:]
