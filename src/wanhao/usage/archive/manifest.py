"""The manifest of the archive: which parts hold the compacted records. It changes in one rename.

All metered records of the batches up to `through` are in the parts, or were dropped after their
time; all later ones are in the files of their batches. So whoever reads the manifest first and the
batches after it sees every record once. It lies with the files that it names, not in the database:
a folder that comes back from a backup is whole by itself.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from wanhao.usage.archive.layout import DAYS, MANIFEST, part_folder
from wanhao.usage.durable import sync_file, sync_folder
from wanhao.values.errors import WanhaoError

FORMAT = 1
REMEDY = "Restore the archive folder from its backup."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Records of a day (of their start, in Asia/Shanghai), of some batches, sorted by number.

    `key` is the master key's name, empty for none. `holds` are those for which the part was kept
    when its day was dropped.
    """

    day: str
    name: str
    rows: int
    octets: int
    first_batch: int
    last_batch: int
    key: str = ""
    holds: tuple[int, ...] = ()

    def folder(self, archive: Path) -> Path:
        """Where its files lie."""
        return part_folder(archive, self.day, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was compacted. `until` is the day before which batches were taken in when it was last
    done; `kept_from` the first day that is kept whole; `dropped` counts records past their time."""

    through: int = 0
    until: str = ""
    kept_from: str = ""
    dropped: int = 0
    parts: tuple[Part, ...] = ()

    def of_days(self, first: date, last: date) -> list[Part]:
        """The parts of the days from the first to the last."""
        return [part for part in self.parts if first.isoformat() <= part.day <= last.isoformat()]

    def of_batches(self, first: int, last: int) -> list[Part]:
        """The parts that may hold records of these batches."""
        return [p for p in self.parts if p.first_batch <= last and p.last_batch >= first]

    def exchanged(self, old: Sequence[Part], new: Sequence[Part]) -> "Manifest":
        """With other parts in the place of some."""
        gone = {part.name for part in old}
        kept = [part for part in self.parts if part.name not in gone]
        parts = sorted([*kept, *new], key=lambda part: (part.day, part.first_batch))
        return replace(self, parts=tuple(parts))


def load_manifest(archive: Path) -> Manifest:
    """The manifest of an archive; an empty one before anything was compacted.

    WanhaoError where it is damaged, or gone while there are parts.
    """
    try:
        told = json.loads((archive / MANIFEST).read_bytes())
    except FileNotFoundError:
        _refuse_parts_without_manifest(archive)
        return Manifest()
    except ValueError:
        told = {}
    if told.pop("format", None) != FORMAT:
        raise WanhaoError(f"{archive / MANIFEST} cannot be read.", REMEDY)
    parts = (Part(**{**part, "holds": tuple(part["holds"])}) for part in told.pop("parts"))
    return Manifest(**told, parts=tuple(parts))


def save_manifest(archive: Path, manifest: Manifest) -> None:
    """Switch to another manifest, durably and in one step."""
    unfinished = archive / f".{MANIFEST}.tmp"
    try:
        unfinished.write_text(json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1) + "\n")
        sync_file(unfinished)
        unfinished.rename(archive / MANIFEST)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(archive)


def settle_manifest(archive: Path) -> None:
    """Have a manifest on disk before anything is removed that it does not name. One that is there
    is not written anew: on a full disk only that removing makes room."""
    if (archive / MANIFEST).exists():
        sync_file(archive / MANIFEST)
        sync_folder(archive)
    else:
        save_manifest(archive, Manifest())


def _refuse_parts_without_manifest(archive: Path) -> None:
    if next((archive / DAYS).glob("*/*/*.parquet"), None) is None:
        return
    raise WanhaoError(f"{archive / MANIFEST} is gone, but not the files that it named.", REMEDY)
