"""The clock all processes share: the machine's, or in the demo one that was sent ahead.

A visitor may let the demo run through a month in minutes. From then on every process, every page
and every record goes by the same faster clock, until it has reached its goal; it stays ahead of
the machine's clock by what it gained and never goes back.
"""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from wanhao.project.env import environment

CLOCK_FILE = "clock.json"
MONTH = timedelta(days=31)
MINUTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """From `began` (the machine's clock) the shown time runs `speed` times as fast, from `shown`
    until `goal`, then at the machine's pace."""

    began: datetime
    shown: datetime
    goal: datetime
    speed: int

    def __post_init__(self) -> None:
        if self.speed < 1 or self.goal < self.shown:
            raise ValueError("a clock runs forward, and not slower than the machine's")

    def at(self, machine: datetime) -> datetime:
        """The shown time at an instant of the machine's clock; before `began` it stands still."""
        passed = max(machine - self.began, timedelta())
        needed = (self.goal - self.shown) / self.speed
        if passed < needed:
            return self.shown + passed * self.speed
        return self.goal + (passed - needed)

    def is_over(self, machine: datetime) -> bool:
        """Whether the goal is reached and time passes as usual."""
        return self.at(machine) >= self.goal


class DemoClock:
    """Reads the time of a data folder; looks at the file again only when it was replaced."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / CLOCK_FILE
        self._stamp: tuple[int, int] | None = None
        self._haste: Haste | None = None

    def __call__(self) -> datetime:
        """Now, aware and in UTC."""
        machine = datetime.now(UTC)
        haste = self.haste()
        return machine if haste is None else haste.at(machine)

    def hurries(self) -> bool:
        """Whether time passes faster than on the machine."""
        haste = self.haste()
        return haste is not None and not haste.is_over(datetime.now(UTC))

    def haste(self) -> Haste | None:
        """The haste that was last asked for; None while the clock is the machine's."""
        try:
            seen = self._file.stat()
        except FileNotFoundError:
            return None
        stamp = (seen.st_mtime_ns, seen.st_ino)
        if stamp != self._stamp:
            self._haste, self._stamp = _read(self._file), stamp
        return self._haste

    def hasten(self, by: timedelta, speed: int) -> Haste:
        """Let so much time pass `speed` times as fast; what was gained before is kept."""
        machine = datetime.now(UTC)
        kept = self.haste()
        shown = machine if kept is None else kept.at(machine)
        haste = Haste(began=machine, shown=shown, goal=shown + by, speed=speed)
        _write(self._file, haste)
        return haste

    def pass_a_month(self, minutes: int = MINUTES) -> Haste:
        """Let the coming month pass within so many minutes."""
        return self.hasten(MONTH, MONTH // timedelta(minutes=max(minutes, 1)))

    def shown(self, machine: datetime) -> datetime:
        """The time that was shown at an instant of the machine's clock, as far as it is known."""
        haste = self.haste()
        return machine if haste is None or machine < haste.began else haste.at(machine)


@lru_cache(maxsize=1)
def demo_clock() -> DemoClock:
    """The clock of this installation's data folder."""
    return DemoClock(environment().data)


def now() -> datetime:
    """Now, aware and in UTC: what every process, command and page goes by."""
    return demo_clock()() if _may_be_ahead() else datetime.now(UTC)


def _may_be_ahead() -> bool:
    """Whether this is a demo: told so, or, as for `wanhao up`, no database of one's own is named.

    A command in a second terminal is told nothing, and has to go by the clock of the first.
    """
    env = environment()
    return env.demo or not (env.database_url or "demo" in env.model_fields_set)


def _read(path: Path) -> Haste:
    kept = json.loads(path.read_text())
    began, shown, goal = (datetime.fromisoformat(kept[name]) for name in ("began", "shown", "goal"))
    return Haste(began=began, shown=shown, goal=goal, speed=int(kept["speed"]))


def _write(path: Path, haste: Haste) -> None:
    """Replace the file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    kept = {
        "began": haste.began.isoformat(),
        "shown": haste.shown.isoformat(),
        "goal": haste.goal.isoformat(),
        "speed": haste.speed,
    }
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
