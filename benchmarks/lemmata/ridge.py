"""Ridge regression beside scikit-learn and SciPy: one penalty, and many with leave-one-out.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/ridge.py [--json]

Every peer answers the same question on the same data; `difference` is that of the weights from
lemmata's, relative to the largest. lemmata's single fit includes the leave-one-out residuals,
leverages and dual weights that the others leave out.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from collections.abc import Callable, Iterator

import numpy as np
from beside import report, take_turns
from scipy.linalg import lstsq, solve
from sklearn.linear_model import Ridge, RidgeCV

from lemmata.linalg import DualRidge, PrimalRidge, ridge, ridge_path

SHAPES = ((5000, 100), (105, 384), (400, 4000))
Functions = dict[str, Callable[[], object]]
PENALTIES = tuple(np.logspace(-2, 3, 20))


def data(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    X = draw.standard_normal(shape) + 1
    return X, X[:, :5].sum(axis=1) + draw.standard_normal(shape[0])


def normal_equations(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    A, b = X - X.mean(0), y - y.mean()
    if X.shape[1] <= X.shape[0]:
        return solve(A.T @ A + np.eye(X.shape[1]), A.T @ b, assume_a="pos")
    return A.T @ solve(A @ A.T + np.eye(X.shape[0]), b, assume_a="pos")


def augmented(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    A = np.vstack([X - X.mean(0), np.eye(X.shape[1])])
    return lstsq(A, np.append(y - y.mean(), np.zeros(X.shape[1])))[0]


def by_leaving_out(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    for i in range(len(X)):
        normal_equations(np.delete(X, i, 0), np.delete(y, i))
    return normal_equations(X, y)


def compared(
    question: str, X: np.ndarray, functions: Functions, runs: int
) -> Iterator[dict[str, object]]:
    times = take_turns(functions, runs)
    ours, expected = next((name, np.asarray(f())) for name, f in functions.items())
    for name, function in functions.items():
        difference = np.max(np.abs(np.asarray(function()) - expected)) / np.max(np.abs(expected))
        yield {
            "question": question,
            "samples × features": f"{X.shape[0]}×{X.shape[1]}",
            "function": name,
            "ms": times[name],
            "time / lemmata": times[name] / times[ours],
            "difference": float(difference),
        }


def questions(X: np.ndarray, y: np.ndarray) -> Iterator[tuple[str, int, Functions]]:
    """What is asked, how often it is timed, and who answers; lemmata first."""
    alone: Functions = {
        "lemmata ridge": lambda: ridge(X, y).weights,
        "scikit-learn Ridge": lambda: Ridge(1.0).fit(X, y).coef_,
        "scipy solve, normal equations": lambda: normal_equations(X, y),
    }
    if X.shape[1] < 1000:
        alone["scipy lstsq, augmented"] = lambda: augmented(X, y)
    yield "one penalty", 5, alone
    if X.shape[0] < 200:
        left_out: Functions = {
            "lemmata ridge": lambda: ridge(X, y).weights,
            "n fits with scipy solve": lambda: by_leaving_out(X, y),
        }
        yield "leave-one-out", 3, left_out
    many: Functions = {
        "lemmata ridge_path": lambda: ridge_path(X, y, PENALTIES).fit.weights,
        "scikit-learn RidgeCV": lambda: RidgeCV(PENALTIES).fit(X, y).coef_,
    }
    yield "best of 20 by leave-one-out", 3, many
    kind = PrimalRidge if X.shape[1] <= X.shape[0] else DualRidge
    state = kind.fit(X[:-1], y[:-1])
    one_more: Functions = {
        f"lemmata {kind.__name__}.add": lambda: state.add(X[-1], y[-1]).weights,
        "lemmata ridge, anew": lambda: ridge(X, y).weights,
        "scikit-learn Ridge, anew": lambda: Ridge(1.0).fit(X, y).coef_,
    }
    yield "one sample more", 5, one_more


def rows() -> Iterator[dict[str, object]]:
    for shape in SHAPES:
        X, y = data(shape)
        for question, runs, functions in questions(X, y):
            yield from compared(question, X, functions, runs)


if __name__ == "__main__":
    report("ridge", rows(), ("numpy", "scipy", "scikit-learn"))
