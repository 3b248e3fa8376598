"""The only "now": everything that waits or asks the time is given one of these.

A clock that tests and the demo can wind stands behind the same two methods, so that a month of harvesting
takes a second and never sleeps.
"""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Stopped(Exception):
    """The clock's owner wants everything that waits on it to end."""


class Clock(Protocol):
    """Tells the time, and lets it pass."""

    def now(self) -> datetime:
        """The moment, aware and in UTC."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass.

        Raises:
            Stopped: whoever owns the clock wants to end; no more time will pass on it.
        """

    def stop(self) -> None:
        """End every sleep at once, and all later ones, with `Stopped`."""


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait on the machine's monotonic clock, so that a change of its time shortens nothing."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopped.wait(left):
                raise Stopped

    def stop(self) -> None:
        """End every sleep at once, and all later ones, with `Stopped`."""
        self._stopped.set()
