"""The regular 17-gon with straightedge and compass: Richmond's construction in exact steps.

H. W. Richmond, "A construction for a regular polygon of seventeen sides" (Quarterly Journal of Pure
and Applied Mathematics 26, 1893), after John Conway's wording (Math Forum, 31 January 1999). Every
line joins two points, every circle has a point as centre and goes through another, every new point
lies on two curves drawn before it; its coordinates are exact, so that it can be proved which vertex
it is. The circle has radius 1.
"""

from dataclasses import dataclass

from lemmata.numbers.polygons import cosine_in_radicals, sine_in_radicals
from lemmata.numbers.surds import Surd

SIDES = 17


@dataclass(frozen=True, slots=True)
class Point:
    """A named point."""

    name: str
    x: Surd
    y: Surd


@dataclass(frozen=True, slots=True)
class Line:
    """The line through two points."""

    start: Point
    end: Point

    def excess(self, point: Point) -> Surd:
        """0 where the point is on it: the doubled area of the triangle."""
        run, rise = self.end.x - self.start.x, self.end.y - self.start.y
        return run * (point.y - self.start.y) - rise * (point.x - self.start.x)


@dataclass(frozen=True, slots=True)
class Circle:
    """The circle round a point through another."""

    centre: Point
    through: Point

    def excess(self, point: Point) -> Surd:
        """0 where the point is on it."""
        return squared_distance(self.centre, point) - squared_distance(self.centre, self.through)


Curve = Line | Circle


@dataclass(frozen=True, slots=True)
class Step:
    """What is drawn, and the new points with the two curves that each lies on."""

    text: str
    drawn: tuple[Curve, ...]
    points: tuple[tuple[Point, Curve, Curve], ...]


@dataclass(frozen=True, slots=True)
class Construction:
    """Given points and what is done with them; `vertices[j]` is at the angle 2 pi j / sides."""

    given: tuple[Point, ...]
    steps: tuple[Step, ...]
    vertices: tuple[Point, ...]

    def count(self) -> tuple[int, int]:
        """How many circles and how many lines are drawn."""
        drawn = [curve for step in self.steps for curve in step.drawn]
        circles = sum(isinstance(curve, Circle) for curve in drawn)
        return circles, len(drawn) - circles


def squared_distance(one: Point, other: Point) -> Surd:
    """|one - other|^2."""
    run, rise = one.x - other.x, one.y - other.y
    return run * run + rise * rise


def heptadecagon() -> Construction:
    """Richmond's construction, from a circle with two perpendicular radii OE and ON."""
    centre, E, N = (
        Point("O", Surd(0), Surd(0)),
        Point("E", Surd(1), Surd(0)),
        Point("N", Surd(0), Surd(1)),
    )
    circle, axis, upright = Circle(centre, E), Line(centre, E), Line(centre, N)
    A, quarter = _quarter(centre, N, upright)
    B, bisector, bisecting = _quarter_of_angle(centre, E, A, axis)
    C, half_right = _half_right_angle(centre, A, B, bisector, axis)
    G, H, roots = _carlyle_step(centre, E, B, C, axis, upright)
    P3, up_from_g = _raised(centre, G, "P3", axis, circle)
    P5, up_from_h = _raised(centre, H, "P5", axis, circle)
    vertices, round_the_circle = _stepped_off(E, P3, P5, circle)
    first = Step(
        "A circle round O, and two perpendicular radii OE and ON", (circle, axis, upright), ()
    )
    steps = (
        first,
        quarter,
        *bisecting,
        *half_right,
        *roots,
        up_from_g,
        up_from_h,
        round_the_circle,
    )
    return Construction((centre, E, N), steps, vertices)


def _quarter(centre: Point, N: Point, upright: Line) -> tuple[Point, Step]:
    """A, a quarter of the way from O to N, by halving twice."""
    half, left, right = _halved("M", centre, N)
    middle, low, high = _halved("A", centre, half)
    drawn: tuple[Curve, ...] = (
        *_bisected(centre, N, left, right),
        *_bisected(centre, half, low, high),
    )
    points = (
        (left, drawn[0], drawn[1]),
        (right, drawn[0], drawn[1]),
        (half, drawn[2], upright),
        (low, drawn[3], drawn[4]),
        (high, drawn[3], drawn[4]),
        (middle, drawn[5], upright),
    )
    return middle, Step("OA is a quarter of ON: halve it twice", drawn, points)


def _quarter_of_angle(
    centre: Point, E: Point, A: Point, axis: Line
) -> tuple[Point, Line, tuple[Step, ...]]:
    """B on OE, and the line AB, with angle OAB a quarter of OAE, by bisecting twice."""
    arm, measure, one = Line(A, E), Circle(A, centre), Circle(centre, A)
    first, kept, other, bisector = _bisected_angle(centre, A, arm, measure, one, "K")
    join = Step(
        "Join AE and bisect the angle OAE", (arm, measure, one, other, bisector), (first, kept)
    )
    third, fourth, another, last = _bisected_angle(centre, A, bisector, measure, one, "L")
    B = _on_axis("B", last)
    again = Step(
        "Bisect again: AB makes with AO a quarter of the angle OAE",
        (another, last),
        (third, fourth, (B, last, axis)),
    )
    return B, last, (join, again)


Made = tuple[Point, Curve, Curve]


def _bisected_angle(
    centre: Point, A: Point, arm: Line, measure: Circle, one: Circle, name: str
) -> tuple[Made, Made, Circle, Line]:
    """The half of the angle at A between AO and an arm, by a rhombus with the sides AO and AX."""
    ratio = (squared_distance(A, centre) / squared_distance(A, arm.end)).sqrt()
    X = _along(name, A, arm.end, ratio)  # on the arm, as far from A as O is
    corner = Point(f"{name}'", centre.x + X.x - A.x, centre.y + X.y - A.y)
    other = Circle(X, A)
    return (X, arm, measure), (corner, one, other), other, Line(A, corner)


