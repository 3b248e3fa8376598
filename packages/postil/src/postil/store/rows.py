"""A paper as rows of the SQLite store, and back; every value comes back exactly as it went in."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import orjson

from postil.errors import BadInput
from postil.paper import Announcement, AnnouncementKind, Paper, Version, day_number
from postil.paper_id import PaperId
from postil.store.editions import Edition
from postil.store.protocol import KINDS

Row = tuple[Any, ...]
KIND_CODES = {kind: code for code, kind in enumerate(KINDS)}

SELECT_PAPERS = """SELECT number, id, categories, submitted, modified, year, title, authors, abstract,
    summary, venue, doi, comment, journal_ref, report_no, license, submitter, topic
    FROM papers JOIN texts USING (number)"""
INSERT_PAPER = """INSERT INTO papers (id, categories, submitted, modified, year, number)
    VALUES (?, ?, ?, ?, ?, ?)"""
UPDATE_PAPER = """UPDATE papers SET id = ?, categories = ?, submitted = ?, modified = ?, year = ?
    WHERE number = ?"""
INSERT_TEXTS = "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
REPLACE_TEXTS = INSERT_TEXTS.replace("INSERT", "REPLACE", 1)
SELECT_ANNOUNCED = "SELECT number, day, kind FROM announcements"
INSERT_ANNOUNCED = "INSERT OR IGNORE INTO announcements VALUES (?, ?, ?)"
DELETE_ANNOUNCED = "DELETE FROM announcements WHERE number = ? AND day = ? AND kind = ?"
SELECT_VERSIONS = "SELECT number, version, submitted, withdrawn FROM versions"
REPLACE_VERSION = "REPLACE INTO versions VALUES (?, ?, ?, ?)"
SELECT_HOMES = "SELECT number, id FROM homes"
INSERT_HOME = "INSERT OR IGNORE INTO homes VALUES (?, ?)"
SELECT_EDITIONS = """SELECT version, modified, replaced, title, authors, abstract, comment, categories
    FROM editions WHERE number = ? ORDER BY replaced"""
INSERT_EDITION = "INSERT INTO editions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


def id_of(text: str) -> PaperId:
    """The id whose canonical text this is; for text that the store wrote itself, hence unchecked."""
    source, mark, key = text.partition(":")
    return PaperId(source, key) if mark else PaperId("arxiv", text)


@lru_cache(maxsize=20_000)
def date_of(number: int) -> date:
    """The day that the integer yyyymmdd names."""
    return date(number // 10_000, number // 100 % 100, number % 100)


@lru_cache(maxsize=20_000)
def categories_of(text: str) -> tuple[str, ...]:
    """The categories of a row; shared, as some thousand combinations make up the archive."""
    return tuple(text.split())


@lru_cache(maxsize=20_000)
def announcement_of(day: int, kind: int) -> Announcement:
    """An announcement from its row; shared, as a day has hundreds of the same."""
    return Announcement(date_of(day), KINDS[kind])


def card_row(paper: Paper, number: int) -> Row:
    """The narrow half: parameters of `INSERT_PAPER` and `UPDATE_PAPER`."""
    return (
        str(paper.id),
        " ".join(paper.categories),
        _day_or_none(paper.submitted),
        _day_or_none(paper.modified),
        paper.year,
        number,
    )


def texts_row(paper: Paper, number: int) -> Row:
    """The wide half: parameters of `INSERT_TEXTS`."""
    return (
        number,
        paper.title,
        _json(paper.authors),
        paper.abstract,
        paper.summary,
        paper.venue,
        paper.doi,
        paper.comment,
        paper.journal_ref,
        paper.report_no,
        paper.license,
        paper.submitter,
        paper.topic,
    )


def _json(names: tuple[str, ...]) -> str:
    try:
        return orjson.dumps(names).decode()
    except orjson.JSONEncodeError as error:
        raise BadInput("An author's name has characters that are no Unicode text.") from error


def announcement_rows(announced: Iterable[Announcement], number: int) -> list[Row]:
    """Rows of `announcements`: number, day, kind."""
    return [(number, day_number(a.day), KIND_CODES[AnnouncementKind(a.kind)]) for a in announced]


def version_rows(versions: Iterable[Version], number: int) -> list[Row]:
    """Rows of `versions`: number, version, submitted, withdrawn."""
    return [(number, v.number, _day_or_none(v.submitted), v.withdrawn) for v in versions]


def edition_row(edition: Edition, number: int) -> Row:
    """The parameters of `INSERT_EDITION`."""
    return (
        number,
        _day_or_none(edition.replaced),
        edition.version,
        _day_or_none(edition.modified),
        edition.title,
        _json(edition.authors),
        edition.abstract,
        edition.comment,
        " ".join(edition.categories),
    )


def edition_of(row: Row) -> Edition:
    """The edition of a row of `SELECT_EDITIONS`."""
    version, modified, replaced, title, authors, abstract, comment, categories = row
    return Edition(
        version,
        _date_or_none(modified),
        _date_or_none(replaced),
        title,
        tuple(orjson.loads(authors)),
        abstract,
        comment,
        categories_of(categories),
    )


def paper_of(
    row: Row, announced: Sequence[Row], versions: Sequence[Row], homes: Sequence[Row]
) -> Paper:
    """The paper of a row of `SELECT_PAPERS` and its rows of the three other tables."""
    _, id_text, categories, submitted, modified, year, title, authors, abstract, summary, *rest = (
        row
    )
    venue, doi, comment, journal_ref, report_no, license_, submitter, topic = rest
    return Paper(
        id_of(id_text),
        title,
        tuple(orjson.loads(authors)),
        abstract,
        summary,
        categories_of(categories),
        None if submitted is None else date_of(submitted),
        None if modified is None else date_of(modified),
        _announcements(announced),
        year,
        _versions(versions),
        venue,
        doi,
        comment,
        journal_ref,
        report_no,
        license_,
        submitter,
        topic,
        tuple(sorted([id_of(text) for _, text in homes])) if homes else (),
    )


def _announcements(rows: Sequence[Row]) -> tuple[Announcement, ...]:
    found = [announcement_of(day, kind) for _, day, kind in rows]
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def _versions(rows: Sequence[Row]) -> tuple[Version, ...]:
    return tuple(
        [Version(n, None if day is None else date_of(day), gone != 0) for _, n, day, gone in rows]
    )


def _day_or_none(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def _date_or_none(number: int | None) -> date | None:
    return None if number is None else date_of(number)
