"""A space as search asks it: whatever is newest on the disk, and nothing while there is nothing."""

import logging
import threading
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from postil.errors import PostilError
from postil.search.mapped_pages import MappedPages
from postil.search.stamp import stamp_of
from postil.search.vectors.encoder import Encoder, Origin
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.lists import Lists
from postil.search.vectors.rows import Rows
from postil.search.vectors.state import State, read_choice, read_state

_QUERIES_KEPT = 256
_LOOK_EVERY = 8  # questions; each maps some 64 KB around every paper that it is about
_PATIENCE = 60.0  # seconds without questions to an encoder that failed
_log = logging.getLogger(__name__)


class _Opened:
    """One state of a space; questions that began on it finish on it."""

    def __init__(self, folder: Path, name: str, state: State, encoder: Encoder) -> None:
        self.name = name
        self.encoder = encoder
        self.rows = Rows(folder / name, state)
        self.lists = Lists(folder / name, self.rows)


class Space:
    """One space of vectors, opened for reading. Any thread may ask.

    Args:
        folder: the space's own folder.
        origin: where its encoder comes from.
    """

    def __init__(self, folder: Path, origin: Origin) -> None:
        self._folder = folder
        self._origin = origin
        self._opened: _Opened | None = None
        self._seen: object = None
        self._lock, self._reopening = threading.Lock(), threading.Lock()
        self._queries: OrderedDict[tuple[str, str], NDArray[np.float32] | None] = OrderedDict()
        self._silent_until = 0.0
        self._mapped, self._asked = MappedPages(), 0

    @property
    def name(self) -> str:
        """`lsa` or `model`."""
        return self._origin.name

    @property
    def width(self) -> int:
        """How many numbers a vector has; 0 while nothing is built."""
        opened = self._opened
        return opened.rows.state.width if opened else 0

    @property
    def papers(self) -> int:
        """How many papers have a vector."""
        opened = self._opened
        return opened.rows.papers if opened else 0

    def ready(self) -> bool:
        """Whether the space has once been up with the store, and can be read."""
        return self._opened is not None

    def refresh(self, *, always: bool = False) -> None:
        """See whether there is something newer on the disk, and open it.

        Whoever keeps the space up does so from time to time; questions never wait for it.
        """
        with self._reopening:
            try:
                self._reopen(always)
            except VectorsDamaged as error:
                self._opened = None
                _log.warning("%s", error)
            except PostilError as error:
                self._opened = None
                _log.warning("No vectors of %s: %s", self.name, error)

    def _reopen(self, always: bool) -> None:
        name = read_choice(self._folder)
        stamp = stamp_of(self._folder / name / "state.json") if name else None
        if (name, stamp) == self._seen and not always:
            return
        self._seen = (name, stamp)
        state = read_state(self._folder / name) if name else None
        if state is None or not state.whole or state.identity != self._origin.identity:
            self._opened = None
            return
        held = self._opened
        same = held is not None and held.name == name
        encoder = held.encoder if held and same else self._origin.load(self._folder / name)
        self._opened = _Opened(self._folder, name, state, encoder)

    def of_query(self, text: str) -> NDArray[np.float32] | None:
        """The vector of a query; None where it cannot be had."""
        opened = self._opened
        if opened is None or not text.strip():
            return None
        key = (opened.name, text)
        with self._lock:
            if key in self._queries:
                self._queries.move_to_end(key)
                found = self._queries[key]
                return None if found is None else found.copy()
        if time.monotonic() < self._silent_until:
            return None
        try:
            found = opened.encoder.query(text)
        except PostilError as error:
            # every search would wait for it otherwise
            self._silent_until = time.monotonic() + _PATIENCE
            _log.warning("No vectors of %s for a while: %s", self.name, error)
            return None
        if found is not None and found.shape != (opened.rows.state.width,):
            return None
        with self._lock:
            self._queries[key] = found
            while len(self._queries) > _QUERIES_KEPT:
                self._queries.popitem(last=False)
        return None if found is None else found.copy()

    def of_papers(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors (n, width) of papers; zeros where a paper has none."""
        opened = self._opened
        if opened is None:
            return np.zeros((len(numbers), 0), dtype=np.float32)
        return opened.rows.vectors(numbers)

    def scores(self, query: NDArray[np.float32], numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosines (n,) of papers to a vector; NaN where a paper has none."""
        opened = self._fitting(query)
        if opened is None:
            return np.full(len(numbers), np.nan, dtype=np.float32)
        return opened.rows.scores(query, numbers)

    def nearest(
        self, query: NDArray[np.float32], limit: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Store numbers and cosines of at most `limit` papers, best first."""
        opened = self._fitting(query)
        if opened is None:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        return opened.lists.nearest(query, limit)

    def _fitting(self, query: NDArray[np.float32]) -> _Opened | None:
        """The state to ask; none where the vector is of one before, and of another width."""
        opened = self._opened
        if opened is None or query.shape != (opened.rows.state.width,):
            return None
        self._asked += 1
        if self._asked % _LOOK_EVERY == 0 and self._mapped.outgrown():
            self._mapped.discount()
            opened.rows.let_go()
        return opened
