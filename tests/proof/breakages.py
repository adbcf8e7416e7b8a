"""What is done to a meter: killed, frozen, cut off, doubled, its files damaged."""

import random
import shutil
import signal
from pathlib import Path

from tests.proof.meters import Meter
from tests.proof.moments import LAST, SOON, Breaking, Measure
from tests.proof.running import Run
from wanhao.usage.archive.layout import MANIFEST
from wanhao.usage.archive.manifest import load_manifest

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(%(pids)s)"
REFUSED = 1
BOTH = 0.25
AT_WORK = 0.6
"""How often a compaction is met when it has begun its work, not while it comes up."""
COMPACTING_SECONDS = 120


class Killed(Breaking):
    """SIGKILL, and a new meter at once, which may be killed while it comes up."""

    name = "killed"
    most = 4

    def strike(self, run: Run) -> None:
        kill(run)
        self.moments.once_more(self.measure.come_up)


class KilledBesideStandby(Breaking):
    """Two meters stand by for each other: the one that counts is killed, now and then the other one
    as well, and whoever was killed comes back to stand by."""

    name = "killed, a standby takes over"
    most = 4
    standby = True

    def strike(self, run: Run) -> None:
        kill(run)
        if run.spare is not None and self.chance.random() < BOTH:
            run.spare.send_signal(signal.SIGKILL)
            run.blows["the standby, too"] += 1


class SnapshotDamaged(Breaking):
    """Killed, and the snapshot that was written last is cut short, changed or gone; now and then
    all of them."""

    name = "snapshot damaged"
    must = "snapshot "

    def strike(self, run: Run) -> None:
        if not _entries(run.data / "usage" / "snapshots"):
            return
        kill(run)
        entries = sorted(_entries(run.data / "usage" / "snapshots"), key=_age, reverse=True)
        for entry in entries if self.chance.random() < 0.3 else entries[:1]:
            self._damage(run, entry)

    def _damage(self, run: Run, entry: Path) -> None:
        files = [path for path in entry.rglob("*") if path.is_file()] or [entry]
        victim = self.chance.choice(sorted(files))
        content = victim.read_bytes()
        how = self.chance.choice(("cut short", "changed", "gone"))
        if how == "cut short":
            victim.write_bytes(content[: self.chance.randrange(len(content) + 1)])
        elif how == "changed" and content:
            place = self.chance.randrange(len(content))
            changed = bytes([content[place] ^ self.chance.randrange(1, 256)])
            victim.write_bytes(content[:place] + changed + content[place + 1 :])
        else:
            victim.unlink()
        run.blows[f"snapshot {how}"] += 1


class Compacted(Breaking):
    """Once the month is closed, the archive is compacted, again and again: killed while it does, as
    is the meter; which now and then has lost its snapshots and must come back from the archive."""

    name = "compaction and meter killed"
    most = 4

    def __init__(self, chance: random.Random, measure: Measure) -> None:
        super().__init__(chance, measure)
        last = range(measure.batches - LAST, measure.batches)
        self.moments.after = sorted(chance.choice(last) for _ in self.moments.after)
        self._compactions: list[Meter] = []
        self._ceased = False

    def strike(self, run: Run) -> None:
        if self.chance.random() < BOTH:
            kill(run)
            for entry in _entries(run.data / "usage" / "snapshots"):
                entry.unlink() if entry.is_file() else shutil.rmtree(entry)
            run.blows["all snapshots gone"] += 1
        compaction, before = self._begin(run), _switched(run)
        ended = self.chance.choice(("compaction", "meter", "both"))
        at_work = self.chance.random() < AT_WORK
        within = self.chance.choice(SOON) if at_work else self.measure.come_up

        def once_at_work(run: Run) -> None:
            if at_work and compaction.poll() is None and _switched(run) == before:
                self.later(0, once_at_work)
                return
            passes = self.chance.uniform(0, within)
            self.later(passes, lambda run: self._end(run, compaction, before, ended))

        self.later(0, once_at_work)

    def mend(self, run: Run) -> None:
        """Files come, and the month closes, while the archive is compacted."""

    def has_struck(self, run: Run) -> bool:
        """Only when every compaction was killed or has ended: until then a meter goes on."""
        struck = super().has_struck(run)
        near = bool(self._later) or self.moments.are_near(run.progress)
        return struck and not near and all(one.poll() is not None for one in self._compactions)

    def left(self, run: Run) -> None:
        """Those that nobody killed come to their end; in the end one more has the archive for
        itself, so that what is compared was compacted, by it or before."""
        for compaction in self._compactions:
            compaction.wait(COMPACTING_SECONDS)
        self._compactions.clear()

    def cease(self, run: Run) -> None:
        self.drop_later()
        self._ceased = True
        super().cease(run)
        before = _compacted(run)
        run.seen["compacted beside the meter"] += before > 0
        self._begin(run)
        self.left(run)
        run.seen["compacted at last"] += _compacted(run) > before

    def amiss(self, run: Run) -> list[str]:
        """In the end all that it takes is there: something is compacted."""
        said = super().amiss(run)
        return [*said, "nothing was compacted"] if self._ceased and not _compacted(run) else said

    def _begin(self, run: Run) -> Meter:
        compaction = run.start(["archive", "compact"])
        self._compactions.append(compaction)
        run.seen["compaction begun"] += 1
        return compaction

    def _end(self, run: Run, compaction: Meter, before: int, ended: str) -> None:
        if ended != "meter" and compaction.poll() is None:
            compaction.send_signal(signal.SIGKILL)
            compaction.wait()
            begun = _switched(run) != before
            run.blows[f"compaction killed {'at work' if begun else 'coming up'}"] += 1
        if ended != "compaction":
            kill(run)


