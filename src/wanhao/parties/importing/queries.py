"""Reads of imports."""

from django.db import connection

from wanhao.parties.importing.actions import lock_key
from wanhao.parties.importing.contracts import RunView
from wanhao.parties.models import ImportRun
from wanhao.parties.states import RunState

HELD = """
SELECT (classid::bigint << 32) + objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def latest_runs(limit: int = 20) -> list[RunView]:
    """The latest imports, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        held = {key for (key,) in cursor.fetchall()}
    return [
        RunView(
            name=run.name,
            digest=run.digest,
            state=RunState(run.state),
            running=lock_key(run.digest) in held,
            rows=run.rows,
            chunks=run.chunks,
            chunks_done=run.chunks_done,
            accounts_opened=run.accounts_opened,
            lines_opened=run.lines_opened,
            rows_left_out=run.rows_left_out,
            trouble=run.trouble,
            started_at=run.started_at,
            changed_at=run.changed_at,
        )
        for run in ImportRun.objects.order_by("-id")[:limit]
    ]
