"""What other rooms may hold of reminders and messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from wanhao.parties.contracts import Language


class Metric(StrEnum):
    """What a reminder rule watches."""

    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"
    BALANCE = "balance"
    CREDIT = "credit"
    LOW_USE = "low-use"
    POINTS = "points"
    PRODUCT_END = "product-end"
    STOP = "stop"
    BALANCE_STOP = "balance-stop"
    CREDIT_STOP = "credit-stop"
    STOPPED = "stopped"
    TWO_WAY = "two-way"
    TERMINATION = "termination"
    RESTORE = "restore"
    EMERGENCY = "emergency"
    LOST = "lost"
    KEEP_NUMBER = "keep-number"
    BILL = "bill"
    STEP_UP = "step-up"
    DATA_STOP = "data-stop"
    WORKS = "works"
    FRAUD = "fraud"
    DATA_GIFT = "data-gift"
    AUCTION = "auction"
    QUEUE = "queue"

    @property
    def is_watched(self) -> bool:
        """Whether the meter watches the thresholds of its rules; others have one rule at most."""
        return self in WATCHED

    @property
    def has_threshold(self) -> bool:
        """Whether a rule names a value to reach; the others tell whenever it happens."""
        return self.is_watched or self in (Metric.LOW_USE, Metric.BILL)


WATCHED = (Metric.VOICE, Metric.MESSAGE, Metric.DATA, Metric.BALANCE, Metric.CREDIT)
FULL = 100
"""Per cent of an allowance that is used up."""


class SubjectKind(StrEnum):
    """Whose threshold or event it is."""

    GROUP = "group"
    ACCOUNT = "account"
    LINE = "line"


class DeliveryClass(StrEnum):
    """Comfort is sent at most once; required is repeated until it was accepted."""

    COMFORT = "comfort"
    REQUIRED = "required"


class MessageState(StrEnum):
    """Life of a message, see `states.py`."""

    PLANNED = "planned"
    RELEASED = "released"
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Waits(StrEnum):
    """Why a planned message is not released yet."""

    NOT = ""
    MERGE = "merge"
    QUIET = "quiet"
    CAP = "cap"


class Channel(StrEnum):
    """Who may carry a message, and once it was accepted, who did."""

    SMS = "sms"
    EMAIL = "email"
    ANY = "any"
    APP = "app"
    PUSH = "push"


class SecondChannel(StrEnum):
    """What else was offered a required message; `none`: the customer has nothing else."""

    NOT_YET = ""
    NONE = "none"
    APP = "app"
    EMAIL = "email"


class Reason(StrEnum):
    """Why a message was withdrawn; what stands in its `error`."""

    SWITCHED_OFF = "switched off"
    RULE_OFF = "rule switched off"
    EXPIRED = "too old"
    TOO_LATE_AFTER_QUIET = "no longer true after the quiet hours"
    TOO_MANY = "too many that day"
    PAID = "paid meanwhile"
    ADDED = "more was added meanwhile"
    RENEWED = "renewed or cancelled meanwhile"
    SPENT = "points used meanwhile"
    LINE_ENDED = "line ended"
    MONTH_OVER = "the month is over"
    TAKEN_BACK = "notice taken back"
    OUTDONE = "more was told since"
    TURN_OVER = "called, or left the queue"


class ReceiptState(StrEnum):
    """What a delivery receipt says of one part."""

    DELIVERED = "delivered"
    PENDING = "pending"
    FAILED = "failed"


class Door(StrEnum):
    """Where a customer's reminders are switched: the customer writes or clicks, or a clerk does."""

    SMS = "sms"
    PAGE = "page"
    CLERK = "clerk"
    COMMAND = "command"


class DecisionOutcome(StrEnum):
    """What was decided about a threshold that was crossed."""

    TOLD = "told"
    OPTED_OUT = "opted_out"
    NO_RULE = "no_rule"
    NO_LINE = "no_line"
    NO_OFFERING = "no_offering"
    RULE_OFF = "rule_off"


