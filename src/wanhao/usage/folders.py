"""The folders of usage: where files are dropped, where they go, archive and snapshots."""

import hashlib
import logging
import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wanhao.usage.readers import is_usage_file, shown_name

log = logging.getLogger(__name__)
READ_AT_ONCE = 1 << 20
FETCHED_AT_ONCE, MOST_FETCHED = 1 << 22, 1 << 28
"""Octets that the disk is asked for at once ahead of their reading, and of one file at most."""
LONGEST_NAME = 200
"""Octets of a file's name that are kept when it is put away; file systems allow 255."""
MONTHS = "months"
DIGITS = 12
"""So much of its digest stands before the name of a file that was put away."""
Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file that was dropped; `digest` (SHA-256 of its bytes) is its identity, `stamp` tells it
    from another file, or more of it, that came to lie under the same name."""

    path: Path
    size: int
    arrived_at: datetime
    digest: str
    stamp: Stamp

    @property
    def name(self) -> str:
        """The name as it can be written down."""
        return shown_name(self.path)

    def is_changed(self) -> bool:
        """Whether something else lies under its name now."""
        return stamp_of(self.path) not in (self.stamp, None)


@dataclass(frozen=True, slots=True)
class Folders:
    """All folders below one."""

    root: Path

    @property
    def inbox(self) -> Path:
        """Files are dropped here by atomic rename."""
        return self.root / "inbox"

    @property
    def done(self) -> Path:
        """Files that were counted."""
        return self.root / "done"

    @property
    def refused(self) -> Path:
        """Files that could not be read, or not to their end."""
        return self.root / "refused"

    @property
    def archive(self) -> Path:
        """One Parquet file per batch."""
        return self.root / "archive"

    @property
    def closed(self) -> Path:
        """One Parquet file per closed cycle."""
        return self.root / "closed"

    @property
    def snapshots(self) -> Path:
        """Snapshots of the meter."""
        return self.root / "snapshots"

    @property
    def duplicates(self) -> Path:
        """Identities of the records that were counted."""
        return self.root / "duplicates"

    @property
    def months(self) -> Path:
        """The state before each of the last months opened, from which it can be lived again."""
        return self.snapshots / MONTHS

    def make(self) -> None:
        """Make those that are not there yet."""
        for folder in (
            self.inbox,
            self.done,
            self.refused,
            self.archive,
            self.closed,
            self.snapshots,
        ):
            folder.mkdir(parents=True, exist_ok=True)


def waiting_paths(inbox: Path) -> Sequence[tuple[datetime, Path]]:
    """Finished usage files with their time of arrival, oldest first; only what can be read like a
    file, so no folders and no links that lead nowhere."""
    found = []
    for path in inbox.iterdir():
        if is_usage_file(path):
            try:
                status = path.stat()
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                found.append((status.st_mtime_ns, path))
    return [(datetime.fromtimestamp(at / 1e9, UTC), path) for at, path in sorted(found)]


def fetch(path: Path) -> None:
    """Have the disk read a file that is wanted soon, without waiting for it."""
    with suppress(OSError), path.open("rb") as handle:
        size = min(os.fstat(handle.fileno()).st_size, MOST_FETCHED)
        for start in range(0, size, FETCHED_AT_ONCE):
            os.posix_fadvise(handle.fileno(), start, FETCHED_AT_ONCE, os.POSIX_FADV_WILLNEED)


def identified(arrived_at: datetime, path: Path) -> WaitingFile:
    """The file with its digest."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        status = os.fstat(handle.fileno())
        while chunk := handle.read(READ_AT_ONCE):
            digest.update(chunk)
    return WaitingFile(
        path=path,
        size=status.st_size,
        arrived_at=arrived_at,
        digest=digest.hexdigest(),
        stamp=_stamp(status),
    )


def stamp_of(path: Path) -> Stamp | None:
    """What tells the file that lies there now from any other; None when there is none."""
    try:
        return _stamp(path.stat())
    except OSError:
        return None


def put_away(file: WaitingFile, folder: Path) -> None:
    """Move a file out of the inbox; its name gets the digest, so nothing is overwritten. Whatever
    was dropped under its name meanwhile goes back to the inbox, under a name of its own."""
    target = folder / f"{file.digest[:DIGITS]}-{_short(file.path)}"
    try:
        file.path.rename(target)
    except FileNotFoundError:
        log.warning("%s was taken from the inbox by somebody else", file.name)
        return
    stamp = stamp_of(target)
    if stamp not in (file.stamp, None):
        log.warning("another file was dropped as %s, or more of it; it is read now", file.name)
        target.rename(file.path.with_name(f"{time.time_ns()}-{_short(file.path)}"))


def put_away_before(folder: Path, moment: datetime) -> Sequence[Path]:
    """Files that were put away before a moment; their names begin with twelve digits of digest."""
    found = []
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            if path.lstat().st_ctime < moment.timestamp():
                found.append(path)
    return found


def _stamp(status: os.stat_result) -> Stamp:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _short(path: Path) -> str:
    """The end of the name, where the kind of file stands."""
    return os.fsencode(path.name)[-LONGEST_NAME:].decode("utf8", "ignore")
