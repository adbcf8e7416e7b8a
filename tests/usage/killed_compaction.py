"""Compaction in a process of its own that kills itself after the given part."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path

import django

django.setup()

from wanhao.usage.archive.daily import keep_archive  # noqa: E402 - Django must be set up first
from wanhao.usage.folders import Folders  # noqa: E402


def main() -> None:
    """Usage: killed_compaction FOLDER TIME NAME-OF-PART."""

    def checkpoint(part: str) -> None:
        if part == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)

    now = datetime.fromisoformat(sys.argv[2])
    keep_archive(Folders(Path(sys.argv[1])), now, 5, checkpoint=checkpoint)


if __name__ == "__main__":
    main()
