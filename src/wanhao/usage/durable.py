"""Forcing to disk what must not be lost."""

import os
from pathlib import Path


def sync_file(path: Path) -> None:
    """Force what a file holds to disk."""
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Force to disk which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
