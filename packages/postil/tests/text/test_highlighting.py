"""Marks in titles and abstracts: whole words and whole formulas, and nothing else changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.highlighting import words_of
from postil.text.markup import marked_plain, render_html, render_plain

PARTS = st.sampled_from(
    [
        *"state space $x$ $O(n\\log n)$ $_2$ $^{12}$ MoS \\emph{ } { \\textbf{ \\alpha $$y^2$$ $".split(),
        *'<b> & &amp; " \' 词 算法 詞 - -- ~ É ½ ﬁ C++ . , Schr\\"odinger'.split(),
        *"https://a.example/b?c=1&d \\href{https://a.example}{".split(),
        "\n",
    ]
)
TEXTS = st.lists(PARTS, max_size=30).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda between: between.join(parts))
)


@dataclass(frozen=True)
class Every:
    """Marks each run of so many words, and looks at everything."""

    length: int = 1

    def may_mark(self, text: str) -> bool:
        return True

    def find(self, folded: str) -> Iterator[tuple[int, int]]:
        words = [match.span() for match in re.finditer(r"[^\W_]+", folded)]
        for at in range(0, len(words), self.length):
            yield words[at][0], words[at : at + self.length][-1][1]


@dataclass(frozen=True)
class Row:
    """Marks where words stand in a row."""

    words: str

    def may_mark(self, text: str) -> bool:
        return True

    def find(self, folded: str) -> Iterator[tuple[int, int]]:
        said = r"\W+".join(map(re.escape, self.words.split()))
        for match in re.finditer(rf"(?<![a-z0-9]){said}(?![a-z0-9])", folded):
            yield match.span()


NOTHING = Row("no such word")


class Nesting(HTMLParser):
    """Whether every tag closes where it should, and no mark stands in a formula or in another mark."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        assert not (tag == "mark" and {"math", "mark"} & set(self.open))
        self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def without_marks(html: str) -> str:
    return re.sub(r"</?mark>", "", html)


@given(TEXTS | st.text(max_size=200), st.integers(1, 4))
def test_marks_are_all_that_marking_adds(text, length):
    html = str(render_html(text, marker=Every(length)))
    Nesting(html)
    assert without_marks(html) == str(render_html(text))


@given(TEXTS | st.text(max_size=200))
def test_a_text_of_which_nothing_is_marked_is_as_without(text):
    assert render_html(text, marker=NOTHING) == render_html(text)
    assert render_html(text, marker=NOTHING, links=False) == render_html(text, links=False)


@given(TEXTS | st.text(max_size=200), st.integers(1, 4))
def test_the_pieces_of_plain_text_are_the_plain_text(text, length):
    pieces = marked_plain(text, Every(length))
    assert "".join(piece for piece, _ in pieces) == render_plain(text)
    assert any(marked for _, marked in pieces) == ("<mark>" in render_html(text, marker=Every()))


@given(TEXTS)
def test_no_mark_begins_or_ends_with_a_blank(text):
    for marked in re.findall(r"<mark>(.*?)</mark>", render_html(text, marker=Every(3)), re.DOTALL):
        assert marked
        assert not marked[0].isspace()
        assert not marked[-1].isspace()


@pytest.mark.parametrize(
    ("row", "text", "marked"),
    [
        ("state space", "State-space models", ["State-space"]),
        ("state space", r"\emph{state} space", ["state", "space"]),
        ("space", "spaces in space", ["space"]),
        ("a b", "A & b", ["A &amp; b"]),
        ("mos2", "layers of MoS$_2$", ["MoS", "$_2$"]),
        ("log", r"in $O(n\log n)$ steps", [r"$O(n\log n)$"]),
        ("decays", r"$\Lambda_c$ decays", ["decays"]),
        ("schrodinger", r"Schr\"odinger", ["Schrödinger"]),
        ("词", "新詞", ["詞"]),
        ("c++", "C++ and C", ["C++"]),
        ("finite", "ﬁnite", ["ﬁnite"]),
        ("here", r"\href{https://a.example}{here}", ["here"]),
        ("b", "a<b>c", ["b"]),
    ],
)
def test_what_is_marked(row, text, marked):
    html = str(render_html(text, marker=Row(row)))
    found = re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL)
    shown = [re.sub(r'<span.*data-tex="([^"]*)".*', r"$\1$", each) for each in found]
    assert shown == marked


def test_a_formula_is_marked_as_a_whole():
    html = str(render_html(r"so $O(n\log n)$ it is", marker=Row("log")))
    (inside,) = re.findall(r"<mark>(.*)</mark>", html)
    assert inside == str(render_html(r"$O(n\log n)$"))


def test_words_are_read_as_the_index_folds_them():
    assert words_of("Gödel's naïve ½-β 新詞") == [
        "godel",
        "s",
        "naive",
        "1",
        "2",
        "beta",
        "新",
        "词",
    ]
