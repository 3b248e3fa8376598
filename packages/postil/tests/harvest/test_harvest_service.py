"""A library's harvest: in this thread or in the background, one at a time, paused and resumed."""

import threading
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from postil.clock import Stopped
from postil.errors import DataFolderBusy
from postil.harvest.calendar import arxiv_calendar
from postil.harvest.service import LOCK_NAME
from postil.harvest.turn import Turn
from postil.library import DayState, Library, Outside
from postil.settings import Settings
from postil.store.lock import ProcessLock
from postil.testing.clock import ScaledClock, VirtualClock
from postil.testing.server import FakeArxiv, FakeTransport
from postil.testing.world import World

DAY = date(2026, 2, 10)
NOW = datetime(2026, 2, 10, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def world():
    return World.invented(5, date(2026, 2, 2), DAY, 15)


def outside_of(world, folder, clock):
    transport = FakeTransport(FakeArxiv(world, clock))
    return Outside(clock, arxiv_calendar(), transport, Turn(folder / "turn", clock))


@pytest.fixture
def library(tmp_path, world):
    settings = Settings(data=tmp_path / "data", categories="cs.LG", arxiv="http://arxiv.test")
    outside = outside_of(world, tmp_path, VirtualClock(NOW))
    with Library.open(settings, outside) as opened:
        yield opened


def test_a_harvest_once_brings_the_day_and_says_that_it_is_whole(library, world):
    library.harvest.run(once=True)
    line = library.ledger.line(DAY)
    assert line.state is DayState.COMPLETE
    assert line.announced == line.held > 0
    held = {p.id for p in library.papers.day_list(DAY, limit=1000).papers}
    assert set(world.announced(DAY, "cs")) == held


def test_what_was_harvested_can_be_searched(library):
    library.harvest.run(once=True)
    library.search.catch_up()
    assert library.search.status().papers == library.store.count() > 0


def test_progress_is_told_while_it_goes_on(library):
    told = []
    library.harvest.run(once=True, show=told.append)
    assert any("list of cs" in state.doing for state in told)
    assert told[-1].requests == max(state.requests for state in told) > 3
    assert not library.harvest.state().running


def test_a_second_harvest_of_the_same_folder_is_told_who_has_it(library):
    lock = ProcessLock(library.settings.data / LOCK_NAME)
    lock.acquire()
    with pytest.raises(DataFolderBusy):
        library.harvest.run(once=True)
    lock.release()
    library.harvest.run(once=True)


def test_a_set_asks_for_no_other_archive_and_audits_no_ids(library):
    library.harvest.run(once=True, archive_set="math")
    primaries = {p.categories for p in library.store.papers() if not p.announced}
    assert primaries
    assert all(any(c.startswith("math") for c in codes) for codes in primaries)


def test_an_asked_for_range_is_read_again(library):
    library.harvest.run(once=True)
    before = library.harvest.state().requests
    library.harvest.run(once=True, first=date(2026, 2, 5))
    assert 0 < library.harvest.state().requests <= before


def test_a_paused_harvest_asks_for_nothing(library):
    library.harvest.pause()
    tired = _Tired(library)
    with pytest.raises(Stopped):
        library.harvest.run(show=tired.look)
    assert library.harvest.state().requests == 0
    library.harvest.resume()
    assert not library.harvest.state().paused


class _Tired:
    """Stops the clock after ten looks at the state."""

    def __init__(self, library):
        self._clock, self._looks = library.clock, 0

    def look(self, _):
        self._looks += 1
        if self._looks == 10:
            self._clock.stop()


def test_in_the_background_it_ends_with_the_block(tmp_path, world):
    settings = Settings(data=tmp_path / "data", categories="cs.LG", arxiv="http://arxiv.test")
    clock = ScaledClock(20_000, NOW)
    with Library.open(settings, outside_of(world, tmp_path, clock)) as library:
        with library.harvest.running():
            deadline = time.monotonic() + 60
            while not library.store.count() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert library.store.count()
        assert not [t for t in threading.enumerate() if t.name == "harvest"]


def test_a_harvest_that_begins_reads_back_to_the_first_of_a_month(library):
    library.harvest.run(once=True)
    earliest = min(p.modified for p in library.store.papers() if p.modified)
    assert earliest <= NOW.date() - timedelta(days=7)
