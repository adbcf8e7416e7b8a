"""The life of an import of customers."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class RunState(StrEnum):
    """Where an import stands; one that was interrupted keeps its state until it goes on."""

    READING = "reading"
    OPENING = "opening"
    FINISHED = "finished"
    REFUSED = "refused"


NEXT: Mapping[RunState, frozenset[RunState]] = MappingProxyType(
    {
        RunState.READING: frozenset({RunState.READING, RunState.OPENING, RunState.REFUSED}),
        RunState.OPENING: frozenset({RunState.OPENING, RunState.FINISHED, RunState.REFUSED}),
        RunState.FINISHED: frozenset(),
        RunState.REFUSED: frozenset(),
    }
)
UNFINISHED = (RunState.READING, RunState.OPENING)
