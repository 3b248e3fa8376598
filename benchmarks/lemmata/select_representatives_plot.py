"""Draws docs/lemmata/select_representatives.svg: twelve of 300 points, chosen in two ways.

    python benchmarks/lemmata/select_representatives_plot.py

Points of the plane in seven groups, similar as exp(-distance^2 / 2): on the left facility location,
on the right pivoted QR of unit vectors with these inner products, each point
joined to its nearest representative.
"""

# ruff: noqa: N803, N806 - matrices are capitals, as in the papers

from pathlib import Path

import numpy as np

from lemmata.linalg import interpolative, select_representatives

TARGET = Path(__file__).parents[2] / "docs" / "lemmata" / "select_representatives.svg"
K, SIZE, GAP = 12, 340, 40
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #333 }
  .frame { fill: none; stroke: #ddd } .tie { stroke: #0b5cad; stroke-opacity: .25 }
  .point { fill: #767676 } .pick { fill: #b3530c; stroke: #fff; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .frame { stroke: #3a3a3a } .tie { stroke: #6cb2ff; stroke-opacity: .35 }
    .point { fill: #9a9a9a } .pick { fill: #f0964f; stroke: #111 }
  }
"""


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
        f'<text x="{left}" y="20">{title}: coverage {share:.3f}</text>',
        f'<rect class="frame" x="{left}" y="30" width="{SIZE}" height="{SIZE}"/>',
    ]
    nearest = picks[S[:, picks].argmax(axis=1)]
    for point, pick in zip(P, P[nearest], strict=True):
        (x, y), (u, v) = at(point), at(pick)
        parts.append(f'<line class="tie" x1="{x:.1f}" y1="{y:.1f}" x2="{u:.1f}" y2="{v:.1f}"/>')
    for name, radius, some in (("point", 2, P), ("pick", 5.5, P[picks])):
        for point in some:
            x, y = at(point)
            parts.append(f'<circle class="{name}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')
    return parts


def main() -> None:
    P = points()
    S = np.exp(-0.5 * ((P[:, None, :] - P[None, :, :]) ** 2).sum(axis=2))
    facility = select_representatives(S, K, similarity="given").indices
    values, vectors = np.linalg.eigh(S)
    features = vectors * np.sqrt(np.maximum(values, 0))  # unit vectors with these inner products
    pivoted = interpolative(features, K, method="cpqr", axis="rows").indices
    body = [
        *panel(P, S, facility, 10, "facility location"),
        *panel(P, S, pivoted, 10 + SIZE + GAP, "pivoted QR"),
    ]
    described = (
        f"{K} of {len(P)} points in seven groups. Facility location puts its picks inside the "
        "groups; pivoted QR takes points at their edges and between them."
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * SIZE + GAP + 20} {SIZE + 40}" '
        'role="img" aria-labelledby="t d">\n<title id="t">Representatives of points in the plane'
        f'</title>\n<desc id="d">{described}</desc>\n<style>{STYLE}</style>\n'
    )
    TARGET.write_text(svg + "\n".join(body) + "\n</svg>\n", encoding="utf-8")
    print(described)


if __name__ == "__main__":
    main()
