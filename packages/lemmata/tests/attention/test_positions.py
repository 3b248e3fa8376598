"""Layouts of text, images and videos: as the articles write them, and what the report finds."""

import math
from dataclasses import replace

import plain_positions as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import Image, Text, Video, layout, report  # noqa: E402 - it needs PyTorch
from lemmata.errors import ArgumentError, IntegerError, ShapeError  # noqa: E402
from lemmata.testing import assert_rejects  # noqa: E402

SCHEMES = sorted(plain.SCHEMES)
PARTS = st.one_of(
    st.integers(1, 5).map(Text),
    st.builds(Image, st.integers(1, 5), st.integers(1, 5)),
    st.builds(Video, st.integers(1, 3), st.integers(1, 4), st.integers(1, 4)),
)


def as_plain(part, axes):
    if isinstance(part, Text):
        return "text", part.tokens
    frames = part.frames if isinstance(part, Video) else 1
    return "picture", [frames, part.rows, part.columns][3 - axes :]


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=30, deadline=None)
@given(parts=st.lists(PARTS, min_size=1, max_size=4), start=st.integers(0, 1000))
def test_a_layout_is_the_articles_own(scheme, parts, start):
    axes = 3 if any(isinstance(part, Video) for part in parts) else 2
    found = layout(parts, scheme, start=start)
    placed, after = plain.laid_out([as_plain(part, axes) for part in parts], scheme, axes, start)
    expected = torch.tensor([[float(x) for x in where] for where in placed], dtype=torch.float64)
    torch.testing.assert_close(found.positions, expected, rtol=4e-16, atol=0)
    assert found.next == after
    assert found.tokens == sum(part.tokens for part in parts)


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=20, deadline=None)
@given(parts=st.lists(PARTS, min_size=2, max_size=4), cut=st.integers(1, 3))
def test_a_layout_goes_on_where_another_ended(scheme, parts, cut):
    cut = min(cut, len(parts) - 1)
    whole = layout(parts, scheme, axes=3)
    first = layout(parts[:cut], scheme, axes=3)
    rest = layout(parts[cut:], scheme, axes=3, start=first.next)
    assert torch.equal(torch.cat((first.positions, rest.positions)), whole.positions)
    assert rest.next == whole.next


def test_the_examples_of_the_articles():
    tie = report(layout([Text(4), Image(3, 2), Text(1)], "tie")).pictures[0]
    assert tie.gap_before == tie.gap_after == (3.0, 4.0)
    assert layout([Text(4), Image(3, 2)], "tie").next == 3 + 12
    tv = layout([Text(4), Image(4, 3)], "tv")
    assert report(tv).pictures[0].gap_before == report(tv).pictures[0].gap_after == (5.0, 5.5)
    assert tv.next == 3 + 13


# compatible, equivalent, symmetric, separable, for pictures whose sides differ
WISHES = {
    "flat": (True, True, True, False),
    "tie": (True, False, True, True),
    "tie_fractional": (True, True, True, True),
    "tv": (True, True, True, True),
    "mrope": (True, False, False, True),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=20, deadline=None)
@given(
    rows=st.integers(2, 6),
    columns=st.integers(2, 6),
    frames=st.integers(2, 4),
    video=st.booleans(),
)
def test_the_three_wishes_of_every_scheme(scheme, rows, columns, frames, video):
    columns += rows == columns
    picture = Video(frames, rows, columns) if video else Image(rows, columns)
    found = report(layout([Text(3), picture, Text(2), picture, picture, Text(1)], scheme))
    seen = (found.compatible, found.equivalent, found.symmetric, found.separable)
    assert seen == WISHES[scheme]
    assert len(found.pictures) == 3


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_alone_is_one_dimensional(scheme):
    found = layout([Text(3), Text(4)], scheme, axes=3)
    along = torch.arange(7, dtype=torch.float64)
    assert torch.equal(found.positions, along[:, None].expand(-1, 3))
    assert report(found).compatible


def test_half_integers_and_fractions_are_reported():
    assert not report(layout([Image(3, 4)], "tv")).integer
    assert report(layout([Image(3, 5)], "tv")).integer
    assert not report(layout([Image(3, 4)], "tie_fractional")).integer
    assert report(layout([Image(3, 4)], "tie")).integer


def changed(positions=None, starts=None):
    """A TV layout with something of it moved."""
    right = layout([Text(3), Image(2, 3), Text(2)], "tv")
    if positions:
        moved = right.positions.clone()
        positions(moved)
        right = replace(right, positions=moved)
    return replace(right, starts=starts(right.starts)) if starts else right


def all_wishes(given):
    found = report(given)
    assert found.compatible and found.equivalent and found.symmetric and found.separable
    assert found.distinct


def test_layouts_with_something_moved_are_told():
    all_wishes(changed())

    def off_the_diagonal(x):
        x[1, 1] += 1

    def picture_moved(x):
        x[3:9, 0] += 0.5

    def one_patch_moved(x):
        x[4, 1] += 0.25

    def text_after_moved(x):
        x[9:] += 1

    def rows_squeezed(x):
        x[3:9, 1] = x[3:9, 1].mean()

    assert_rejects(
        all_wishes,
        {
            "text off the diagonal": changed(off_the_diagonal),
            "picture off the middle": changed(picture_moved),
            "one patch moved": changed(one_patch_moved),
            "text after at another place": changed(text_after_moved),
            "columns that coincide": changed(rows_squeezed),
            "a position lost": changed(starts=lambda s: (*s[:-1], s[-1] + 1)),
        },
    )


def test_bad_input_is_named():
    for parts, more, error, match in (
        ([], {}, ArgumentError, "parts"),
        ([3], {}, ArgumentError, "parts"),
        ([Text(1)], {"axes": 1}, ArgumentError, "axes"),
        ([Text(1)], {"axes": 4}, ArgumentError, "axes must be 2 or 3"),
        ([Video(1, 1, 1)], {"axes": 2}, ArgumentError, "axes must be 3"),
        ([Text(1)], {"start": math.nan}, ArgumentError, "start"),
        ([Text(1)], {"scheme": "v3"}, ArgumentError, "scheme must be one of flat, tie"),
    ):
        with pytest.raises(error, match=match):
            layout(parts, **({"scheme": "tv"} | more))
    for make, error, match in (
        (lambda: Text(0), ArgumentError, "tokens of Text"),
        (lambda: Image(2, -1), ArgumentError, "columns of Image"),
        (lambda: Video(1.5, 2, 2), IntegerError, "frames"),
    ):
        with pytest.raises(error, match=match):
            make()
    short = replace(layout([Text(3)], "tv"), parts=(Text(4),))
    with pytest.raises(ShapeError, match=r"positions must have shape \(4, axes\)"):
        report(short)
