"""When something breaks: at random moments of a run, spread over all that happens in it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.proof.running import Progress, Run
from tests.proof.world import Delivery

SOON = (0.02, 0.1, 0.5)
"""Seconds; within one of these after a batch, so that short parts of a step are met, too."""
AGAIN = 0.35
"""How often a meter that is just coming up is struck once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How an undisturbed run went: its batches, and how long a meter takes to come up."""

    batches: int
    come_up: float


@dataclass(kw_only=True)
class Moments:
    """Moments that are still to come, each so many seconds after a number of batches."""

    chance: random.Random
    after: list[int]
    _at: float | None = field(default=None)

    @classmethod
    def among(cls, chance: random.Random, measure: Measure, most: int) -> "Moments":
        """One moment at least, at most so many."""
        count = chance.randint(1, most)
        after = [chance.randrange(measure.batches) for _ in range(count)]
        return cls(chance=chance, after=sorted(after))

    def are_due(self, progress: Progress) -> bool:
        """Whether the next moment has come; it is gone then."""
        if self._at is None and self.after and progress.batches >= self.after[0]:
            self.after.pop(0)
            self._at = time.monotonic() + self.chance.uniform(0, self.chance.choice(SOON))
        if self._at is None or time.monotonic() < self._at:
            return False
        self._at = None
        return True

    def once_more(self, within: float) -> None:
        """Perhaps one more, within so many seconds."""
        if self._at is None and self.chance.random() < AGAIN:
            self._at = time.monotonic() + self.chance.uniform(0, within)


class Breaking:
    """Something that breaks at random moments; what was begun may be ended `later`."""

    name = ""
    most = 3
    standby = False

    def __init__(self, chance: random.Random, measure: Measure) -> None:
        self.chance = chance
        self.measure = measure
        self.moments = Moments.among(chance, measure, self.most)
        self._later: list[tuple[float, Callable[[Run], None]]] = []

    def begin(self, run: Run) -> None:
        """Before the first meter starts."""

    def look(self, run: Run, progress: Progress) -> None:
        """Break what is due, mend what is due."""
        now = time.monotonic()
        due = [work for at, work in self._later if at <= now]
        self._later = [(at, work) for at, work in self._later if at > now]
        for work in due:
            work(run)
        if self.moments.are_due(progress):
            self.strike(run)

    def strike(self, run: Run) -> None:
        """Break something."""

    def later(self, seconds: float, work: Callable[[Run], None]) -> None:
        """Do something at a look after so many seconds, or when all is mended."""
        self._later.append((time.monotonic() + seconds, work))

    def drop_later(self) -> None:
        """Nothing that was to be done later is done."""
        self._later.clear()

    def mend(self, run: Run) -> None:
        """Before the operator does something: end at once whatever was to end later."""
        while self._later:
            _, work = self._later.pop(0)
            work(run)

    def deliver(self, run: Run, delivery: Delivery) -> None:
        """Files come as they should."""
        run.drop(delivery)

    def leave(self, run: Run) -> None:
        """After everything was looked at."""
