"""Clocks that can be wound: one that jumps, so that a month passes in a second, and one that runs fast.

Both satisfy `postil.clock.Clock`. Nothing here reads the machine's calendar: a virtual time begins
where it is told to.
"""

import threading
import time
from datetime import UTC, datetime, timedelta

from postil.clock import Stopped


class VirtualClock:
    """Stands still until somebody sleeps or advances it; a sleep returns at once.

    Threads may share it: each sleep pushes the one common time on.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)
        self._stopped = False
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual moment, aware and in UTC."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass, which takes no real time."""
        if self._stopped:
            raise Stopped
        self.advance(seconds)

    def stop(self) -> None:
        """End every later sleep with `Stopped`."""
        self._stopped = True

    def advance(self, seconds: float) -> None:
        """Push the time on; a negative number of seconds is ignored."""
        with self._lock:
            self._now += timedelta(seconds=max(seconds, 0.0))

    def advance_to(self, moment: datetime) -> None:
        """Push the time on to `moment`, if that is still to come."""
        with self._lock:
            self._now = max(self._now, _in_utc(moment))


class ScaledClock:
    """A virtual time that begins at `start` and runs `rate` times as fast as the machine's."""

    def __init__(self, rate: float, start: datetime) -> None:
        if rate <= 0:
            raise ValueError("a clock's rate must be above zero")
        self._rate = rate
        self._start = _in_utc(start)
        self._began = time.monotonic()
        self._stopped = threading.Event()

    @property
    def rate(self) -> float:
        """Virtual seconds in a second."""
        return self._rate

    def now(self) -> datetime:
        """The virtual moment, aware and in UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._rate)

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of virtual time pass, which takes `seconds / rate`."""
        end = time.monotonic() + seconds / self._rate
        while (left := end - time.monotonic()) > 0:
            if self._stopped.wait(left):
                raise Stopped

    def stop(self) -> None:
        """End every sleep at once, and all later ones, with `Stopped`."""
        self._stopped.set()


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a clock needs an aware moment, such as datetime(2026, 3, 2, tzinfo=UTC)")
    return moment.astimezone(UTC)
