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
LAST = 4
"""Batches of a run that come after the close, or just before; the first moment is earlier."""
INSIST_SECONDS = 60.0
"""For so long it is tried in the end to break something, where nothing was broken before."""


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
        after = [chance.randrange(max(measure.batches - LAST, 1))]
        after += [chance.randrange(measure.batches) for _ in range(count - 1)]
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

    def are_near(self, progress: Progress) -> bool:
        """Whether one comes without any further batch."""
        return self._at is not None or any(one <= progress.batches for one in self.after)

    def cease(self) -> None:
        """No moment is to come any more."""
        self.after.clear()
        self._at = None

    def once_more(self, within: float) -> None:
        """Perhaps one more, within so many seconds."""
        if self._at is None and self.chance.random() < AGAIN:
            self._at = time.monotonic() + self.chance.uniform(0, within)


class Breaking:
    """Something that breaks at random moments; what was begun may be ended `later`. Of the blows
    one at least must have a name that begins with `must`."""

    name = ""
    must = ""
    most = 3
    standby = False

    def __init__(self, chance: random.Random, measure: Measure) -> None:
        self.chance = chance
        self.measure = measure
        self.moments = Moments.among(chance, measure, self.most)
        self._later: list[tuple[float, Callable[[Run], None]]] = []
        self._insists_until: float | None = None

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

    def has_struck(self, run: Run) -> bool:
        """Before the meter is told to end for the last time: strikes now if nothing was struck so
        far. True also where that was tried long enough."""
        if not self.amiss(run):
            return True
        if self._insists_until is None:
            self._insists_until = time.monotonic() + INSIST_SECONDS
        if not self._later:
            self.strike(run)
        return time.monotonic() > self._insists_until

    def left(self, run: Run) -> None:
        """The meter has left; whatever else runs is about to be ended."""

    def cease(self, run: Run) -> None:
        """The meter has left for good: nothing is broken any more, and all is mended. One that
        comes up now is alone."""
        self.standby = False
        self.moments.cease()
        self.mend(run)

    def amiss(self, run: Run) -> list[str]:
        """Why a run proves nothing, whatever came of it."""
        struck = any(blow.startswith(self.must) for blow in run.blows)
        return [] if struck else ["nothing was broken"]

    def leave(self, run: Run) -> None:
        """After everything was looked at."""
