"""What pages hold of many messages: lists, how long things took, figures of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wanhao.communications.contracts import MessageState, MessageView, Waits


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages; what is None does not matter. `day` is the day in Shanghai they were planned.

    `before`: only older ones than this message, for the next page.
    """

    state: MessageState | None = None
    rule: str | None = None
    number: int | None = None
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Messages, the newest first; `before` leads to the next page, None: there is none."""

    messages: tuple[MessageView, ...]
    before: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldMessage:
    """A message that waits, why and until when."""

    message_id: int
    rule: str
    number: int
    waits: Waits
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A required message nobody took yet, and what waits for it.

    `nowhere`: SMS refused it or never answered, and there is no second channel; somebody must call.
    """

    message_id: int
    rule: str
    number: int
    state: MessageState
    holds: str
    planned_at: datetime
    nowhere: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLag:
    """How long messages took from one stage to the next, in seconds, of `count` of them."""

    stage: str
    count: int
    median: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDay:
    """How many messages planned on a day are in which state now; every state is there."""

    day: date
    states: Mapping[MessageState, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfRule:
    """How many messages of a rule were planned in an hour of a day, in Shanghai."""

    hour: int
    rule: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How many messages of a rule ended in a state for a reason."""

    rule: str
    state: MessageState
    reason: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowMessage:
    """A message and how many seconds it took from its release until it was accepted."""

    message_id: int
    rule: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A day for the duty manager: what was planned when, what went wrong, what was slow."""

    day: date
    states: Mapping[MessageState, int]
    hours: tuple[HourOfRule, ...]
    troubles: tuple[Trouble, ...]
    slowest: tuple[SlowMessage, ...]
    waiting: Mapping[Waits, int]
