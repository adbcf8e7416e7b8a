"""Several reminders to one person become one text: which says it, and what need not be said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from wanhao.communications.contracts import Metric

Topic = tuple[Metric, str, int, int]
"""Metric, kind of subject, subject, month: what two messages must share to speak of the same."""

CLIMBS = (Metric.VOICE, Metric.MESSAGE, Metric.DATA, Metric.CREDIT, Metric.STEP_UP)
FALLS = (Metric.BALANCE,)


class Mergeable(Protocol):
    """What merging looks at. `reached` grows with what happened: 100 % is more than 80 %, a higher
    tier more than a lower, 5 yuan left more than 15; None where nothing says more than another.
    """

    @property
    def message_id(self) -> int: ...
    @property
    def topic(self) -> Topic | None: ...
    @property
    def reached(self) -> tuple[int, int] | None: ...
    @property
    def required(self) -> bool: ...
    @property
    def urgent(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Messages that go out as one: `carrier` is sent, `said` is in its text, most important first.

    `merged` are all the others, said or not.
    """

    carrier: int
    said: tuple[int, ...]
    merged: tuple[int, ...]


def reached(metric: Metric, threshold: int | None, tier: int) -> tuple[int, int] | None:
    """How far it went, so that two messages of one topic can be compared."""
    if metric in CLIMBS:
        return threshold or 0, tier
    if metric in FALLS:
        return -(threshold or 0), tier
    return None


def bundle(messages: Sequence[Mergeable]) -> Bundle:
    """Put messages to one number together; there must be one at least."""
    silent = swallowed(messages)
    said = sorted((one for one in messages if one.message_id not in silent), key=importance)
    carrier = said[0].message_id
    return Bundle(
        carrier=carrier,
        said=tuple(one.message_id for one in said),
        merged=tuple(one.message_id for one in messages if one.message_id != carrier),
    )


def swallowed(messages: Sequence[Mergeable]) -> set[int]:
    """Those of which another message says more; a required one only to a required one."""
    return {
        one.message_id
        for one in messages
        if any(_says_more(other, one) for other in messages if other is not one)
    }


def importance(one: Mergeable) -> tuple[bool, bool, int]:
    """Sorts required before comfort, urgent before normal, then the oldest first."""
    return not one.required, not one.urgent, one.message_id


def _says_more(other: Mergeable, one: Mergeable) -> bool:
    if one.topic is None or one.topic != other.topic or (one.required and not other.required):
        return False
    if one.reached is None or other.reached is None:
        return False
    return other.reached > one.reached
