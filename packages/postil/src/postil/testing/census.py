"""Millions of records that exist only while they are looked at: for counting pages, requests and seconds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from postil.paper_id import PaperId
from postil.testing.history import Action, Change, Standing, Wording
from postil.testing.oai import EARLIEST
from postil.testing.world import World

_A_MONTH = 99_999  # the most ids that a month can have
_FIRST_YEAR = 2015
_AT_FIRST = 0.03  # of all records share arXiv's earliest datestamp: some 90,000 of three million
_ABSTRACT = (
    "This is one of very many papers that say the same. It has as many words as most of them need, so "
    "that a page of it weighs what a page weighs: some five lines a record, a formula such as "
    "$e^{i\\pi} = -1$, and nothing that anybody would wish to read twice. " * 4
).strip()


class Census(World):
    """A world of `count` papers, known by number, all public before `until` and never changed.

    Only OAI-PMH has them. Ids are consecutive from 1501.00001 on; the datestamps begin with the large
    block that arXiv has on its earliest day, and go on evenly.
    """

    def __init__(self, count: int, until: datetime) -> None:
        super().__init__(())
        self._rows = _Rows(count, until)

    def modified(self, now: datetime) -> Sequence[Standing]:
        """All papers, by modification and id, made when they are taken."""
        return self._rows

    def standing(self, paper_id: PaperId, now: datetime) -> Standing | None:
        """A paper, where the number in its id is among them."""
        stem, _, serial = paper_id.key.partition(".")
        if not (stem.isdecimal() and serial.isdecimal()):
            return None
        month = (2000 + int(stem[:2]) - _FIRST_YEAR) * 12 + int(stem[2:]) - 1
        number = month * _A_MONTH + int(serial) - 1
        return self._rows[number] if 0 <= number < len(self._rows) else None


class _Rows(Sequence[Standing]):
    def __init__(self, count: int, until: datetime) -> None:
        self._count = count
        self._at_first = int(count * _AT_FIRST)
        self._begin = datetime(EARLIEST.year, EARLIEST.month, EARLIEST.day, 5, tzinfo=UTC)
        self._step = (until - self._begin) / (count - self._at_first + 1)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Standing: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Standing]: ...

    def __getitem__(self, at: int | slice) -> Standing | Sequence[Standing]:
        if isinstance(at, slice):
            return [self._row(number) for number in range(self._count)[at]]
        return self._row(range(self._count)[at])

    def _row(self, number: int) -> Standing:
        month, serial = divmod(number, _A_MONTH)
        year, month = divmod(month, 12)
        paper_id = PaperId(
            "arxiv", f"{_FIRST_YEAR + year - 2000:02d}{month + 1:02d}.{serial + 1:05d}"
        )
        moment = self._begin + max(0, number - self._at_first + 1) * self._step
        words = Wording(
            f"Paper number {number} of very many", _ABSTRACT, ("Ada Abel", "Ivo Quist"), ("cs.LG",)
        )
        before = moment - timedelta(days=1)
        change = Change(Action.RECORD, moment.date(), moment, moment, 1, before, words)
        return Standing(paper_id, "Ada Abel", (change,), moment)
