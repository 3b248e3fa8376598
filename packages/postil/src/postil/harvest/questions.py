"""What the ledger still asks: papers that are wanting, gaps between ids, lists not read to the end."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from postil.harvest.calendar import EASTERN
from postil.harvest.gaps import gaps_to_ask
from postil.harvest.known import Known, catchup_key
from postil.harvest.steps import CATCHUP_REACH, Open, Plan
from postil.store.ledger import LISTING
from postil.store.protocol import Store

_DAYS_READ_AGAIN = timedelta(days=7)
_ENOUGH = 8  # questions about one id, after which arXiv is taken at its word
_DAY = timedelta(days=1)
_A_DAY_LATER = timedelta(hours=20)
_MOST_WANTING = 2_000


class Questions:
    """The open questions of one store's ledger, looked up anew only where something may have changed them."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self._store = store
        self._plan = plan
        self._last: tuple[tuple[object, ...], Open] | None = None

    def now_open(self, known: Known, now: datetime) -> Open:
        """The ledger's open questions, none about single papers while the records are being read."""
        key = (
            self._store.last_change(),
            known.run is None,
            known.lists,
            len(known.catchups),
            now.date(),
            now.hour,
        )
        if self._last is None or self._last[0] != key:
            self._last = (key, self._asked_of_ledger(known, now))
        return self._last[1]

    def _asked_of_ledger(self, known: Known, now: datetime) -> Open:
        ledger = self._store.ledger
        last = now.astimezone(EASTERN).date() + _DAY
        tallies = ledger.tallies(known.since, last)
        read = {
            (t.list_name, t.day): t.announced is not None and t.announced <= t.listed
            for t in tallies
            if LISTING in t.sources
        }
        unread = unread_lists(self._plan, known.since, now, read)
        lately = now.date() - _DAYS_READ_AGAIN
        once = [
            (name, day)
            for (name, day), good in read.items()
            if good and day > lately and catchup_key(name, day) not in known.catchups
        ]
        if known.run is not None:
            return Open(unread=unread, read_once=once)
        wanting = [i for i, _ in ledger.unheld(_MOST_WANTING) if not _enough(known, str(i))]
        gaps = [] if self._plan.archive_set else gaps_to_ask(ledger, known, now)
        return Open(wanting, [i for i in gaps if not _enough(known, str(i))], unread, once)


def _enough(known: Known, key: str) -> bool:
    """Whether arXiv was asked for this paper often enough to be taken at its word."""
    asked = known.papers.get(key)
    return asked is not None and asked.times >= _ENOUGH


def unread_lists(
    plan: Plan, since: date, now: datetime, read: Mapping[tuple[str, date], bool]
) -> list[tuple[str, date]]:
    """The lists of past days, newest first, that `read` does not know as whole."""
    last = now.astimezone(EASTERN).date() + _DAY
    first = max(since, last - CATCHUP_REACH)
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    # Holidays and weekends are asked for too, a day later: the calendar may be wrong.
    possible = [
        d
        for d in days
        if plan.calendar.due(d) + (timedelta(0) if plan.calendar.has_list(d) else _A_DAY_LATER)
        < now
    ]
    return [
        (name, day)
        for day in reversed(possible)
        for name in plan.lists
        if not read.get((name, day), False)
    ]
