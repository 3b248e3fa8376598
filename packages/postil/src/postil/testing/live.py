"""A world in fast motion: an invented arXiv on a loopback port, which announces a new day every minute."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from postil.harvest.calendar import EASTERN, Calendar
from postil.harvest.outside import Outside
from postil.harvest.turn import Turn
from postil.settings import Settings
from postil.testing.clock import ScaledClock
from postil.testing.faults import Fault
from postil.testing.http_server import serving
from postil.testing.server import FakeArxiv
from postil.testing.world import World

_DAYS_BEFORE, _DAYS_AFTER = 30, 400
_BEFORE_THE_FIRST = timedelta(hours=2)


@contextmanager
def live_arxiv(
    settings: Settings,
    *,
    seconds_a_day: float = 60.0,
    papers_a_day: int = 40,
    faults: Sequence[Fault] = (),
    seed: int = 1,
) -> Iterator[tuple[Settings, Outside]]:
    """Run the stand-in while the block does.

    Its clock begins two hours before an announcement of today and goes through a day in
    `seconds_a_day`; every day, weekends too, has a list.

    Yields:
        The settings with the stand-in's address, and the outside world in its time.
    """
    calendar = Calendar(frozenset(range(7)))
    today = datetime.now(EASTERN).date()
    clock = ScaledClock(86_400 / seconds_a_day, calendar.due(today) - _BEFORE_THE_FIRST)
    world = World.invented(
        seed,
        today - timedelta(days=_DAYS_BEFORE),
        today + timedelta(days=_DAYS_AFTER),
        papers_a_day,
        calendar=calendar,
    )
    fake = FakeArxiv(world, clock, faults=faults, seed=seed)
    with serving(fake) as base:
        turn = Turn(Path(settings.data) / "demo.turn", clock)
        yield replace(settings, arxiv=base), Outside(clock, calendar, turn=turn)
