"""Differences reconstruct both wordings and never cut a formula, a group, a tag or a word."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from postil.text.differences import Kind, Stretch, compare, words
from postil.text.markup import render_html

# Parts that stay whole: no change may begin or end inside one of them.
WHOLE = [
    "matrix",
    "Schr\\\"odinger",
    "Erd\\H{o}s",
    "{B}ayesian",
    "0.95",
    "don't",
    "$x$",
    "$O(n \\log n)$",
    "$ p > 0 $",
    "\\(a + b\\)",
    "$$\\sum_{i} x_i$$",
    "\\[ y = z \\]",
    "\\begin{equation}a = b\\end{equation}",
    "$\\text{if $x$ holds}$",
    "\\emph{two words}",
    "\\href{https://example.org/a}{a link}",
    "\\textbf{see $x^2$ here}",
    "{\\it so it is}",
    "<sub>",
    "</i>",
    "https://example.org/a/b?c=1",
    "，",
    "矩",
]  # fmt: skip
PART = st.sampled_from(WHOLE)
PARTS = st.lists(PART, max_size=30)
# Anything that a text field may hold, rich in what opens and closes.
WILD = st.text(st.sampled_from("ab z\\{}$()[]<>/_^-.,'\"`~ \n矩é1"), max_size=80)


def old_of(stretches: list[Stretch]) -> str:
    return "".join(s.text for s in stretches if s.kind is not Kind.ADDED)


def new_of(stretches: list[Stretch]) -> str:
    return "".join(s.text for s in stretches if s.kind is not Kind.REMOVED)


def edges(stretches: list[Stretch], other: Kind) -> set[int]:
    """The places in one wording where a stretch begins or ends."""
    at, found = 0, set()
    for stretch in stretches:
        if stretch.kind is not other:
            found |= {at, at + len(stretch.text)}
            at += len(stretch.text)
    return found


def insides(parts: list[str]) -> set[int]:
    """The places inside the parts of a text made by joining them with spaces."""
    at, found = 0, set()
    for part in parts:
        found |= set(range(at + 1, at + len(part)))
        at += len(part) + 1
    return found


def shown(old: str, new: str) -> str:
    """The differences with marks around them, for tests to read."""
    marks = {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "[+{}+]"}
    return "".join(marks[s.kind].format(s.text) for s in compare(old, new))


@settings(max_examples=300, deadline=None)
@given(WILD, WILD)
@example("$$a$ b", "$$a$$ b")
@example("\\(\\) a", "\\begin{align}\\end{align}")
def test_both_wordings_come_back_exactly(old: str, new: str) -> None:
    stretches = compare(old, new)
    assert (old_of(stretches), new_of(stretches)) == (old, new)


@settings(max_examples=300, deadline=None)
@given(PARTS, PARTS)
def test_no_change_begins_or_ends_inside_a_part_that_is_whole(
    old: list[str], new: list[str]
) -> None:
    stretches = compare(" ".join(old), " ".join(new))
    assert not edges(stretches, Kind.ADDED) & insides(old)
    assert not edges(stretches, Kind.REMOVED) & insides(new)


@settings(max_examples=200, deadline=None)
@given(WILD, WILD)
def test_stretches_are_not_empty_and_no_two_of_a_kind_are_neighbours(old: str, new: str) -> None:
    stretches = compare(old, new)
    assert all(s.text for s in stretches)
    assert all(a.kind is not b.kind for a, b in pairwise(stretches))


@settings(max_examples=200, deadline=None)
@given(WILD)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert all(s.kind is Kind.SAME for s in compare(text, text))
    assert "".join(words(text)) == text


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a quick fox", "a slow fox", "a [-quick-][+slow+] fox"),
        ("one two", "one, two", "one[+,+] two"),
        ("we show that it is", "we show it is", "we show [-that -]it is"),
        ("by 0.95 or so", "by 0.96 or so", "by [-0.95-][+0.96+] or so"),
        ("cost $O(n)$.", "cost $O(n^2)$.", "cost [-$O(n)$-][+$O(n^2)$+]."),
        ("低秩近似", "低维近似", "低[-秩-][+维+]近似"),
        ("red of blue", "big of small", "[-red of blue-][+big of small+]"),
        ("", "a word", "[+a word+]"),
        ("a  word", "a word", "a [- -]word"),
    ],
)
def test_a_change_is_told_as_a_reader_would_tell_it(old: str, new: str, said: str) -> None:
    assert shown(old, new) == said


@pytest.mark.parametrize("part", WHOLE)
def test_a_whole_part_is_one_word(part: str) -> None:
    assert words(f"see {part} here") == ["see", " ", part, " ", "here"]


def test_every_stretch_of_a_formula_can_be_shown_as_mathematics() -> None:
    for stretch in compare("take $a_1$ and $b$", "take $a_2$ and $c$"):
        assert render_html(stretch.text).count("$") == 0


def by_character(old: str, new: str) -> list[Stretch]:
    """A comparison that knows no words: what the tests above must refuse."""
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    return [
        Stretch(Kind.SAME, old[:same]),
        Stretch(Kind.REMOVED, old[same:]),
        Stretch(Kind.ADDED, new[same:]),
    ]


def test_the_check_for_whole_parts_refuses_a_comparison_by_characters() -> None:
    old, new = ["see", "$x^2$"], ["see", "$x^3$"]
    stretches = by_character(" ".join(old), " ".join(new))
    assert (old_of(stretches), new_of(stretches)) == (" ".join(old), " ".join(new))
    assert edges(stretches, Kind.ADDED) & insides(old)
