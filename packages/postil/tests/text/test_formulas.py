"""Where formulas begin and end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postil.text.formulas import Formula, split_formulas


def found(text):
    return [piece.tex for piece in split_formulas(text) if isinstance(piece, Formula)]


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("the $x$ of $y$", ["x", "y"]),
        ("spaces inside: $ p > 0 $ too", ["p > 0"]),
        (r"\(a\) and \[b\]", ["a", "b"]),
        ("$$a$$", ["a"]),
        ("$a$$b$", ["a", "b"]),
        (r"\begin{equation}a=b\end{equation}", ["a=b"]),
        (r"\begin{align*}a&=b\end{align*}", ["a&=b"]),
        ("between $10$-$20$ GeV", ["10", "20"]),
        ("about $1400 ppm$ of it", ["1400 ppm"]),
        (r"$2^{n}$ and $3\times$4", ["2^{n}", r"3\times"]),
        (r"$\{x: \text{ if $y$ is}\}$ end", [r"\{x: \text{ if $y$ is}\}"]),
        ("line\n$a\nb$", ["a\nb"]),
    ],
)
def test_formulas_are_found(text, formulas):
    assert found(text) == formulas


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("from $5 to $10", []),
        ("from $5-$10 a month", []),
        ("$0.398 to $0.228, and $x$", ["x"]),
        ("costs $3 per run", []),
        ("costs $4,500 a task, not $1", []),
        (r"costs \$3 or \$4, for $k$ runs", ["k"]),
        ("over $2.9 billion in losses; with $n$ users", ["n"]),
        ("0.2%-0.9%$ of full tuning with $x$ and $y$", ["x", "y"]),
        ("an algebra A$ and more, where $B$ is", ["B"]),
        ("$", []),
        ("$$", []),
        ("$ $", []),
        (r"\(a and \[b", []),
        (r"\begin{equation}a", []),
        ("$a paragraph\n\nends$", []),
    ],
)
def test_money_and_stray_dollars_are_prose(text, formulas):
    assert found(text) == formulas
    assert "".join(p if isinstance(p, str) else f"${p.tex}$" for p in split_formulas(text)) == text


def test_display_is_told_from_inline():
    shapes = [p.display for p in split_formulas(r"$a$ $$b$$ \(c\) \[d\]") if isinstance(p, Formula)]
    assert shapes == [False, True, False, True]


@given(st.text(alphabet="$\\()[] ab15{}x", max_size=60))
def test_nothing_but_delimiters_and_outer_spaces_is_lost(text):
    kept = "".join(p if isinstance(p, str) else p.tex for p in split_formulas(text))
    unmarked = str.maketrans("", "", "$\\()[] ")
    assert kept.translate(unmarked) == text.translate(unmarked)
