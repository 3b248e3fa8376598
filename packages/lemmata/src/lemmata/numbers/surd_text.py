"""A Surd as people write it: in one line of text, in TeX, or step by step where it is long."""

import math
from collections.abc import Callable
from fractions import Fraction

from lemmata.numbers.surds import Monomial, Root, Surd

Written = Callable[[Root], str]


def to_text(number: Surd) -> str:
    """One line, as (-1 + √5)/4. The length doubles with every level of roots; see `in_steps`."""
    return _fraction(number, _memo(_root_in_text), " + ", " - ", "·")


def to_tex(number: Surd) -> str:
    """The same in TeX."""
    below = _denominator(number)
    above = _sum(number * below, _memo(_root_in_tex), "+", "-", "")
    return above if below == 1 else rf"\frac{{{above}}}{{{below}}}"


def in_steps(number: Surd) -> list[str]:
    """A line for each root, r1 = √17, and so on, and the last for the number itself."""
    names: dict[Root, str] = {}
    lines = []
    for root in number.all_roots():
        inside = _sum(root.radicand, names.__getitem__, " + ", " - ", "·")
        names[root] = f"r{len(names) + 1}"
        lines.append(
            f"{names[root]} = √({inside})" if "r" in inside else f"{names[root]} = √{inside}"
        )
    return [*lines, _fraction(number, names.__getitem__, " + ", " - ", "·")]


def _memo(write: Callable[[Root, Written], str]) -> Written:
    written: dict[Root, str] = {}

    def once(root: Root) -> str:
        if root not in written:
            written[root] = write(root, once)
        return written[root]

    return once


def _root_in_text(root: Root, written: Written) -> str:
    inside = _sum(root.radicand, written, " + ", " - ", "·")
    return f"√{inside}" if root.radicand.is_rational() else f"√({inside})"


def _root_in_tex(root: Root, written: Written) -> str:
    return rf"\sqrt{{{_sum(root.radicand, written, '+', '-', '')}}}"


def _fraction(number: Surd, written: Written, plus: str, minus: str, times: str) -> str:
    below = _denominator(number)
    above = _sum(number * below, written, plus, minus, times)
    if below == 1:
        return above
    return f"({above})/{below}" if len(number.terms) > 1 else f"{above}/{below}"


def _denominator(number: Surd) -> int:
    return math.lcm(*(value.denominator for value in number.terms.values()))


def _sum(number: Surd, written: Written, plus: str, minus: str, times: str) -> str:
    """A sum with integer coefficients, the rational part first and then by height."""
    terms = sorted(
        (_height(monomial), _product(monomial, written, times), value)
        for monomial, value in number.terms.items()
    )
    text = ""
    for _, product, value in terms:
        sign = minus if value < 0 else plus
        text += (sign if text else sign.strip() * (value < 0)) + _multiple(abs(value), product)
    return text or "0"


def _height(monomial: Monomial) -> tuple[int, int]:
    return max((root.height for root in monomial), default=0), len(monomial)


def _product(monomial: Monomial, written: Written, times: str) -> str:
    return times.join(sorted(written(root) for root in monomial))


def _multiple(value: Fraction, product: str) -> str:
    if not product:
        return str(value)
    return product if value == 1 else f"{value}{product}"
