"""What a fault is, and what it is given.

Each fault is transient, or leaves another source telling the truth: nothing stays unlearnable for
three days. A transient one strikes at most `A_DAY` times in 24 hours of the server's time and
`IN_ALL` times altogether.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from random import Random
from typing import Any

from postil.paper_id import PaperId
from postil.sources.exchange import Reply
from postil.testing.request import Part, Request
from postil.testing.shelf import Shelf
from postil.testing.world import World

A_DAY = 2
IN_ALL = 8
SHARE = 0.25  # of the requests that a fault could strike

XML = frozenset({Part.OAI, Part.FEED, Part.API})
PAGES = frozenset({Part.LIST, Part.CATCHUP})
EVERYWHERE = XML | PAGES


class Wire(StrEnum):
    """What becomes of a reply on its way."""

    WHOLE = "whole"
    REFUSED = "refused"  # no connection
    RESET = "reset"  # the connection breaks in the middle of the body
    CUT = "cut"  # the body ends before the length that was announced
    SLOW = "slow"  # it takes `seconds`
    SILENT = "silent"  # nothing ever comes
    ENDLESS = "endless"  # more comes than anybody wants


@dataclass(frozen=True, slots=True)
class Served:
    """A reply, and what becomes of it on the wire."""

    reply: Reply
    wire: Wire = Wire.WHOLE
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class View:
    """What a request sees: a shelf, at the moment that the server takes for now."""

    shelf: Shelf
    now: datetime


@dataclass(slots=True)
class Scene:
    """A request as one fault meets it.

    `dice` and `memory` are the fault's own and last as long as the server. `render` is the reply to
    the same request from another view.
    """

    request: Request
    view: View
    dice: Random
    memory: dict[str, Any]
    render: Callable[[View], Reply]

    @property
    def now(self) -> datetime:
        """The server's time."""
        return self.view.now

    def chosen(self, share: int) -> Callable[[PaperId], bool]:
        """A choice of one paper in `share`, the same for as long as the server lasts."""
        salt = self.memory.setdefault("salt", self.dice.getrandbits(32))
        return lambda paper_id: Random(f"{salt}:{paper_id}").randrange(share) == 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave, by a `lens`, an `alter` or a `reshape`.

    `about` says what happens, `truth` why nothing is lost by it. A `lens` changes what every
    request to `parts` sees; an `alter` changes some of the replies; a `reshape` changes the world
    before anybody asks (its truth too). A fault that is `steady` strikes whenever it can.
    """

    name: str
    about: str
    truth: str
    parts: frozenset[Part] = EVERYWHERE
    lens: Callable[[Scene], View] | None = field(default=None, repr=False)
    alter: Callable[[Scene, Served], Served] | None = field(default=None, repr=False)
    reshape: Callable[[World, Random], World] | None = field(default=None, repr=False)
    steady: bool = False
    in_all: int = IN_ALL


def named(*faults: Fault) -> Mapping[str, Fault]:
    """The faults by name.

    Raises:
        ValueError: two have the same name.
    """
    found = {fault.name: fault for fault in faults}
    if len(found) != len(faults):
        raise ValueError("two faults have the same name")
    return found
