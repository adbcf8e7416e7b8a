"""What an explanation holds: each rule, where it stands, what was decided, sent and received."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wanhao.communications.contracts import Metric, ReminderRule
from wanhao.communications.trail_contracts import DecisionTrail
from wanhao.parties.contracts import LineView
from wanhao.usage.detail_contracts import UsageDetail


class Verdict(StrEnum):
    """Why a rule told, or why nothing came of it; of several decisions the last one counts.

    told: the network took it · on-its-way · waits: until `release_at`, for `waits` · merged: into
    message `merged_into` · withdrawn, failed: `error` says why · unknown: nobody answered ·
    opted-out · rule-off · no-line: nobody to tell · no-offering: no plan to speak of · no-rule:
    none spoke of it · not-reached · silent: past it already when the rule began to watch it ·
    by-clock: looked at on its days, nothing was found so far · not-watched: of another way of
    paying, or nothing to use up.
    """

    TOLD = "told"
    ON_ITS_WAY = "on-its-way"
    WAITS = "waits"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OPTED_OUT = "opted-out"
    RULE_OFF = "rule-off"
    NO_LINE = "no-line"
    NO_OFFERING = "no-offering"
    NO_RULE = "no-rule"
    NOT_REACHED = "not-reached"
    SILENT = "silent"
    BY_CLOCK = "by-clock"
    NOT_WATCHED = "not-watched"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a metric stands: voice units of `voice_unit` seconds, messages or octets used and
    allowed; of money what is left in fen, before the charges of the running month, together with
    the credit limit `credit_fen` of who has one. `left_fen` None: nobody watches the money.

    `rolled` is what of `allowed` rolled over; None: the month before has not closed, so it is
    not known yet and not part of `allowed`. `final`: the month is closed, these are its figures.
    """

    metric: Metric
    used: int = 0
    allowed: int = 0
    rolled: int | None = 0
    left_fen: int | None = None
    credit_fen: int = 0
    voice_unit: int = 60
    final: bool = False

    @property
    def percent(self) -> int:
        """Whole per cent used, rounded down; 100 where a unit was used of nothing."""
        if self.allowed > 0:
            return self.used * 100 // self.allowed
        return 100 if self.used > 0 else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The records behind a decision about use: the one that crossed the threshold, the latest of
    those before it (oldest first), and how many were counted with its batch and before, with what
    they come to. `files` are those of the one that crossed."""

    crossing: UsageDetail | None
    before: tuple[UsageDetail, ...]
    records: int
    units: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One decision with its message, and the records behind it where records are."""

    trail: DecisionTrail
    verdict: Verdict
    evidence: Evidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleExplained:
    """One rule as it counts now, where its metric stands, and what it decided in the month."""

    rule: ReminderRule
    verdict: Verdict
    standing: Standing | None
    opted_out: bool
    decided: tuple[Decided, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a line was told what it was told in a month, and why not what it was not; numbers whole.

    `others` are decisions about thresholds of which no rule speaks any more. `records_from` is the
    day from which on records are kept, where those of the month were dropped; else empty.
    """

    line: LineView
    cycle: int
    rules: tuple[RuleExplained, ...]
    others: tuple[Decided, ...]
    at: datetime
    records_from: str = ""
