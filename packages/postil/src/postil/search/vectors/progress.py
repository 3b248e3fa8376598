"""How far a space is, told to other processes through a small file that may be missing at any time."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_EVERY = 1.0  # seconds between two notes
_STALE = 120.0  # seconds after which nobody is at work any more, unless it is learning


@dataclass(frozen=True, slots=True)
class Step:
    """What is being done (`learning`, `encoding`, `arranging`), how much of it, and of how much."""

    doing: str
    done: int
    total: int


class ProgressNote:
    """Writes and reads the note of a space.

    Args:
        folder: the space's own folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"
        self._written = 0.0

    def tell(self, doing: str, done: int, total: int) -> None:
        """Note a step, at most once a second; what cannot be written is not told."""
        if time.monotonic() - self._written < _EVERY and done < total:
            return
        self._written = time.monotonic()
        draft = self._path.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(asdict(Step(doing, done, total))), "utf-8")
            draft.replace(self._path)
        except OSError:
            return

    def clear(self) -> None:
        """Say that nothing is being done."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return

    def read(self) -> Step | None:
        """The step that was noted last; None where there is none, or it was long ago."""
        try:
            if time.time() - self._path.stat().st_mtime > _STALE:
                return None
            values = json.loads(self._path.read_bytes())
            return Step(str(values["doing"]), int(values["done"]), int(values["total"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None