class CutOff(Breaking):
    """The server ends the meter's connections."""

    name = "connection cut"
    most = 4

    def strike(self, run: Run) -> None:
        run.ask(CUT, {"pids": run.sessions()})
        run.blows["connections cut"] += 1


class ServerRestarted(Breaking):
    """PostgreSQL ends without a shutdown and comes up again."""

    name = "PostgreSQL restarted"
    most = 2

    def strike(self, run: Run) -> None:
        run.ground.restart()
        run.blows["server ended at once"] += 1


class SecondMeter(Breaking):
    """Somebody starts a second meter while the first one counts; it must go away by itself."""

    name = "two meters"
    most = 2

    def strike(self, run: Run) -> None:
        if not run.lives():
            return
        second = run.start_meter()
        run.blows["second meter started"] += 1
        self.later(self.measure.come_up + 30, lambda run: self._must_have_left(run, second))

    def _must_have_left(self, run: Run, second: Meter) -> None:
        """Called before the first one leaves, so the second cannot have had a turn."""
        assert second.wait(60) == REFUSED, "a second meter was not refused"
        run.seen["second meter refused"] += 1

    def cease(self, run: Run) -> None:
        """One that was started while the first one left may have had a turn."""
        self.drop_later()
        super().cease(run)


class Frozen(Breaking):
    """A meter stands still and is cut off; another takes over, dies or is told to stop, and the
    first one, which knows nothing of it, goes on."""

    name = "frozen, another took over"
    most = 2
    _first: Meter | None = None

    def strike(self, run: Run) -> None:
        first = run.meter
        if self._first is not None or first is None or first.poll() is not None or not run.lives():
            return
        self._first = first
        first.send_signal(signal.SIGSTOP)
        run.ask(CUT, {"pids": run.sessions()})
        before, other = run.pulse(), run.start_meter()
        run.blows["frozen"] += 1

        def once_it_counts(run: Run) -> None:
            if other.poll() is None and run.pulse() == before:
                self.later(0.02, once_it_counts)
                return
            run.seen["another took over"] += other.poll() is None
            self._end(other)

        self.later(0.02, once_it_counts)

    def _end(self, other: Meter) -> None:
        """The other one ends a little later, before or after the first one wakes up."""
        how = self.chance.choice((signal.SIGKILL, signal.SIGTERM))
        ends = self.chance.uniform(0, 1)
        self.later(ends, lambda run: other.send_signal(how))
        self.later(max(ends + self.chance.uniform(-0.5, 0.5), 0), self._wake)

    def _wake(self, run: Run) -> None:
        if self._first is not None:
            self._first.send_signal(signal.SIGCONT)
        self._first = None

    def mend(self, run: Run) -> None:
        self.drop_later()
        run.end_others()
        self._wake(run)


def kill(run: Run) -> None:
    """End the meter without a chance to tidy up, and note what it was about."""
    meter = run.meter
    if meter is None or meter.poll() is not None:
        return
    meter.send_signal(signal.SIGKILL)
    meter.wait()
    run.blows[met(run, meter.pid)] += 1


def met(run: Run, pid: int) -> str:
    """What a killed meter was about, by what it left behind."""
    usage = run.data / "usage"
    if pid not in run.lived:
        return "coming up"
    for folder, what in (
        ("snapshots", "in a snapshot"),
        ("closed", "closing the month"),
        ("archive", "writing the archive"),
    ):
        if run.left_unfinished(usage / folder):
            return what
    archived = [int(path.name.split("-")[1]) for path in (usage / "archive").glob("batch-*")]
    if archived and max(archived) > run.progress.batches:
        return "between archive and commit"
    done = run.ask("SELECT name FROM wanhao_usage_usagefile WHERE finished")
    if any((run.inbox / name).exists() for (name,) in done):
        return "between commit and putting away"
    return "reading, folding or waiting"


def _compacted(run: Run) -> int:
    """How many records lie in parts of the archive."""
    return sum(part.rows for part in load_manifest(run.data / "usage" / "archive").parts)


def _switched(run: Run) -> int:
    """When the manifest was written last, which a compaction does first of all."""
    manifest = run.data / "usage/archive" / MANIFEST
    return manifest.stat().st_mtime_ns if manifest.exists() else 0


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name[0] != "." and path.name != "months"]


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name
