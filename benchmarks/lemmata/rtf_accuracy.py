"""RTF's outputs beside the difference equation: ours and the published code, even and odd lengths.

    LEMMATA_RTF=… python benchmarks/lemmata/rtf_accuracy.py [--json]

Four pole pairs of magnitude 0.99, float64, an impulse in. `lag 0` is the error of the first output,
`rest` the largest of the others, relative to the largest output.
"""

import os
from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import ssm_peers
import torch
from beside import report
from scipy.signal import lfilter

from lemmata.ssm import RTF

LENGTHS = (64, 65, 1024, 1025)


def filters() -> tuple[np.ndarray, np.ndarray]:
    """b and a of order 8, one channel."""
    draw = np.random.default_rng(0)
    poles = 0.99 * np.exp(1j * draw.uniform(0.2, 3.0, 4))
    a = np.real(np.poly(np.concatenate([poles, poles.conj()])))
    return draw.standard_normal(8), a


def errors(found: np.ndarray, expected: np.ndarray) -> tuple[float, float]:
    wrong = np.abs(found - expected) / np.abs(expected).max()
    return float(wrong[0]), float(wrong[1:].max())


def rows() -> Iterator[dict[str, object]]:
    b, a = filters()
    peers = ssm_peers.rtf()
    for length in LENGTHS:
        impulse = np.eye(1, length)[0]
        expected = impulse + lfilter(np.concatenate([[0.0], b]), a, impulse)
        rows_of = torch.from_numpy(b)[None], torch.from_numpy(a[1:])[None]
        layer = RTF(1, 8, length, dtype=torch.float64).set_ratio(*rows_of)
        x = torch.from_numpy(impulse)[None, :, None]
        with torch.no_grad():
            ours = errors(layer(x)[0][0, :, 0].numpy(), expected)
            theirs: tuple[float | None, float | None] = (None, None)
            if peers:
                other = peers.RTF(1, 8, length).double()
                other.h_0.fill_(1.0)
                other.ab.copy_(torch.stack([rows_of[1][0], layer.b[0]]))
                theirs = errors(other(x)[0, :, 0].numpy(), expected)
        yield {
            "length": length,
            "lag 0": ours[0],
            "rest": ours[1],
            "ruke1ire/RTF lag 0": theirs[0],
            "ruke1ire/RTF rest": theirs[1],
        }


if __name__ == "__main__":
    report("rtf_accuracy", rows(), ("torch", "scipy"))
