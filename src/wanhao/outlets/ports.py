"""What the room calls outward: whoever tells customers how far their turn is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wanhao.outlets.queue_contracts import NearTicket


class QueueTeller(Protocol):
    """Tells customers of their tickets, within the transaction that moved the queue.

    Called again with the same tickets as long as they are near; each is to be told once. Must not
    commit.
    """

    def near(self, tickets: Sequence[NearTicket], now: datetime) -> None:
        """Their turn is near."""
        ...

    def over(self, ticket_ids: Collection[int], now: datetime) -> None:
        """They do not wait any more: what they were to be told is not true."""
        ...


@dataclass(slots=True)
class _Chosen:
    teller: QueueTeller | None = None


_CHOSEN = _Chosen()


def provide_teller(teller: QueueTeller | None) -> None:
    """Say who tells; called once when a process starts. With None nobody is told."""
    _CHOSEN.teller = teller


def queue_teller() -> QueueTeller | None:
    """Whoever tells, if anybody does."""
    return _CHOSEN.teller
