"""An import in a process of its own that kills itself before the given chunk is committed."""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

django.setup()

from wanhao.workflows import import_parties as workflow  # noqa: E402 - after django.setup()


def main() -> None:
    """Usage: killed_import FILE LINES-PER-CHUNK CHUNK."""
    path, chunk_lines, fatal = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    note = workflow.actions.note_chunk

    def note_and_die(source, chunk, *figures):
        note(source, chunk, *figures)
        if chunk == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    workflow.actions.note_chunk = note_and_die
    workflow.import_parties(
        path,
        workflow.Wish(chunk_lines=chunk_lines),
        tell=lambda name, faults: None,
        watch=lambda step, done, total: None,
        clock=lambda: datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    )


if __name__ == "__main__":
    main()
