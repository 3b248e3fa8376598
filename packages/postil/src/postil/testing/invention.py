"""A world made up from a seed: days of new papers, cross-lists, replacements, withdrawals and edits."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from postil.harvest.calendar import Calendar
from postil.paper_id import PaperId
from postil.testing.history import Action, Change, History, Wording, evening_before
from postil.testing.phrases import (
    MORE_CATEGORIES,
    invented_abstract,
    invented_name,
    invented_sentence,
    invented_wording,
)

_OLD_STYLE = ("math", "hep-th", "astro-ph", "quant-ph", "cond-mat")
_LEAD = timedelta(
    hours=6
)  # from the deadline for submissions, 14:00 US Eastern, to the announcement


@dataclass(frozen=True, slots=True)
class Pace:
    """What a day brings: `new` papers, and the other changes as shares of them.

    `older` papers are there from the beginning, some with old-style ids; their announcements lie
    before this world.
    """

    new: int
    crosses: float = 0.12
    replacements: float = 0.5
    withdrawals: float = 0.02
    edits: float = 0.04
    skipped: float = 0.01
    older: int = 40


@dataclass(slots=True)
class _Draft:
    """A paper being written."""

    id: PaperId
    submitter: str
    changes: list[Change]


@dataclass(slots=True)
class Invention:
    """Writes a world day by day; the same seed writes the same one."""

    rng: Random
    pace: Pace
    drafts: list[_Draft] = field(default_factory=list)
    skipped: dict[PaperId, str] = field(default_factory=dict)
    _serials: dict[tuple[int, int], int] = field(default_factory=dict)

    def write(
        self, calendar: Calendar, first_day: date, last_day: date
    ) -> tuple[list[History], Mapping[PaperId, str]]:
        """The papers' histories, and the ids that were skipped with the reason."""
        self._write_older(first_day)
        for day in calendar.days(first_day, last_day):
            self._write_day(day, evening_before(day))
        histories = [History(d.id, d.submitter, tuple(d.changes)) for d in self.drafts]
        return histories, self.skipped

    def _write_older(self, first_day: date) -> None:
        for number in range(self.pace.older):
            days_ago = 40 + int(self.rng.random() * 3_000)
            day = first_day - timedelta(days=days_ago)
            paper_id = _new_style(day, self._next_serial(day)) if number % 4 else _old_style(number)
            if number % 4 == 0:
                day = date(
                    2005, 9, 16
                )  # arXiv's earliest datestamp, which some 90,000 records share
            moment = evening_before(day) + timedelta(hours=5)
            version = 5 if number % 5 == 0 else 1
            changes = []
            wording = invented_wording(self.rng, number)
            for n in range(1, version + 1):
                then = moment - timedelta(days=30 * (version - n), hours=9)
                changes.append(Change(Action.RECORD, day, moment, moment, n, then, wording))
            self.drafts.append(_Draft(paper_id, invented_name(self.rng), changes))

    def _write_day(self, day: date, due: datetime) -> None:
        earlier = len(self.drafts)
        rng, pace = self.rng, self.pace
        count = max(1, round(pace.new * (0.8 + 0.4 * rng.random())))
        for position in range(count):
            self._write_new(day, due, position, count)
        if not earlier:
            return
        changed: set[int] = set()
        for share, write in (
            (pace.replacements, self._replace),
            (pace.crosses, self._cross),
            (pace.withdrawals, self._withdraw),
            (pace.edits, self._edit),
        ):
            for _ in range(int(count * share + rng.random())):
                # The oldest papers are the most restless, so that some reach high versions.
                chosen = int(rng.random() ** 2 * earlier)
                if chosen not in changed:
                    changed.add(chosen)
                    write(self.drafts[chosen], day, due)

    def _write_new(self, day: date, due: datetime, position: int, count: int) -> None:
        rng = self.rng
        evening = day - timedelta(days=1)
        if rng.random() < self.pace.skipped:
            skipped = _new_style(evening, self._next_serial(evening))
            self.skipped[skipped] = "the identifier was skipped"
        paper_id = _new_style(evening, self._next_serial(evening))
        submitted = due - _LEAD - timedelta(hours=24) * (1 - position / count)
        modified = due + timedelta(seconds=300 + 3_000 * position // count)
        wording = invented_wording(rng, len(self.drafts))
        change = Change(
            Action.NEW, day, due, modified, 1, submitted.replace(microsecond=0), wording
        )
        self.drafts.append(_Draft(paper_id, invented_name(rng), [change]))

    def _next_serial(self, day: date) -> int:
        """Ids are consecutive within the month in which they are given out."""
        month = (day.year, day.month)
        self._serials[month] = self._serials.get(month, 0) + 1
        return self._serials[month]

    def _replace(self, draft: _Draft, day: date, due: datetime) -> None:
        last, rng = draft.changes[-1], self.rng
        if last.withdrawn:
            return
        words = last.wording
        chance = rng.random()
        if chance < 0.2:
            words = replace(words, title=f"{words.title.removesuffix(', revised')}, revised")
        if chance > 0.1:
            words = replace(words, abstract=f"{words.abstract} {invented_sentence(rng)}")
        words = replace(
            words, comment=f"Version {last.version + 1} corrects {int(chance * 9) + 1} slips"
        )
        self._add_version(draft, day, due, words)

    def _withdraw(self, draft: _Draft, day: date, due: datetime) -> None:
        last = draft.changes[-1]
        if not last.withdrawn:
            words = replace(
                last.wording, comment="This paper has been withdrawn: the main lemma is false"
            )
            self._add_version(draft, day, due, words, withdrawn=True)

    def _add_version(
        self, draft: _Draft, day: date, due: datetime, words: Wording, withdrawn: bool = False
    ) -> None:
        number = draft.changes[-1].version + 1
        # Announced so soon after the last change that it would have arrived before it is left to
        # another day.
        arrived = max(
            due - _LEAD - timedelta(hours=20 * self.rng.random()), draft.changes[-1].public
        )
        arrived = arrived.replace(microsecond=0)
        if arrived >= due:
            return
        change = Change(
            Action.REPLACE, day, due, self._moment(due), number, arrived, words, withdrawn
        )
        draft.changes.append(change)

    def _cross(self, draft: _Draft, day: date, due: datetime) -> None:
        last = draft.changes[-1]
        held = last.wording.categories
        code = MORE_CATEGORIES[int(self.rng.random() * len(MORE_CATEGORIES))]
        if code in held or last.withdrawn:
            return
        words = replace(last.wording, categories=(*held, code))
        draft.changes.append(
            replace(
                last,
                action=Action.CROSS,
                day=day,
                public=due,
                modified=self._moment(due),
                wording=words,
                added=(code,),
            )
        )

    def _edit(self, draft: _Draft, day: date, due: datetime) -> None:
        last = draft.changes[-1]
        words = replace(last.wording, journal_ref=f"J. Imag. Res. {day.year} (to appear)")
        if self.rng.random() < 0.6:
            words = replace(words, abstract=invented_abstract(self.rng))
        moment = due + timedelta(hours=14, seconds=int(self.rng.random() * 9_000))
        draft.changes.append(
            replace(
                last,
                action=Action.RECORD,
                day=day,
                public=moment,
                modified=moment,
                wording=words,
                added=(),
            )
        )

    def _moment(self, due: datetime) -> datetime:
        return due + timedelta(seconds=3_600 + int(self.rng.random() * 3_600))


def _new_style(day: date, serial: int) -> PaperId:
    digits = 5 if (day.year, day.month) >= (2015, 1) else 4
    return PaperId("arxiv", f"{day.year % 100:02d}{day.month:02d}.{serial % 10**digits:0{digits}d}")


def _old_style(number: int) -> PaperId:
    archive = _OLD_STYLE[number // 4 % len(_OLD_STYLE)]
    return PaperId("arxiv", f"{archive}/{93 + number % 7:02d}{number % 12 + 1:02d}{number + 1:03d}")
