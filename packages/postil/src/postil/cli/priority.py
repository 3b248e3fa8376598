"""Bulk work gives way: who reads while papers come in does not wait for them."""

import os

_NICE = 10


def give_way() -> None:
    """Let every other program of this machine go first, where the system can do that."""
    if hasattr(os, "setpriority"):
        already = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PROCESS, 0, max(already, _NICE))
