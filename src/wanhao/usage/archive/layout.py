"""Where things lie in the archive folder, and how they come to lie there durably."""

import uuid
from pathlib import Path

from wanhao.values.errors import WanhaoError

BATCHES = "batch-*.parquet"
DAYS = "days"
MANIFEST = "manifest.json"
INDEX = "index.parquet"


def archive_path(folder: Path, number: int, token: uuid.UUID) -> Path:
    """Where the records of a batch are kept until they are compacted."""
    return folder / f"batch-{number:012d}-{token.hex[:12]}.parquet"


def batch_number(path: Path) -> int:
    """The number of the batch a file was written for."""
    return int(path.name.removeprefix(".").split("-")[1])


def part_folder(folder: Path, day: str, name: str) -> Path:
    """Where the files of a part of a day (as 2026-11-23) are kept."""
    return folder / DAYS / day / name


def missing(path: Path) -> WanhaoError:
    """What to say of a file that should be there."""
    return WanhaoError(
        f"A file of the archive is missing: {path}.",
        "Restore the archive folder from its backup.",
    )


def ahead(newest: int, last: int) -> WanhaoError:
    """What to say of an archive that holds batches which the database does not know."""
    return WanhaoError(
        f"The archive holds batch {newest}; the last one of this database is {last}.",
        "Set DATABASE_URL to the database that counted it. If this one came from a backup, take out"
        " what it does not know: wanhao archive rewind --to FOLDER. Then deliver FOLDER's files.",
    )
