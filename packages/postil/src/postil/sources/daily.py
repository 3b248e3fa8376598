"""The form of daily-list harvests: `id, title, authors, abstract, categories, date`, and a few more.

The one `date` does not say which clock it is, and files of both kinds are about: in some it is the day of
the list, in others the day of submission. The ids tell, as an arXiv id carries the month it was given out
in: what is submitted at the end of a month may get an id of the next one, so ids run ahead of submission
days; what is announced in the first days of a month has an id of the one before, so ids lag behind
announcement days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from postil.errors import BadInput
from postil.paper import Announcement, Paper
from postil.sources import fields
from postil.sources.fields import BadRecord, Record


class DateIs(StrEnum):
    """Which clock the field `date` of the daily form is."""

    AUTO = "auto"
    ANNOUNCED = "announced"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class DateReading:
    """How a file's `date` was read, and the evidence: ids of a later and of an earlier month than it."""

    date_is: DateIs
    later: int = 0
    earlier: int = 0


def judge_dates(records: Iterable[object]) -> DateReading | None:
    """Decide from a file's first records which clock `date` is; None where no record has the form.

    A tie, or no evidence at all, means announcement days.
    """
    later = earlier = seen = 0
    for record in records:
        if not isinstance(record, dict) or not is_daily(record):
            continue
        seen += 1
        try:
            month, day = fields.paper_id(record).month, fields.day(record, "date")
        except BadInput:
            continue
        if month and day:
            later += month > (day.year, day.month)
            earlier += month < (day.year, day.month)
    if not seen:
        return None
    return DateReading(DateIs.SUBMITTED if later > earlier else DateIs.ANNOUNCED, later, earlier)


def is_daily(record: Record) -> bool:
    """Whether the record is of this form."""
    return "date" in record and "update_date" not in record


def read_daily(record: Record, date_is: DateIs) -> Paper:
    """The paper of a record in the daily form.

    Args:
        date_is: announced or submitted; AUTO must have been decided before.

    Raises:
        BadRecord: a field is missing or malformed.
    """
    day = fields.day(record, "date")
    if day is None:
        raise BadRecord("the field “date” is empty")
    submitted = date_is is DateIs.SUBMITTED
    clean = fields.without_tex_accents
    return Paper(
        fields.paper_id(record),
        fields.title(clean(fields.text(record, "title", fields.LONGEST_TITLE))),
        fields.names(record, clean),
        abstract=clean(fields.text(record, "abstract", fields.LONGEST_TEXT)),
        categories=fields.categories(fields.texts(record, "categories", fields.MOST_CATEGORIES)),
        submitted=day if submitted else None,
        modified=fields.day(record, "updated"),
        announced=() if submitted else (Announcement(day),),
        doi=fields.plain(fields.text(record, "doi")),
        comment=clean(fields.text(record, "comment")),
    )
