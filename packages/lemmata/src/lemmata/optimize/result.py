"""What `minimize_simplex` answers: SciPy's fields, and a certificate in every result."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lemmata.arrays import Array

CONVERGED, OUT_OF_ITERATIONS, AT_PRECISION, STOPPED = 0, 1, 2, 99

MESSAGES: Mapping[int, str] = MappingProxyType(
    {
        CONVERGED: "The gap is within atol + rtol * |fun|.",
        OUT_OF_ITERATIONS: "The iterations are used up; `gap` still bounds the error.",
        AT_PRECISION: "No further decrease can be resolved in this precision, or by this method "
        "from this start; `gap` still bounds the error.",
        STOPPED: "`callback` raised `StopIteration`.",
    }
)


@dataclass(frozen=True, slots=True)
class SimplexResult:
    """A point of the simplex and how far it can be from the optimum.

    The fields are those of `scipy.optimize.OptimizeResult`, and `gap` and `support`. Status 0 is
    success; 1, 2 and 99 are not, but their `gap` holds as well: see `message`.
    """

    x: Array  # of the set: entries in [0, upper] with the sum `total`
    fun: float  # F(x)
    jac: Array  # the gradient at x
    gap: float  # F(x) - min F is at most this, if F is convex
    support: Array  # indices of the entries that carry mass at the optimum, ascending
    nit: int
    nfev: int  # evaluations of fun; products with A or Q where F is given by them
    njev: int  # evaluations of jac; products with the transpose of A
    status: int

    @property
    def success(self) -> bool:
        """Whether the tolerance was met."""
        return self.status == CONVERGED

    @property
    def message(self) -> str:
        """What `status` means, in words."""
        return MESSAGES[self.status]

    @property
    def lower_bound(self) -> float:
        """fun - gap: the minimum of a convex F is at least this."""
        return self.fun - self.gap
