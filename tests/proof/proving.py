"""Runs that are disturbed beside one that is not: all must come to the same."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.proof.breakages import (
    Compacted,
    CutOff,
    Frozen,
    Killed,
    KilledBesideStandby,
    SecondMeter,
    ServerRestarted,
    SnapshotDamaged,
)
from tests.proof.delivering import FileChanged
from tests.proof.ground import Ground
from tests.proof.moments import Breaking, Measure
from tests.proof.outcome import Outcome, differences, outcome_of
from tests.proof.running import Run
from tests.proof.surroundings import ClockSet, DiskFull, FolderFull

KINDS: Mapping[str, type[Breaking]] = {
    kind.name: kind
    for kind in (
        Killed,
        KilledBesideStandby,
        SnapshotDamaged,
        Compacted,
        DiskFull,
        FolderFull,
        CutOff,
        ServerRestarted,
        ClockSet,
        SecondMeter,
        Frozen,
        FileChanged,
    )
}
Say = Callable[[str], None]


class Undisturbed(Breaking):
    """Nothing breaks."""

    name = "undisturbed"

    def __init__(self) -> None:
        super().__init__(random.Random(0), Measure(batches=1, come_up=0))
        self.moments.cease()

    def has_struck(self, run: Run) -> bool:
        """Nothing is to be struck."""
        return True


@dataclass(kw_only=True)
class Told:
    """What came of all runs of one kind."""

    runs: int = 0
    equal: int = 0
    starts: int = 0
    ended_itself: int = 0
    seconds: float = 0
    blows: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Proof:
    """One undisturbed run, and as many disturbed ones as are asked for."""

    def __init__(self, ground: Ground, seed: int, say: Say = lambda told: None) -> None:
        self.ground = ground
        self.seed = seed
        self.told: dict[str, Told] = {}
        self._say = say
        self._telling = threading.Lock()
        self.expected, self.measure = self._undisturbed()

    def carry_out(self, asked: Mapping[str, int], side_by_side: int) -> Mapping[str, Told]:
        """So many runs of each kind, some of them side by side. The server is restarted by the
        thread that started it, when nobody else needs it."""
        alone = ServerRestarted.name
        runs = [(name, n) for name, count in asked.items() for n in range(count) if name != alone]
        random.Random(self.seed).shuffle(runs)
        with ThreadPoolExecutor(max_workers=side_by_side) as beside:
            list(beside.map(lambda run: self.carry_out_one(*run), runs))
        for number in range(asked.get(alone, 0)):
            self.carry_out_one(alone, number)
        return self.told

    def carry_out_one(self, name: str, number: int) -> list[str]:
        """One disturbed run; returns how it differs from the undisturbed one, or that nothing was
        broken in it. What it left is kept then."""
        breakage = KINDS[name](random.Random(f"{self.seed} {name} {number}"), self.measure)
        began = time.monotonic()
        run = Run(self.ground, f"run-{list(KINDS).index(name)}-{number}", breakage)
        try:
            run.live()
            found = outcome_of(run)
            wrong = differences(*_as_meant(breakage, self.expected, found)) + breakage.amiss(run)
        except Exception as error:
            wrong = [f"{type(error).__name__}: {error}"]
        finally:
            breakage.leave(run)
        self._note(name, run, wrong, time.monotonic() - began)
        if not wrong:
            self.ground.drop(run.name)
        return wrong

    def _undisturbed(self) -> tuple[Outcome, Measure]:
        """Twice, so that what is not the same every time is not taken for a fault."""
        outcomes = []
        for number in range(2):
            run = Run(self.ground, f"undisturbed-{number}", Undisturbed())
            began = time.monotonic()
            run.live()
            outcomes.append(outcome_of(run))
            self._say(f"undisturbed: {time.monotonic() - began:.1f} s, {outcomes[-1].records}")
            measure = Measure(batches=run.progress.batches, come_up=run.came_up)
            self.ground.drop(run.name)
        same = differences(*outcomes)
        assert not same, f"two undisturbed runs differ: {same}"
        return outcomes[0], measure

    def _note(self, name: str, run: Run, wrong: Sequence[str], seconds: float) -> None:
        with self._telling:
            told = self.told.setdefault(name, Told())
            told.runs += 1
            told.equal += not wrong
            told.starts += run.starts
            told.ended_itself += run.ended_itself
            told.seconds += seconds
            told.blows += run.blows
            told.seen += run.seen
            told.wrong += [f"{run.name}: {each}" for each in wrong]
            done = sum(each.runs for each in self.told.values())
            came, blows = "WRONG" if wrong else "equal", run.blows.total()
            self._say(f"{done}: {run.name} {name}, {blows} blows, {came}, {seconds:.1f} s")
            for each in wrong:
                self._say(f"  {each}")


def _as_meant(breakage: Breaking, expected: Outcome, found: Outcome) -> tuple[Outcome, Outcome]:
    """A file that was changed is read again, so its records come more often, as duplicates."""
    if isinstance(breakage, FileChanged):
        return expected.however_delivered(), found.however_delivered()
    return expected, found
