"""The meter of this machine: facts and files in, committed effects out, for ever.

Several batches are under way: one is read, one or two before it are judged, folded and applied in
memory, the one before these is archived and committed; each commits once, and in order. Now and
then a snapshot is written beside. Killed anywhere, the meter comes back to the same state: what was
committed is replayed from the last snapshot, what was not is read again.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.db import InterfaceError, OperationalError, connection

from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns, FactsDelta, apply_facts, enrol, fold_facts
from wanhao.metering.state import MeterState
from wanhao.usage.archive import archive_path, write_archive
from wanhao.usage.batches import Folded, Step, commit_step, is_committed, must_be_archived, pulse
from wanhao.usage.closing import ClosedFile, closed_cycles, move_closed, write_closed
from wanhao.usage.crossings import crossings_of
from wanhao.usage.cycles import Calendar
from wanhao.usage.duplicates import DuplicateIndex, Remembering
from wanhao.usage.feed import facts_after, recorded_at
from wanhao.usage.folders import Folders
from wanhao.usage.folds import Folds, thread
from wanhao.usage.home import note_home
from wanhao.usage.intake import Gathered, Intake
from wanhao.usage.judging import Judged, judge
from wanhao.usage.keeping import tidy
from wanhao.usage.lock import give_lock_back, take_lock
from wanhao.usage.memory import Memory
from wanhao.usage.ports import EffectSink
from wanhao.usage.recovery import octets_needed, recovered
from wanhao.usage.rejudging import Again, asked_again
from wanhao.usage.rhythm import Clock, Rhythm, utc_now
from wanhao.usage.snapshots import Snapshots, keep_month
from wanhao.usage.standby import Warm
from wanhao.usage.view.applying import apply_in_view
from wanhao.usage.view.writer import MeterView

log = logging.getLogger(__name__)
IDLE_SECONDS = 0.2
RETRY_SECONDS = 1.0
SNAPSHOT_SECONDS = 0.05
PULSE_EVERY = timedelta(seconds=2)
TIDY_EVERY = timedelta(minutes=10)
LOST = (OperationalError, InterfaceError)
"""What tells that the database went away, as against a fault of ours."""
Checkpoint = Callable[[str], None]


class HaltedError(Exception):
    """The meter was told to stop while it waited for the database."""


@dataclass(slots=True, kw_only=True)
class LocalMeter:
    """One meter over one folder; `checkpoint` hears the name of each part of a step at its end."""

    folders: Folders
    sink: EffectSink
    shards: int = 8
    batch_rows: int = 500_000
    snapshot_every: int = 80
    keep_done: timedelta = timedelta(days=3)
    remembering: Remembering = field(default_factory=Remembering)
    memory: Memory = field(default_factory=Memory)
    clock: Clock = utc_now
    calendar: Calendar = field(default_factory=Calendar)
    checkpoint: Checkpoint = lambda name: None
    warm: Warm | None = None
    state: MeterState = field(init=False)
    index: DuplicateIndex = field(init=False)
    intake: Intake = field(init=False)
    view: MeterView = field(init=False)
    _halt: threading.Event = field(init=False, default_factory=threading.Event)
    _closed: set[int] = field(init=False, default_factory=set)
    _folds: Folds = field(init=False, default_factory=Folds)
    _snapshots: Snapshots = field(init=False)
    _archiving: ThreadPoolExecutor = field(init=False, default_factory=lambda: thread("archiving"))
    _pulsed: Rhythm = field(init=False, default_factory=lambda: Rhythm(PULSE_EVERY))
    _tidied: Rhythm = field(init=False, default_factory=lambda: Rhythm(TIDY_EVERY))

    def start(self) -> None:
        """Take the meter's lock and come back to where the last committed batch left off."""
        self.folders.make()
        take_lock()
        note_home(self.folders)
        self._come_back()
        self.intake = Intake(self.folders, self.batch_rows, self.memory.spare(self.batch_rows))
        self.view.announce()
        move_closed(self.folders.closed)
        self._closed = set(closed_cycles())
        self._snapshots = Snapshots.after(self.folders.snapshots, self.state.last_batch)

    def _come_back(self) -> None:
        """Go on where a standby followed to, or with what the last snapshot and replay give."""
        if self.warm is not None and self.warm.is_current():
            self.state, self.index, self.view = self.warm.state, self.warm.index, self.warm.view
            return
        state = octets_needed(self.folders)
        self.memory.refuse_start(state, self.remembering.memory, self.batch_rows)
        self.state, self.index = recovered(self.folders, self.shards, self.remembering)
        self.view = MeterView(folder=self.folders.root, state=self.state, clock=self.clock)

    def run(self, stop: threading.Event) -> None:
        """Count until told to stop, then leave a snapshot; a lost database is waited for."""
        self._halt = stop
        if not self._come_up(stop):
            return
        try:
            while not stop.is_set():
                self._step_or_wait(stop)
            self.stop()
        except HaltedError:
            log.warning("stopped while the database was away; what was read is read again")
            self._stand_still()

    def _step_or_wait(self, stop: threading.Event) -> None:
        try:
            busy = self.step()
        except LOST as error:
            log.warning("the database does not answer, counting waits: %s", error)
            self._reconnect()
            return
        if not busy:
            stop.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Leave a snapshot and give the lock back; with the database gone, so is the lock."""
        try:
            self.snapshot()
            self.index.close()
            give_lock_back()
        except (*LOST, HaltedError) as error:
            log.warning("stopped without the database: %s", error)
            self._stand_still()

    def _come_up(self, stop: threading.Event) -> bool:
        """Start as soon as the database answers; False when told to stop before it does."""
        while not stop.is_set():
            try:
                self.start()
            except LOST as error:
                log.warning("waiting for the database: %s", error)
                connection.close()
                stop.wait(RETRY_SECONDS)
            else:
                return True
        return False

    def step(self) -> bool:
        """Take in new facts, then commit one batch of records while those behind it are folded;
        False when there was nothing to do and all is committed. After a failure the meter is at its
        end, unless it was the database that went away."""
        try:
            return self._step()
        except LOST:
            raise
        except BaseException:
            self._stand_still()
            raise

    def _step(self) -> bool:
        self._pulse()
        if self._snapshots.is_over:
            self._finish_snapshot()
        facts = self._take_facts()
        for record in (self.calendar.record_due, self.calendar.record_rent):
            if record(self.state, self.clock()):
                facts = self._take_facts()
        records = self._take_again()
        records |= self._take_records()
        if self._snapshots.is_due(self.state, self.snapshot_every):
            self._begin_snapshot()
        if not records:
            self.view.tick()
            self._tidy()
        return facts or records or self._snapshots.is_awaited(SNAPSHOT_SECONDS)

    def snapshot(self) -> None:
        """Save state and index, and wait for it; what follows is replayed from here. Before the
        first batch there is nothing to keep."""
        self._settle_folded()
        self._finish_snapshot()
        if self.state.last_batch == 0:
            return
        self._snapshots.save(self.state, self.index, recorded_at(self.state.last_fact))
        self.checkpoint("snapshot")

    def _begin_snapshot(self) -> None:
        """Begin to save beside the counting. What is folded commits meanwhile; before it has, the
        snapshot is not put in its place."""
        self._folds.rest()
        self._snapshots.begin(self.state, self.index, recorded_at(self.state.last_fact))
        self._settle_folded()
        self._snapshots.wait_until_free()

    def _finish_snapshot(self) -> None:
        self._folds.rest()
        if self._snapshots.is_saving:
            self._snapshots.finish(self.index)
            self.checkpoint("snapshot")

    def _stand_still(self) -> None:
        """Wait until nothing goes on beside any more."""
        self.intake.rest()
        self._folds.stop()
        self._archiving.shutdown()
        self._snapshots.give_up()

    def _take_facts(self) -> bool:
        taken = False
        for number, facts in facts_after(self.state.last_fact):
            self._take_fact(number, facts)
            self._pulse()
            taken = True
        return taken

    def _take_fact(self, number: int, facts: FactColumns) -> None:
        self._folds.rest()
        self.memory.refuse_growth(self.state, facts)
        with self.view.changing():
            enrol(self.state, facts)
        now = self.clock()
        delta, effects = fold_facts(self.state, facts, number, int(now.timestamp()))
        if len(effects) or isinstance(facts, CycleStep):
            self._settle_folded()
        self._keep_month(facts)
        closed = self._close(facts)
        if closed is None and not len(effects):
            with self.view.changing():
                apply_facts(self.state, delta)
            return
        step = Step(
            number=self.state.last_batch + 1,
            token=uuid.uuid4(),
            last_fact=number,
            crossings=crossings_of(effects),
            taken_at=now,
            closed=closed,
        )
        self._commit(step)
        self._apply_facts(step, delta)

    def _keep_month(self, facts: FactColumns) -> None:
        """Keep the state before a month opens, so that the month can be lived through again."""
        if isinstance(facts, CycleStep) and facts.opens and self.state.last_batch:
            fact_at = recorded_at(self.state.last_fact)
            keep_month(self.folders.months, self.state, fact_at, facts.cycle)

    def _close(self, facts: FactColumns) -> ClosedFile | None:
        """The file of a cycle that a fact closes; written anew when the meter was killed here."""
        if not isinstance(facts, CycleStep) or facts.opens:
            return None
        if facts.cycle <= self.state.closed_through or self.state.slot_of(facts.cycle) is None:
            return None
        closed = write_closed(self.folders.closed, self.state, facts.cycle)
        self.checkpoint("close")
        return closed

    def _apply_facts(self, step: Step, delta: FactsDelta) -> None:
        with self.view.changing():
            apply_facts(self.state, delta)
            self.state.last_batch = step.number
        if step.closed is not None:
            self._closed.add(step.closed.cycle)
        self.state.last_token = step.token.hex
        self.checkpoint("apply facts")

    def _take_records(self) -> bool:
        """Commit a batch while those behind it are folded. It does not wait for files."""
        while self._folds.has_room and (not len(self._folds) or self.intake.is_ready()):
            if not self._begin_folding():
                break
        return self._settle_first()

    def _begin_folding(self) -> bool:
        gathered = self.intake.gather()
        if gathered is None:
            return False
        self.checkpoint("read")
        self._folds.begin(partial(self._fold, gathered, self.clock()))
        return True

    def _settle_folded(self) -> None:
        while self._settle_first():
            pass

    def _settle_first(self) -> bool:
        """Commit the first batch that waits for it and put its files away; False if none does."""
        if not len(self._folds):
            return False
        self._settle(self._folds.first())
        self._folds.settled()
        return True

    def _settle(self, folded: Folded) -> None:
        self._commit(folded.step, folded.archived)
        if folded.step.gathered is not None:
            self.intake.settle(folded.step.gathered.parts)
            self.checkpoint("put away")

    def _take_again(self) -> bool:
        """Judge records of the quarantine again that somebody asked for."""
        again = asked_again()
        if again is None:
            return False
        self.checkpoint("read again")
        self._settle_folded()
        self._settle(self._fold(again.gathered, self.clock(), again))
        return True

    def _fold(self, gathered: Gathered, now: datetime, again: Again | None = None) -> Folded:
        """Count a batch in memory. It can only be followed by its commit, or by the meter's end."""
        judged = judge(self.state, self.index, gathered, int(now.timestamp()), self._closed)
        self.checkpoint("fold")
        step = Step(
            number=self.state.last_batch + 1,
            token=uuid.uuid4(),
            last_fact=self.state.last_fact,
            crossings=crossings_of(judged.effects),
            taken_at=now,
            gathered=None if again else gathered,
            again=again,
            judged=judged,
        )
        archived = self._archiving.submit(self._archive, step, judged)
        self._apply(step, judged)
        return Folded(step=step, archived=archived)

    def _archive(self, step: Step, judged: Judged) -> None:
        """Runs beside all else; the transaction waits for it before it commits."""
        if judged.metered is not None and len(judged.metered):
            path = archive_path(self.folders.archive, step.number, step.token)
            write_archive(path, judged.metered)

    def _apply(self, step: Step, judged: Judged) -> None:
        apply_in_view(self.view, self.state, judged.delta, step.number)
        if judged.identities is not None:
            self.index.remember(judged.identities)
            self.index.forget_before(int(step.taken_at.timestamp()))
        self.state.last_batch = step.number
        self.state.last_token = step.token.hex
        self.checkpoint("apply")

    def _commit(self, step: Step, archive: Future[None] | None = None) -> None:
        """Commit, and when the answer is lost ask whether it happened before trying again."""

        def archived() -> None:
            if archive is not None:
                archive.result()
                must_be_archived(self.folders.archive, step)
                self.checkpoint("archive")

        in_doubt = False
        while True:
            try:
                if not (in_doubt and is_committed(step)):
                    commit_step(step, self.sink, self.clock(), archived)
                break
            except LOST as error:
                log.warning("batch %s: commit in doubt: %s", step.number, error)
                in_doubt = True
                self._reconnect()
        self.checkpoint("commit")

    def _reconnect(self) -> None:
        """Wait for the database to answer again and take the lock anew; HaltedError when the meter
        is told to stop before it does."""
        while True:
            _rest(self._halt, RETRY_SECONDS)
            with suppress(*LOST):
                connection.close()
                take_lock()
                return

    def _pulse(self) -> None:
        now = self.clock()
        if self._pulsed.is_due(now):
            pulse(*self.intake.waiting(), now)

    def _tidy(self) -> None:
        """In a quiet moment, once in ten minutes, remove what was counted days ago."""
        now = self.clock()
        self.index.tend()
        if self._tidied.is_due(now):
            tidy(self.folders, self.keep_done, now)


def _rest(halt: threading.Event, seconds: float) -> None:
    if halt.wait(seconds):
        raise HaltedError