def _half_right_angle(
    centre: Point, A: Point, B: Point, line: Line, axis: Line
) -> tuple[Point, tuple[Step, ...]]:
    """C on the axis, beyond O, with angle BAC half a right angle."""
    round_o = Circle(centre, A)
    # the circle round O through A meets AB again at Z; ZO is a diameter, so that AZ' is upright on AB
    run, rise = B.x - A.x, B.y - A.y
    share = -2 * (run * A.x + rise * A.y) / (run * run + rise * rise)
    Z = Point("Z", A.x + share * run, A.y + share * rise)
    opposite = Point("Z'", -Z.x, -Z.y)
    perpendicular, diameter = Line(A, opposite), Line(Z, centre)
    D = Point("D", A.x + rise, A.y - run)  # B turned a quarter about A
    square = Point("Q", B.x + rise, B.y - run)
    measure, one, other = Circle(A, B), Circle(B, A), Circle(D, A)
    diagonal = Line(A, square)
    C = _on_axis("C", diagonal)
    right = Step(
        "A right angle on AB at A",
        (diameter, perpendicular),
        ((Z, line, round_o), (opposite, diameter, round_o)),
    )
    half = Step(
        "Half of it: AC, the diagonal of a square on AB",
        (measure, one, other, diagonal),
        ((D, perpendicular, measure), (square, one, other), (C, diagonal, axis)),
    )
    return C, (right, half)


def _carlyle_step(
    centre: Point, E: Point, B: Point, C: Point, axis: Line, upright: Line
) -> tuple[Point, Point, tuple[Step, ...]]:
    """F on ON with OF^2 = CO * OE, and G, H where the circle round B through F meets the axis."""
    middle, low, high = _halved("S", C, E)
    drawn = _bisected(C, E, low, high)
    thales = Circle(middle, E)
    F = Point("F", Surd(0), (-C.x * E.x).sqrt())
    radius = squared_distance(B, F).sqrt()
    G, H = Point("G", B.x + radius, Surd(0)), Point("H", B.x - radius, Surd(0))
    points = (
        (low, drawn[0], drawn[1]),
        (high, drawn[0], drawn[1]),
        (middle, drawn[2], axis),
        (F, thales, upright),
    )
    last = Circle(B, F)
    first = Step("The circle on the diameter CE meets ON at F", (*drawn, thales), points)
    second = Step(
        "The circle round B through F meets OE at G and H",
        (last,),
        ((G, last, axis), (H, last, axis)),
    )
    return G, H, (first, second)


def _raised(
    centre: Point, foot: Point, name: str, axis: Line, circle: Circle
) -> tuple[Point, Step]:
    """The point of the circle above a point of the axis."""
    mirrored = Point(f"{foot.name}'", 2 * foot.x, Surd(0))
    round_foot = Circle(foot, centre)
    _, low, high = _halved(foot.name, centre, mirrored)
    one, other, upright = _bisected(centre, mirrored, low, high)
    top = Point(name, foot.x, (1 - foot.x * foot.x).sqrt())
    points = (
        (mirrored, round_foot, axis),
        (low, one, other),
        (high, one, other),
        (top, upright, circle),
    )
    text = f"The perpendicular at {foot.name} meets the circle at the vertex {name}"
    return top, Step(text, (round_foot, one, other, upright), points)


def _stepped_off(E: Point, P3: Point, P5: Point, circle: Circle) -> tuple[tuple[Point, ...], Step]:
    """All vertices: 2 is prime to 17, so that steps of the length P3 P5 reach every one."""
    known = {0: E, 3: P3, 5: P5}
    curves = []
    points: list[tuple[Point, Curve, Curve]] = []
    for j in range(5, 5 + 2 * (SIDES - 2), 2):
        before, centre, after = (i % SIDES for i in (j - 2, j, j + 2))
        if after in known and after != 0:
            break
        step = Circle(known[centre], known[before])
        curves.append(step)
        if after not in known:
            vertex = cosine_in_radicals(SIDES, after), sine_in_radicals(SIDES, after)
            known[after] = Point(f"P{after}", *vertex)
        points.append((known[after], step, circle))
    text = "The length P3 P5, stepped off round the circle, gives all 17 vertices"
    return tuple(known[j] for j in range(SIDES)), Step(text, tuple(curves), tuple(points))


def _halved(name: str, one: Point, other: Point) -> tuple[Point, Point, Point]:
    """The middle of two points, and where the circles round each through the other meet."""
    x, y = (one.x + other.x) / 2, (one.y + other.y) / 2
    root = Surd(3).sqrt() / 2
    right, up = (other.y - one.y) * root, (one.x - other.x) * root
    low, high = Point(f"{name}1", x + right, y + up), Point(f"{name}2", x - right, y - up)
    return Point(name, x, y), low, high


def _bisected(one: Point, other: Point, low: Point, high: Point) -> tuple[Circle, Circle, Line]:
    return Circle(one, other), Circle(other, one), Line(low, high)


def _along(name: str, start: Point, end: Point, ratio: Surd) -> Point:
    return Point(name, start.x + (end.x - start.x) * ratio, start.y + (end.y - start.y) * ratio)


def _on_axis(name: str, line: Line) -> Point:
    """Where a line that is not level meets the axis."""
    share = line.start.y / (line.start.y - line.end.y)
    return Point(name, line.start.x + (line.end.x - line.start.x) * share, Surd(0))
