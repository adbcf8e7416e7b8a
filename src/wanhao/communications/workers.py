"""Names of senders: locked in the database while they live, so that nobody settles their work.

A name is held by the connection it was locked on. Behind a pooler that gives a connection to
others between two statements, two senders could get the same name.
"""

from datetime import datetime

from django.db import connection

from wanhao.communications.actions import settle_interrupted
from wanhao.communications.contracts import MessageState
from wanhao.communications.models import CommunicationMessage

MOST_WORKERS = 1000
LOCK = "SELECT pg_try_advisory_lock(hashtext('wanhao sender'), hashtext(%s))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('wanhao sender'), hashtext(%s))"


class WorkerName:
    """A name of this process alone, as `sms-1`; another one if the connection was lost meanwhile
    and somebody else has taken it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._name = ""
        self._held_by: object = None

    def current(self) -> str:
        """The name, locked."""
        connection.ensure_connection()
        if self._held_by is not connection.connection:
            self._name = self._locked()
            self._held_by = connection.connection
        return self._name

    def _locked(self) -> str:
        names = (f"{self.base}-{place}" for place in range(1, MOST_WORKERS + 1))
        for name in (self._name, *names) if self._name else names:
            if _ask(LOCK, name):
                return name
        raise RuntimeError(f"All {MOST_WORKERS} names of senders are taken.")


def settle_dead(own: WorkerName, now: datetime) -> int:
    """Settle what senders had in hand whose name nobody holds any more; returns how many."""
    mine = own.current()
    in_hand = CommunicationMessage.objects.filter(
        state=MessageState.SUBMITTING.value, worker__startswith=f"{own.base}-"
    )
    settled = 0
    for name in sorted(set(in_hand.values_list("worker", flat=True)) - {mine}):
        if _ask(LOCK, name):
            try:
                settled += settle_interrupted(name, now)
            finally:
                _ask(UNLOCK, name)
    return settled


def _ask(statement: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [name])
        return bool(cursor.fetchone()[0])
