"""A second meter that holds the state ready, and goes on counting when the first one ends.

It begins with the newest snapshot and follows what the first meter commits: the facts of each
batch, then its records from the archive. All it writes is that it is there. Whoever gets the
meter's lock counts, so at any time at most one of them does.
"""

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection

from wanhao.metering.state import MeterState
from wanhao.usage.archive import ArchivedBatches
from wanhao.usage.duplicates import CutRunError, DuplicateIndex, Remembering, Told, opened
from wanhao.usage.feed import refuse_older_log
from wanhao.usage.folders import Folders
from wanhao.usage.lock import try_lock
from wanhao.usage.memory import Memory
from wanhao.usage.models import Batch, MeterStandby
from wanhao.usage.recovery import (
    from_snapshot,
    octets_needed,
    relearned,
    remove_uncommitted,
    replay,
)
from wanhao.usage.snapshots import newest_told
from wanhao.usage.view.writer import MeterView
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)
POLL_SECONDS = 0.05
RETRY_SECONDS = 1.0
SAY_EVERY = timedelta(seconds=2)
AT_ONCE = 50
"""Batches that are followed before it is asked again whether the first meter still runs."""
LOST = (OperationalError, InterfaceError)
BROKEN = (WanhaoError, CutRunError, FileNotFoundError)
"""A file is gone that was there a moment ago, as when the first meter has merged it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warm:
    """What a meter that stood by brings along: the state and the index of the last committed batch,
    and the view that is ready to be announced."""

    state: MeterState
    index: DuplicateIndex
    view: MeterView

    def is_current(self) -> bool:
        """Whether nobody has counted since."""
        return not Batch.objects.filter(number__gt=self.state.last_batch).exists()


@dataclass(slots=True, kw_only=True)
class _Followed:
    """The state so far, and the duplicate index since the snapshot of batch `base`; `knows` is
    False where that snapshot was of a version that kept no index."""

    state: MeterState
    index: DuplicateIndex
    view: MeterView
    base: int
    knows: bool


def own_name() -> str:
    """Host and process, as a meter that stands by is called."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


@dataclass(slots=True, kw_only=True)
class Standby:
    """Follows the meter that counts below the same folders into the same database."""

    folders: Folders
    shards: int
    remembering: Remembering
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)
    batch_rows: int = 0
    name: str = field(default_factory=own_name)
    _followed: _Followed | None = field(init=False, default=None)
    _said_at: datetime | None = field(init=False, default=None)

    def wait(self, stop: threading.Event) -> Warm | None:
        """Follow until no other meter counts; then the lock is held, and what is returned is as the
        last committed batch left it. None when told to stop before; WanhaoError at once where the
        state would not fit into memory."""
        self.folders.make()
        state = octets_needed(self.folders)
        self.memory.refuse_start(state, self.remembering.memory, self.batch_rows)
        while not stop.is_set():
            try:
                if self._follow() and try_lock():
                    return self._taken_over()
            except LOST as error:
                log.warning("standing by, the database does not answer: %s", error)
                connection.close()
                stop.wait(RETRY_SECONDS)
            except BROKEN as error:
                log.warning("standing by, begun anew from the newest snapshot: %s", error)
                self._followed = None
                stop.wait(RETRY_SECONDS)
            stop.wait(POLL_SECONDS)
        self._leave()
        return None

    def _follow(self) -> bool:
        """Follow what was committed; True when nothing is left of it."""
        followed = self._followed
        if followed is None or not self._is_ours(followed.state):
            followed = self._followed = self._begun()
        self._say(followed.state.last_batch)
        newer = Batch.objects.filter(number__gt=followed.state.last_batch)
        batches = list(newer.order_by("number")[:AT_ONCE])
        archived = ArchivedBatches(self.folders.archive)
        for batch in batches:
            with followed.view.changing():
                replay(archived, followed.state, followed.index, batch)
        self._rebase(followed)
        return len(batches) < AT_ONCE

    def _begun(self) -> _Followed:
        """The state of the newest snapshot, in memory that readers can map one day."""
        refuse_older_log()
        state, told = from_snapshot(self.folders.snapshots) or (MeterState.empty(self.shards), None)
        log.info("standing by from batch %s on", state.last_batch)
        return _Followed(
            state=state,
            index=self._opened(told),
            view=MeterView(folder=self.folders.root, state=state, clock=self.clock),
            base=state.last_batch,
            knows=told is not None or state.last_batch == 0,
        )

    def _opened(self, told: Told | None) -> DuplicateIndex:
        return opened(self.folders.duplicates, self.remembering, told, follows=True)

    def _rebase(self, followed: _Followed) -> None:
        """With each snapshot of the first meter, remember only what came after it: the rest is in
        files by then, and the files of the snapshot before may go."""
        newest = newest_told(self.folders.snapshots)
        if newest is None or not followed.base < newest.batch <= followed.state.last_batch:
            return
        if not Batch.objects.filter(number=newest.batch, token=newest.token).exists():
            return
        index, archived = self._opened(newest.told), ArchivedBatches(self.folders.archive)
        since = Batch.objects.filter(number__gt=newest.batch, metered__gt=0)
        for batch in since.filter(number__lte=followed.state.last_batch).order_by("number"):
            index.relearn(archived.read(batch))
        followed.index, followed.base, followed.knows = index, newest.batch, True

    def _taken_over(self) -> Warm:
        """Nobody commits any more: follow to the end, and take charge of files."""
        try:
            self._follow_to_the_end()
        except BROKEN as error:
            log.warning("begun anew from the newest snapshot: %s", error)
            self._followed = None
            self._follow_to_the_end()
        followed = self._followed
        assert followed is not None
        last, index = followed.state.last_batch, followed.index
        if followed.knows:
            index.take_charge(self.folders.duplicates)
        else:
            archived = ArchivedBatches(self.folders.archive)
            index = relearned(self.folders, self.remembering, archived, last)
        remove_uncommitted(self.folders.archive, last)
        self._leave()
        log.warning("the other meter is gone; counting goes on after batch %s", last)
        return Warm(state=followed.state, index=index, view=followed.view)

    def _follow_to_the_end(self) -> None:
        while not self._follow():
            pass

    def _is_ours(self, state: MeterState) -> bool:
        """Whether the database still has the batch that was followed last."""
        if state.last_batch == 0:
            return True
        return Batch.objects.filter(number=state.last_batch, token=state.last_token).exists()

    def _say(self, batch: int) -> None:
        now = self.clock()
        if self._said_at is None or now - self._said_at >= SAY_EVERY:
            self._said_at = now
            fields = {"last_batch": batch, "at": now}
            MeterStandby.objects.update_or_create(name=self.name, defaults=fields)

    def _leave(self) -> None:
        try:
            MeterStandby.objects.filter(name=self.name).delete()
        except LOST:
            connection.close()
