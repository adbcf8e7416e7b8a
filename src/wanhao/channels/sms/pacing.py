"""When to send next: even pacing, exponential delays with jitter. Times are loop seconds."""

import random
from collections.abc import Callable

Chance = Callable[[], float]
"""Gives a number from 0 up to 1."""


class Pacer:
    """Spreads submits evenly: SMSCs that count per interval refuse bursts."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / per_second
        self._next = 0.0

    @property
    def next_at(self) -> float:
        """When the next slot is, unless that is past."""
        return self._next

    def slot(self, now: float) -> float:
        """The time of the next submit; each call takes one slot."""
        slot = max(now, self._next)
        self._next = slot + self._interval
        return slot


class Backoff:
    """Delays that double up to a limit; jitter keeps many clients from coming back at once."""

    def __init__(self, first: float, longest: float, chance: Chance = random.random) -> None:
        self._first = first
        self._longest = longest
        self._chance = chance
        self._delay = first

    def next(self) -> float:
        """The delay before the next try: between half and all of the current step."""
        step = self._delay
        self._delay = min(step * 2, self._longest)
        return step * (0.5 + self._chance() / 2)

    def reset(self) -> None:
        """It worked: the next delay is the first one again."""
        self._delay = self._first
