"""Read one field of a record: checked, bounded and cleaned, or a reason why not.

What is too long is refused rather than cut: a paper that is silently half there is worse than a line in the
rejects file.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from unicodedata import is_normalized

from postil.errors import BadId, BadInput
from postil.paper_id import PaperId
from postil.text.accents import to_unicode
from postil.text.characters import clean, is_printable

Record = Mapping[str, Any]

LONGEST_TITLE = 2_000
LONGEST_TEXT = 20_000
LONGEST_NOTE = 5_000
LONGEST_NAME = 2_000
MOST_AUTHORS = 20_000
MOST_CATEGORIES = 50
MOST_VERSIONS = 1_000
EARLIEST_YEAR, LATEST_YEAR = 1600, 2199

_CATEGORY = re.compile(
    r"[a-z]{1,12}(?:-[a-z]{1,8}){0,2}(?:\.[A-Za-z]{1,8}(?:-[A-Za-z]{1,8}){0,2})?"
)
_DISORDER = ("\\", "  ", " |", "| ", "||")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)


class BadRecord(BadInput):
    """A record that is no paper; the message says which field, and why."""


def plain(text: str) -> str:
    """`text` in one line, without control characters or lone surrogates."""
    # Most text is in order already, and is then not copied.
    if is_printable(text) and "  " not in text and text == text.strip():
        return text
    # Twice: between two spaces may have stood a control character that is gone now.
    return " ".join(clean(" ".join(text.split())).split())


def without_tex_accents(text: str) -> str:
    """`plain` text, composed (NFC), whose TeX accents are Unicode letters."""
    raw = plain(text)
    composed = to_unicode(raw)
    return raw if composed is raw else plain(composed)


def paper_id(record: Record) -> PaperId:
    """The field `id`."""
    found = record.get("id")
    if not isinstance(found, str):
        raise BadRecord("the field “id” is missing" if found is None else "“id” must be text")
    try:
        return PaperId.parse(found)
    except BadId as error:
        raise BadRecord(str(error)) from error


def text(record: Record, name: str, longest: int = LONGEST_NOTE) -> str:
    """A field of text, raw; an empty string where it is absent or null."""
    found = record.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadRecord(f"“{name}” must be text, not {_shape(found)}")
    if len(found) > longest:
        raise BadRecord(f"“{name}” has {len(found):,} characters, more than {longest:,}")
    return found


def items(record: Record, name: str, most: int) -> list[Any]:
    """A field that is a list; an empty one where it is absent or null."""
    found = record.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        raise BadRecord(f"“{name}” must be a list, not {_shape(found)}")
    if len(found) > most:
        raise BadRecord(f"“{name}” has {len(found):,} entries, more than {most:,}")
    return found


def texts(record: Record, name: str, most: int) -> list[str]:
    """A field that is a list of texts, raw."""
    found = items(record, name, most)
    if not set(map(type, found)) <= {str}:
        raise BadRecord(f"“{name}” must hold texts only")
    if found and max(map(len, found)) > LONGEST_NAME:
        raise BadRecord(f"“{name}” holds a text of {max(map(len, found)):,} characters")
    return found


def names(record: Record, clean_name: Callable[[str], str]) -> tuple[str, ...]:
    """The field `authors`, each name made clean by `clean_name`, empty ones left out."""
    found = texts(record, "authors", MOST_AUTHORS)
    # A bar can be in no name that is in order, so one look at all of them tells.
    joined = f"|{'|'.join(found)}|"
    if (
        joined.isprintable()
        and not any(mark in joined for mark in _DISORDER)
        and is_normalized("NFC", joined)
    ):
        return tuple(found)
    return tuple(name for raw in found if (name := clean_name(raw)))


def categories(codes: list[str]) -> tuple[str, ...]:
    """Category codes, checked by their form; old ones that are no longer in use are welcome."""
    if len(codes) > MOST_CATEGORIES:
        raise BadRecord(f"“categories” has {len(codes):,} entries, more than {MOST_CATEGORIES}")
    return _checked_categories(tuple(codes))


@lru_cache(maxsize=20_000)
def _checked_categories(codes: tuple[str, ...]) -> tuple[str, ...]:
    for code in codes:
        if not _CATEGORY.fullmatch(code):
            raise BadRecord(f"“{plain(code)[:40]}” is not the code of a category")
    return tuple(dict.fromkeys(codes))


def day(record: Record, name: str) -> date | None:
    """A field that is a day, as 2026-03-17; None where it is absent, null or empty."""
    found = record.get(name)
    if found is None or found == "":
        return None
    if not isinstance(found, str):
        raise BadRecord(f"“{name}” must be a day such as 2026-03-17, not {_shape(found)}")
    return day_of(found, name)


@lru_cache(maxsize=20_000)
def day_of(text: str, name: str) -> date:
    """The day that `text` writes as 2026-03-17; `name` is the field to blame."""
    if match := _DAY.fullmatch(text):
        return a_day(int(match[1]), int(match[2]), int(match[3]), name)
    raise BadRecord(f"“{name}” must be a day such as 2026-03-17, not “{plain(text)[:40]}”")


def a_day(year: int, month: int, day_of_month: int, name: str) -> date:
    """A day of the calendar within the years that a paper may have."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise BadRecord(f"“{name}” lies outside the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise BadRecord(f"“{name}” is no day of the calendar") from None


def whole_number(found: object, name: str, lowest: int, highest: int) -> int:
    """A number within bounds; true and 3.0 are no whole numbers here."""
    if type(found) is not int:
        raise BadRecord(f"“{name}” must be a whole number, not {_shape(found)}")
    if not lowest <= found <= highest:
        raise BadRecord(f"“{name}” must lie from {lowest} to {highest}")
    return found


def title(found: str) -> str:
    """A title that has something in it."""
    if not found:
        raise BadRecord("the title is missing or empty")
    return found


def _shape(found: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(found), "a number")
