"""Doing what `decide` says: ask through the door, read, and write page and progress in one transaction."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from postil.clock import Clock
from postil.errors import BadId, PostilError
from postil.harvest import decide as deciding
from postil.harvest.arriving import day_of_feed, record_list, record_papers
from postil.harvest.door import Door, Missing, Refused
from postil.harvest.known import Known, ListReading, OaiRun, catchup_key, read_known, write_known
from postil.harvest.questions import Questions
from postil.harvest.state import HarvestState, is_paused, write_state
from postil.harvest.steps import (
    CATCHUP_REACH,
    LookUp,
    Plan,
    ReadCatchup,
    ReadFeed,
    ReadList,
    ReadRecord,
    ReadRecords,
    Step,
    Wait,
    kind_of,
    words_of,
)
from postil.paper_id import PaperId
from postil.sources import arxiv_api, arxiv_feed, arxiv_listing
from postil.sources.arxiv_oai import OaiRequest, read_page, read_record, record_url
from postil.sources.exchange import (
    BadReply,
    DayPage,
    NoSuchPaper,
    Rejected,
    TokenExpired,
    Unreachable,
    Upstream,
)
from postil.store.ledger import FEED, LISTING
from postil.store.protocol import Store

_LOOK_AT_PAUSE = 1.0  # seconds between two looks whether to go on
_LONGEST_NAP = 60.0  # so that others see that this harvest lives


class Harvester:
    """One harvest of one arXiv into one store; one process at a time, as `harvest.service` sees to."""

    def __init__(
        self,
        store: Store,
        door: Door,
        plan: Plan,
        *,
        upstream: Upstream | None = None,
        since: date | None = None,
        show: Callable[[HarvestState], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._door = door
        self._plan = plan
        self._clock: Clock = door.clock
        self._upstream = upstream or Upstream()
        self._since = since
        self._show = show
        self._state = HarvestState(self._clock.now())
        self._known_now: Known | None = None
        self._questions = Questions(store, plan)

    def want(self, first: date, last: date | None = None) -> None:
        """Read every record modified from `first` to `last` (today), whatever was read before.

        A run of that kind that was cut off goes on where it stopped.
        """
        known = self._known()
        until = last or self._clock.now().date()
        if known.run is None or known.run.first > first or known.run.last < until:
            run = OaiRun(first, until)
            self._keep(replace(known, run=run, since=min(known.since, first)))

    def run(self, *, once: bool = False, stopped: Callable[[], bool] = lambda: False) -> None:
        """Harvest until stopped, or with `once` until nothing is left to ask for now."""
        try:
            while not stopped():
                if is_paused(self._store):
                    self._tell(doing="", paused=True)
                    self._clock.sleep(_LOOK_AT_PAUSE)
                    continue
                wait = self.step()
                if wait is None:
                    continue
                if once:
                    return
                left = (wait.until - self._clock.now()).total_seconds()
                self._tell(doing=wait.why, until=wait.until)
                self._clock.sleep(min(max(left, 0.0), _LONGEST_NAP))
        finally:
            self._tell(running=False, doing="", until=None)

    def step(self) -> Wait | None:
        """Do the next step; or do nothing, and say how long there is nothing to do."""
        known = self._known()
        now = self._clock.now()
        decision = deciding.decide(known, self._questions.now_open(known, now), self._plan, now)
        if isinstance(decision, Wait):
            return decision
        kind = kind_of(decision)
        self._tell(doing=words_of(decision), until=None)
        try:
            after = self._done(decision, known)
        except (Unreachable, Refused, Missing, BadReply) as error:
            now = self._clock.now()
            after = self._failed(decision, known, error, now).with_setback(kind, now)
            self._keep(after)
            self._tell(trouble=str(error))
            return None
        self._known_now = after
        if kind in after.setbacks:
            self._keep(after.without_setback(kind))
            self._tell(trouble="")
        return None

    def _done(self, step: Step, known: Known) -> Known:
        match step:
            case ReadList():
                return self._read_list(step, known)
            case ReadCatchup():
                return self._read_catchup(step, known)
            case ReadRecords(run):
                return self._read_records(run, known)
            case ReadFeed(name):
                return self._read_feed(name, known)
            case LookUp():
                return self._look_up(step, known)
            case ReadRecord():
                return self._read_record(step, known)

    def _failed(self, step: Step, known: Known, error: PostilError, now: datetime) -> Known:
        """What is known after a step that brought nothing."""
        match step:
            case LookUp(ids) if isinstance(error, BadReply):
                # An empty answer may be the search's own fault or the truth: the records are asked next.
                return known.with_papers([str(paper_id) for paper_id in ids], now)
            case ReadList(name):
                return known.with_list(name, replace(known.list_reading(name), asked=now))
            case ReadCatchup(name, day):
                return known.with_catchup(catchup_key(name, day), now)
            case ReadFeed(name):
                return known.with_feed(name, replace(known.feed_reading(name), asked=now))
            case _:
                return known

    def _read_list(self, step: ReadList, known: Known) -> Known:
        url = arxiv_listing.new_url(self._upstream.listing, step.name, step.page)
        page = arxiv_listing.read_listing(self._get(url))
        now = self._clock.now()
        before = known.list_reading(step.name)
        # A page of an earlier day than the one already read comes out of a cache: it adds nothing,
        # and is not the newest.
        newest = max(page.day, before.newest or page.day)
        after = known.with_list(step.name, ListReading(newest, now, page.next_page))
        return self._keep_list(step.name, LISTING, page, after)

    def _read_catchup(self, step: ReadCatchup, known: Known) -> Known:
        url = arxiv_listing.catchup_url(self._upstream.listing, step.name, step.day, step.page)
        page = arxiv_listing.read_listing(self._get(url))
        if page.day != step.day:
            raise BadReply(f"The list of {step.name} shows {page.day} instead of {step.day}.")
        now = self._clock.now()
        key = catchup_key(step.name, step.day)
        after = known.with_catchup(key, now) if step.page == 1 else known
        believed = after.catchups[key].times >= deciding.TIMES_TO_BELIEVE_NOTHING
        if not page.entries and self._plan.calendar.has_list(step.day) and not believed:
            write_known(self._store, after)
            return after
        after = self._keep_list(step.name, LISTING, page, after)
        if page.next_page:
            return self._read_catchup(replace(step, page=page.next_page), after)
        return after

    def _read_feed(self, name: str, known: Known) -> Known:
        page = arxiv_feed.read_feed(self._get(arxiv_feed.feed_url(self._upstream.feed, [name])))
        day = day_of_feed(self._store, name, page)
        if day is None:
            raise BadReply(f"The feed of {name} bears {page.day} and has papers of another day.")
        newest = max(day, known.feed_reading(name).newest or day)
        after = known.with_feed(name, ListReading(newest, self._clock.now()))
        return self._keep_list(name, FEED, replace(page, day=day), after)

    def _keep_list(self, name: str, source: str, page: DayPage, after: Known) -> Known:
        now = self._clock.now()
        with self._store.atomically():
            papers = record_list(self._store, name, source, page, now)
            write_known(self._store, after)
        self._count(papers)
        return after

    def _read_records(self, run: OaiRun, known: Known) -> Known:
        request = OaiRequest(
            set=self._plan.archive_set, first=run.first, last=run.last, token=run.token
        )
        try:
            page = read_page(self._get(request.url(self._upstream.oai)))
        except TokenExpired:
            # Days before the last one seen were read to their end; that one is read again, and the
            # one before for safety.
            first = max(run.first, (run.seen or run.first) - deciding.DAY)
            after = replace(known, run=OaiRun(first, run.last, seen=run.seen, doubts=run.doubts))
            write_known(self._store, after)
            return after
        now = self._clock.now()
        # A day in the future is a slip of the archive; believed, it would let days be passed over.
        reached = page.last_datestamp and min(page.last_datestamp, run.last)
        seen = max(filter(None, (run.seen, reached)), default=None)
        if page.token == run.token and page.token:
            raise BadReply("The archive gives the same page again and again.")
        if page.token:
            after = replace(known, run=replace(run, token=page.token, seen=seen, not_before=None))
        else:
            after = self._after_last_page(known, run, seen, now)
        with self._store.atomically():
            papers = record_papers(self._store, page.papers, now)
            for paper_id in page.deleted:
                self._store.ledger.note_absence(paper_id, "deleted by arXiv", now)
            for rejected in page.rejected:
                self._note_unreadable(rejected, now)
            write_known(self._store, after)
        self._count(papers)
        return after

    def _note_unreadable(self, rejected: Rejected, now: datetime) -> None:
        """A record that is no paper is not passed over in silence: the ledger says why it is not held."""
        with suppress(BadId):
            paper_id = PaperId.parse(rejected.id)
            self._store.ledger.note_absence(paper_id, f"unreadable: {rejected.reason}", now)

    def _after_last_page(
        self, known: Known, run: OaiRun, seen: date | None, now: datetime
    ) -> Known:
        """A run that ends before its time is begun again later, and only believed when it insists."""
        expected = self._plan.calendar.latest_due(now - deciding.RECORDS_AFTER)
        reached = seen is not None and seen >= min(expected, run.last) - deciding.DAY
        if not reached and run.doubts < deciding.MOST_DOUBTS:
            first = run.first if seen is None else max(run.first, seen - deciding.DAY)
            again = OaiRun(first, run.last, "", seen, run.doubts + 1, now + deciding.DOUBT_PAUSE)
            return replace(known, run=again)
        through = known.through
        if through is None or run.first <= through:
            through = max(filter(None, (through, min(run.last, seen or run.last))))
        held = self._store.numbers([PaperId.parse(key) for key in known.papers])
        before = now.date() - CATCHUP_REACH
        tidied = known.without_what_is_past((str(i) for i in held), before)
        return replace(tidied, run=None, read_at=now, through=through)

    def _look_up(self, step: LookUp, known: Known) -> Known:
        reply = self._get(arxiv_api.lookup_url(self._upstream.api, step.ids))
        found = arxiv_api.read_answer(reply, step.ids)
        now = self._clock.now()
        after = known.with_papers([str(paper_id) for paper_id in step.ids], now)
        with self._store.atomically():
            held = self._store.numbers(step.ids)
            papers = record_papers(self._store, [p for p in found if p.id not in held], now)
            write_known(self._store, after)
        self._count(papers)
        return after

    def _read_record(self, step: ReadRecord, known: Known) -> Known:
        now = self._clock.now()
        after = known.with_papers([str(step.id)], now)
        reason, papers = "", []
        try:
            papers = [read_record(self._get(record_url(self._upstream.oai, step.id)))]
        except NoSuchPaper as error:
            reason = str(error)
        with self._store.atomically():
            count = record_papers(self._store, papers, now)
            if reason:
                self._store.ledger.note_absence(step.id, reason, now)
            write_known(self._store, after)
        self._count(count)
        return after

    def _get(self, url: str) -> bytes:
        try:
            return self._door.get(url).body
        finally:
            self._state = replace(self._state, requests=self._state.requests + 1)

    def _keep(self, known: Known) -> None:
        """Keep what is known, outside any transaction."""
        write_known(self._store, known)
        self._known_now = known

    def _known(self) -> Known:
        if self._known_now is None:
            # From the first of a month: its ids can only be audited where all of it is cared for.
            lately = self._clock.now().date() - timedelta(days=7)
            self._known_now = read_known(self._store, self._since or lately.replace(day=1))
        return self._known_now

    def _count(self, papers: int) -> None:
        self._state = replace(self._state, papers=self._state.papers + papers)

    def _tell(self, **changes: object) -> None:
        now = self._clock.now()
        fresh = {"at": now, "running": True, "paused": False, **changes}
        self._state = replace(self._state, **fresh)  # type: ignore[arg-type]
        with suppress(PostilError):
            write_state(self._store, self._state)
        self._show(self._state)
