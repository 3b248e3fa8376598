"""The ledger as JSON can hold it, for programs: the same numbers as on its pages."""

from collections.abc import Sequence
from datetime import datetime

from postil.library import DayLine, MonthOfIds, Tally
from postil.paper_id import PaperId


def line_record(line: DayLine, *, lists: bool = True) -> dict[str, object]:
    """One day; `lists=False` leaves out the lists one by one."""
    record: dict[str, object] = {
        "day": line.day.isoformat(),
        "state": line.state.value,
        "announced": line.announced,
        "held": line.held,
        "missing": _texts(line.missing),
        "late": _texts(line.late),
        "due": _moment(line.due),
        "completed": _moment(line.completed),
        "last_complete": line.last_complete.isoformat() if line.last_complete else None,
        "reason": line.reason,
    }
    if lists:
        record["lists"] = [_tally_record(tally) for tally in line.tallies]
    return record


def month_record(month: MonthOfIds) -> dict[str, object]:
    """The ids of a month."""
    return {
        "month": f"{month.year:04}-{month.month:02}",
        "highest": month.highest,
        "held": month.held,
        "missing": _texts(month.missing),
        "skipped": {str(paper_id): reason for paper_id, reason in month.skipped},
    }


def _tally_record(tally: Tally) -> dict[str, object]:
    return {
        "list": tally.list_name,
        "announced": tally.announced,
        "listed": tally.listed,
        "held": tally.held,
        "missing": _texts(tally.missing),
        "late": _texts(tally.late),
        "sources": dict(tally.sources),
        "first_seen": _moment(tally.first_seen),
        "completed": _moment(tally.completed),
    }


def _texts(ids: Sequence[PaperId]) -> list[str]:
    return [str(paper_id) for paper_id in ids]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
