"""The door: every answer that is no answer is an error, and says how long to leave the server alone."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from postil.harvest.door import Door, Missing, Refused
from postil.harvest.turn import Turn
from postil.sources.exchange import BadReply, Reply, Unreachable
from postil.testing.clock import VirtualClock

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "https://arxiv.org/list/cs/new"


class Scripted:
    """Answers one reply after another, and keeps when each request was made and to where."""

    def __init__(self, clock, *replies):
        self._clock, self._replies, self.requests = clock, list(replies), []

    def fetch(self, url, headers):
        self.requests.append((self._clock.now(), url, dict(headers)))
        reply = self._replies.pop(0) if self._replies else Reply(200, {}, b"whole")
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def waits(self):
        """Seconds between one request and the next."""
        times = [moment for moment, _, _ in self.requests]
        return [(b - a).total_seconds() for a, b in pairwise(times)]


def door_at(tmp_path, *replies):
    clock = VirtualClock(START)
    transport = Scripted(clock, *replies)
    turn = Turn(tmp_path / "t", clock)
    return Door(transport, turn, clock, "Postil/test (me@example.org)", random.Random(1)), transport


def test_it_says_who_asks(tmp_path):
    door, transport = door_at(tmp_path)
    assert door.get(URL).body == b"whole"
    assert transport.requests[0][2] == {"user-agent": "Postil/test (me@example.org)"}


def waits_after(tmp_path, reply, error):
    door, transport = door_at(tmp_path, reply)
    with pytest.raises(error):
        door.get(URL)
    door.get(URL)
    return transport.waits[0]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_in_seconds_is_obeyed(tmp_path, status):
    assert 100 <= waits_after(tmp_path, Reply(status, {"retry-after": "100"}), Refused) <= 110


def test_retry_after_as_a_date_is_obeyed(tmp_path):
    moment = format_datetime(START + timedelta(minutes=10), usegmt=True)
    assert 600 <= waits_after(tmp_path, Reply(503, {"retry-after": moment}), Refused) <= 661


@pytest.mark.parametrize("nonsense", ["", "soon", "-5", "1e9", "NaN", "Mon, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_means_the_usual_rest(tmp_path, nonsense):
    assert 15 <= waits_after(tmp_path, Reply(429, {"retry-after": nonsense}), Refused) <= 30


def test_a_server_that_forbids_is_left_alone_for_half_an_hour_at_least(tmp_path):
    assert waits_after(tmp_path, Reply(403), Refused) >= 1800


@pytest.mark.parametrize("reply", [Reply(500), Reply(502, {}, b"<html>")])
def test_a_server_that_fails_is_left_alone_for_some_seconds(tmp_path, reply):
    assert 5 <= waits_after(tmp_path, reply, Refused) <= 10


def test_a_broken_connection_is_trouble_like_any_other(tmp_path):
    assert 5 <= waits_after(tmp_path, Unreachable("cut off"), Unreachable) <= 10


def test_rests_grow_with_every_failure_and_end_with_the_first_success(tmp_path):
    door, transport = door_at(tmp_path, *[Reply(429)] * 6)
    for _ in range(6):
        with pytest.raises(Refused):
            door.get(URL)
    door.get(URL)
    door.get(URL)
    assert transport.waits[5] > 4 * transport.waits[1] > 0
    assert transport.waits[-1] == 3.0


def test_the_longest_rest_after_overload_is_an_hour(tmp_path):
    door, transport = door_at(tmp_path, *[Reply(429)] * 20)
    for _ in range(20):
        with pytest.raises(Refused):
            door.get(URL)
    assert max(transport.waits) <= 3600


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_not_there_is_no_trouble(tmp_path, status):
    assert waits_after(tmp_path, Reply(status), Missing) == 3.0


def test_a_redirect_in_the_same_house_is_followed_and_waits_its_turn(tmp_path):
    door, transport = door_at(
        tmp_path, Reply(301, {"location": "https://export.arxiv.org/list/cs/new"})
    )
    assert door.get(URL).body == b"whole"
    assert [url for _, url, _ in transport.requests][1] == "https://export.arxiv.org/list/cs/new"
    assert transport.waits == [3.0]


@pytest.mark.parametrize(
    "location",
    [
        "https://example.org/list/cs/new",
        "https://arxiv.org.example.org/",
        "http://arxiv.org/list/cs/new",
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "",
    ],
)
def test_a_redirect_to_elsewhere_is_not_followed(tmp_path, location):
    door, transport = door_at(tmp_path, Reply(302, {"location": location}))
    with pytest.raises(BadReply):
        door.get(URL)
    assert len(transport.requests) == 1


def test_a_ring_of_redirects_ends(tmp_path):
    ring = [Reply(302, {"location": f"/list/cs/new?{n}"}) for n in range(9)]
    door, transport = door_at(tmp_path, *ring)
    with pytest.raises(BadReply, match="from page to page"):
        door.get(URL)
    assert len(transport.requests) == 4


def test_two_houses_that_are_bare_numbers_are_not_the_same(tmp_path):
    door, _ = door_at(tmp_path, Reply(302, {"location": "http://10.0.0.1/"}))
    with pytest.raises(BadReply):
        door.get("http://127.0.0.1:1/list")
