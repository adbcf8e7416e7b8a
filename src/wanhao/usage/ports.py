"""What the usage room calls outward."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wanhao.usage.contracts import Crossing


class EffectSink(Protocol):
    """Takes the crossings of a batch, within the batch's own transaction.

    Called once per commit; may be called again with the same crossings after a crash before the
    commit. Must not commit itself. A raised error leaves the batch uncommitted.
    """

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None: ...
