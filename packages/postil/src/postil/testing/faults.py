"""All faults by name: `FAULTS`. Where several strike one reply, they do so in this order."""

from collections.abc import Iterable, Mapping

from postil.errors import BadInput
from postil.testing.fault import Fault
from postil.testing.faults_body import BODY_FAULTS
from postil.testing.faults_oai import OAI_FAULTS
from postil.testing.faults_status import STATUS_FAULTS
from postil.testing.faults_timing import TIMING_FAULTS
from postil.testing.faults_world import WORLD_FAULTS

__all__ = ["FAULTS", "Fault", "faults_named"]

FAULTS: Mapping[str, Fault] = {
    **TIMING_FAULTS,
    **OAI_FAULTS,
    **BODY_FAULTS,
    **STATUS_FAULTS,
    **WORLD_FAULTS,
}


def faults_named(names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of these names.

    Raises:
        BadInput: there is no fault of that name.
    """
    found = []
    for name in names:
        if name not in FAULTS:
            raise BadInput(f"There is no fault “{name}”: choose among {', '.join(sorted(FAULTS))}.")
        found.append(FAULTS[name])
    return tuple(found)
