"""Papers and queries as vectors, for what words alone miss.

A *space* holds one vector a paper: `lsa` is learnt from the library's own words, `model` comes from an
embedding provider where a setting names one. Both are derived from the store and follow its log, as the index
does. Search goes on without them wherever they are not ready. NumPy is loaded by the modules that open a
space, never by this one.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from numpy import float32, int64
    from numpy.typing import NDArray


class Vectors(Protocol):
    """One space of vectors, at most one a paper, by the store's numbers.

    Every vector that is handed out is of unit length or zero; arrays are new ones that the caller may keep.
    """

    @property
    def name(self) -> str:
        """`lsa` or `model`."""

    @property
    def width(self) -> int:
        """How many numbers a vector has; 0 while nothing is built."""

    def ready(self) -> bool:
        """Whether there is something to ask; where not, callers go on without."""

    def of_query(self, text: str) -> "NDArray[float32] | None":
        """The vector (width,) of a query; None where it cannot be had: no word known, no answer."""

    def of_papers(self, numbers: "NDArray[int64]") -> "NDArray[float32]":
        """The vectors (n, width) of papers; rows of zeros where a paper has none yet."""

    def scores(self, query: "NDArray[float32]", numbers: "NDArray[int64]") -> "NDArray[float32]":
        """The cosines (n,) of papers to a vector; NaN where a paper has no vector."""

    def nearest(
        self, query: "NDArray[float32]", limit: int
    ) -> "tuple[NDArray[int64], NDArray[float32]]":
        """The store numbers and cosines of at most `limit` papers, best first."""
