"""What lies outside a library, and the door through which it is asked."""

import random
from dataclasses import dataclass

import postil
from postil.clock import Clock, SystemClock
from postil.errors import BadInput
from postil.harvest.calendar import Calendar, arxiv_calendar
from postil.harvest.door import Door
from postil.harvest.turn import Turn, machine_turn
from postil.settings import Settings
from postil.sources.exchange import Transport


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies outside a library: the time, arXiv's calendar, the network and the turns taken at it.

    `transport` and `turn` are made when first needed where they are None.
    """

    clock: Clock
    calendar: Calendar
    transport: Transport | None = None
    turn: Turn | None = None

    @classmethod
    def real(cls) -> "Outside":
        """The world as it is."""
        return cls(SystemClock(), arxiv_calendar())

    def door(self, house: str, settings: Settings) -> Door:
        """The door to one owner's hosts, which every process of this machine takes turns at."""
        # Late, as only a process that asks needs the network.
        from postil.harvest.http import HttpTransport

        return Door(
            self.transport or HttpTransport(),
            self.turn or machine_turn(house, self.clock),
            self.clock,
            user_agent(settings),
            random.Random(),
        )


def user_agent(settings: Settings) -> str:
    """Who asks, and how to reach them."""
    contact = settings.contact.strip()
    if not contact.isprintable() or any(c in contact for c in "()\\"):
        raise BadInput("The setting contact must be an e-mail address or a web page.")
    told = contact or "no contact given"
    return f"Postil/{postil.__version__} (reader of arXiv; {told})"
