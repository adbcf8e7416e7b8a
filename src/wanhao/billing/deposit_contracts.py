"""What other rooms may hold of deposits."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class DepositState(StrEnum):
    """What became of a deposit: still held, given back, part of the price, or kept."""

    HELD = "held"
    RETURNED = "returned"
    SPENT = "spent"
    KEPT = "kept"


NEXT: Mapping[DepositState, frozenset[DepositState]] = MappingProxyType(
    {
        DepositState.HELD: frozenset(
            {DepositState.RETURNED, DepositState.SPENT, DepositState.KEPT}
        ),
        DepositState.RETURNED: frozenset(),
        DepositState.SPENT: frozenset(),
        DepositState.KEPT: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositView:
    """Money of an account that is or was held, in fen."""

    account_id: int
    amount_fen: int
    reference: str
    state: DepositState
