"""What other rooms may hold of reminders and messages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Metric(StrEnum):
    """What a reminder rule watches."""

    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"
    BALANCE = "balance"
    STEP_UP = "step-up"
    DATA_STOP = "data-stop"

    @property
    def has_threshold(self) -> bool:
        """Whether a rule names a value to reach; the others tell whenever it happens."""
        return self not in (Metric.STEP_UP, Metric.DATA_STOP)


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


class ReceiptState(StrEnum):
    """What a delivery receipt says of one part."""

    DELIVERED = "delivered"
    PENDING = "pending"
    FAILED = "failed"


class DecisionOutcome(StrEnum):
    """What was decided about a threshold that was crossed."""

    TOLD = "told"
    OPTED_OUT = "opted_out"
    NO_RULE = "no_rule"
    NO_LINE = "no_line"
    NO_OFFERING = "no_offering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A threshold that was crossed, or a data schedule that stepped up or stopped.

    `threshold` is per cent for usage, fen for the balance, None for a metric without one; `used`
    and `allowed` are minutes (units of the offering), messages or octets, of all allowances
    together; `left_fen` is for the balance. For a data schedule `used` are the octets beyond every
    allowance, `fee_fen` what the tier costs (for a stop, all that was charged), `tier` the one
    reached, 0 where it makes no difference. `number` is the line whose record crossed it, None
    when a fact alone did. `occurred_at` is epoch seconds UTC.
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
    tier: int = 0
    fee_fen: int = 0
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """A message claimed for sending; `text` is rendered and ends with the sign-off."""

    message_id: int
    number: int
    text: str
    delivery_class: DeliveryClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A delivery receipt for one part, as the channel understood it.

    `reference` is what the message was submitted with, the last 16 bits of its id; None where the
    network does not give it back.
    """

    channel_message_id: str | None
    number: int
    state: ReceiptState
    error: str
    received_at: datetime
    reference: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderRule:
    """One rule as it stands in `reminder_rules.toml`.

    `threshold` is per cent of the allowance, fen for the balance, None for a metric without one.
    `recipient` is "crosser" (the line whose record crossed it) or "main" (the main line);
    `urgency` is "normal" or "high".
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
