"""The 17-gon's construction: each point is where it is said to be, exactly, and the pictures."""

import re
from xml.etree import ElementTree

import pytest

from lemmata.errors import ArgumentError
from lemmata.numbers import (
    animated_svg,
    cosine_in_radicals,
    frame_svg,
    heptadecagon,
    sine_in_radicals,
)
from lemmata.numbers.heptadecagon import Circle, Line, Point, squared_distance
from lemmata.numbers.surds import Surd

BUILT = heptadecagon()
EACH = [(step.text, *entry) for step in BUILT.steps for entry in step.points]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("text", "point", "one", "other"), EACH, ids=lambda value: getattr(value, "name", "")
)
def test_every_new_point_lies_on_the_two_curves_that_make_it(text, point, one, other):
    assert one is not other
    assert one.excess(point) == 0
    assert other.excess(point) == 0


def test_every_curve_goes_through_points_that_are_there():
    known = list(BUILT.given)
    drawn = []
    for step in BUILT.steps:
        fresh = [point for point, _, _ in step.points]
        for curve in step.drawn:
            for point in (
                (curve.centre, curve.through)
                if isinstance(curve, Circle)
                else (curve.start, curve.end)
            ):
                assert point in (*known, *fresh), (step.text, point.name)
        known += fresh
        drawn += step.drawn
        for point, one, other in step.points:
            assert one in drawn, point.name
            assert other in drawn, point.name


def test_a_point_beside_its_curve_would_be_noticed():
    origin, unit = Point("O", Surd(0), Surd(0)), Point("E", Surd(1), Surd(0))
    beside = Point("X", Surd(1), Surd(1) / 10**30)
    assert Line(origin, unit).excess(beside) != 0
    assert Circle(origin, unit).excess(beside) != 0


@pytest.mark.parametrize("j", [3, 5])
def test_the_construction_itself_gives_the_vertices_three_and_five(j):
    # their coordinates come from the steps, not from the cosines that they are compared with
    assert BUILT.vertices[j].x == cosine_in_radicals(17, j)
    assert BUILT.vertices[j].y == sine_in_radicals(17, j)


def test_no_other_vertex_would_do():
    for j in (1, 2, 4, 6, 7, 8):
        assert BUILT.vertices[3].x != cosine_in_radicals(17, j)


def test_all_sides_are_equal():
    side = squared_distance(BUILT.vertices[0], BUILT.vertices[1])
    for j in range(17):
        there = squared_distance(BUILT.vertices[j], BUILT.vertices[(j + 1) % 17])
        assert abs(there.decimal(40) - side.decimal(40)) < 1e-38
    assert side == 2 - 2 * cosine_in_radicals(17)


def test_it_is_drawn_with_so_many_circles_and_lines():
    assert BUILT.count() == (37, 13)


@pytest.mark.parametrize("number", range(1, len(BUILT.steps) + 1))
def test_a_frame_shows_the_curves_up_to_its_step(number):
    root = ElementTree.fromstring(frame_svg(BUILT, number))
    curves = [element for element in root.iter() if element.get("class") == "curve"]
    assert len(curves) == sum(len(step.drawn) for step in BUILT.steps[:number])
    (caption,) = (e for e in root.iter(f"{SVG}text") if e.get("class") == "caption")
    assert caption.text == f"{number}. {BUILT.steps[number - 1].text}"
    assert "animation" not in frame_svg(BUILT, number)


def test_the_moving_picture_is_whole_and_respects_a_wish_for_stillness():
    picture = animated_svg(BUILT)
    root = ElementTree.fromstring(picture)
    curves = [element for element in root.iter() if element.get("class") == "curve"]
    assert len(curves) == sum(BUILT.count())
    assert root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text
    assert not list(root.iter(f"{SVG}script"))
    # nothing moves outside of the block for readers who did not ask for stillness
    moving = re.search(
        r"\(prefers-reduced-motion: no-preference\) \{(.*?)\n  \}", picture, re.DOTALL
    )
    assert moving
    rules = picture[: picture.index("</style>")].replace(moving[0], "")
    assert "animation" not in rules
    assert "prefers-reduced-motion: reduce" in rules
    assert "prefers-color-scheme: dark" in rules


def test_vertices_are_drawn_where_they_are():
    root = ElementTree.fromstring(frame_svg(BUILT, len(BUILT.steps)))
    (polygon,) = root.iter(f"{SVG}polygon")
    corners = [tuple(map(float, pair.split(","))) for pair in polygon.get("points").split()]
    assert len(corners) == 17
    centre = [sum(values) / 17 for values in zip(*corners, strict=True)]
    for j, (x, y) in enumerate(corners):
        assert (x - centre[0]) / 230 == pytest.approx(float(cosine_in_radicals(17, j)), abs=1e-4)
        assert (centre[1] - y) / 230 == pytest.approx(float(sine_in_radicals(17, j)), abs=1e-4)


def test_frames_that_are_not_there_are_refused():
    with pytest.raises(ArgumentError, match="number must be a step from 1 to 11, got 0"):
        frame_svg(BUILT, 0)
