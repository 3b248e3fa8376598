"""The stand-in over HTTP answers what it answers in process, and breaks connections for real."""

import http.client
from datetime import UTC, date, datetime, timedelta
from random import Random
from urllib.parse import urlsplit

import pytest

from postil.sources.exchange import Reply, Unreachable
from postil.testing.clock import VirtualClock
from postil.testing.fault import EVERYWHERE, Fault, Served, Wire
from postil.testing.http_server import serving
from postil.testing.request import Arrival, Log
from postil.testing.server import FakeArxiv, FakeTransport
from postil.testing.world import World

NOW = datetime(2026, 4, 2, 16, tzinfo=UTC)
ADDRESSES = (
    "/oai?verb=Identify",
    "/oai?verb=ListRecords&metadataPrefix=arXivRaw&from=2026-04-01",
    "/oai?verb=Dance",
    "/list/cs/new",
    "/list/alchemy/new",
    "/catchup/cs.NA/2026-04-01?abs=True",
    "/rss/cs.LG+math",
    "/api/query?id_list=2604.00001&max_results=3",
    "/nowhere",
)


@pytest.fixture(scope="module")
def world():
    return World.invented(11, date(2026, 3, 30), date(2026, 4, 2), 12)


def always(wire, seconds=0.0):
    """A fault that does the same to every reply."""
    return Fault(
        "always",
        "The same every time.",
        "nowhere",
        EVERYWHERE,
        alter=lambda _, served: Served(served.reply, wire, seconds),
        steady=True,
    )


def got(base, address):
    """Status, headers and body of a GET, by the standard library."""
    split = urlsplit(base)
    connection = http.client.HTTPConnection(split.hostname, split.port, timeout=20)
    try:
        connection.request("GET", address)
        reply = connection.getresponse()
        headers = {name.lower(): value for name, value in reply.getheaders()}
        return Reply(reply.status, headers, reply.read())
    finally:
        connection.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_http_is_the_same_byte_for_byte(world, address):
    with serving(FakeArxiv(world, VirtualClock(NOW))) as base:
        over_http = got(base, address)
    in_process = FakeArxiv(world, VirtualClock(NOW)).answer(address)
    assert over_http == in_process


def test_a_cut_body_is_shorter_than_it_was_announced(world):
    with (
        serving(FakeArxiv(world, VirtualClock(NOW), [always(Wire.CUT)])) as base,
        pytest.raises(http.client.IncompleteRead),
    ):
        got(base, "/list/cs/new")


@pytest.mark.parametrize("wire", [Wire.REFUSED, Wire.RESET, Wire.SILENT])
def test_broken_connections_break(world, wire):
    with (
        serving(FakeArxiv(world, VirtualClock(NOW), [always(wire)])) as base,
        pytest.raises((ConnectionError, http.client.HTTPException)),
    ):
        got(base, "/list/cs/new")


def test_a_slow_reply_comes_whole_and_takes_the_servers_time(world):
    clock = VirtualClock(NOW)
    fake = FakeArxiv(world, clock, [always(Wire.SLOW, 40.0)])
    with serving(fake) as base:
        slow = got(base, "/list/cs/new")
    assert slow.body == FakeArxiv(world, VirtualClock(NOW)).answer("/list/cs/new").body
    assert clock.now() - NOW >= timedelta(seconds=40)


def test_a_reply_without_end_has_no_length(world):
    with serving(FakeArxiv(world, VirtualClock(NOW), [always(Wire.ENDLESS)])) as base:
        split = urlsplit(base)
        connection = http.client.HTTPConnection(split.hostname, split.port, timeout=20)
        connection.request("GET", "/list/cs/new")
        reply = connection.getresponse()
        assert reply.getheader("content-length") is None
        assert len(reply.read(3_000_000)) == 3_000_000
        connection.close()


@pytest.mark.parametrize("wire", [w for w in Wire if w not in (Wire.WHOLE, Wire.SLOW)])
def test_in_process_a_broken_wire_is_unreachable(world, wire):
    fake = FakeArxiv(world, VirtualClock(NOW), [always(wire)])
    with pytest.raises(Unreachable):
        FakeTransport(fake).fetch("http://x/list/cs/new", {})
    with pytest.raises(Unreachable):
        fake.answer("/list/cs/new")
    assert len(fake.log) == 2


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (always(Wire.WHOLE), 0.5),
        (always(Wire.SLOW, 40), 40),
        (always(Wire.SILENT), 120),
        (always(Wire.SLOW, 900), 120),
    ],
)
def test_a_transport_in_process_takes_the_time_that_a_reply_takes(world, fault, seconds):
    clock = VirtualClock(NOW)
    transport = FakeTransport(FakeArxiv(world, clock, [fault]), latency=0.5)
    try:
        transport.fetch("http://x/list/cs/new", {})
    except Unreachable:
        assert seconds == 120
    assert (clock.now() - NOW).total_seconds() == seconds


def test_the_log_knows_the_closest_arrivals_and_what_overlapped():
    log, dice = Log(), Random(1)
    moment = NOW
    for _ in range(50):
        log.add(Arrival(moment, moment + timedelta(seconds=2), "/list/cs/new", "one", 200))
        moment += timedelta(seconds=3 + dice.random())
    assert log.spacing() >= 3
    assert not log.overlaps()
    early = Arrival(NOW + timedelta(seconds=1), NOW + timedelta(seconds=9), "/oai", "two", 200)
    log.add(early)
    assert log.spacing() == 1
    assert {pair[0].connection for pair in log.overlaps()} == {"one", "two"}
    assert Log().spacing() == float("inf")


def test_requests_over_http_are_in_the_log_with_their_connection(world):
    fake = FakeArxiv(world, VirtualClock(NOW))
    with serving(fake) as base:
        got(base, "/list/cs/new")
        got(base, "/oai?verb=Dance")
    lines = list(fake.log)
    assert [line.path for line in lines] == ["/list/cs/new", "/oai?verb=Dance"]
    assert len({line.connection for line in lines}) == 2
