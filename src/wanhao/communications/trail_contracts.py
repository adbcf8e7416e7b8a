"""What other rooms may hold of why somebody was told, or was not: decisions and their messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wanhao.communications.contracts import (
    Channel,
    DecisionOutcome,
    MessageState,
    ReceiptState,
    SubjectKind,
    Waits,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTrail:
    """One part as the network numbered it, and what its receipt said."""

    channel_message_id: str
    state: ReceiptState
    error: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTrail:
    """A message from its plan to its receipts; the number is whole, a time is None until then.

    `waits` is why it is not released before `release_at`, `error` why it was withdrawn or refused.
    `merged_into` is the message that says what it would have said, `carries` the rules whose
    messages were merged into it.
    """

    message_id: int
    number: int
    text: str
    state: MessageState
    waits: Waits
    error: str
    channel: Channel
    release_at: datetime
    expires_at: datetime | None
    merged_into: int | None
    carries: tuple[str, ...]
    planned_at: datetime
    released_at: datetime | None
    claimed_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    changed_at: datetime
    parts: tuple[PartTrail, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTrail:
    """What was decided about one trigger, with the rule as it was and the trigger as it came.

    `line_id` is whom it concerned; `message` is there when somebody was to be told.
    """

    decision_id: int
    rule: str
    subject_kind: SubjectKind
    subject_id: int
    tier: int
    episode: int
    outcome: DecisionOutcome
    rule_values: Mapping[str, Any]
    trigger: Mapping[str, Any]
    line_id: int | None
    batch: int
    decided_at: datetime
    message: MessageTrail | None
