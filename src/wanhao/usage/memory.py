"""How much memory the meter takes, and where it stops by itself rather than being killed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wanhao.metering.changing import GroupTerms
from wanhao.metering.columns import I64
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns
from wanhao.metering.funding import Fees, Funds
from wanhao.metering.state import MeterState
from wanhao.usage.state_columns import taken_apart
from wanhao.values.errors import WanhaoError

MB = 1 << 20
BATCHES = 5
"""So many are in memory: one is read, two folded, one archived, and what reading holds besides."""
RECORD = 320
"""Octets that a record of a batch takes while it is counted, with all that is made of it."""
_OWN = ("RssAnon:", "RssShmem:")
"""What of a process cannot be read again from files."""


@dataclass(frozen=True, slots=True)
class Memory:
    """At most `limit` octets; None: as much as there is."""

    limit: int | None = None

    def refuse_start(self, state: int, identities: int, batch_rows: int) -> None:
        """WanhaoError when what a snapshot holds and what counting takes besides would not fit."""
        if self.limit is None:
            return
        batches = BATCHES * RECORD * batch_rows
        needed = resident() + state + identities + batches
        if needed > self.limit:
            raise WanhaoError(
                f"The meter needs about {_mb(needed)}: {_mb(state)} for its lines,"
                f" {_mb(identities)} for records that came before, {_mb(batches)} for batches of"
                f" {batch_rows:,} records. It may take {_mb(self.limit)}.",
                "Raise WANHAO_METER_MEMORY_MB, or lower WANHAO_DUPLICATE_MEMORY_MB or"
                " WANHAO_METER_BATCH_ROWS.",
            )

    def refuse_growth(self, state: MeterState, facts: FactColumns) -> None:
        """WanhaoError when making room for what facts tell of would take more than there is."""
        if self.limit is None:
            return
        more, held = growth(state, facts), resident()
        if more and held + more > self.limit:
            raise WanhaoError(
                f"The meter takes {_mb(held)}, and new lines need {_mb(more)} more. It may take"
                f" {_mb(self.limit)}.",
                "Raise WANHAO_METER_MEMORY_MB and start the meter again; nothing is lost.",
            )

    def spare(self, batch_rows: int) -> int | None:
        """How many octets batches leave of what is free now; None: it does not matter."""
        if self.limit is None:
            return None
        return max(self.limit - resident() - BATCHES * RECORD * batch_rows, 0)


def growth(state: MeterState, facts: FactColumns) -> int:
    """How many octets more, at most, the state takes when it makes room for whom facts name for the
    first time; 0 where it has room. It grows by a quarter, a column at a time."""
    named = facts.pending if isinstance(facts, CycleStep) else (facts,)
    terms = [one.group for one in named if isinstance(one, GroupTerms)]
    owners = [one.account for one in named if isinstance(one, GroupTerms | Funds | Fees)]
    groups = _unknown(terms, state.places_of)
    accounts = _unknown(owners, state.account_places_of)
    has_room = (
        state.groups_used.max() + groups <= state.capacity
        and state.accounts_used.max() + accounts <= state.account_capacity
    )
    if has_room:
        return 0
    sizes = [array.nbytes for array in taken_apart(state)[0].values()]
    return sum(sizes) // 4 + max(sizes)


def _unknown(ids: Sequence[I64], places_of: Callable[[I64], I64]) -> int:
    """How many different ones there are that have no place yet."""
    if not ids:
        return 0
    return int(np.count_nonzero(places_of(np.unique(np.concatenate(ids))) < 0))


def resident() -> int:
    """Octets of memory that this process holds and could not read again from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(_OWN))


def _mb(octets: int) -> str:
    return f"{-(-octets // MB):,} MB"
