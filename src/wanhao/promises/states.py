"""The life of a promise as a table: from each state, the states it may go to.

open: kept when it is due · held: waits until it is released, however late that is · stuck: failed
too often, waits for a person · kept, withdrawn: the end.
"""

from wanhao.promises.contracts import PromiseState

MOVES: dict[PromiseState, frozenset[PromiseState]] = {
    PromiseState.OPEN: frozenset({PromiseState.KEPT, PromiseState.WITHDRAWN, PromiseState.STUCK}),
    PromiseState.HELD: frozenset({PromiseState.OPEN, PromiseState.WITHDRAWN}),
    PromiseState.STUCK: frozenset({PromiseState.OPEN, PromiseState.WITHDRAWN}),
    PromiseState.KEPT: frozenset(),
    PromiseState.WITHDRAWN: frozenset(),
}


def may_come_from(to: PromiseState) -> tuple[PromiseState, ...]:
    """The states from which a promise may go to `to`."""
    return tuple(state for state, targets in MOVES.items() if to in targets)
