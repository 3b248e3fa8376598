"""softmax, sparsemax and entmax beside their peers, on NumPy and on PyTorch.

    OPENBLAS_NUM_THREADS=1 python benchmarks/lemmata/simplex_maps.py [--json]

Shapes of attention (many short rows) and of vocabularies (a few long ones), float32. The entmax
package sorts; told k=128 it sorts the 128 largest first, which its documentation leaves to the user.
"""

from collections.abc import Callable, Iterator

import numpy as np
from beside import report, take_turns

from lemmata.relax import entmax, softmax, sparsemax

SHAPES = ((4096, 64), (16, 32_000), (1, 100_000))


def functions(x) -> dict[tuple[str, str], Callable[[], object]]:
    from scipy.special import softmax as scipy_softmax

    found: dict[tuple[str, str], Callable[[], object]] = {
        ("softmax", "lemmata, NumPy"): lambda: softmax(x),
        ("softmax", "scipy.special"): lambda: scipy_softmax(x, axis=-1),
        ("sparsemax", "lemmata, NumPy"): lambda: sparsemax(x),
        ("entmax 1.5", "lemmata, NumPy"): lambda: entmax(x),
        ("entmax 1.3", "lemmata, NumPy"): lambda: entmax(x, 1.3),
    }
    try:
        import entmax as package
        import torch
    except ImportError:
        return found
    t = torch.asarray(x)
    return found | {
        ("softmax", "lemmata, PyTorch"): lambda: softmax(t),
        ("softmax", "torch.softmax"): lambda: torch.softmax(t, -1),
        ("sparsemax", "lemmata, PyTorch"): lambda: sparsemax(t),
        ("sparsemax", "entmax"): lambda: package.sparsemax(t),
        ("sparsemax", "entmax, k=128"): lambda: package.sparsemax(t, k=128),
        ("entmax 1.5", "lemmata, PyTorch"): lambda: entmax(t),
        ("entmax 1.5", "entmax"): lambda: package.entmax15(t),
        ("entmax 1.5", "entmax, k=128"): lambda: package.entmax15(t, k=128),
        ("entmax 1.3", "lemmata, PyTorch"): lambda: entmax(t, 1.3),
        ("entmax 1.3", "entmax_bisect"): lambda: package.entmax_bisect(t, 1.3),
    }


def rows() -> Iterator[dict[str, object]]:
    draw = np.random.default_rng(0)
    found: dict[tuple[str, str], dict[str, object]] = {}
    for shape in SHAPES:
        x = draw.standard_normal(shape).astype(np.float32)
        times = take_turns(functions(x), 3)
        for (name, by), ms in times.items():
            row = found.setdefault((name, by), {"map": name, "by": by})
            row[f"{shape[0]:,} × {shape[1]:,}, ms"] = ms
    yield from (found[key] for key in sorted(found, key=lambda key: key[0]))


if __name__ == "__main__":
    report("simplex_maps", rows(), ("numpy", "scipy", "torch", "entmax"))
