"""The life of what waits for a yes."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ConfirmationState(StrEnum):
    """Where something stands that must be confirmed. One that ran out of time stays waiting until
    it is asked for."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


NEXT: Mapping[ConfirmationState, frozenset[ConfirmationState]] = MappingProxyType(
    {
        ConfirmationState.WAITING: frozenset(
            {ConfirmationState.DONE, ConfirmationState.REFUSED, ConfirmationState.WITHDRAWN}
        ),
        ConfirmationState.DONE: frozenset(),
        ConfirmationState.REFUSED: frozenset(),
        ConfirmationState.WITHDRAWN: frozenset(),
    }
)
