"""What other rooms may hold of stops of service, of stops of one line, and of grants."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StopReason(StrEnum):
    """Why an account's service is stopped: a bill unpaid, a credit limit used up, or prepaid money
    used up."""

    ARREARS = "arrears"
    CREDIT = "credit"
    BALANCE = "balance"

    @property
    def is_of_money(self) -> bool:
        """Whether the meter says so, and not a bill."""
        return self is not StopReason.ARREARS


class ServiceState(StrEnum):
    """Life of an account's service and of its numbers, see `states.py`."""

    ACTIVE = "active"
    ANNOUNCED = "announced"
    ONE_WAY = "one-way"
    TWO_WAY = "two-way"
    TEMPORARY = "temporary"
    TERMINATED = "terminated"
    FROZEN = "frozen"
    FREE = "free"


class LineStopKind(StrEnum):
    """Why one line is stopped: its card was lost, or its number is kept for later."""

    LOST = "lost"
    KEEP_NUMBER = "keep-number"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStop:
    """Service to be stopped one way: for the unpaid bill of `cycle`, or because money was used up
    in that month, in the crossing's `episode`.

    `spent_fen` is what the running months had cost then, with the bills up to `billed_through` paid
    for already; both only where money was used up.
    """

    account_id: int
    cycle: int
    owed_fen: int
    reason: StopReason = StopReason.ARREARS
    episode: int = 0
    spent_fen: int = 0
    billed_through: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """A stop of an account's service; `lifted_at` None: it lasts. See `NewStop`."""

    stop_id: int
    account_id: int
    cycle: int
    owed_fen: int
    reason: StopReason
    state: ServiceState
    since: datetime
    lifted_at: datetime | None
    two_way_at: datetime | None = None
    terminated_at: datetime | None = None
    spent_fen: int = 0
    billed_through: int = 0

    @property
    def may_be_lifted(self) -> bool:
        """Whether a payment can bring service back."""
        return self.lifted_at is None and self.state is not ServiceState.TERMINATED


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStopView:
    """A stop of one line; `until` is when it ends by itself, None: when somebody says so."""

    line_stop_id: int
    line_id: int
    kind: LineStopKind
    since: datetime
    until: datetime | None
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAtOnce:
    """What an account can spend on anything, in fen, whether its general money is below zero, and
    what is stopped: its service and, by itself, one of its lines."""

    balance_fen: int
    owes: bool
    stop: StopView | None
    line_stops: tuple[LineStopView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """Temporary service of a stopped account until `until`; `ended_at` None: it runs."""

    grant_id: int
    stop_id: int
    account_id: int
    since: datetime
    until: datetime
    ended_at: datetime | None