Said = Mapping[str, int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A threshold that was crossed, a data schedule that stepped up or stopped, or a due event.

    `threshold` is per cent for usage and credit, fen for the balance, None for a metric without
    one; `used` and `allowed` are minutes (units of the offering), messages or octets, of all
    allowances together; `left_fen` is for the balance and the credit, `credit_fen` the credit
    limit of who pays afterwards. For a data schedule `used` are the octets beyond every allowance,
    `fee_fen` what the tier costs (for a stop, all that was charged), `tier` the one reached, 0
    where it makes no difference. `number` is the line whose record crossed it, None when a fact
    alone did. `occurred_at` is epoch seconds UTC.

    The subject is the line of `line_id`, else the group, else the account. `said` are the figures
    of what the meter does not report; `words.py` says which each metric has, and "variant" picks a
    text. The promise (kind, key) in `holds` waits until the message was accepted. After
    `expires_at` (epoch seconds) the message is no longer true.
    """

    metric: Metric
    threshold: int | None
    account_id: int
    group_id: int | None
    number: int | None
    cycle: int
    episode: int
    used: int = 0
    allowed: int = 0
    left_fen: int = 0
    credit_fen: int = 0
    tier: int = 0
    fee_fen: int = 0
    occurred_at: int
    line_id: int | None = None
    said: Said = field(default_factory=dict)
    holds: tuple[str, str] | None = None
    expires_at: int | None = None

    @property
    def subject(self) -> tuple[SubjectKind, int]:
        """Whom it is about."""
        if self.line_id is not None:
            return SubjectKind.LINE, self.line_id
        if self.group_id is not None:
            return SubjectKind.GROUP, self.group_id
        return SubjectKind.ACCOUNT, self.account_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a customer who wrote is to be answered; `line_id` is None for a stranger."""

    number: int
    text: str
    language: Language
    line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message claimed for sending; `text` is rendered and ends with the sign-off.

    After `expires_at` it is no longer true and must not arrive.
    """

    message_id: int
    number: int
    text: str
    delivery_class: DeliveryClass
    urgent: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery receipt for one part, as the channel understood it.

    `reference` is what the message was submitted with, the last 16 bits of its id; None where the
    network does not give it back. `spellings` are other ways in which the same id may have stood
    in the answer to the submit.
    """

    channel_message_id: str | None
    number: int
    state: ReceiptState
    error: str
    received_at: datetime
    reference: int | None = None
    spellings: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id it may mean, likeliest first."""
        return (self.channel_message_id, *self.spellings) if self.channel_message_id else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """One rule as it stands in `reminder_rules.toml`, or as it was changed since.

    `threshold` is per cent of the allowance or of the credit limit, fen for the balance, times the
    usual bill, None for a metric without one; with `repeats_to` each further 100 % up to there is
    told, too. `recipient` is "crosser" (the line whose record crossed it), "main" (the main line of
    the group) or "payer" (the main line of the account); `urgency` is "normal" or "high". `night`:
    may be sent in quiet hours. A message waits `merge_seconds` for company and is good for
    `valid_hours`. `at` is when a timed rule is looked at: days of the month, days as "12-20", hours
    or days before. What is in `fixed` may not be changed. `version` is the change it comes from, 0
    for the file.
    """

    code: str
    metric: Metric
    threshold: int | None
    urgency: str
    recipient: str
    switchable: bool
    delivery_class: DeliveryClass
    title_zh: str
    title_en: str
    repeats_to: int | None = None
    enabled: bool = True
    night: bool = False
    merge_seconds: int = 0
    valid_hours: int = 24
    at: tuple[int | str, ...] = ()
    fixed: tuple[str, ...] = ()
    version: int = 0

    @property
    def thresholds(self) -> tuple[int, ...]:
        """Every value at which it tells, lowest first; none for a metric without one."""
        if self.threshold is None:
            return ()
        again = range(2 * FULL, (self.repeats_to or 0) + 1, FULL)
        return (self.threshold, *(percent for percent in again if percent > self.threshold))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPolicy:
    """When customers may be written to, as it stands in `policy.toml` or was changed since.

    Quiet hours are in Shanghai, as "22:00"; no comfort message is sent to a number after
    `daily_cap` of a day. A message waits for company as long as its rule says, but `merge_seconds`
    at most. A required message that was not accepted within `second_channel_minutes`
    goes another way as well.
    """

    quiet_from: str
    quiet_until: str
    daily_cap: int
    merge_seconds: int
    second_channel_minutes: int
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChangeView:
    """A change of a rule, or of the policy: what counts from when, who made it, and why.

    One that `reverts` another has no values; `reverted_by` is the change that takes it out of
    force, unless that one was reverted itself.
    """

    change_id: int
    rule: str
    values: Mapping[str, Any]
    valid_from: datetime
    by: str
    reason: str
    made_at: datetime
    reverts: int | None
    reverted_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutView:
    """A rule that a line switched off, `by` whom and where; `until` is when it was on again."""

    rule: str
    since: datetime
    door: Door
    by: str
    until: datetime | None
    until_door: Door | None
    until_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """How often a rule decided something.

    `sent` were taken by the network; `suppressed` are decisions without a message.
    """

    rule: ReminderRule
    decided: int
    sent: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message as pages show it; the number stays whole here and is masked by whoever shows it."""

    message_id: int
    rule: str
    number: int
    text: str
    state: MessageState
    at: datetime
