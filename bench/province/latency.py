"""How long records wait at a steady rate: from their file's arrival to their message's commit.

The feeder renames a file into the inbox twice a second, whatever the meter does. The database
notes the time of each commit (`track_commit_timestamp`), the file system that of each arrival.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.db import connection

from bench.province.meter import drop

FILES_A_SECOND = 2
LOOK_SECONDS = 0.1
# A message's batch may hold several files: it is held to have arrived with the oldest of them.
MESSAGES = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(message.xmin)),
    extract(epoch FROM batch.arrived_at)
FROM wanhao_communications_communicationmessage AS message
JOIN wanhao_communications_reminderdecision AS decision ON decision.id = message.decision_id
JOIN wanhao_usage_batch AS batch ON batch.number = decision.batch
WHERE batch.number > %s AND batch.arrived_at IS NOT NULL
"""
BATCHES = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)), extract(epoch FROM arrived_at)
FROM wanhao_usage_batch WHERE number > %s AND arrived_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """Seconds that messages, and batches, took from arrival to commit."""

    messages: np.ndarray
    batches: np.ndarray

    def percentile(self, share: float) -> float:
        """So many of a hundred messages took at most so long."""
        return float(np.percentile(self.messages, share))


class SnapshotWatch(threading.Thread):
    """Notes the snapshots that appear in a folder, which keeps only the newest of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._before = self._names()
        self._seen: set[str] = set()
        self._over = threading.Event()

    def run(self) -> None:
        """Look often: a small operator's snapshots follow each other fast."""
        while not self._over.wait(LOOK_SECONDS):
            self._seen |= self._names()

    def end(self) -> int:
        """How many appeared."""
        self._over.set()
        self.join()
        return len((self._seen | self._names()) - self._before)

    def _names(self) -> set[str]:
        return {path.name for path in self._folder.glob("snapshot-*")}


class Feeder(threading.Thread):
    """Drops a file every half second; `late` is how far it fell behind at most."""

    def __init__(self, files: Sequence[Path]) -> None:
        super().__init__(daemon=True)
        self._files = files
        self.late = 0.0

    def run(self) -> None:
        """In time, whatever the meter does."""
        began = time.monotonic()
        for place, path in enumerate(self._files):
            due = began + place / FILES_A_SECOND
            time.sleep(max(0.0, due - time.monotonic()))
            drop([path])
            self.late = max(self.late, time.monotonic() - due)


def waited_since(batch: int) -> Waited:
    """What the database knows of the batches after this one."""
    return Waited(messages=_seconds(MESSAGES, batch), batches=_seconds(BATCHES, batch))


def _seconds(query: str, batch: int) -> np.ndarray:
    with connection.cursor() as cursor:
        cursor.execute(query, [batch])
        times = np.array(cursor.fetchall(), np.float64).reshape(-1, 2)
    return times[:, 0] - times[:, 1]
