"""A folder for the proof: in memory where there is room; nothing here outlives the machine."""

import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 6 << 30


def new_folder() -> Path:
    """An empty folder that PostgreSQL may enter, which may run as another user."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    made = Path(tempfile.mkdtemp(prefix="wanhao-proof-", dir=MEMORY if roomy else None))
    made.chmod(0o755)
    return made
