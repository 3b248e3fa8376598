"""Everything the store holds as lines of our own form: the way out, and what two stores are compared by."""

from collections.abc import Iterator

from postil.sources.records import encode
from postil.store.protocol import Store


def export_lines(store: Store) -> Iterator[bytes]:
    """Every paper as a line of JSON with its line feed, ordered by id; as of the first line taken."""
    return map(encode, store.papers())
