"""Keeps the index up with the store in the background: an import can be searched while it goes on."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from postil.errors import PostilError
from postil.search.search import Search

_INTERVAL_SECONDS = 0.5
_MOMENT_SECONDS = 0.05
_log = logging.getLogger(__name__)


@contextmanager
def watching(search: Search, interval: float = _INTERVAL_SECONDS) -> Iterator[None]:
    """Follow the store's log in the background until the block ends.

    Args:
        search: what to keep up.
        interval: seconds between two looks at the log.
    """
    stopped = threading.Event()

    def watch() -> None:
        last_complaint = ""
        while not stopped.is_set():
            try:
                if search.status().behind:
                    search.catch_up(pause=lambda: not stopped.wait(_MOMENT_SECONDS))
                last_complaint = ""
            except PostilError as error:
                # A full disk or a folder taken away is told once, and tried again: reading goes on meanwhile.
                if str(error) != last_complaint:
                    _log.warning("%s", error)
                last_complaint = str(error)
            stopped.wait(interval)

    thread = threading.Thread(target=watch, name="index-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
