"""Whose turn it is to ask arXiv: one request at a time over all processes of a machine, three seconds apart.

A lock says who may ask, and a few bytes behind it say when the last request ended and how long the server
wants to be left alone. Both live in a file that outlasts processes and restarts. A process that is
killed while asking leaves its mark: the next one waits the full time from when it sees that.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson

from postil.clock import Clock
from postil.errors import DataFolderError

# arXiv's terms: no more than one request every three seconds, over all machines that one person controls.
INTERVAL = timedelta(seconds=3)
_LONGEST_REST = timedelta(days=1)
_LOOK_AGAIN = 0.1  # seconds between two looks at a turn that another process has
_BYTES = 256


@dataclass(frozen=True, slots=True)
class TurnState:
    """What the file says.

    `ended` is when the last request ended, in seconds since 1970 by the machine's clock; `rest` how
    many seconds the
    server is to be left alone from then on. `asking` is true while a request is under way, and
    `failures` counts requests in a row that were refused or failed.
    """

    ended: float = 0.0
    asking: bool = False
    rest: float = 0.0
    failures: int = 0


class Turn:
    """The right to make the next request."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    @contextmanager
    def taken(self) -> Iterator[Callable[[float, int], None]]:
        """Wait until a request may be made, and keep all other processes from making one meanwhile.

        Yields a function to say, before the block ends, how many seconds to rest and how many failures there
        were in a row; without that it rests the usual interval.
        """
        with self._waited() as file:
            before = _read(file)
            outcome = [0.0, 0]

            def rest(seconds: float, failures: int) -> None:
                outcome[:] = [min(seconds, _LONGEST_REST.total_seconds()), failures]

            _write(file, replace(before, asking=True))
            try:
                yield rest
            finally:
                now = self._clock.now().timestamp()
                _write(file, TurnState(now, False, outcome[0], int(outcome[1])))

    def state(self) -> TurnState:
        """What the file says now."""
        with self._opened() as file:
            return _read(file)

    @contextmanager
    def _waited(self) -> Iterator[int]:
        """The file, locked, at a moment when a request may be made."""
        while True:
            with self._opened() as file:
                # Held by a process that is alive: it will say itself when its request ended.
                pause = _LOOK_AGAIN
                if _locked(file):
                    now = self._clock.now()
                    state = _corrected(_read(file), now)
                    _write(file, state)
                    pause = (_ready(state) - now).total_seconds()
                    if pause <= 0:
                        yield file
                        return
            self._clock.sleep(pause)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            file = _open(self._path)
        except OSError as error:
            raise DataFolderError(
                f"{self._path} cannot be used to take turns at arXiv ({error.strerror}): remove it."
            ) from error
        try:
            yield file
        finally:
            os.close(file)


def machine_turn(name: str, clock: Clock) -> Turn:
    """The turn that all of Postil's processes on this machine share, whoever runs them."""
    lasting = Path("/var/tmp")
    folder = lasting if os.access(lasting, os.W_OK) else Path(tempfile.gettempdir())
    return Turn(folder / f"postil-{name}.turn", clock)


def _corrected(state: TurnState, now: datetime) -> TurnState:
    """What the file means to whoever holds its lock.

    Asking, yet locked by nobody: that process died, and only from now on is the time known. Ended
    in the future: the clock was put back since.
    """
    moment = now.timestamp()
    if state.asking or state.ended > moment:
        return replace(state, asking=False, ended=moment)
    return state


def _ready(state: TurnState) -> datetime:
    """When the next request may be made."""
    rest = max(INTERVAL, timedelta(seconds=min(state.rest, _LONGEST_REST.total_seconds())))
    return datetime.fromtimestamp(state.ended, UTC) + rest


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        # Without O_CREAT first: another user's file in a shared folder may be opened, but not created again.
        return os.open(path, flags)
    except FileNotFoundError:
        file = os.open(path, flags | os.O_CREAT, 0o666)
        if os.fstat(file).st_uid == os.geteuid():
            os.fchmod(file, 0o666)
        return file


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(file: int) -> TurnState:
    """What the file says; one cut short by a kill, or of another make, says nothing."""
    try:
        found = orjson.loads(os.pread(file, _BYTES, 0))
        return TurnState(
            float(found["ended"]),
            bool(found["asking"]),
            float(found["rest"]),
            int(found["failures"]),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return TurnState(asking=bool(os.fstat(file).st_size))


def _write(file: int, state: TurnState) -> None:
    data = orjson.dumps(asdict(state))
    # In one write, padded so that nothing of a longer line stays behind it.
    os.pwrite(file, data.ljust(_BYTES), 0)
