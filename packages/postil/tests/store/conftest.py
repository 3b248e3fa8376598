"""Every kind of store that the contracts hold for. A second one (PostgreSQL) joins by a line in `STORES`."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from postil.store.protocol import Store
from postil.store.sqlite import SqliteStore

sys.path.insert(0, str(Path(__file__).parent))

STORES: list[Callable[[Path], Store]] = [SqliteStore.open]


@pytest.fixture(params=STORES, ids=lambda store: store.__qualname__)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store, which must be sound when the test ends."""
    opened = request.param(tmp_path)
    yield opened
    assert opened.check() == []
    opened.close()
