"""How far a set of rows is, in one small file that is exchanged whole.

    <data>/vectors/<space>/space.json       which set is in use
    <data>/vectors/<space>/rows-1f2e3d4c/   one set: state.json, its rows, what its encoder has learnt

A set in the making has its own state, so that it goes on after a crash while the one in use serves. Rows are
written before the state that counts them; rows beyond the count are overwritten, and none is read.
"""

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from postil.search.vectors.failures import VectorsDamaged

FORMAT = 1
"""Raised whenever rows, terms or weights change, so that older ones are made anew."""


@dataclass(frozen=True, slots=True)
class State:
    """What `state.json` says.

    Attributes:
        identity: what made the vectors.
        store: the identity of the store that is followed.
        width: numbers a vector.
        sequence: the change that the rows have followed to.
        count: how many rows are written.
        arranged: how many of them, from the first, lie in the order of their lists.
        lists: how many lists there are; 0 while every row is looked at.
        whole: whether the rows have once been up with the store.
        learnt_from: how many papers the store had when the encoder learnt.
        format: see `FORMAT`.
    """

    identity: str
    store: str
    width: int
    sequence: int = 0
    count: int = 0
    arranged: int = 0
    lists: int = 0
    whole: bool = False
    learnt_from: int = 0
    format: int = FORMAT


def read_state(folder: Path) -> State | None:
    """The state of a set of rows; None where there is none, or one of another format.

    Raises:
        VectorsDamaged: the file is no state.
    """
    values = _read(folder / "state.json")
    if values is None or values.get("format") != FORMAT:
        return None
    try:
        state = State(**values)  # type: ignore[arg-type]
    except TypeError as error:
        raise VectorsDamaged(f"{folder / 'state.json'} cannot be read ({error}).") from error
    for field in fields(State):
        if type(getattr(state, field.name)) is not field.type:
            raise VectorsDamaged(f"{folder / 'state.json'} has a {field.name} that makes no sense.")
    if not 0 <= state.arranged <= state.count or state.width < 1 or state.lists < 0:
        raise VectorsDamaged(f"{folder / 'state.json'} counts what cannot be.")
    return state


def write_state(folder: Path, state: State) -> None:
    """Put a state in place, whole or not at all."""
    _write(folder / "state.json", asdict(state))


def read_choice(folder: Path) -> str:
    """The set in use in a space's folder; an empty string where there is none.

    Raises:
        VectorsDamaged: the file is no choice.
    """
    values = _read(folder / "space.json")
    name = "" if values is None else values.get("rows")
    if not isinstance(name, str) or "/" in name or (name and not name.startswith("rows-")):
        raise VectorsDamaged(f"{folder / 'space.json'} names no set of rows.")
    return name


def write_choice(folder: Path, name: str) -> None:
    """Put another set in use."""
    _write(folder / "space.json", {"rows": name})


def _read(path: Path) -> dict[str, object] | None:
    try:
        values = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise VectorsDamaged(f"{path} cannot be read ({error}).") from error
    if not isinstance(values, dict):
        raise VectorsDamaged(f"{path} cannot be read (it holds no object).")
    return values


def _write(path: Path, values: dict[str, object]) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(values, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
