"""A space that is there before anything is loaded for it, and not ready until it is opened."""

from typing import TYPE_CHECKING

from postil.search.vectors import Vectors

if TYPE_CHECKING:
    from numpy import float32, int64
    from numpy.typing import NDArray


class LateSpace:
    """A space by its name; `opened` is set once, by whoever loads it.

    The other methods are those of `Vectors`; before it is opened only `ready` and `of_query` may be asked.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened: Vectors | None = None

    @property
    def width(self) -> int:
        """How many numbers a vector has; 0 while nothing is built."""
        return self.opened.width if self.opened else 0

    def ready(self) -> bool:
        """Whether it is opened, and has something to say."""
        return self.opened is not None and self.opened.ready()

    def of_query(self, text: str) -> "NDArray[float32] | None":
        """The vector (width,) of a query; None where it cannot be had."""
        return self.opened.of_query(text) if self.opened else None

    def of_papers(self, numbers: "NDArray[int64]") -> "NDArray[float32]":
        """The vectors (n, width) of papers."""
        return self._there().of_papers(numbers)

    def scores(self, query: "NDArray[float32]", numbers: "NDArray[int64]") -> "NDArray[float32]":
        """The cosines (n,) of papers to a vector."""
        return self._there().scores(query, numbers)

    def nearest(
        self, query: "NDArray[float32]", limit: int
    ) -> "tuple[NDArray[int64], NDArray[float32]]":
        """The store numbers and cosines of at most `limit` papers."""
        return self._there().nearest(query, limit)

    def _there(self) -> Vectors:
        if self.opened is None:
            raise RuntimeError(f"the space {self.name} was asked before it was ready")
        return self.opened
