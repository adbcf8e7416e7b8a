"""The life of a message as a table: from each state, the states it may go to.

planned: decided, waits for its release · released: may be sent · submitting: in the hands of a
sender · accepted: the network took it · unknown: it was sent, nobody answered · delivered, failed,
withdrawn: the end.
"""

from wanhao.communications.contracts import MessageState

MOVES: dict[MessageState, frozenset[MessageState]] = {
    MessageState.PLANNED: frozenset({MessageState.RELEASED, MessageState.WITHDRAWN}),
    MessageState.RELEASED: frozenset(
        {MessageState.SUBMITTING, MessageState.WITHDRAWN, MessageState.FAILED}
    ),
    MessageState.SUBMITTING: frozenset(
        {
            MessageState.ACCEPTED,
            MessageState.FAILED,
            MessageState.UNKNOWN,
            MessageState.RELEASED,
        }
    ),
    MessageState.UNKNOWN: frozenset(
        {MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.FAILED}
    ),
    MessageState.ACCEPTED: frozenset({MessageState.DELIVERED, MessageState.FAILED}),
    MessageState.DELIVERED: frozenset(),
    MessageState.FAILED: frozenset(),
    MessageState.WITHDRAWN: frozenset(),
}


def may_come_from(to: MessageState) -> frozenset[MessageState]:
    """The states from which a message may go to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)
