"""One record, of whichever form, as a paper; the form is recognised record by record."""

import json
import re
from typing import Any

import orjson

from postil.paper import Paper
from postil.sources.daily import DateIs, is_daily, read_daily
from postil.sources.fields import BadRecord
from postil.sources.native import read_native
from postil.sources.native import write_native as write_record
from postil.sources.snapshot import is_snapshot, read_snapshot

__all__ = ["BadRecord", "decode", "encode", "read_record", "write_record"]

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def decode(line: bytes) -> dict[str, Any]:
    """The JSON object that a line holds.

    Half a surrogate pair, which strict JSON refuses, is let through here and removed with the text's
    other harmful characters.

    Raises:
        BadRecord: the line is no UTF-8, no JSON, or another shape than an object.
    """
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not _SURROGATE.search(line):
            raise BadRecord(_complaint(line, error)) from error
        found = _decode_leniently(line)
    if not isinstance(found, dict):
        raise BadRecord("the line is JSON, but no object")
    return found


def encode(paper: Paper) -> bytes:
    """`paper` as a line of our own form, with its line feed."""
    return orjson.dumps(write_record(paper), option=orjson.OPT_APPEND_NEWLINE)


def read_record(record: dict[str, Any], date_is: DateIs = DateIs.ANNOUNCED) -> Paper:
    """The paper that a record describes.

    Args:
        date_is: which clock `date` of the daily form is: announced or submitted.

    Raises:
        BadRecord: a field is missing or malformed.
    """
    if is_snapshot(record):
        return read_snapshot(record)
    return read_daily(record, date_is) if is_daily(record) else read_native(record)


def _decode_leniently(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadRecord("the line is not JSON") from error


def _complaint(line: bytes, error: orjson.JSONDecodeError) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"the line is not UTF-8 (byte {wrong.start + 1})"
    return f"the line is not JSON ({error.msg}, column {error.colno})"
