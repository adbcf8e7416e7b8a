"""The life of a lot of the charity auction."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class LotState(StrEnum):
    """Where a lot stands.

    Running takes bids; won waits for its winner's payment, offered for the second bidder's.
    """

    RUNNING = "running"
    WON = "won"
    OFFERED = "offered"
    PAID = "paid"
    UNSOLD = "unsold"
    WITHDRAWN = "withdrawn"


NEXT: Mapping[LotState, frozenset[LotState]] = MappingProxyType(
    {
        LotState.RUNNING: frozenset({LotState.WON, LotState.UNSOLD, LotState.WITHDRAWN}),
        LotState.WON: frozenset({LotState.PAID, LotState.OFFERED, LotState.UNSOLD}),
        LotState.OFFERED: frozenset({LotState.PAID, LotState.UNSOLD}),
        LotState.PAID: frozenset(),
        LotState.UNSOLD: frozenset(),
        LotState.WITHDRAWN: frozenset(),
    }
)
LIVE = (LotState.RUNNING, LotState.WON, LotState.OFFERED)
TO_BE_PAID = (LotState.WON, LotState.OFFERED)
SOLD_OR_OFFERED = (*TO_BE_PAID, LotState.PAID)
