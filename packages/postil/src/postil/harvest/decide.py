"""What to ask for next. Pure: knowledge, the ledger's open questions and the time go in, a step comes out.

The order of a day: the lists from the moment they are due until their date turns, the records of the
archive two and a half hours later with two days of overlap, the feed after midnight, then the audit
of what lists name and nobody has, and of the ids that are missing in between.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from postil.harvest.calendar import EASTERN
from postil.harvest.known import Asked, Known, OaiRun, catchup_key
from postil.harvest.steps import (
    CATCHUP_REACH,
    LookUp,
    Open,
    Plan,
    ReadCatchup,
    ReadFeed,
    ReadList,
    ReadRecord,
    ReadRecords,
    Step,
    Wait,
    kind_of,
    purpose_of,
)

DAY = timedelta(days=1)
OVERLAP = 2 * DAY
RECORDS_AFTER = timedelta(hours=2, minutes=30)  # records follow the announcement
FEED_AFTER = timedelta(hours=4, minutes=10)  # feeds are made at midnight, Eastern
MOST_IDS_AT_ONCE = 50
MOST_DOUBTS = 6
TIMES_TO_BELIEVE_NOTHING = 3  # readings of an empty list of a day that should have one
DOUBT_PAUSE = timedelta(minutes=30)

_POLL = ((timedelta(hours=4), timedelta(minutes=1)), (timedelta(hours=12), timedelta(minutes=10)))
_POLL_LATER = timedelta(hours=1)
_FEED_POLL = timedelta(minutes=30)
_RECORDS_AGAIN = timedelta(hours=6)
_RECORDS_SOON = timedelta(hours=1)
# A paper or a list that was asked for in vain is asked for again after so long, the last for good.
_PATIENCE = (timedelta(0), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12), DAY)
# A list that fails is what the reader waits for; anything else can rest longer.
_RECOVERY = tuple(timedelta(seconds=s) for s in (20, 60, 120, 240, 300))
_LONG_RECOVERY = (*_RECOVERY, *(timedelta(minutes=m) for m in (10, 20, 40, 60)))
_READ_AGAIN = timedelta(hours=20)


def decide(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Step | Wait:
    """The next step, or how long there is nothing to do."""
    offers: list[tuple[datetime, Step]] = []
    for offered in (_lists, _records, _feed, _single_papers, _earlier_lists):
        for wished, step in offered(known, open_questions, plan, now):
            moment = max(wished, _recovered(known, step))
            if moment <= now:
                return step
            offers.append((moment, step))
    due = plan.calendar.due(plan.calendar.next_due(now))
    moment, why = min(
        [(due, "the next announcement"), *((m, purpose_of(step)) for m, step in offers)],
        key=lambda offer: offer[0],
    )
    return Wait(moment, why)


Offers = Iterator[tuple[datetime, Step]]


def _lists(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Offers:
    """Lists whose newest day is due: one is asked until its date turns, then all the others at once."""
    day = plan.calendar.latest_due(now)
    behind = []
    for name in plan.lists:
        reading = known.list_reading(name)
        if reading.next_page:
            yield _later(reading.asked, timedelta(0), now), ReadList(name, reading.next_page)
        elif reading.newest is None or reading.newest < day:
            behind.append((name, reading))
    if not behind:
        return
    waited = now - plan.calendar.due(day)
    interval = next((every for until, every in _POLL if waited < until), _POLL_LATER)
    turned = len(behind) < len(plan.lists)
    # The longest unasked first: one list that is stuck behind a cache must not hide that others have turned.
    behind.sort(key=lambda each: each[1].asked or datetime.min.replace(tzinfo=UTC))
    asked = max((r.asked for _, r in behind if r.asked), default=None)
    for name, reading in behind:
        since = reading.asked if turned or reading.newest is None else asked
        yield _later(since, interval, now), ReadList(name)


def _records(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Offers:
    """The run under way, or the next: after each announcement, and every few hours."""
    run = known.run
    if run is not None:
        yield run.not_before or now, ReadRecords(run)
        return
    today = now.date()
    first = known.since if known.through is None else known.through - OVERLAP
    following = ReadRecords(OaiRun(min(first, today), today))
    if known.read_at is None:
        yield now, following
        return
    due = plan.calendar.due(plan.calendar.latest_due(now - RECORDS_AFTER)) + RECORDS_AFTER
    if known.read_at < due:
        yield due, following
    again = _RECORDS_SOON if open_questions.wanting else _RECORDS_AGAIN
    yield known.read_at + again, following
    yield plan.calendar.due(plan.calendar.next_due(now - RECORDS_AFTER)) + RECORDS_AFTER, following


def _feed(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Offers:
    """Today's feed, once it is made; it is gone tomorrow, so nothing is lost by giving up then."""
    day = plan.calendar.latest_due(now)
    ready = plan.calendar.due(day) + FEED_AFTER
    over = datetime.combine(day + DAY, datetime.min.time(), EASTERN).astimezone(UTC)
    for name in plan.lists:
        reading = known.feed_reading(name)
        if now < over and (reading.newest is None or reading.newest < day):
            yield max(ready, _later(reading.asked, _FEED_POLL, ready)), ReadFeed(name)


