"""Decide what a batch of records does to what is held; no database here, so every store decides alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from postil.paper import Paper
from postil.paper_id import PaperId
from postil.store.editions import Edition
from postil.store.protocol import Written


@dataclass(slots=True)
class Merge:
    """The outcome of a batch: papers to insert, papers to rewrite, and the tally of its records.

    `editions` has the wordings that the batch replaced, oldest first.
    """

    added: dict[PaperId, Paper] = field(default_factory=dict)
    changed: dict[PaperId, Paper] = field(default_factory=dict)
    editions: dict[PaperId, list[Edition]] = field(default_factory=dict)
    written: Written = field(default_factory=Written)


def merge(held: Mapping[PaperId, Paper], incoming: Iterable[Paper]) -> Merge:
    """Fold `incoming` into `held`, one record after another.

    A paper that comes twice in a batch is added once; its second record counts as changed or unchanged.
    """
    outcome = Merge()
    added = changed = unchanged = 0
    for paper in incoming:
        current = outcome.changed.get(paper.id) or outcome.added.get(paper.id) or held.get(paper.id)
        if current is None:
            outcome.added[paper.id] = _in_order(paper)
            added += 1
            continue
        # Equal records need no merge: merging the same record again changes nothing.
        merged = current if current == paper else current.updated_by(paper)
        if merged == current:
            unchanged += 1
            continue
        changed += 1
        if (edition := replaced_wording(current, merged, paper)) is not None:
            outcome.editions.setdefault(paper.id, []).append(edition)
        target = outcome.added if paper.id in outcome.added else outcome.changed
        target[paper.id] = merged
    outcome.written = Written(added, changed, unchanged)
    return outcome


def replaced_wording(held: Paper, merged: Paper, newer: Paper) -> Edition | None:
    """The wording of `held` where `newer`, a later record of the archive, made another one of it.

    A record without a day of modification, or of the same day, is another form of the same record: what
    differs there is no change that the archive made.
    """
    if not (held.modified and newer.modified and held.modified < newer.modified):
        return None
    if _wording(merged) == _wording(held):
        return None
    version = held.versions[-1].number if held.versions else None
    return Edition(version, held.modified, newer.modified, *_wording(held))


def _wording(paper: Paper) -> tuple[str, tuple[str, ...], str, str, tuple[str, ...]]:
    return paper.title, paper.authors, paper.abstract, paper.comment, paper.categories


def _in_order(paper: Paper) -> Paper:
    """`paper` with its announcements, versions and homes sorted and distinct, as a merge leaves them."""
    numbers = [version.number for version in paper.versions]
    if numbers == sorted(set(numbers)) and len(paper.announced) < 2 and len(paper.homes) < 2:
        return paper
    return paper.updated_by(paper)
