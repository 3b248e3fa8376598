"""Rows put in the order of their lists: a new set beside the old one, which serves until it is whole."""

import shutil
from dataclasses import replace
from pathlib import Path
from secrets import token_hex

import numpy as np

from postil.search.vectors.encoder import Report
from postil.search.vectors.lists import (
    EXACT_UP_TO,
    assign,
    learn_centres,
    number_of_lists,
    write_lists,
)
from postil.search.vectors.rows import Rows, RowWriter
from postil.search.vectors.state import State, read_state, write_state

_LOOSE = 0.25  # of the rows may lie outside of the lists' order
_BLOCK = 16_384
_OWN = {
    "state.json",
    "rows.i8",
    "scales.f32",
    "numbers.i32",
    "lists.u16",
    "centres.f32",
    "starts.i64",
}


def is_untidy(state: State) -> bool:
    """Whether a question would look at too many rows."""
    loose = state.count - state.arranged
    return state.count > EXACT_UP_TO and loose > max(EXACT_UP_TO, _LOOSE * state.count)


def arrange(space: Path, name: str, report: Report) -> str:
    """Write the rows of a set in the order of new lists; the name of the new set.

    Rows that count no more are left out.
    """
    old = space / name
    state = read_state(old)
    assert state is not None
    rows = Rows(old, state)
    centres = learn_centres(rows, number_of_lists(state.count))
    lists = np.empty(state.count, dtype=np.uint16)
    for start, vectors in rows.blocks(_BLOCK):
        lists[start : start + len(vectors)] = assign(vectors, centres)
        report("arranging", start + len(vectors), state.count)
    living = np.flatnonzero(rows.places(rows.numbers.astype(np.int64)) == np.arange(state.count))
    order = living[np.argsort(lists[living], kind="stable")]
    new = space / f"rows-{token_hex(4)}"
    shutil.copytree(old, new, ignore=lambda _, names: _OWN & set(names))
    sizes = np.bincount(lists[order], minlength=len(centres))
    write_lists(new, centres, np.concatenate([[0], np.cumsum(sizes)]))
    writer = RowWriter(new, replace(state, count=0))
    try:
        for start in range(0, len(order), _BLOCK):
            at = order[start : start + _BLOCK]
            writer.append_coded(rows.codes[at], rows.scales[at], rows.numbers[at], lists[at])
        writer.flush()
    finally:
        writer.close()
    count = len(order)
    write_state(
        new,
        replace(state, count=count, arranged=count, lists=len(centres), whole=True),
    )
    return new.name
