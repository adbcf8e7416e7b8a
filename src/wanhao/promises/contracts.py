"""What other rooms may hold of promises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

JSON: TypeAlias = "str | int | bool | Sequence[JSON] | Mapping[str, JSON] | None"


class PromiseState(StrEnum):
    """Life of a promise, see `states.py`."""

    OPEN = "open"
    HELD = "held"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPromise:
    """Something to be done at `due_at`; kind and key together make it one, however often made.

    A held one is not done before it is released, however late it is.
    """

    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, JSON] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePromise:
    """A promise in the hands of its keeper; `attempts` of it have failed before."""

    promise_id: int
    kind: str
    key: str
    due_at: datetime
    payload: Mapping[str, JSON]
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """A promise as pages show it.

    `next_at` is when it is tried (again), `error` why the last attempt failed, `settled_at` when it
    was kept or withdrawn.
    """

    promise_id: int
    kind: str
    key: str
    due_at: datetime
    next_at: datetime
    payload: Mapping[str, JSON]
    state: PromiseState
    attempts: int
    error: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How long after their time promises were kept, in seconds, of the last `kept` of them."""

    kept: int
    median: float
    p99: float
    worst: float


# All due promises of one kind in one call, inside the transaction that claimed them: what it writes
# and that they were kept is committed together, or not at all. One that is to be looked at again
# later is a new promise with a key of its own.
Keeper = Callable[[Sequence[DuePromise], datetime], None]
