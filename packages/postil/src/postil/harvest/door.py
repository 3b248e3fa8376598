"""The one door to arXiv: nothing else in Postil makes a request there.

It keeps the interval, rests when it is told to, follows no redirect to another house, and turns
every answer that is no answer into an error that says when to ask again.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

from postil.clock import Clock
from postil.errors import PostilError
from postil.harvest.turn import Turn
from postil.sources.exchange import BadReply, Reply, Transport

_MOST_REDIRECTS = 3
_OVERLOADED = frozenset({429, 503})
_FORBIDDEN = 403
# Seconds of rest after the first failure, doubled with each further one, and the most.
_AFTER_TROUBLE = (10.0, 600.0)
_AFTER_OVERLOAD = (30.0, 3_600.0)
_AFTER_FORBIDDEN = (3_600.0, 86_400.0)


class Refused(PostilError):
    """The server answered that it would not; `status` is what it said."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Missing(PostilError):
    """The server has nothing at this address (404 or 410)."""


@dataclass(frozen=True, slots=True)
class Door:
    """Asks politely.

    Args:
        transport: makes one request.
        turn: whose turn it is, over all processes.
        clock: the time.
        user_agent: who asks, with a way to reach the reader.
        dice: spreads the rests of many readers, so that they do not all come back at once.
    """

    transport: Transport
    turn: Turn
    clock: Clock
    user_agent: str
    dice: random.Random

    def get(self, url: str) -> Reply:
        """The body of a page, asked for when it is our turn.

        Raises:
            Unreachable: no reply came; the rest before the next request is longer.
            Refused: the server refused or failed.
            Missing: there is no such page.
            BadReply: a redirect leads to another house, or nowhere.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            reply = self._asked(url)
            if reply.status == 200:
                return reply
            url = _followed(url, reply)
        raise BadReply(f"{_place(url)} sends us from page to page.")

    def _asked(self, url: str) -> Reply:
        with self.turn.taken() as rest:
            failures = self.turn.state().failures + 1
            rest(self._spread(_AFTER_TROUBLE, failures), failures)
            reply = self.transport.fetch(url, {"user-agent": self.user_agent})
            if reply.status < 400 or reply.status in (404, 410):
                rest(0.0, 0)
            else:
                rest(self._rest(reply, failures), failures)
        if reply.status in (404, 410):
            raise Missing(f"{_place(url)} has no such page.")
        if reply.status >= 400:
            raise Refused(reply.status, f"{_place(url)} answers {reply.status}.")
        return reply

    def _rest(self, reply: Reply, failures: int) -> float:
        """Seconds to leave the server alone after this answer."""
        asked = _retry_after(reply.headers, self.clock.now())
        if reply.status == _FORBIDDEN:
            return max(asked, self._spread(_AFTER_FORBIDDEN, failures))
        if reply.status in _OVERLOADED:
            # What the server asks for, and a little more, so that not all come back in the same second.
            return (
                asked * self.dice.uniform(1.0, 1.1)
                if asked
                else self._spread(_AFTER_OVERLOAD, failures)
            )
        return max(asked, self._spread(_AFTER_TROUBLE, failures))

    def _spread(self, bounds: tuple[float, float], failures: int) -> float:
        first, most = bounds
        return float(min(most, first * 2.0 ** min(failures - 1, 20)) * self.dice.uniform(0.5, 1.0))


def _retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds that `Retry-After` asks for, as a number or a date; 0 where it says nothing usable."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _followed(url: str, reply: Reply) -> str:
    """Where a redirect leads, if that is the same house."""
    there = urljoin(url, reply.headers.get("location", ""))
    here, house = urlsplit(url), urlsplit(there)
    same = house.hostname == here.hostname or _house(house.hostname) == _house(here.hostname)
    if reply.status not in (301, 302, 303, 307, 308) or not same or there == url:
        raise BadReply(f"{_place(url)} answers {reply.status} and sends us elsewhere.")
    if house.scheme not in {here.scheme, "https"}:
        raise BadReply(f"{_place(url)} sends us to an unprotected address.")
    return there


def _house(host: str | None) -> str:
    """The part of a host's name that tells whose it is; a bare name or number is its own house."""
    parts = (host or "").rsplit(".", 2)
    return ".".join(parts[-2:]) if len(parts) > 1 and not parts[-1].isdigit() else (host or "")


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"
