"""Checkers for methods that compute: equal to a reference, right in gradient, true to its cost.

A tolerance follows from the dtype and the conditioning of the problem and from nothing else: no
environment variable softens it, and one too wide to say no is refused. `assert_rejects` tests a
checker against implementations that are known to be wrong.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from lemmata.errors import ArgumentError

if TYPE_CHECKING:
    from lemmata.testing.forms import assert_forms_agree as assert_forms_agree
    from lemmata.testing.wrong_mixers import wrong_forms as wrong_forms

Function: TypeAlias = Callable[[Any], Any]

SLACK = 8.0  # roundings that may line up in one result
WIDEST = 0.05  # a relative tolerance beyond this accepts wrong answers
DIRECTIONS = 8  # random directions that a gradient is tried in


def tolerance(dtype: Any, condition: float = 1.0, roundings: float = 1.0) -> float:
    """A relative tolerance: SLACK * machine epsilon * condition * roundings.

    `condition` is the condition number of the problem, `roundings` the roundings that add up in
    one number of the result (the length of a sum, say; its root if they are independent).
    ArgumentError if either is below 1 or the outcome exceeds WIDEST.
    """
    if not (condition >= 1 and roundings >= 1):
        raise ArgumentError(
            f"condition and roundings must be at least 1, got {condition} and {roundings}"
        )
    relative = SLACK * float(np.finfo(dtype).eps) * condition * roundings
    if not relative <= WIDEST:
        raise ArgumentError(
            f"a relative tolerance of {relative:.1e} cannot tell right from wrong; "
            "use a wider dtype or a better conditioned case"
        )
    return relative


def assert_matches_reference(
    function: Function,
    reference: Function,
    cases: Iterable[Any],
    *,
    condition: float = 1.0,
    roundings: float = 1.0,
) -> None:
    """`function` agrees with `reference`, which sees each case in double precision.

    Cases and answers are NumPy arrays (or numbers). An answer must have the reference's shape, and
    a floating one the precision of its case; errors are relative to the largest magnitude of the
    reference's answer. NaN agrees with nothing.
    """
    number = -1
    for number, given in enumerate(cases):
        case = np.asarray(given)
        actual = np.asarray(function(case))
        expected = np.asarray(reference(_widened(case)))
        where = f"case {number}, shape {case.shape}, dtype {case.dtype}"
        assert actual.shape == expected.shape, f"{where}: {actual.shape} for {expected.shape}"
        precision = np.finfo(case.dtype if case.dtype.kind in "fc" else np.float64).dtype
        if actual.dtype.kind in "fc":
            assert np.finfo(actual.dtype).dtype == precision, f"{where}: answered {actual.dtype}"
        limit = tolerance(precision, condition, roundings)
        scale = float(np.max(np.abs(expected), initial=0.0))
        error = float(np.max(np.abs(actual - expected), initial=0.0))
        assert error <= limit * scale, (
            f"{where}: error {error:.3e} exceeds {limit:.1e} * {scale:.3e}\n"
            f"answer {actual!r}\nreference {expected!r}"
        )
    assert number >= 0, "there was no case to compare"


def assert_gradient(function: Function, gradient: Function, point: Any, *, seed: int = 0) -> None:
    """`gradient` is that of the real `function` at `point`, tried in random directions.

    The directional derivative is a central difference at two steps, whose disagreement bounds its
    own error. For complex points df = Re sum(conj(gradient) dz), as in PyTorch.
    """
    point = _widened(np.asarray(point))
    claimed = np.asarray(gradient(point))
    assert claimed.shape == point.shape, f"gradient of shape {claimed.shape} at {point.shape}"
    assert np.all(np.isfinite(claimed)), "the gradient has NaN or infinite entries"
    generator = np.random.default_rng(seed)
    scale = max(1e-3, float(np.linalg.norm(point)))
    for _ in range(DIRECTIONS):
        direction = generator.standard_normal(point.shape).astype(point.dtype)
        if point.dtype.kind == "c":
            direction = direction + 1j * generator.standard_normal(point.shape)
        direction = direction / np.linalg.norm(direction)
        slope, error = _slope(function, point, direction, 1e-4 * scale)
        stated = float(np.real(np.vdot(claimed, direction)))
        limit = 10 * error + 1e-6 * (abs(slope) + float(np.linalg.norm(claimed)))
        assert abs(stated - slope) <= limit, (
            f"the gradient says {stated:.9g} where differences say {slope:.9g} +- {limit:.1e}"
        )


def torch_gradient(function: Function) -> Function:
    """The gradient by PyTorch's automatic differentiation, NumPy array in, NumPy array out."""
    import torch

    def gradient(point: Any) -> Any:
        leaf = torch.tensor(point, requires_grad=True)
        (found,) = torch.autograd.grad(function(leaf), leaf)
        return found.resolve_conj().numpy()

    return gradient


def assert_cost_exponent(
    cost: Callable[[int], float],
    sizes: Sequence[int],
    exponent: float,
    *,
    within: float = 0.1,
) -> None:
    """`cost(size)` grows like size**exponent: the slope between the two largest sizes agrees.

    Only those two are compared, as lower-order terms bend the slope at small sizes; the smaller
    ones must still cost less, each than the next (or the same, where the exponent is 0).
    """
    if len(sizes) < 3 or sorted(set(sizes)) != list(sizes):
        raise ArgumentError(f"at least three growing sizes are needed, got {list(sizes)}")
    costs = [float(cost(size)) for size in sizes]
    assert all(value > 0 for value in costs), f"nothing was counted: {costs}"
    growing = all(a < b or (a == b and exponent == 0) for a, b in pairwise(costs))
    assert growing, f"the cost does not grow with size: {costs}"
    slope = math.log(costs[-1] / costs[-2]) / math.log(sizes[-1] / sizes[-2])
    assert abs(slope - exponent) <= within, (
        f"cost grows like size**{slope:.3f}, not size**{exponent}: {dict(zip(sizes, costs, strict=True))}"
    )


def assert_rejects(checker: Callable[[Any], None], wrong: Mapping[str, Any]) -> None:
    """`checker` raises AssertionError for each of the `wrong` implementations, told by name."""
    assert wrong, "there was no wrong implementation to reject"
    accepted = [name for name, implementation in wrong.items() if _accepts(checker, implementation)]
    assert not accepted, f"the checker accepts: {', '.join(accepted)}"


def __getattr__(name: str) -> Any:
    """The checker of sequence mixers, which loads PyTorch when it is named."""
    files = {"assert_forms_agree": "forms", "wrong_forms": "wrong_mixers"}
    if name in files:
        return getattr(import_module(f"{__name__}.{files[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _accepts(checker: Callable[[Any], None], implementation: Any) -> bool:
    try:
        checker(implementation)
    except AssertionError:
        return False
    return True


def _widened(case: Any) -> Any:
    return case.astype(np.complex128 if case.dtype.kind == "c" else np.float64)


def _slope(function: Function, point: Any, direction: Any, step: float) -> tuple[float, float]:
    """The derivative along `direction` to fourth order, and a bound of its error."""

    def difference(h: float) -> float:
        ahead, behind = function(point + h * direction), function(point - h * direction)
        return float((ahead - behind) / (2 * h))

    coarse, fine = difference(step), difference(step / 2)
    return (4 * fine - coarse) / 3, abs(fine - coarse)
