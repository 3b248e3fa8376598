"""Earlier wordings of a paper, kept when the archive changes it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Edition:
    """What a paper said until the archive changed it on `replaced` (its modification day then).

    `version` is the number of the version it belonged to, None where no version was known; an edition with
    the same version as the next one was an edit of the record alone.
    """

    version: int | None
    modified: date | None
    replaced: date | None
    title: str
    authors: tuple[str, ...]
    abstract: str
    comment: str
    categories: tuple[str, ...]
