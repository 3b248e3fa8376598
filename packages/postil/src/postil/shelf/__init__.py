"""The starter shelf: landmark papers with true bibliographic facts and summaries in our own words.

Data with a door. It ships no abstract, so that what a newcomer reads first is ours to give.
"""

import json
from collections.abc import Iterator
from importlib.resources import files

FILES = ("sequence.jsonl", "matrices.jsonl", "retrieval.jsonl")


def records() -> Iterator[dict[str, object]]:
    """Every record of the shelf, in Postil's own form of JSON lines."""
    for name in FILES:
        text = files(__name__).joinpath(name).read_text("utf-8")
        yield from map(json.loads, text.splitlines())
