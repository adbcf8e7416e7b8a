"""The life of a payment order, as a table."""

from collections.abc import Mapping
from types import MappingProxyType

from wanhao.billing.order_contracts import OrderState as State

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.WAITING: frozenset({State.PAID, State.CLOSED}),
        # Money that comes after the closing is money: it is taken.
        State.CLOSED: frozenset({State.PAID}),
        State.PAID: frozenset({State.REFUNDING}),
        State.REFUNDING: frozenset({State.REFUNDED, State.PARTLY, State.PAID}),
        State.PARTLY: frozenset({State.REFUNDING}),
        State.REFUNDED: frozenset(),
    }
)
UNPAID = frozenset({State.WAITING, State.CLOSED})
MAY_REFUND = frozenset({State.PAID, State.PARTLY})


def may_follow(state: State, later: State) -> bool:
    """Whether a state may come directly after another."""
    return later in NEXT[state]


def settled(amount_fen: int, refunded_fen: int) -> State:
    """The state of a paid order of which so much went back and nothing is under way."""
    if refunded_fen == amount_fen:
        return State.REFUNDED
    return State.PARTLY if refunded_fen else State.PAID
