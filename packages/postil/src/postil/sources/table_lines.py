"""Rows as lines of text and back: comma-separated values, or one JSON object a line."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Protocol

Value = str | int | float | None
Row = tuple[Value, ...]


class Lines(Protocol):
    """How rows are written as text."""

    head: str

    def written(self, rows: Sequence[Row]) -> str: ...
    def rows(self, text: IO[str]) -> Iterator[Row]: ...


class CsvLines:
    """Comma-separated values as spreadsheets read them: quoted where needed, lines ended by CR LF."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.head = self.written([tuple(columns)])

    def written(self, rows: Sequence[Row]) -> str:
        """Rows as lines; a lone CR within a field is quoted too."""
        text = io.StringIO(newline="")
        csv.writer(text).writerows([cell(value) for value in row] for row in rows)
        return text.getvalue()

    def rows(self, text: IO[str]) -> Iterator[Row]:
        """The rows that follow the head, every value as the text it was written as."""
        csv.field_size_limit(sys.maxsize)
        reader = csv.reader(text)
        next(reader, None)
        return (tuple(row) for row in reader)


class JsonLines:
    """One JSON object a line; numbers stay numbers."""

    head = ""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns

    def written(self, rows: Sequence[Row]) -> str:
        """Rows as lines."""
        return "".join(
            f"{json.dumps(dict(zip(self._columns, row, strict=True)), ensure_ascii=False)}\n"
            for row in rows
        )

    def rows(self, text: IO[str]) -> Iterator[Row]:
        """The rows."""
        return (tuple(json.loads(line)[name] for name in self._columns) for line in text)


def cell(value: Value) -> str:
    """A value as the text that stands for it; no value is the empty text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
