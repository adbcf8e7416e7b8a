"""Writes of an import: its run, and the accounts of one chunk."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from wanhao.parties.adding import add_asked
from wanhao.parties.importing import judging
from wanhao.parties.importing.checking import RowFault
from wanhao.parties.importing.contracts import (
    Fault,
    ImportedLine,
    Source,
    StandingLine,
)
from wanhao.parties.importing.masking import masked
from wanhao.parties.models import ImportRun
from wanhao.parties.states import NEXT, UNFINISHED, RunState
from wanhao.values.errors import WanhaoError


class ChunkChangedError(Exception):
    """Somebody opened an account of the chunk, or took a number, after it had been compared."""


@contextmanager
def only_import_of(source: Source) -> Iterator[None]:
    """Hold the file for this session; WanhaoError when another import holds it."""
    key = lock_key(source.digest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if not cursor.fetchone()[0]:
            raise WanhaoError(
                f"{source.name} is being imported at this moment.",
                "Wait for that import; see how far it is with: wanhao parties imports",
            )
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def lock_key(digest: str) -> int:
    """The advisory lock of a file."""
    return int.from_bytes(bytes.fromhex(digest[:16]), signed=True)


def begin_run(source: Source, now: datetime) -> None:
    """Go on with the run of this file that was interrupted, or else begin a new one."""
    fresh = {"name": source.name, "started_at": now, "changed_at": now}
    ImportRun.objects.get_or_create(
        digest=source.digest,
        state__in=[state.value for state in UNFINISHED],
        defaults={**fresh, "state": RunState.READING.value},
    )


def note_size(source: Source, rows: int, chunks: int, now: datetime) -> int:
    """The file is read: so many rows, so many chunks; returns how many of them are done.

    None is when the file was cut otherwise before, read with another encoding; what stands is
    recognised.
    """
    run = _move(source, RunState.OPENING, now, rows=rows)
    if run.chunks != chunks:
        run.chunks, run.chunks_done = chunks, 0
        run.save()
    return run.chunks_done


def note_chunk(source: Source, chunk: int, accounts: int, lines: int, now: datetime) -> None:
    """A chunk is open; written in its own transaction, so that it is never opened twice."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_CHUNK, [chunk + 1, accounts, lines, now, source.digest])
        if cursor.rowcount != 1:
            raise ChunkChangedError


NOTE_CHUNK = """
UPDATE wanhao_parties_importrun
SET chunks_done = %s, accounts_opened = accounts_opened + %s, lines_opened = lines_opened + %s,
    changed_at = %s
WHERE digest = %s AND state = 'opening'
"""


def end_run(
    source: Source, state: RunState, now: datetime, *, left_out: int = 0, trouble: str = ""
) -> tuple[int, int]:
    """The run is over; returns how many accounts and lines it opened in all."""
    run = _move(source, state, now, rows_left_out=left_out, trouble=trouble)
    return run.accounts_opened, run.lines_opened


@transaction.atomic
def _move(source: Source, state: RunState, now: datetime, **figures: int | str) -> ImportRun:
    runs = ImportRun.objects.select_for_update().filter(digest=source.digest)
    run = runs.get(state__in=[one.value for one in UNFINISHED])
    if state not in NEXT[RunState(run.state)]:
        raise WanhaoError(
            f"The import of {source.name} is {run.state}, and cannot become {state}.",
            "Start the import again.",
        )
    for name, figure in {**figures, "state": state.value, "changed_at": now}.items():
        setattr(run, name, figure)
    run.save()
    return run


def refuse_run(source: Source, trouble: str, now: datetime) -> None:
    """The run ends here with nothing opened; one that opened chunks may still go on."""
    runs = ImportRun.objects.filter(digest=source.digest, chunks_done=0)
    if runs.filter(state__in=[state.value for state in UNFINISHED]).exists():
        _move(source, RunState.REFUSED, now, trouble=trouble)


def compare_chunk(chunk: int) -> list[StandingLine]:
    """Put a chunk's rows on the table and put out what parties know otherwise; what stands."""
    judging.take(chunk)
    judging.compare_with_parties()
    return judging.standing()


def set_aside(lines: list[StandingLine], conflicts: list[tuple[StandingLine, str]]) -> None:
    """Take what stands off the table; an account that other rooms know otherwise, with the column
    that differs, is put out."""
    judging.put_out(
        [
            RowFault(line.row, Fault.CONFLICT, field, masked(field, str(getattr(line, field, ""))))
            for line, field in conflicts
        ]
    )
    judging.set_aside(lines)


def count_new() -> tuple[int, int]:
    """How many accounts and lines on the table nobody has opened."""
    lines = judging.new_lines()
    return len({line.account for line in lines}), len(lines)


def open_chunk() -> list[ImportedLine]:
    """Open the accounts on the table that nobody has opened, in the caller's transaction.

    ChunkChangedError when somebody was faster.
    """
    lines = judging.new_lines()
    added = add_asked(judging.NEW)
    if len(added) != len(lines):
        raise ChunkChangedError
    return [
        ImportedLine(ids.account_id, ids.group_id or 0, line)
        for ids, line in zip(added, lines, strict=True)
    ]


def learn_sizes() -> None:
    """Let the planner know how large the tables are now; by itself it would learn it later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
