"""The file that says which lines an import could not use, and why."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson

from postil.store.failures import explained

FILE_NAME = "rejects.jsonl"
_SHOWN_BYTES = 200


class Rejects:
    """`<folder>/rejects.jsonl`, one object a rejected line: `file, line, reason, text`.

    It is begun afresh by the first rejected line of an import, and not touched by one that rejects nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._file: BinaryIO | None = None
        self.count = 0

    @property
    def path(self) -> Path | None:
        """Where the rejected lines are, once there is one."""
        return self._path if self.count else None

    def add(self, file: str, line: int, reason: str, data: bytes = b"") -> None:
        """Write down a line that cannot be used.

        Raises:
            DataFolderError: the file cannot be written.
        """
        record = {"file": file, "line": line, "reason": reason, "text": _shortened(data)}
        with explained(self._path.parent):
            if self._file is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = self._path.open("wb")
            self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        self.count += 1

    def flush(self) -> None:
        """Hand what was written to the system, so that it outlives this process."""
        if self._file is not None:
            with explained(self._path.parent):
                self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            with explained(self._path.parent):
                self._file.close()


def _shortened(data: bytes) -> str:
    shown = data[:_SHOWN_BYTES].decode("utf-8", "replace")
    return f"{shown}…" if len(data) > _SHOWN_BYTES else shown
