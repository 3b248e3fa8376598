"""The second proof: the identities that hold for every matrix, tried on many."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata.linalg import effective_rank, effective_rank_from_spectrum

ORDERS = (0, 0.25, 0.75, 1, 1.5, 2, 4, math.inf)
FAMILY = [(q, power) for q in ORDERS for power in (1, 2)]
CLOSE = 1e-9

many = settings(deadline=None, max_examples=60, derandomize=True)

seeds = st.integers(0, 2**32 - 1)
sides = st.integers(1, 8)
spectra = st.lists(st.floats(1e-3, 1.0), min_size=1, max_size=8)
orders = st.sampled_from(ORDERS)
powers = st.sampled_from((1, 2))


@st.composite
def real_matrices(draw):
    m, n, rank = draw(sides), draw(sides), draw(sides)
    generator = np.random.default_rng(draw(seeds))
    return generator.standard_normal((m, rank)) @ generator.standard_normal((rank, n))


@st.composite
def complex_matrices(draw):
    A = draw(real_matrices())
    return A + 1j * np.random.default_rng(draw(seeds)).standard_normal(A.shape)


matrices = st.one_of(real_matrices(), complex_matrices())


def unitary(size, seed, dtype):
    generator = np.random.default_rng(seed)
    Z = generator.standard_normal((size, size)).astype(dtype)
    if np.dtype(dtype).kind == "c":
        Z = Z + 1j * generator.standard_normal((size, size))
    return np.linalg.qr(Z)[0]


def with_spectrum(sigma, seed):
    n = len(sigma)
    return unitary(n, seed, float) @ np.diag(sigma) @ unitary(n, seed + 1, float).T


@many
@given(matrices)
def test_every_order_lies_between_one_and_the_rank(A):
    rank = np.linalg.matrix_rank(A)
    for q, power in FAMILY:
        assert 1 - CLOSE <= effective_rank(A, q=q, power=power) <= rank * (1 + CLOSE)


@many
@given(matrices)
def test_the_order_zero_is_the_numerical_rank(A):
    assert effective_rank(A, q=0) == effective_rank(A, "numerical") == np.linalg.matrix_rank(A)


@many
@given(st.integers(1, 8), seeds, st.floats(1e-3, 1e3))
def test_equal_singular_values_give_their_number(n, seed, size):
    A = size * unitary(n, seed, complex)
    for q, power in FAMILY:
        assert effective_rank(A, q=q, power=power) == pytest.approx(n, rel=CLOSE)


@many
@given(spectra, seeds)
def test_unequal_singular_values_give_less_than_their_number(sigma, seed):
    assume(max(sigma) > 1.1 * min(sigma))
    A = with_spectrum(sigma, seed)
    for q, power in FAMILY:
        if q > 0:
            assert effective_rank(A, q=q, power=power) < len(sigma) * (1 - 1e-6)


@many
@given(matrices, powers)
def test_a_higher_order_is_never_more(A, power):
    numbers = [effective_rank(A, q=q, power=power) for q in ORDERS]
    assert all(a >= b * (1 - CLOSE) for a, b in pairwise(numbers))


@many
@given(matrices, powers)
def test_very_high_orders_close_in_on_the_infinite_one(A, power):
    last = effective_rank(A, q=math.inf, power=power)
    for q in (1e2, 1e4, 1e8, 1e300):
        number = effective_rank(A, q=q, power=power)
        assert last * (1 - CLOSE) <= number <= last ** (q / (q - 1)) * (1 + CLOSE)


@many
@given(matrices, orders)
def test_energies_are_never_more_even_than_singular_values(A, q):
    assert effective_rank(A, q=q, power=2) <= effective_rank(A, q=q, power=1) * (1 + CLOSE)


@many
@given(matrices, seeds, orders, powers)
def test_turning_and_transposing_change_nothing(A, seed, q, power):
    m, n = A.shape
    turned = unitary(m, seed, A.dtype) @ A @ unitary(n, seed + 1, A.dtype)
    before = effective_rank(A, q=q, power=power)
    for other in (turned, A.T, A.conj(), np.flip(A, 0)):
        assert effective_rank(other, q=q, power=power) == pytest.approx(before, rel=1e-7)


@many
@given(matrices, st.integers(-300, 300), orders, powers)
def test_scale_changes_nothing_up_to_the_ends_of_the_range(A, exponent, q, power):
    A = A / np.max(np.abs(A))
    before = effective_rank(A, q=q, power=power)
    assert effective_rank(A * 10.0**exponent, q=q, power=power) == pytest.approx(before, rel=1e-7)


@many
@given(matrices, st.integers(1, 3), orders, powers)
def test_copies_side_by_side_multiply_by_their_number(A, copies, q, power):
    stacked = np.kron(np.eye(copies), A)
    expected = copies * effective_rank(A, q=q, power=power)
    assert effective_rank(stacked, q=q, power=power) == pytest.approx(expected, rel=1e-7)


@many
@given(spectra, spectra, seeds, orders, powers)
def test_a_kronecker_product_multiplies(a, b, seed, q, power):
    A, B = with_spectrum(a, seed), with_spectrum(b, seed + 2)
    one, other = (effective_rank(C, q=q, power=power) for C in (A, B))
    both = effective_rank(np.kron(A, B), q=q, power=power)
    assert both == pytest.approx(one * other, rel=1e-7)


@many
@given(matrices)
def test_what_needs_no_svd_equals_what_the_svd_gives(A):
    sigma = np.linalg.svd(A, compute_uv=False)
    for kind in ("participation", "stable"):
        given_sigma = effective_rank_from_spectrum(sigma, kind)
        assert effective_rank(A, kind) == pytest.approx(given_sigma, rel=1e-9)


@many
@given(matrices, st.floats(0, 0.9), st.floats(0, 0.09))
def test_a_larger_epsilon_keeps_no_more(A, epsilon, more):
    for kind in ("energy", "numerical"):
        kept = effective_rank(A, kind, epsilon=epsilon)
        assert 1 <= effective_rank(A, kind, epsilon=epsilon + more) <= kept


@many
@given(st.integers(1, 7), st.integers(1, 7), seeds)
def test_positive_semidefinite_matrices_add_at_most(rank_a, rank_b, seed):
    generator = np.random.default_rng(seed)
    halves = [generator.standard_normal((6, rank)) for rank in (rank_a, rank_b)]
    A, B = (half @ half.T for half in halves)
    assert effective_rank(A + B) <= (effective_rank(A) + effective_rank(B)) * (1 + CLOSE)


def test_matrices_in_general_do_not():
    n, delta = 10, 1e-3
    E = np.zeros((n, n))
    E[0, 0] = 1
    A, B = E + delta * np.eye(n), -E + delta * np.eye(n)
    assert effective_rank(A) < 1.1
    assert effective_rank(B) < 1.1
    assert effective_rank(A + B) == pytest.approx(n)


def test_the_energy_rule_compares_norms_not_energies():
    # of n equal singular values r keep the share r/n of the energy and sqrt(r/n) of the norm
    identity = np.eye(100)
    assert effective_rank(identity, "energy", epsilon=0.1) == 81
    assert effective_rank(identity, "energy", epsilon=1 - math.sqrt(0.9)) == pytest.approx(
        90, abs=1
    )
    assert effective_rank(identity, "energy", epsilon=0.0) == 100
