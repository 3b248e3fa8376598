"""The only "now" in Postil, so that tests and the decision code can set it."""

from collections.abc import Callable
from datetime import UTC, date, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today(clock: Clock = system_clock) -> date:
    """The present day in UTC."""
    return clock().date()
