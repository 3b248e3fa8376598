"""Turns: three seconds from the end of one request to the next, whoever asks, whatever happened before."""

import os
import signal
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta

import pytest

from postil.errors import DataFolderError
from postil.harvest.turn import INTERVAL, Turn, TurnState
from postil.testing.clock import VirtualClock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return VirtualClock(START)


def asked(turn, clock, seconds=1.0, rest=0.0):
    """When a request of so many seconds began and ended."""
    with turn.taken() as resting:
        began = clock.now()
        clock.sleep(seconds)
        resting(rest, 0)
        return began, clock.now()


def test_the_first_request_need_not_wait(tmp_path, clock):
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began == START


def test_three_seconds_pass_between_the_end_of_one_request_and_the_next(tmp_path, clock):
    turn = Turn(tmp_path / "t", clock)
    _, ended = asked(turn, clock, seconds=7)
    began, _ = asked(turn, clock)
    assert began - ended == INTERVAL == timedelta(seconds=3)


def test_another_process_counts_from_the_same_end(tmp_path, clock):
    _, ended = asked(Turn(tmp_path / "t", clock), clock)
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began - ended == INTERVAL


def test_a_rest_outlasts_the_process_that_was_told_of_it(tmp_path, clock):
    _, ended = asked(Turn(tmp_path / "t", clock), clock, rest=600)
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began - ended == timedelta(seconds=600)


def test_no_rest_is_longer_than_a_day(tmp_path, clock):
    turn = Turn(tmp_path / "t", clock)
    _, ended = asked(turn, clock, rest=1e9)
    began, _ = asked(turn, clock)
    assert began - ended == timedelta(days=1)


def test_a_request_that_failed_counts_as_one(tmp_path, clock):
    turn = Turn(tmp_path / "t", clock)
    with pytest.raises(OSError), turn.taken():
        clock.sleep(5)
        raise OSError
    began, _ = asked(turn, clock)
    assert began - START == timedelta(seconds=8)


def test_a_clock_put_back_costs_the_interval_and_no_more(tmp_path):
    late = VirtualClock(START + timedelta(days=300))
    asked(Turn(tmp_path / "t", late), late)
    clock = VirtualClock(START)
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began - START == INTERVAL


@pytest.mark.parametrize("found", [b"", b"{", b"[]", b'{"ended": "x"}', b"\0" * 300])
def test_a_file_that_says_nothing_usable_costs_at_most_the_interval(tmp_path, clock, found):
    (tmp_path / "t").write_bytes(found)
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began - START <= INTERVAL


def test_a_file_that_cannot_be_opened_says_what_to_do(tmp_path, clock):
    (tmp_path / "t").mkdir()
    with pytest.raises(DataFolderError, match="remove it"), Turn(tmp_path / "t", clock).taken():
        pass


def test_nobody_else_asks_while_a_request_is_under_way(tmp_path, clock):
    with Turn(tmp_path / "t", clock).taken():
        other = Turn(tmp_path / "t", clock)
        assert other.state().asking
        waited = _Impatient(clock)
        with pytest.raises(_Impatient.Tired), Turn(tmp_path / "t", waited).taken():
            pytest.fail("two requests at once")


class _Impatient:
    """A clock that gives up after a hundred looks."""

    class Tired(Exception):
        pass

    def __init__(self, clock):
        self._clock, self._looks = clock, 0

    def now(self):
        return self._clock.now()

    def sleep(self, seconds):
        self._looks += 1
        if self._looks > 100:
            raise self.Tired


def test_a_process_killed_while_asking_leaves_three_seconds_behind(tmp_path):
    asking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            textwrap.dedent(f"""
                import time
                from pathlib import Path
                from postil.clock import SystemClock
                from postil.harvest.turn import Turn
                with Turn(Path({str(tmp_path / "t")!r}), SystemClock()).taken():
                    print("asking", flush=True)
                    time.sleep(60)
            """),
        ],
        stdout=subprocess.PIPE,
    )
    assert asking.stdout is not None
    asking.stdout.readline()
    os.kill(asking.pid, signal.SIGKILL)
    asking.wait()
    asking.stdout.close()
    clock = VirtualClock(datetime.now(UTC))
    before = clock.now()
    assert Turn(tmp_path / "t", clock).state().asking
    began, _ = asked(Turn(tmp_path / "t", clock), clock)
    assert began - before >= INTERVAL


def test_what_is_written_is_what_is_read(tmp_path, clock):
    turn = Turn(tmp_path / "t", clock)
    with turn.taken() as rest:
        rest(60, 4)
    ended = clock.now().timestamp()
    assert turn.state() == TurnState(ended, False, 60, 4)
