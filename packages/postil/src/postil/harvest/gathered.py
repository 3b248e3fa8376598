"""What a run of gathering tells: how far it has come, and what it brought."""

from collections.abc import Callable
from dataclasses import dataclass

from postil.sources.exchange import Rejected
from postil.store.protocol import Written


@dataclass(frozen=True, slots=True)
class Gathering:
    """How far it has come: pages read, papers or rows in them, and what went wrong last."""

    pages: int = 0
    records: int = 0
    total: int | None = None
    trouble: str = ""


Show = Callable[[Gathering], None]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run gathered. `joined` papers were held under another archive's id, and are one with it now."""

    pages: int
    written: Written
    joined: int
    rejected: tuple[Rejected, ...]
    resumed: bool


@dataclass(frozen=True, slots=True)
class GatheredRows:
    """What a run added to a table: `repeated` rows were there already, `rows` is what the table has."""

    pages: int
    added: int
    repeated: int
    rows: int
    resumed: bool
