"""The outbox of communications, as the sender's port."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

from wanhao.channels.sms.contracts import SmsConfig, Step, SubmitOutcome
from wanhao.channels.sms.encoding import InboundPart
from wanhao.channels.sms.hall.answering import Hall
from wanhao.channels.sms.ports import Note, OutboxAwayError
from wanhao.communications import actions, workers
from wanhao.communications.contracts import OutgoingMessage, Receipt

T = TypeVar("T")


class DatabaseOutbox:
    """Keeps one connection per thread and drops it when the database goes away.

    The name under which this process has messages in hand is locked in the database: two processes
    never have the same, and what has a name nobody holds belongs to one that died.
    """

    def __init__(self, config: SmsConfig) -> None:
        self._sign_off = config.sign_off
        self._hall = Hall(config=config.hall, sign_off=config.sign_off)
        self._name = workers.WorkerName(config.worker)

    def settle_interrupted(self, now: datetime) -> int:
        return self._reach(
            lambda: (
                actions.settle_interrupted(self._name.current(), now)
                + workers.settle_dead(self._name, now)
            )
        )

    def settle_dead(self, now: datetime) -> int:
        return self._reach(lambda: workers.settle_dead(self._name, now))

    def claim(self, limit: int, now: datetime) -> list[OutgoingMessage]:
        return self._reach(
            lambda: actions.claim_for_sending(
                self._name.current(), limit, now, sign_off=self._sign_off
            )
        )

    def note(self, notes: Sequence[Note]) -> None:
        self._reach(lambda: _write(notes))

    def record_receipts(self, receipts: Sequence[Receipt]) -> list[bool]:
        return self._reach(lambda: actions.record_receipts(receipts))

    def answer(self, parts: Sequence[InboundPart], now: datetime) -> Iterator[Step]:
        steps = self._hall.steps(parts, now)
        while step := self._reach(lambda: next(steps, None)):
            yield step

    def close(self) -> None:
        connections.close_all()

    def _reach(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except (OperationalError, InterfaceError) as error:
            # A connection that saw the server go must not be used again.
            connections.close_all()
            raise OutboxAwayError(str(error).strip().split("\n")[0]) from error


def _write(notes: Sequence[Note]) -> None:
    accepted = [note for note in notes if note.outcome is SubmitOutcome.ACCEPTED]
    not_sent = [note for note in notes if note.outcome is SubmitOutcome.NOT_SENT]
    if accepted:
        taken = {note.message_id: note.channel_message_ids for note in accepted}
        actions.mark_accepted_many(taken, max(note.at for note in accepted))
    if not_sent:
        at = max(note.at for note in not_sent)
        actions.put_back_many([note.message_id for note in not_sent], at)
    for note in notes:
        if note.outcome is SubmitOutcome.REJECTED:
            actions.mark_failed(note.message_id, note.error, note.at)
        elif note.outcome is SubmitOutcome.UNKNOWN:
            actions.mark_unknown(note.message_id, note.at)
