"""What a library holds and how its parts are, for the status page and `postil status`."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a library at one moment. Sizes are in bytes.

    `behind` is how many changes of the store the search index has not followed yet; `repair` says in words
    what was mended when the index was opened, if anything was.
    """

    version: str
    data: Path
    papers: int
    announcements: int
    versions: int
    days: int
    first_day: date | None
    last_day: date | None
    indexed: int
    behind: int
    repair: str
    store_bytes: int
    index_bytes: int
    vectors_bytes: int

    def record(self) -> dict[str, object]:
        """The status as JSON can hold it."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)


def folder_bytes(folder: Path) -> int:
    """The size of every file in `folder`; files that vanish meanwhile count nothing."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue
    return total