def _single_papers(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Offers:
    """Papers that a list named and nobody has, then the gaps between ids."""
    # The lists run ahead of the records by design: what is wanting is only asked for once the
    # records had their turn.
    day = plan.calendar.latest_due(now)
    if known.run is not None or known.read_at is None:
        return
    if known.read_at < plan.calendar.due(day) + RECORDS_AFTER <= now:
        return
    asking = [*open_questions.wanting, *open_questions.gaps]
    moments = [(_patient(known.papers.get(str(i)), now), i) for i in asking]
    ready = [i for moment, i in moments if moment <= now]
    # Every other question goes to the record itself, one by one: the search index lags behind and forgets.
    for paper_id in ready:
        times = known.papers[str(paper_id)].times if str(paper_id) in known.papers else 0
        if times % 2:
            yield now, ReadRecord(paper_id)
            return
    if ready:
        yield now, LookUp(tuple(ready[:MOST_IDS_AT_ONCE]))
    elif moments:
        moment, paper_id = min(moments)
        yield moment, LookUp((paper_id,))


def _earlier_lists(known: Known, open_questions: Open, plan: Plan, now: datetime) -> Offers:
    """Lists of past days that were never read, newest first, as far back as arXiv shows them."""
    reach = now.astimezone(EASTERN).date() - CATCHUP_REACH
    newest = plan.calendar.latest_due(now)
    for name, day in open_questions.unread:
        # The newest list has a page of its own, until that one was read and left something open.
        turned = day < newest or known.list_reading(name).newest == day
        if day > reach and turned:
            yield _patient(known.catchups.get(catchup_key(name, day)), now), ReadCatchup(name, day)
    # A list may have been short on its evening, in its count too; only a second reading can tell.
    for name, day in open_questions.read_once:
        yield plan.calendar.due(day) + _READ_AGAIN, ReadCatchup(name, day)


def _later(asked: datetime | None, interval: timedelta, now: datetime) -> datetime:
    return now if asked is None else asked + interval


def _patient(asked: Asked | None, now: datetime) -> datetime:
    """When to ask again for what was asked for in vain."""
    if asked is None:
        return now
    return asked.at + _PATIENCE[min(asked.times, len(_PATIENCE) - 1)]


def _recovered(known: Known, step: Step) -> datetime:
    """When a kind of step that failed is tried again."""
    setback = known.setbacks.get(kind_of(step))
    if setback is None:
        return datetime.min.replace(tzinfo=UTC)
    pauses = _RECOVERY if isinstance(step, ReadList) else _LONG_RECOVERY
    return setback.at + pauses[min(setback.times, len(pauses)) - 1]
