"""The projection on given inputs: the right objective, exact where it can be, never worse a round."""

from itertools import pairwise

import numpy as np
import plain_monarch as plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import ArgumentError, DtypeError, NonFiniteError, ShapeError
from lemmata.structured import monarch_project, monarch_project_weighted
from lemmata.testing import assert_rejects

few = settings(deadline=None, max_examples=20, derandomize=True)
CASES = [((6, 8), (2, 3), 1), ((6, 8), (2, 2), 2), ((6, 8), (1, 1), 3), ((8, 6), (3, 2), 1)]


def normal(shape, seed=0, dtype=float):
    draw = np.random.default_rng(seed)
    real = draw.standard_normal(shape)
    return real + 1j * draw.standard_normal(shape) if np.dtype(dtype).kind == "c" else real


def gram(n, seed=0, dtype=float):
    X = np.geomspace(1, 0.1, n)[:, None] * normal((n, 3 * n), seed, dtype)
    turn = np.linalg.qr(normal((n, n), seed + 1, dtype))[0]
    G = turn @ X @ X.conj().T @ turn.conj().T
    return (G + G.conj().T) / 2


def block_diagonal(G, k):
    p = len(G) // k
    return G * np.kron(np.eye(k), np.ones((p, p)))


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
@pytest.mark.parametrize(("shape", "nblocks", "rank"), CASES, ids=str)
def test_the_stated_error_is_the_weighted_one(library, shape, nblocks, rank, dtype):
    A, G = normal(shape, 1, dtype), gram(shape[1], 2, dtype)
    found = monarch_project_weighted(library.make(A), library.make(G), nblocks, rank, sweeps=3)
    M = plain.monarch(library.back(found.B1), library.back(found.B2))
    measured = plain.weighted_error(A, M, G)
    assert float(library.back(found.rel_error)) == pytest.approx(measured, rel=1e-9)
    unaware = monarch_project(A, nblocks, rank).to_dense()
    assert measured < plain.weighted_error(A, unaware, G)


def is_optimal_for_block_diagonal_inputs(implementation, dtype=float):
    for shape, nblocks, rank in CASES:
        A = normal(shape, 1, dtype)
        G = block_diagonal(gram(shape[1], 2, dtype), nblocks[0])
        # whitened, the problem is that of the plain projection
        root = np.linalg.cholesky(G)
        best = np.sqrt(plain.optimum(A @ root, nblocks, rank)) / np.linalg.norm(A @ root)
        M = implementation(A, G, nblocks, rank)
        assert plain.weighted_error(A, M, G) == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize("dtype", [np.float64, np.complex128])
def test_a_block_diagonal_gram_matrix_has_its_exact_optimum_at_once(dtype):
    def at_once(A, G, nblocks, rank):
        return monarch_project_weighted(A, G, nblocks, rank, sweeps=0).to_dense()

    is_optimal_for_block_diagonal_inputs(at_once, dtype)


def test_the_proof_of_that_optimum_rejects_known_mistakes():
    def through(root_of, back_of):
        def implementation(A, G, nblocks, rank):
            root = root_of(G)
            return monarch_project(A @ root, nblocks, rank).to_dense() @ back_of(root)

        return implementation

    is_optimal_for_block_diagonal_inputs(through(np.linalg.cholesky, np.linalg.inv), complex)
    mistakes = {
        "not weighted": lambda A, G, n, b: monarch_project(A, n, b).to_dense(),
        "weighted by the Gram matrix itself": through(lambda G: G, np.linalg.inv),
        "the root transposed": through(lambda G: np.linalg.cholesky(G).conj().T, np.linalg.inv),
        "no conjugate": through(lambda G: np.linalg.cholesky(G.conj()), np.linalg.inv),
        "the diagonal only": through(lambda G: np.diag(np.sqrt(np.diag(G).real)), np.linalg.inv),
        "not whitened back": through(np.linalg.cholesky, lambda root: np.eye(len(root))),
    }
    assert_rejects(lambda f: is_optimal_for_block_diagonal_inputs(f, complex), mistakes)


