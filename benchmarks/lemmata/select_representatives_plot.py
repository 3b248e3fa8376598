"""Draws docs/lemmata/select_representatives.svg: twelve of 300 points, chosen in two ways.

    python benchmarks/lemmata/select_representatives_plot.py

Points of the plane in seven groups, similar as exp(-distance^2 / 2): on the left facility location,
on the right pivoted QR of unit vectors with these inner products, each point
joined to its nearest representative.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

import numpy as np
from svg import STYLE, document, save, text

from lemmata.linalg import interpolative, select_representatives

K, SIZE, GAP = 12, 340, 40
TIES = """
  .tie { stroke: currentColor; stroke-opacity: .3 } .pick { stroke: Canvas; stroke-width: 1.5 }"""


def points() -> np.ndarray:
    draw = np.random.default_rng(4)
    centres = draw.uniform(1.5, 8.5, (7, 2))
    grouped = centres[draw.integers(0, 7, 270)] + 0.55 * draw.standard_normal((270, 2))
    return np.clip(np.concatenate([grouped, draw.uniform(0.3, 9.7, (30, 2))]), 0.2, 9.8)


def panel(P: np.ndarray, S: np.ndarray, picks: np.ndarray, left: float, title: str) -> list[str]:
    def at(point: np.ndarray) -> tuple[float, float]:
        return left + point[0] * SIZE / 10, 30 + point[1] * SIZE / 10

    share = float(S[:, picks].max(axis=1).mean())
    parts = [
        text(left, 20, f"{title}: coverage {share:.3f}"),
        f'<rect class="grid" x="{left}" y="30" width="{SIZE}" height="{SIZE}"/>',
    ]
    nearest = picks[S[:, picks].argmax(axis=1)]
    for point, pick in zip(P, P[nearest], strict=True):
        (x, y), (u, v) = at(point), at(pick)
        parts.append(f'<path class="tie c0" d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}"/>')
    for kind, radius, some in (("dot c5", 2, P), ("pick dot c1", 5.5, P[picks])):
        for x, y in map(at, some):
            parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')
    return parts


def main() -> None:
    P = points()
    S = np.exp(-0.5 * ((P[:, None, :] - P[None, :, :]) ** 2).sum(axis=2))
    facility = select_representatives(S, K, similarity="given").indices
    values, vectors = np.linalg.eigh(S)
    features = vectors * np.sqrt(np.maximum(values, 0))  # unit vectors with these inner products
    features *= 1 - 1e-9 * np.arange(len(P))[:, None]  # so that rounding breaks no tie
    pivoted = interpolative(features, K, method="cpqr", axis="rows").indices
    body = [
        *panel(P, S, facility, 10, "facility location"),
        *panel(P, S, pivoted, 10 + SIZE + GAP, "pivoted QR"),
    ]
    described = (
        f"{K} of {len(P)} points in seven groups. Facility location puts its picks inside the "
        "groups; pivoted QR spends half of them on outliers."
    )
    title, size = "Representatives of points in the plane", (2 * SIZE + GAP + 20, SIZE + 40)
    save("select_representatives", document(title, described, size, body, STYLE + TIES), described)


if __name__ == "__main__":
    main()
