"""The first proof: every kind equals its equation, written out plainly, on every array library."""

import math

import numpy as np
import plain_effective_rank as plain
import pytest

from lemmata.linalg import effective_rank, effective_rank_from_spectrum
from lemmata.testing import assert_matches_reference, assert_rejects

SUM = 64.0  # roundings that add up: no case has more singular values


def ordinary(dtype):
    """Full rank, low rank, repeated and zero singular values, stacks, tall, wide and tiny."""
    draw = np.random.default_rng(7)
    turn = np.linalg.qr(draw.standard_normal((6, 6)))[0]
    low = draw.integers(-3, 4, (9, 2)) @ draw.integers(-3, 4, (2, 7))  # exact in every dtype
    stack = draw.standard_normal((2, 3, 5, 4))
    stack[1, 0] = 0
    cases = [
        draw.standard_normal((1, 1)),
        draw.standard_normal((1, 5)),
        draw.standard_normal((5, 1)),
        draw.standard_normal((12, 7)),
        draw.standard_normal((7, 12)),
        draw.standard_normal((20, 20)) * 10.0 ** np.linspace(0, -2, 20),
        turn,
        turn @ np.diag([3.0, 3.0, 2.0, 1.0, 1.0, 1.0]),
        low,
        np.diag([5.0, 0.0, 0.0, 2.0]),
        np.zeros((4, 3)),
        stack,
    ]
    real = [np.asarray(case, dtype=np.empty(0, dtype).real.dtype) for case in cases]
    if np.dtype(dtype).kind != "c":
        return real
    return [(case + 1j * case[..., ::-1]).astype(dtype) for case in real if case.shape[-1] > 1]


def noisy():
    """Planted ranks in white noise, for the counts that look for a threshold in it."""
    draw = np.random.default_rng(11)
    cases = []
    for m, n, r, size in ((60, 60, 4, 3.0), (90, 30, 3, 2.0), (30, 90, 5, 2.5), (200, 10, 2, 1.3)):
        signal = draw.standard_normal((m, r)) @ draw.standard_normal((r, n))
        cases.append(size * signal / math.sqrt(r) + draw.standard_normal((m, n)))
    return [*cases, np.stack([cases[0], cases[0][::-1] ** 3]), np.zeros((3, 3))]


HILL = [(q, power) for q in (0, 0.3, 0.9, 1, 1 + 1e-9, 1.2, 2, 3.5, math.inf) for power in (1, 2)]
DTYPES = [np.float32, np.float64, np.complex64, np.complex128]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["entropy", "participation", "stable", "nuclear"])
def test_a_named_kind_equals_its_equation(library, kind, dtype):
    assert_matches_reference(
        library.lift(lambda A: effective_rank(A, kind)),
        getattr(plain, kind),
        ordinary(dtype),
        roundings=SUM,
    )


@pytest.mark.parametrize(("q", "power"), HILL)
def test_every_member_of_hills_family_equals_its_equation(library, q, power):
    # the equation itself loses digits like 1/|1-q| near q = 1; at 1 + 1e-9 it is compared with q = 1
    order = 1 if abs(q - 1) < 1e-6 else q
    assert_matches_reference(
        library.lift(lambda A: effective_rank(A, q=q, power=power)),
        plain.hill(order, power),
        ordinary(np.float64),
        roundings=SUM,
        condition=1e6 if order != q else 1.0,
    )


def test_counts_equal_their_equations(library):
    for kind, reference in (("numerical", plain.numerical), ("gavish_donoho", plain.gavish_donoho)):
        function = library.lift(lambda A, kind=kind: effective_rank(A, kind))
        assert_matches_reference(function, reference, [*noisy(), *ordinary(np.float64)])
    for epsilon in (0.01, 0.1, 0.5):
        function = library.lift(lambda A, e=epsilon: effective_rank(A, "energy", epsilon=e))
        assert_matches_reference(function, plain.energy(epsilon), [*noisy(), *ordinary(np.float64)])


def test_numerical_takes_a_threshold_of_ones_own(library):
    A = np.diag([1.0, 1e-3, 1e-6])
    found = [
        int(library.lift(lambda A, e=e: effective_rank(A, "numerical", epsilon=e))(A))
        for e in (0.0, 1e-7, 1e-4, 1e-2)
    ]
    assert found == [3, 3, 2, 1]


def test_numerical_rounds_by_the_longer_side_unless_told():
    sigma = np.array([1.0, 100 * np.finfo(float).eps])
    ranks = [
        int(effective_rank_from_spectrum(sigma, "numerical", shape=s)) for s in ((2, 2), (2, 999))
    ]
    assert ranks == [2, 1]
    tall = np.zeros((999, 2))
    tall[[0, 1], [0, 1]] = sigma
    assert effective_rank(tall, "numerical") == np.linalg.matrix_rank(tall) == 1
    assert effective_rank(tall[:2], "numerical") == np.linalg.matrix_rank(tall[:2]) == 2


@pytest.mark.parametrize("kind", ["entropy", "participation", "stable", "nuclear", "numerical"])
def test_singular_values_at_hand_give_the_same_in_any_order(library, kind):
    draw = np.random.default_rng(3)
    for A in ordinary(np.float64):
        sigma = draw.permuted(np.linalg.svd(A, compute_uv=False), axis=-1)
        shape = A.shape[-2:]
        given = library.lift(
            lambda s, shape=shape: effective_rank_from_spectrum(s, kind, shape=shape)
        )
        np.testing.assert_allclose(given(sigma), effective_rank(A, kind), rtol=1e-12)


def test_energy_and_gavish_donoho_agree_from_singular_values_at_hand():
    for A in noisy():
        sigma = np.linalg.svd(A, compute_uv=False)[..., ::-1]
        by_energy = effective_rank_from_spectrum(sigma, "energy", epsilon=0.2)
        by_noise = effective_rank_from_spectrum(sigma, "gavish_donoho", shape=A.shape[-2:])
        np.testing.assert_array_equal(by_energy, effective_rank(A, "energy", epsilon=0.2))
        np.testing.assert_array_equal(by_noise, effective_rank(A, "gavish_donoho"))


def test_centring_is_taking_the_mean_row_off(library):
    A = np.random.default_rng(5).standard_normal((3, 30, 6)) + 4
    centred = A - A.mean(axis=-2, keepdims=True)
    for kind in ("entropy", "participation", "stable", "gavish_donoho"):
        answer = library.lift(lambda A, k=kind: effective_rank(A, k, center=True))(A)
        np.testing.assert_allclose(answer, effective_rank(centred, kind), rtol=1e-12)
        assert np.all(effective_rank(A, kind) != answer)


WRONG = {
    "entropy": (plain.entropy, plain.WRONG_ENTROPY),
    "participation": (plain.participation, plain.WRONG_PARTICIPATION),
    "stable": (plain.stable, plain.WRONG_STABLE),
    "nuclear": (plain.nuclear, plain.WRONG_NUCLEAR),
    "energy": (plain.energy(0.1), plain.WRONG_ENERGY),
    "gavish_donoho": (plain.gavish_donoho, plain.WRONG_GAVISH_DONOHO),
}


@pytest.mark.parametrize("kind", WRONG)
def test_the_comparison_rejects_every_known_mistake(kind):
    reference, mistakes = WRONG[kind]
    cases = noisy() if kind in ("energy", "gavish_donoho") else ordinary(np.float64)

    def checker(implementation):
        assert_matches_reference(implementation, reference, cases, roundings=SUM)

    checker(reference)
    assert_rejects(checker, mistakes)
