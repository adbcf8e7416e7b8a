"""The life of service: what may follow what, and what stops by itself when nobody pays.

An account is active, announced, stopped or served again for a while (temporary); once terminated
its numbers are frozen, and free afterwards. The times are in `stop_times.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType

from wanhao.billing.stop_contracts import ServiceState as State
from wanhao.values.errors import WanhaoError

NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.ACTIVE: frozenset({State.ANNOUNCED}),
        State.ANNOUNCED: frozenset({State.ACTIVE, State.ONE_WAY}),
        State.ONE_WAY: frozenset({State.ACTIVE, State.TWO_WAY, State.TEMPORARY}),
        State.TWO_WAY: frozenset({State.ACTIVE, State.TERMINATED, State.TEMPORARY}),
        State.TEMPORARY: frozenset({State.ACTIVE, State.ONE_WAY, State.TWO_WAY}),
        State.TERMINATED: frozenset({State.FROZEN}),
        State.FROZEN: frozenset({State.FREE}),
        State.FREE: frozenset({State.ACTIVE}),
    }
)
FURTHER: Mapping[State, State] = MappingProxyType(
    {State.ONE_WAY: State.TWO_WAY, State.TWO_WAY: State.TERMINATED}
)
"""What a stop becomes in time, each announced before."""

STOPPED = (State.ONE_WAY, State.TWO_WAY)
"""Stopped, and service may come back."""


def before(state: State) -> State:
    """What a stop must be so that it may become this in time; WanhaoError for other states."""
    for earlier, later in FURTHER.items():
        if later is state:
            return earlier
    raise WanhaoError(f"No stop becomes {state} in time.", "Use a state of the table in states.py.")


def may_follow(state: State, later: State) -> bool:
    """Whether a state may come directly after another."""
    return later in NEXT[state]
