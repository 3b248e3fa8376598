"""From a layer to a system outside of it, stable or refused, and measured against its own kernel.

Reflecting moves poles p outside of the unit circle to 1 / conj(p) and fits the residues to the
layer's kernel again, as keeping them would answer with another function altogether.
"""

from typing import Any

import numpy as np

from lemmata.arguments import check_choice
from lemmata.errors import ArgumentError
from lemmata.ssm.systems import (
    Modal,
    Rational,
    StateSpace,
    TransferFunction,
    Values,
    accepted,
    certified,
)

EDGE = 1e-6  # a pole on the circle itself goes so far inside
FORMS = ("modal", "sections", "rational")


def statespace(system: Any, kernel: Values, radius: float, unstable: str) -> StateSpace:
    """The state space of a layer's `system`, whose impulse response is `kernel` (width, length)."""
    stable, condition, radius = _stable(system, kernel, radius, unstable)
    found = stable if isinstance(stable, StateSpace) else stable.to_statespace()
    answer: StateSpace = certified(found, kernel, condition, radius)
    return answer


def transfer_function(
    system: Any, kernel: Values, radius: float, unstable: str, form: str, tolerance: float
) -> TransferFunction:
    """The same as a transfer function of `form`, refused if off by more than `tolerance`.

    A reflected one is as near as it can be; its certificate says how near.
    """
    check_choice("form", form, FORMS)
    stable, condition, reached = _stable(system, kernel, radius, unstable)
    if isinstance(stable, Rational) and form == "rational":
        found: TransferFunction = stable
    else:
        modal, solved = _modal(stable)
        condition = max(condition, solved)
        if form == "modal":
            found = modal
        else:
            found = modal.to_sections() if form == "sections" else modal.to_rational()
    answer: TransferFunction = certified(found, kernel, condition, reached)
    return answer if radius >= 1 else accepted(answer, tolerance, f"the {form} transfer function")


def _stable(system: Any, kernel: Values, radius: float, unstable: str) -> tuple[Any, float, float]:
    """A stable system, the condition of what was solved for it, and its pole radius."""
    check_choice("unstable", unstable, ("refuse", "reflect"))
    if radius < 1:
        return system, 1.0, radius
    if unstable == "refuse":
        raise ArgumentError(
            f"a pole of magnitude {radius:.6g} makes the recurrence unstable beyond the length of "
            "the kernel; stabilize_() the layer, or export with unstable='reflect'"
        )
    poles = _modal(system)[0].poles
    outside = np.abs(poles) >= 1
    inside = np.where(outside, 1 / np.where(outside, poles.conj(), 1), poles)
    inside = np.where(np.abs(inside) >= 1, inside * (1 - EDGE), inside)
    residues, condition = _fitted(inside, kernel)
    reflected = Modal(inside, residues, kernel[:, 0].copy())
    return reflected, condition, float(np.abs(inside).max())


def _fitted(poles: Any, kernel: Values) -> tuple[Any, float]:
    """Residues of least squares on the terms of the kernel after the first, and the condition."""
    rows, condition = [], 1.0
    for channel, terms in zip(poles, kernel, strict=True):
        powers = channel ** np.arange(len(terms) - 1)[:, None]
        found, _, _, sigma = np.linalg.lstsq(powers, terms[1:].astype(complex), rcond=None)
        rows.append(found)
        condition = max(condition, float(sigma[0] / max(sigma[-1], np.finfo(float).tiny)))
    return np.stack(rows), condition


def _modal(system: Any) -> tuple[Modal, float]:
    """Modes of a system, and the condition of the eigenvectors that they came through."""
    if isinstance(system, Modal):
        return system, 1.0
    dense = system.to_statespace() if isinstance(system, Rational) else system
    poles, V = np.linalg.eig(dense.A)
    condition = float(np.max(np.linalg.cond(V)))
    if not condition < 1 / np.finfo(float).eps:
        raise ArgumentError(
            f"the system has poles that repeat, or nearly (condition {condition:.1e} of its "
            "eigenvectors), and no modal form; use form='rational' or to_statespace"
        )
    read = np.einsum("wn,wnm->wm", dense.C, V)
    driven = np.linalg.solve(V, dense.B[..., None].astype(V.dtype))[..., 0]
    return Modal(poles.astype(complex), (read * driven).astype(complex), dense.D), condition
