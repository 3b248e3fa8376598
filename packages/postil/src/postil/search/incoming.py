"""The changes of the store's log, batch by batch: those that there are, or those too that still come."""

import time
from collections.abc import Callable, Iterator, Sequence

from postil.store.protocol import Change, Store

Pause = Callable[[], bool]
"""Waits a moment; whether more may still come."""

_BATCH = 1_000  # changes read from the store at once
# What comes page after page is worked in together: seconds without a change, and seconds in all.
_PATIENCE, _LONGEST_WAIT = 0.5, 15.0


def until_now(store: Store, after: int) -> Iterator[Sequence[Change]]:
    """The changes after a sequence number that there are when the first one is asked for."""
    last = store.last_change()
    while after < last and (changes := store.changes(after, _BATCH)):
        yield changes
        after = changes[-1].sequence


def as_they_come(store: Store, after: int, pause: Pause) -> Iterator[Sequence[Change]]:
    """The changes after a sequence number, those too that are made meanwhile or in a moment."""
    waiting = True
    began = latest = time.monotonic()
    while True:
        if changes := store.changes(after, _BATCH):
            yield changes
            after, latest = changes[-1].sequence, time.monotonic()
            continue
        now = time.monotonic()
        if not waiting or now - latest > _PATIENCE or now - began > _LONGEST_WAIT:
            return
        waiting = pause()
