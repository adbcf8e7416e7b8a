"""The life of a found thing, and of a claim to it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ThingState(StrEnum):
    """Where a found thing is."""

    KEPT = "kept"
    RETURNED = "returned"
    POLICE = "police"
    DISCARDED = "discarded"


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


NEXT: Mapping[ThingState, frozenset[ThingState]] = MappingProxyType(
    {
        ThingState.KEPT: frozenset({ThingState.RETURNED, ThingState.POLICE, ThingState.DISCARDED}),
        ThingState.RETURNED: frozenset(),
        ThingState.POLICE: frozenset(),
        ThingState.DISCARDED: frozenset(),
    }
)
CLAIM_NEXT: Mapping[ClaimState, frozenset[ClaimState]] = MappingProxyType(
    {
        ClaimState.OPEN: frozenset({ClaimState.GRANTED, ClaimState.REFUSED, ClaimState.WITHDRAWN}),
        ClaimState.GRANTED: frozenset(),
        ClaimState.REFUSED: frozenset(),
        ClaimState.WITHDRAWN: frozenset(),
    }
)
