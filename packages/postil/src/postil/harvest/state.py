"""How a harvest stands, as the process that runs it tells every other: one small fact in the store.

The page that shows progress may be served by another process than the one that harvests, so the store, which
both have open, is the only channel. Pausing goes the other way by the same road.
"""

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import orjson

from postil.store.protocol import Store

_STATE, _PAUSED = "harvest.state", "harvest.paused"
# A harvest that has not been heard of for so long is not running: it was killed, or the machine slept.
_SILENCE = 180.0  # seconds


@dataclass(frozen=True, slots=True)
class HarvestState:
    """One moment of a harvest.

    `doing` is what is asked for now, or what is waited for, in words; `until` is when a wait ends.
    `requests` and
    `papers` (added or changed) count since this run began. `trouble` is the last failure in one
    line, or empty.
    """

    at: datetime
    running: bool = False
    paused: bool = False
    doing: str = ""
    until: datetime | None = None
    requests: int = 0
    papers: int = 0
    trouble: str = ""

    def record(self) -> dict[str, object]:
        """The state as JSON can hold it."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
        }


def write_state(store: Store, state: HarvestState) -> None:
    """Tell how the harvest stands."""
    # Whether a process lives is a matter of the machine's own time, whatever clock its harvest keeps.
    told = state.record() | {"heard": time.time()}
    store.remember(_STATE, orjson.dumps(told).decode())


def read_state(store: Store, now: datetime) -> HarvestState:
    """How the harvest stands; not running where nobody has told anything for three minutes."""
    paused = is_paused(store)
    text = store.recall(_STATE)
    if text is None:
        return HarvestState(now, paused=paused)
    told = orjson.loads(text)
    at = datetime.fromisoformat(told.pop("at")).astimezone(UTC)
    until = datetime.fromisoformat(told.pop("until")) if told.get("until") else None
    heard = told.pop("heard")
    alive = told["running"] and time.time() - heard < _SILENCE
    told |= {"paused": paused, "running": alive, "until": until}
    return HarvestState(at, **told)


def pause(store: Store) -> None:
    """Ask every harvest of this folder to make no more requests until `resume`."""
    store.remember(_PAUSED, "1")


def resume(store: Store) -> None:
    """Let harvests go on."""
    store.remember(_PAUSED, "")


def is_paused(store: Store) -> bool:
    """Whether harvests are to rest."""
    return bool(store.recall(_PAUSED))
