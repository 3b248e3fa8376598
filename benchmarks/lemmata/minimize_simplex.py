"""Least squares on the simplex: lemmata's methods beside Frank-Wolfe, SLSQP and cvxpy's solvers.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/minimize_simplex.py [--json]

Every answer is put on the simplex and held to the same certificate, the Frank-Wolfe gap relative to
the value; the goal is 1e-6. A peer gets the loosest of its tolerances that reaches it. What takes
longer than a moment is timed once; the rest takes turns. cvxpy gets the Gram matrix, with which its
solvers are many times quicker than with sum_squares at the largest size, and is timed with that
and the compilation of its problem done.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from beside import Row, report, take_turns

from lemmata.optimize import LeastSquares, minimize_simplex
from lemmata.relax import project_simplex

GOAL = 1e-6
SIZES = ((5, 50), (100, 100), (1000, 1000))
MOMENT = 200.0  # ms; what is quicker takes turns
FRANK_WOLFE_STEPS = {5: 20_000, 100: 5_000, 1000: 500}
LAST_SLSQP = 100  # its cost is cubic in n


SECONDS = 12  # after which a peer that takes a limit is stopped
SETTINGS: dict[str, tuple[dict[str, Any], ...]] = {
    "CLARABEL": ({},),
    "OSQP": tuple(
        {"eps_abs": e, "eps_rel": e, "max_iter": 100_000, "time_limit": SECONDS}
        for e in (1e-5, 1e-7, 1e-9)
    ),
    "SCS": tuple(
        {"eps_abs": e, "eps_rel": e, "max_iters": 100_000, "time_limit_secs": SECONDS}
        for e in (1e-6, 1e-8, 1e-10)
    ),
}
Run = Callable[[], tuple[Any, int]]


@dataclass
class Contender:
    """A way to the minimiser, by ever tighter settings; each run gives (x, iterations)."""

    name: str
    runs: tuple[Run, ...]


@dataclass
class Answer:
    """What a contender reached, and by which run."""

    run: Run
    iterations: int
    gap: float
    ms: float


def problem(n: int, m: int) -> tuple[Any, Any]:
    draw = np.random.default_rng(0)
    A = draw.standard_normal((m, n))
    weights = np.zeros(n)
    chosen = draw.choice(n, max(2, n // 10), replace=False)
    weights[chosen] = draw.dirichlet(np.ones(len(chosen)))
    return A, A @ weights + 0.1 * draw.standard_normal(m)


def relative_gap(A: Any, b: Any, x: Any) -> float:
    """The certificate of x, once it is put on the simplex."""
    x = project_simplex(np.asarray(x, dtype=float))
    r = A @ x - b
    g = A.T @ r
    return float((g - g.min()) @ x / (r @ r / 2))


def ours(A: Any, b: Any, method: Any) -> Contender:
    def run() -> tuple[Any, int]:
        start = np.eye(A.shape[1])[0] if method == "pairwise-fw" else None
        limit = 500 if method == "mirror" and A.shape[1] == 1000 else 20_000
        found = minimize_simplex(
            LeastSquares(A, b), start, method=method, rtol=GOAL, max_iter=limit
        )
        return found.x, found.nit

    return Contender(f"lemmata {method}", (run,))


def frank_wolfe(A: Any, b: Any) -> Contender:
    def run() -> tuple[Any, int]:
        n = A.shape[1]
        x = np.full(n, 1 / n)
        for t in range(FRANK_WOLFE_STEPS[n]):
            r = A @ x - b
            g = A.T @ r
            i = int(np.argmin(g))
            if (g - g[i]) @ x <= GOAL * (r @ r / 2):
                return x, t
            x *= 1 - 2 / (t + 2)
            x[i] += 2 / (t + 2)
        return x, FRANK_WOLFE_STEPS[n]

    return Contender("Frank-Wolfe 2/(t+2)", (run,))


def slsqp(A: Any, b: Any) -> Contender:
    from scipy.optimize import minimize

    n = A.shape[1]

    def fun(x: Any) -> tuple[float, Any]:
        r = A @ x - b
        return float(r @ r) / 2, A.T @ r

    def run() -> tuple[Any, int]:
        found = minimize(
            fun,
            np.full(n, 1 / n),
            jac=True,
            method="SLSQP",
            bounds=[(0, 1)] * n,
            constraints={"type": "eq", "fun": lambda x: x.sum() - 1, "jac": np.ones_like},
            options={"ftol": 1e-14, "maxiter": 1000},
        )
        return found.x, int(found.nit)

    return Contender("scipy SLSQP", (run,))


def cvxpy_solvers(A: Any, b: Any) -> Iterator[Contender]:
    import cvxpy as cp

    for solver, settings in SETTINGS.items():
        x = cp.Variable(A.shape[1])
        value = cp.quad_form(x, cp.psd_wrap(A.T @ A)) - 2 * (A.T @ b) @ x
        task = cp.Problem(cp.Minimize(value), [x >= 0, cp.sum(x) == 1])
        task.get_problem_data(solver)  # compiles

        def solve(
            options: Any, task: Any = task, x: Any = x, solver: str = solver
        ) -> tuple[Any, int]:
            with warnings.catch_warnings():  # of answers that are not accurate: they are measured
                warnings.simplefilter("ignore")
                task.solve(solver=solver, warm_start=False, **options)
            return x.value, int(task.solver_stats.num_iters)

        yield Contender(f"cvxpy {solver}", tuple(partial(solve, options) for options in settings))


def first_run(contender: Contender, A: Any, b: Any) -> Answer:
    """The answer and time of the first of its settings that reaches the goal, else of the last."""
    for run in contender.runs:
        start = time.perf_counter()
        x, iterations = run()
        seconds = time.perf_counter() - start
        gap = relative_gap(A, b, x)
        if gap <= GOAL:
            break
    return Answer(run, iterations, gap, 1e3 * seconds)


def measured() -> Iterator[Row]:
    for n, m in SIZES:
        A, b = problem(n, m)
        contenders = [ours(A, b, method) for method in ("fista", "pairwise-fw", "mirror")]
        contenders.append(frank_wolfe(A, b))
        contenders += [slsqp(A, b)] if n <= LAST_SLSQP else []
        contenders += cvxpy_solvers(A, b)
        found = {c.name: first_run(c, A, b) for c in contenders}
        quick = {name: answer.run for name, answer in found.items() if answer.ms <= MOMENT}
        ms = {name: answer.ms for name, answer in found.items()} | take_turns(quick, runs=5)
        for name, answer in found.items():
            yield {
                "n": n,
                "method": name,
                "iterations": answer.iterations,
                "ms": ms[name],
                "relative gap": f"{answer.gap:.0e}"
                + ("" if answer.gap <= 1.01 * GOAL else " (not reached)"),
                "time / fista": ms[name] / ms["lemmata fista"],
            }


if __name__ == "__main__":
    report("minimize_simplex", measured(), ("numpy", "scipy", "cvxpy", "clarabel", "osqp", "scs"))
