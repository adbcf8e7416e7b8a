"""Promise stops: when bills are issued, the announcements of a stop are promised, for who will owe.

One promise for each announcement and chunk of accounts, none for each account: most will have paid.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wanhao.billing.stop_times import stop_begins
from wanhao.communications.contracts import Metric
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.workflows.stop_steps import announced_hours

BEFORE_STOP = "before-stop"


def promise_stops(cycle: int, due_on: date, now: datetime) -> int:
    """Promise to announce the stop for a cycle's bills; returns how many announcements are new.

    Belongs into the transaction that issues bills, and may be called again for the same cycle.
    """
    hours = announced_hours(Metric.STOP, now)
    begins = stop_begins(due_on, hours, now)
    if begins is None:
        return 0
    rounds = [
        StopRound(cycle=cycle, begins=begins, tier=tier, tiers=len(hours))
        for tier in range(1, len(hours) + 1)
    ]
    return make(
        [
            one.promised(begins - timedelta(hours=before))
            for one, before in zip(rounds, hours, strict=True)
        ],
        now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRound:
    """One of `tiers` announcements: of which cycle's bills, when the stop begins, how far it came.

    Accounts up to `after` have had theirs.
    """

    cycle: int
    begins: datetime
    tier: int
    tiers: int
    after: int = 0

    @property
    def last(self) -> bool:
        """Whether the stop follows."""
        return self.tier == self.tiers

    def promised(self, due_at: datetime) -> NewPromise:
        """The promise to go on with this round."""
        return NewPromise(
            kind=BEFORE_STOP,
            key=f"{self.cycle}:{self.tier}:{self.after}",
            due_at=due_at,
            payload={
                "cycle": self.cycle,
                "begins": self.begins.isoformat(),
                "tier": self.tier,
                "tiers": self.tiers,
                "after": self.after,
            },
        )

    @classmethod
    def of(cls, promise: DuePromise) -> "StopRound":
        """The round that was promised."""
        told = {name: str(value) for name, value in promise.payload.items()}
        return cls(
            cycle=int(told["cycle"]),
            begins=datetime.fromisoformat(told["begins"]),
            tier=int(told["tier"]),
            tiers=int(told["tiers"]),
            after=int(told["after"]),
        )