@few
@given(st.sampled_from(CASES), st.integers(0, 2**31))
def test_no_round_makes_the_error_larger(case, seed):
    shape, nblocks, rank = case
    A, G = normal(shape, seed), gram(shape[1], seed)
    errors = [
        float(monarch_project_weighted(A, G, nblocks, rank, sweeps=n, tol=0).rel_error)
        for n in (0, 1, 2, 4, 8)
    ]
    assert all(after <= before * (1 + 1e-9) for before, after in pairwise(errors))


def test_brute_force_over_whole_factors_is_not_better():
    A, G = normal((4, 4), 5), gram(4, 6)
    found = monarch_project_weighted(A, G, (2, 2), 1, sweeps=500, tol=0)
    by_force = plain.weighted_brute_force(A, G, found.B1.shape, found.B2.shape)
    assert float(found.rel_error) ** 2 <= by_force * 1.02


def test_one_input_block_is_low_rank_on_the_inputs():
    A, G = normal((7, 6)), gram(6)
    found = monarch_project_weighted(A, G, (1, 1), 2)
    sigma = np.linalg.svd(A @ np.linalg.cholesky(G), compute_uv=False)
    assert float(found.rel_error) == pytest.approx(
        np.linalg.norm(sigma[2:]) / np.linalg.norm(sigma), rel=1e-10
    )


def test_the_identity_gives_the_plain_projection():
    A = normal((6, 8))
    found = monarch_project_weighted(A, np.eye(8), (2, 3), 2)
    plainly = monarch_project(A, (2, 3), 2)
    np.testing.assert_allclose(found.to_dense(), plainly.to_dense(), atol=1e-12)
    assert np.linalg.norm(found.B1) == pytest.approx(np.linalg.norm(found.B2))


def test_an_exactly_structured_target_stays():
    A = monarch_project(normal((6, 8)), (4, 3), 1).to_dense()
    found = monarch_project_weighted(A, gram(8), (4, 3), 1, sweeps=100, tol=0)
    assert float(found.rel_error) < 1e-6


def test_directions_without_inputs_cost_nothing(library):
    A, G = normal((6, 8)), np.diag([1.0, 1, 0, 0, 1, 1, 0, 0])
    found = monarch_project_weighted(library.make(A), library.make(G), (2, 3), 2)
    assert float(library.back(found.rel_error)) < 1e-12
    unused = library.back(found.to_dense())[:, [2, 3, 6, 7]]
    np.testing.assert_allclose(unused, 0, atol=1e-12)
    nothing = monarch_project_weighted(library.make(A), library.make(0 * G), (2, 3), 1)
    assert float(library.back(nothing.rel_error)) == 0


def test_padding_is_hidden():
    A, G = normal((7, 9)), gram(9)
    found = monarch_project_weighted(A, G, (2, 2), 2, pad=True)
    assert found.padding == (1, 1)
    assert float(found.rel_error) == pytest.approx(
        plain.weighted_error(A, found.to_dense(), G), rel=1e-9
    )


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"gram": np.eye(3)}, ShapeError, r"\(8, 8\)"),
        ({"gram": np.eye(8, dtype=np.float32)}, DtypeError, "float64"),
        ({"gram": np.triu(np.ones((8, 8)))}, ArgumentError, "Hermitian"),
        ({"gram": -np.eye(8)}, ArgumentError, "negative eigenvalue"),
        ({"gram": np.full((8, 8), np.nan)}, NonFiniteError, "gram"),
        ({"A": np.full((6, 8), np.inf)}, NonFiniteError, "A"),
        ({"A": np.zeros((2, 6, 8))}, ShapeError, "one matrix"),
        ({"rank": 9}, ArgumentError, "at most"),
        ({"sweeps": -1}, ArgumentError, "sweeps"),
    ],
)
def test_what_does_not_fit_is_refused(change, error, says):
    given = {"A": normal((6, 8)), "gram": np.eye(8), "nblocks": (2, 3), "rank": 1} | change
    with pytest.raises(error, match=says):
        monarch_project_weighted(**given)
