"""Representatives by facility location: the greedy choice, its certificate, its edges, its cost."""

import itertools
import math

import numpy as np
import plain_selection as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.arrays import namespace
from lemmata.counting import count
from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.linalg import facility_location, select_representatives, similarities
from lemmata.linalg.blocks import spans
from lemmata.linalg.facility_location import greedy, settled
from lemmata.linalg.similarities import Given, cosines
from lemmata.testing import assert_cost_exponent, assert_rejects


def vectors(n, d, seed, clusters=0):
    draw = np.random.default_rng(seed)
    X = draw.standard_normal((n, d))
    return X + 3 * draw.standard_normal((clusters, d))[np.arange(n) % clusters] if clusters else X


def namespace_of(array):
    return namespace("array", array)


def as_good_as_greedy(S, picks):
    """Each pick adds as much as any could, none twice."""
    for place, pick in enumerate(picks):
        before = list(picks[:place])
        assert pick not in before
        now = plain.coverage(S, before)
        added = [plain.coverage(S, [*before, j]) - now for j in range(len(S))]
        assert added[pick] >= max(added) - 1e-9 * max(1.0, now)


def checked(choose):
    for n, d, clusters, seed in ((12, 3, 0, 0), (25, 6, 4, 1), (30, 2, 0, 2)):
        U = plain.unit(vectors(n, d, seed, clusters))
        as_good_as_greedy(U @ U.T, choose(U, n // 2))


def test_the_lazy_choice_is_the_exhaustive_one(monkeypatch):
    def lazy(U, k):
        return greedy(cosines(namespace_of(U), U), k).picks

    checked(lazy)
    monkeypatch.setattr(facility_location, "FIRST", 1)
    checked(lazy)
    monkeypatch.setattr(similarities, "DENSE", 0)
    monkeypatch.setattr(similarities, "BLOCK", 50)
    checked(lazy)


def test_the_check_of_choices_rejects_wrong_ones():
    def argmin(U, k):
        picks = [int(np.argmin((U @ U.T).sum(axis=0)))]
        return [*picks, *(j for j in range(len(U)) if j not in picks)][:k]

    checked(lambda U, k: plain.greedy_location(U @ U.T, k))
    assert_rejects(
        checked,
        {
            "duplicates": lambda U, k: plain.greedy_location(U @ U.T, 1) * k,
            "the least gain": argmin,
            "the gains of the first step": lambda U, k: list(
                np.argsort(-np.maximum(U @ U.T, 0).sum(axis=0))[:k]
            ),
            "negatives counted": lambda U, k: list(np.argsort(-(U @ U.T).sum(axis=0))[:k]),
            "pivoted QR": lambda U, k: plain.greedy(plain.length)(U.T, k),
            "in order": lambda U, k: list(range(k)),
        },
    )


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(1, 12),
    d=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from([np.float32, np.float64]),
    data=st.data(),
)
def test_coverage_assignment_gains_and_certificate(n, d, seed, dtype, data):
    X = vectors(n, d, seed).astype(dtype)
    X[data.draw(st.integers(0, n - 1))] *= data.draw(st.sampled_from([0, 1]))
    k = data.draw(st.integers(1, n))
    found = select_representatives(X, k)
    U = plain.unit(X.astype(np.float64))
    S, picks = U @ U.T, [int(p) for p in found.indices]
    near = float(20 * np.finfo(dtype).eps)
    assert len(set(picks)) == k
    assert found.coverage == pytest.approx(plain.coverage(S, picks) / n, abs=near)
    assert float(np.sum(found.gains)) == pytest.approx(found.coverage, abs=near)
    assert np.all(np.diff(found.gains) <= near)
    assert found.coverage >= plain.coverage(S, plain.greedy_location(S, k)) / n - near
    best = plain.best_location(S, k) / n
    assert found.coverage <= best + near <= found.optimum_at_most + 2 * near
    assert found.coverage >= (1 - (1 - 1 / k) ** k) * best - near
    assert 1 - 1 / math.e < found.certificate <= 1
    for i, place in enumerate(found.assignment):
        assert S[i, picks[place]] >= max(S[i, j] for j in picks) - near
    for place, pick in enumerate(picks):
        assert found.assignment[pick] == place


def test_given_similarities_need_not_be_symmetric(library):
    S = np.random.default_rng(3).random((15, 15)) - 0.2
    found = select_representatives(library.make(S), 4, similarity="given")
    picks = [int(p) for p in library.back(found.indices)]
    assert found.coverage == pytest.approx(plain.coverage(S, picks) / 15)
    assert found.coverage <= plain.best_location(S, 4) / 15 <= found.optimum_at_most
    checked_picks = greedy(Given(namespace_of(S), S.T.copy()), 4).picks
    as_good_as_greedy(S, checked_picks)


def test_settling_only_raises_the_coverage():
    for seed in range(6):
        U = plain.unit(vectors(60, 8, seed, clusters=5))
        source = cosines(namespace_of(U), U)
        first = greedy(source, 5).picks
        last = settled(source, first)
        assert plain.coverage(U @ U.T, last) >= plain.coverage(U @ U.T, first) - 1e-12
        found = select_representatives(U, 5)
        assert found.coverage * 60 == pytest.approx(plain.coverage(U @ U.T, last))
        assert len({i % 5 for i in found.indices.tolist()}) == 5


@pytest.mark.parametrize("method", ["facility", "css"])
def test_every_library_makes_the_same_choice(library, method):
    for X in (vectors(40, 7, 0, 5), vectors(9, 12, 1)):
        expected = select_representatives(X, 6, method)
        found = select_representatives(library.make(X), 6, method)
        for name in ("indices", "assignment"):
            np.testing.assert_array_equal(
                library.back(getattr(found, name)), getattr(expected, name)
            )
        np.testing.assert_allclose(library.back(found.gains), expected.gains, atol=1e-12)
        assert found.coverage == pytest.approx(expected.coverage)
        assert found.optimum_at_most == pytest.approx(expected.optimum_at_most)


def test_blocks_of_similarities_give_what_all_of_them_give(monkeypatch):
    X = vectors(50, 6, 4)
    kept = select_representatives(X, 7)
    monkeypatch.setattr(similarities, "DENSE", 0)
    for block in (50, 120, 2500):
        monkeypatch.setattr(similarities, "BLOCK", block)
        monkeypatch.setattr(facility_location, "BLOCK", block)
        made = select_representatives(X, 7)
        np.testing.assert_array_equal(made.indices, kept.indices)
        assert made.coverage == pytest.approx(kept.coverage)
        assert made.optimum_at_most == pytest.approx(kept.optimum_at_most)
    assert list(spans(7, 3)) == [(0, 3), (3, 6), (6, 7)]


def test_greedy_column_subset_selection_takes_the_rows_of_least_error():
    X = vectors(30, 10, 5)
    found = select_representatives(X, 5, "css")
    picks = [int(p) for p in found.indices]
    for place, pick in enumerate(picks):
        scores = plain.reduction(plain.unit(X).T, picks[:place])
        assert scores[pick] == pytest.approx(max(scores))
    assert found.coverage <= found.optimum_at_most
    beyond = select_representatives(vectors(8, 2, 6), 5, "css")
    assert len(set(beyond.indices.tolist())) == 5


def test_duplicates_and_zeros_are_each_chosen_once_at_most(library):
    twins = np.repeat(vectors(3, 4, 7), 4, axis=0)
    found = select_representatives(library.make(twins), 5)
    picks = library.back(found.indices).tolist()
    assert len(set(picks)) == 5
    assert {p // 4 for p in picks[:3]} == {0, 1, 2}
    assert found.coverage == pytest.approx(1)
    np.testing.assert_allclose(library.back(found.gains)[3:], 0, atol=1e-12)
    nothing = select_representatives(library.make(np.zeros((4, 3))), 2)
    assert (nothing.coverage, nothing.optimum_at_most, nothing.certificate) == (0, 0, 1)
    assert len(set(library.back(nothing.indices).tolist())) == 2


def test_no_picks_and_all_of_them(library):
    X = vectors(5, 3, 8)
    none = select_representatives(library.make(X), 0)
    assert library.back(none.indices).shape == library.back(none.gains).shape == (0,)
    np.testing.assert_array_equal(library.back(none.assignment), np.full(5, -1))
    assert select_representatives(library.make(np.zeros((0, 3))), 0).coverage == 0
    assert select_representatives(library.make(np.zeros((3, 0))), 2).coverage == 0
    everything = select_representatives(library.make(X), 5)
    assert everything.coverage == pytest.approx(1)
    np.testing.assert_array_equal(np.sort(library.back(everything.indices)), np.arange(5))
    assert select_representatives(library.make(X[:1]), 1).coverage == pytest.approx(1)


def test_length_does_not_matter():
    X = vectors(20, 4, 9)
    sizes = 2.0 ** np.random.default_rng(0).integers(-900, 900, (20, 1))
    np.testing.assert_array_equal(
        select_representatives(X * sizes, 4).indices, select_representatives(X, 4).indices
    )


def test_what_cannot_be_answered_is_refused():
    X = vectors(6, 4, 10)
    with pytest.raises(NonFiniteError, match="X of shape"):
        select_representatives(np.where(X[2, 1] == X, np.nan, X), 2)
    with pytest.raises(NonFiniteError, match="X of shape"):
        select_representatives(np.full((2, 2), np.inf), 2, similarity="given")
    with pytest.raises(DtypeError, match="real"):
        select_representatives(X + 1j, 2)
    with pytest.raises(DtypeError, match="array"):
        select_representatives(X.tolist(), 2)
    with pytest.raises(ShapeError, match=r"\(n, d\)"):
        select_representatives(X[0], 2)
    with pytest.raises(ShapeError, match=r"\(n, n\)"):
        select_representatives(X, 2, similarity="given")
    for k in (7, -1, 1.5):
        with pytest.raises(ArgumentError, match="k must be"):
            select_representatives(X, k)
    for wrong in ({"method": "cpqr"}, {"similarity": "dot"}):
        with pytest.raises(ArgumentError, match=next(iter(wrong))):
            select_representatives(X, 2, **wrong)
    with pytest.raises(ArgumentError, match="css"):
        select_representatives(X[:4], 2, "css", similarity="given")


def test_the_cost_is_that_of_the_similarities():
    def cost(n):
        return count(lambda X: select_representatives(X, 5), vectors(n, 40, 0, 5)).flops

    assert_cost_exponent(cost, (100, 200, 400, 800), 2, within=0.15)


def test_few_gains_are_renewed():
    X = vectors(600, 20, 0, 12)
    evaluated = []
    source = cosines(namespace_of(X), plain.unit(X))
    gains = source.gains
    source.gains = lambda points, best: evaluated.append(len(points)) or gains(points, best)
    greedy(source, 24)
    assert sum(evaluated) < 0.35 * 24 * 600


def test_the_plain_optimum_is_that_of_all_sets():
    S = plain.unit(vectors(7, 3, 11)) @ plain.unit(vectors(7, 3, 11)).T
    sets = itertools.combinations(range(7), 3)
    assert plain.best_location(S, 3) == max(plain.coverage(S, p) for p in sets)
