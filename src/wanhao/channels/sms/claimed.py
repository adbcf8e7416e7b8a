"""Messages in hand that wait for a bind: required before urgent before the rest."""

import heapq
from collections.abc import Iterable

from wanhao.communications.contracts import DeliveryClass, OutgoingMessage

Rank = tuple[bool, bool, int]


class Claimed:
    """Gives back the most pressing message first, however late it came; else the oldest."""

    def __init__(self) -> None:
        self._heap: list[tuple[Rank, int, OutgoingMessage]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, messages: Iterable[OutgoingMessage]) -> None:
        for message in messages:
            self._count += 1
            heapq.heappush(self._heap, (_rank(message, self._count), self._count, message))

    def take(self) -> OutgoingMessage:
        """The next to send; there must be one."""
        return heapq.heappop(self._heap)[-1]

    def take_all(self) -> list[OutgoingMessage]:
        """Everything that waits; nothing does afterwards."""
        waiting = [message for *_, message in sorted(self._heap, key=lambda entry: entry[:2])]
        self._heap.clear()
        return waiting


def _rank(message: OutgoingMessage, count: int) -> Rank:
    is_comfort = message.delivery_class is not DeliveryClass.REQUIRED
    return is_comfort, not message.urgent, count
