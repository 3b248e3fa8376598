"""Draws docs/lemmata/ridge.svg: errors of a ridge regression by its penalty, seen and foreseen.

    python benchmarks/lemmata/ridge_plot.py

120 samples of 100 features, ten of which matter, in noise; the test error is that of 20,000 fresh
samples. Leave-one-out and generalised cross-validation come from the 120 alone, in closed form.
"""

# ruff: noqa: N806 - matrices are capitals, as in the papers

import numpy as np
from axis import Axis
from chart import Chart, curves

from lemmata.linalg import ridge, ridge_path

PENALTIES = np.logspace(-3, 4, 71)


def measured() -> dict[str, list[float]]:
    draw = np.random.default_rng(0)
    truth = np.r_[draw.standard_normal(10), np.zeros(90)]

    def sampled(n: int) -> tuple[np.ndarray, np.ndarray]:
        X = draw.standard_normal((n, 100))
        return X, X @ truth + 2 * draw.standard_normal(n)

    X, y = sampled(120)
    Z, z = sampled(20_000)
    path = ridge_path(X, y, PENALTIES)
    fits = [ridge(X, y, penalty) for penalty in PENALTIES]
    return {
        "fresh samples": [float(np.mean((z - fit.predict(Z)) ** 2)) for fit in fits],
        "leave-one-out": list(path.loo_error),
        "GCV": list(path.gcv),
        "the fit itself": [float(np.mean(fit.residuals**2)) for fit in fits],
    }


def main() -> None:
    lines = measured()
    best = {name: PENALTIES[int(np.argmin(line))] for name, line in lines.items()}
    described = "; ".join(
        f"{name}: least {min(lines[name]):.3g} at a penalty of {best[name]:.3g}" for name in lines
    )
    Chart(
        "Mean squared error of a ridge regression by its penalty",
        Axis("penalty", logarithmic=True),
        Axis("mean squared error", logarithmic=True),
        curves(PENALTIES, lines),
        places={"chosen": best["leave-one-out"]},
        described=f"Errors against the penalty, both logarithmic. {described}.",
    ).save("ridge")


if __name__ == "__main__":
    main()
