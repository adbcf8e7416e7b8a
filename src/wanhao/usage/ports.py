"""What the usage room calls outward, and how others reach the meter that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wanhao.usage.contracts import Crossing
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.errors import WanhaoError


class EffectSink(Protocol):
    """Takes the crossings of a batch, within the batch's own transaction.

    Called once per commit; may be called again with the same crossings after a crash before the
    commit. Must not commit itself. A raised error leaves the batch uncommitted.
    """

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None: ...


class OutOfReachError(WanhaoError):
    """The meter's figures cannot be read now: it does not run, or not where it was looked for."""


class UsageReader(Protocol):
    """Reads what a running meter has counted so far, without asking the database.

    Each answer is whole: it is of one batch, never of half of one. OutOfReachError where no meter
    can be read.
    """

    def use_of(self, group_id: int) -> UseSoFar | None:
        """Where a group stands; None for one that the meter does not know."""
        ...

    def uses_of(self, group_ids: Sequence[int]) -> dict[int, UseSoFar]:
        """The same for many groups, by group; those the meter does not know are left out."""
        ...


@dataclass(slots=True)
class _Chosen:
    reader: UsageReader | None = None


_CHOSEN = _Chosen()


def provide_reader(reader: UsageReader) -> None:
    """Say how a meter is read; called once when a process starts."""
    _CHOSEN.reader = reader


def usage_reader() -> UsageReader:
    """Whoever reads the meter."""
    assert _CHOSEN.reader is not None, "nobody was given the reading at the start"
    return _CHOSEN.reader
