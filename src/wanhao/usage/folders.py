"""The folders of usage: where files are dropped, where they go, archive and snapshots."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from wanhao.usage.readers import is_usage_file

READ_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file that was dropped; `digest` (SHA-256 of its bytes) is its identity."""

    path: Path
    size: int
    arrived_at: datetime
    digest: str


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
    def snapshots(self) -> Path:
        """Snapshots of the meter."""
        return self.root / "snapshots"

    def make(self) -> None:
        """Make those that are not there yet."""
        for folder in (self.inbox, self.done, self.refused, self.archive, self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)


def waiting_paths(inbox: Path) -> Sequence[tuple[datetime, Path]]:
    """Finished usage files with their time of arrival, oldest first."""
    found = []
    for path in inbox.iterdir():
        if is_usage_file(path):
            try:
                found.append((path.stat().st_mtime_ns, path))
            except FileNotFoundError:
                continue
    return [(datetime.fromtimestamp(at / 1e9, UTC), path) for at, path in sorted(found)]


def identified(arrived_at: datetime, path: Path) -> WaitingFile:
    """The file with its digest."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(READ_AT_ONCE):
            digest.update(chunk)
    size = path.stat().st_size
    return WaitingFile(path=path, size=size, arrived_at=arrived_at, digest=digest.hexdigest())


def put_away(file: WaitingFile, folder: Path) -> None:
    """Move a file out of the inbox; its name gets the digest, so nothing is overwritten."""
    file.path.rename(folder / f"{file.digest[:12]}-{file.path.name}")
