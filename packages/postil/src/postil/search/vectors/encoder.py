"""What turns texts into vectors, and what following needs to know of it.

A learnt space writes what it has learnt into the folder of its rows; a model needs nothing there. Both are
told apart by an identity, so that rows are never compared with a query of another making.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from postil.paper import Paper
from postil.store.protocol import Change

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

Report = Callable[[str, int, int], None]
"""Told what is being done (a key of the message catalogue), how much of it, and of how much."""


class PaperLog(Protocol):
    """What following needs of a store: its log of changes, and its papers by number."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """Each paper's latest change after a sequence number, ascending."""

    def last_change(self) -> int:
        """The greatest sequence number."""

    def count(self) -> int:
        """How many papers are held."""

    def load(self, numbers: Sequence[int]) -> list[Paper]:
        """The papers with these numbers; unknown ones are left out."""

    def recall(self, key: str) -> str | None:
        """The fact kept under `key`."""

    def remember(self, key: str, value: str) -> None:
        """Keep a fact."""


class Encoder(Protocol):
    """Papers and queries as vectors of unit length, or zero where nothing is known of a text."""

    @property
    def width(self) -> int:
        """How many numbers a vector has."""

    def papers(self, papers: Sequence[Paper]) -> "NDArray[float32]":
        """The vectors (n, width).

        Raises:
            EncoderUnavailable: they cannot be had now.
        """

    def query(self, text: str) -> "NDArray[float32] | None":
        """The vector (width,) of a query, or None where nothing of it is known.

        Raises:
            EncoderUnavailable: it cannot be had now.
        """


class Origin(Protocol):
    """Where the encoder of a space comes from."""

    @property
    def name(self) -> str:
        """The space's name, and its folder's."""

    @property
    def identity(self) -> str:
        """What made the vectors; rows of another identity are made anew."""

    @property
    def batch(self) -> int:
        """How many papers to encode before they are written."""

    def begin(self, log: PaperLog, folder: Path, report: Report) -> Encoder:
        """An encoder for a new set of rows; what it learns it writes to `folder`."""

    def load(self, folder: Path) -> Encoder:
        """The encoder of a set of rows.

        Raises:
            VectorsDamaged: what it had learnt cannot be read.
        """

    def outgrown(self, learnt_from: int, papers: int) -> bool:
        """Whether a library of so many papers needs another encoder than one learnt from `learnt_from`."""
