"""Forgets promises that were settled long ago, a few at a time."""

from datetime import datetime, timedelta

from django.db import connection, transaction

# As long as messages and details are kept.
KEPT_FOR = timedelta(days=153)
AT_ONCE = 5_000
# An array is drawn once; a set might be drawn again for each row, and then more than the limit go.
PRUNE = """
DELETE FROM wanhao_promises_promise WHERE id = ANY(ARRAY(
    SELECT id FROM wanhao_promises_promise
    WHERE state IN ('kept', 'withdrawn') AND settled_at < %s
    ORDER BY settled_at LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


@transaction.atomic
def prune(now: datetime, limit: int = AT_ONCE) -> bool:
    """Forget some promises settled five months ago; whether there were any."""
    with connection.cursor() as cursor:
        cursor.execute(PRUNE, [now - KEPT_FOR, limit])
        forgotten: int = cursor.rowcount
    return forgotten > 0
