"""The life of a message as a table: from each state, the states it may go to.

planned: decided, waits for its release · released: may be sent · submitting: in the hands of a
sender · accepted: the network, the mail server or the app took it · unknown: it was sent, nobody
answered · merged: another message says it · delivered, failed, withdrawn: the end; but a required
message that failed, or was never answered, is planned again for a second channel.
"""

from wanhao.communications.contracts import MessageState

MOVES: dict[MessageState, frozenset[MessageState]] = {
    MessageState.PLANNED: frozenset(
        {
            MessageState.RELEASED,
            MessageState.MERGED,
            MessageState.WITHDRAWN,
            MessageState.UNKNOWN,
        }
    ),
    MessageState.MERGED: frozenset({MessageState.PLANNED, MessageState.WITHDRAWN}),
    MessageState.RELEASED: frozenset(
        {
            MessageState.SUBMITTING,
            MessageState.PLANNED,
            MessageState.WITHDRAWN,
            MessageState.FAILED,
            MessageState.UNKNOWN,
        }
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
        {
            MessageState.ACCEPTED,
            MessageState.DELIVERED,
            MessageState.FAILED,
            MessageState.PLANNED,
        }
    ),
    MessageState.ACCEPTED: frozenset({MessageState.DELIVERED, MessageState.FAILED}),
    MessageState.DELIVERED: frozenset(),
    MessageState.FAILED: frozenset({MessageState.PLANNED}),
    MessageState.WITHDRAWN: frozenset(),
}


def may_come_from(to: MessageState) -> frozenset[MessageState]:
    """The states from which a message may go to `to`."""
    return frozenset(state for state, targets in MOVES.items() if to in targets)
