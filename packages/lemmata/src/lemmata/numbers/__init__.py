"""Exact algorithms on integers, and numbers in nested square roots."""

from lemmata.numbers.carlyle import CarlyleCircle, carlyle_circle_count, carlyle_circles
from lemmata.numbers.construction_svg import animated_svg, frame_svg
from lemmata.numbers.decompositions import Decomposition, min_sum_decomposition, min_sums
from lemmata.numbers.heptadecagon import Construction, heptadecagon
from lemmata.numbers.periods import GaussPeriods, gauss_periods
from lemmata.numbers.polygons import constructible, cosine_in_radicals, sine_in_radicals
from lemmata.numbers.reciprocals import count_reciprocal_pairs, reciprocal_pairs
from lemmata.numbers.surd_text import in_steps, to_tex, to_text
from lemmata.numbers.surds import Surd

__all__ = [
    "CarlyleCircle",
    "Construction",
    "Decomposition",
    "GaussPeriods",
    "Surd",
    "animated_svg",
    "carlyle_circle_count",
    "carlyle_circles",
    "constructible",
    "cosine_in_radicals",
    "count_reciprocal_pairs",
    "frame_svg",
    "gauss_periods",
    "heptadecagon",
    "in_steps",
    "min_sum_decomposition",
    "min_sums",
    "reciprocal_pairs",
    "sine_in_radicals",
    "to_tex",
    "to_text",
]
