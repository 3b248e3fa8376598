"""Moments as whole microseconds since 1970, UTC: what a database can compare, and what comes back exactly."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def ticks(moment: datetime) -> int:
    """The integer of an aware moment."""
    return (moment - _EPOCH) // TICK


def moment_of(number: int) -> datetime:
    """The moment, in UTC, of an integer that `ticks` gave."""
    return _EPOCH + number * TICK
