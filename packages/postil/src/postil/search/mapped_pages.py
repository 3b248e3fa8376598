"""How much of the files that are mapped into memory stands in memory, as far as the system says.

Such pages are the system's to take back, and count as this process's own for whoever looks at it. A large
index that is searched for long has all of itself there in the end; closing it lets go of them, and what the
system still keeps of the files is mapped again at no more than the cost of finding it.
"""

import os
from pathlib import Path

MOST_MAPPED = 256 << 20
"""Octets of files in memory, beyond those before, from which on an index or vectors let go of theirs."""

_ACCOUNT = Path("/proc/self/statm")  # pages: in all, resident, resident of files, …


def resident_of_files() -> int:
    """Octets of mapped files in this process's memory; 0 where the system has no such account."""
    try:
        return int(_ACCOUNT.read_bytes().split()[2]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class MappedPages:
    """Watches what is mapped grow beyond the least that there was.

    Args:
        most: octets that may be added.
    """

    def __init__(self, most: int = MOST_MAPPED) -> None:
        self._most = most
        self._least = resident_of_files()

    def outgrown(self) -> bool:
        """Whether more than `most` was added: time to let go."""
        now = resident_of_files()
        self._least = min(self._least, now)
        return now - self._least > self._most

    def discount(self) -> None:
        """Said by whoever lets go: what stays is somebody else's, and counts less each time."""
        self._least += self._most // 32
