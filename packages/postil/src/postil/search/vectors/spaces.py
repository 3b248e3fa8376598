"""The spaces of a library: which there are, how they are, and bringing them up with the store.

NumPy and what else a space needs are loaded when a space is opened, which `open` does; until then no space is
ready, and nothing waits for one.
"""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from postil.search.vectors.encoder import Origin, PaperLog, Report
from postil.search.vectors.failures import VectorsDamaged
from postil.search.vectors.late import LateSpace
from postil.search.vectors.origins import model_origin
from postil.search.vectors.progress import ProgressNote, Step
from postil.search.vectors.state import State, read_choice, read_state
from postil.settings import Settings

if TYPE_CHECKING:
    from postil.search.vectors.following import SpaceReport

FEWEST = 100
"""Changes before the first vectors are made: nothing can be learnt from fewer papers."""

SpaceProgress = Callable[[str, str, int, int], None]
"""Told the space, what is being done, how much of it, and of how much."""


@dataclass(frozen=True, slots=True)
class SpaceStatus:
    """How a space is.

    Attributes:
        name: `lsa` or `model`.
        papers: rows in use; 0 while nothing is.
        behind: changes of the store that are not worked in.
        width: numbers a vector.
        step: what is being done at this moment, by whichever process.
    """

    name: str
    papers: int
    behind: int
    width: int
    step: Step | None

    def record(self) -> dict[str, object]:
        """The status as JSON can hold it."""
        return asdict(self)


class Spaces:
    """Every space of a library.

    Args:
        log: the store.
        folder: where the spaces are kept, `<data>/vectors`.
        settings: which spaces the reader wants.
    """

    def __init__(self, log: PaperLog, folder: Path, settings: Settings) -> None:
        self._log = log
        self.folder = folder
        self._settings = settings
        learnt = ("lsa",) if settings.meaning else ()
        self._names = (*learnt, "model") if settings.embeddings else learnt
        self.all: tuple[LateSpace, ...] = tuple(LateSpace(name) for name in self._names)
        self._origins: dict[str, Origin] = {}
        self._lock = threading.Lock()

    def open(self) -> None:
        """Open the spaces, or what is newest of them; loads what they need the first time.

        Raises:
            EncoderRefused: the settings name an encoder that there is not; the other space is open.
        """
        from postil.search.vectors.space import Space

        with self._lock:
            for late in self.all:
                if isinstance(late.opened, Space):
                    late.opened.refresh()
                else:
                    space = Space(self.folder / late.name, self._origin(late.name))
                    space.refresh()
                    late.opened = space

    def _origin(self, name: str) -> Origin:
        """Where a space's vectors come from.

        Raises:
            EncoderRefused: the settings name an encoder that there is not.
        """
        if name not in self._origins:
            origin = _learnt() if name == "lsa" else model_origin(self._settings)
            assert origin is not None
            self._origins[name] = origin
        return self._origins[name]

    def catch_up(
        self, progress: SpaceProgress, stopping: Callable[[], bool] = lambda: False
    ) -> dict[str, "SpaceReport"]:
        """Bring every space up with the store, or as far as it comes until `stopping` says so.

        Raises:
            EncoderUnavailable, EncoderRefused: a model gives no vectors; the spaces before it are up.
            DataFolderFull: there is no room.
        """
        return self._each(progress, lambda follower, told: follower.catch_up(told, stopping))

    def rebuild(self, progress: SpaceProgress) -> dict[str, "SpaceReport"]:
        """Make every space anew, as `catch_up`; each serves until its new rows are whole."""
        return self._each(progress, lambda follower, told: follower.rebuild(told))

    def _each(
        self, progress: SpaceProgress, work: Callable[..., "SpaceReport"]
    ) -> dict[str, "SpaceReport"]:
        from postil.search.vectors.following import SpaceFollower, Stopped

        reports = {}
        for name in self._names:
            folder = self.folder / name
            note = ProgressNote(folder)
            follower = SpaceFollower(self._log, folder, self._origin(name))
            try:
                reports[name] = work(follower, _teller(name, progress, note))
            except Stopped:
                break
            finally:
                note.clear()
        return reports

    def behind(self) -> bool:
        """Whether a space needs work, as far as its notes say; nothing is loaded for it."""
        last = self._log.last_change()
        if last < FEWEST:
            return False
        return any(self._needs_work(late, last) for late in self.all)

    def _needs_work(self, late: LateSpace, last: int) -> bool:
        state, origin = self._state(late.name), self._origins.get(late.name)
        if state is None or (state.sequence, state.store) != (last, self._log.recall("identity")):
            return True
        if origin is not None and state.identity != origin.identity:
            return True
        return late.opened is not None and not late.opened.ready()

    def status(self) -> tuple[SpaceStatus, ...]:
        """How each space is."""
        last = self._log.last_change()
        found = []
        for name in self._names:
            state = self._state(name)
            step = ProgressNote(self.folder / name).read()
            if state is None:
                found.append(SpaceStatus(name, 0, last, 0, step))
            else:
                behind = max(0, last - state.sequence)
                found.append(SpaceStatus(name, state.count, behind, state.width, step))
        return tuple(found)

    def _state(self, name: str) -> State | None:
        folder = self.folder / name
        try:
            used = read_choice(folder)
            return read_state(folder / used) if used else None
        except VectorsDamaged:
            return None


def _teller(name: str, progress: SpaceProgress, note: ProgressNote) -> Report:
    def tell(doing: str, done: int, total: int) -> None:
        progress(name, doing, done, total)
        note.tell(doing, done, total)

    return tell


def _learnt() -> Origin:
    from postil.search.vectors.lsa import LearntOrigin

    return LearntOrigin()
