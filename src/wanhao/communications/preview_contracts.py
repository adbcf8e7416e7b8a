"""What other rooms may hold of previews: what a change of a rule would have done in a month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class PreviewState(StrEnum):
    """Life of a preview that a worker runs."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PreviewMethod(StrEnum):
    """How a preview was counted: the month was lived through again, or only what was really decided
    in it is known, since nothing in the records says when the changed rule would have told."""

    REPLAYED = "replayed"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class CityCount:
    """Messages to lines of one city, before and after the change; `after` None: not known."""

    city: str
    before: int
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSample:
    """One message that the changed rule would have sent; the number is masked."""

    number: str
    city: str
    text: str
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewResult:
    """How many messages a rule would have sent in a month, before merging, as it is (`now_count`)
    and as it would be (`then_count`, None where that cannot be known)."""

    rule: str
    cycle: int
    method: PreviewMethod
    now_count: int
    then_count: int | None
    by_city: tuple[CityCount, ...]
    samples: tuple[PreviewSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRunView:
    """A preview that somebody asked for; `done` of `of` records were lived through so far."""

    run_id: int
    rule: str
    values: Mapping[str, Any]
    cycle: int
    by: str
    state: PreviewState
    done: int
    of: int
    error: str
    result: PreviewResult | None
    asked_at: datetime
    finished_at: datetime | None
