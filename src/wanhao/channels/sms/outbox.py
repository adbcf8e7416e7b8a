"""The outbox of communications, as the sender's port."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connections

from wanhao.channels.sms.ports import OutboxAwayError
from wanhao.communications import actions
from wanhao.communications.contracts import OutgoingMessage, Receipt

T = TypeVar("T")


class DatabaseOutbox:
    """Keeps one connection per thread and drops it when the database goes away."""

    def __init__(self, sign_off: str) -> None:
        self._sign_off = sign_off

    def settle_interrupted(self, worker: str, now: datetime) -> int:
        return _reach(lambda: actions.settle_interrupted(worker, now))

    def claim(self, worker: str, limit: int, now: datetime) -> list[OutgoingMessage]:
        return _reach(
            lambda: actions.claim_for_sending(worker, limit, now, sign_off=self._sign_off)
        )

    def mark_accepted(
        self, message_id: int, channel_message_ids: Sequence[str], now: datetime
    ) -> None:
        _reach(lambda: actions.mark_accepted(message_id, channel_message_ids, now))

    def mark_failed(self, message_id: int, error: str, now: datetime) -> None:
        _reach(lambda: actions.mark_failed(message_id, error, now))

    def put_back(self, message_id: int, now: datetime) -> None:
        _reach(lambda: actions.put_back(message_id, now))

    def mark_unknown(self, message_id: int, now: datetime) -> None:
        _reach(lambda: actions.mark_unknown(message_id, now))

    def record_receipt(self, receipt: Receipt) -> bool:
        return _reach(lambda: actions.record_receipt(receipt))

    def close(self) -> None:
        connections.close_all()


def _reach(call: Callable[[], T]) -> T:
    try:
        return call()
    except (OperationalError, InterfaceError) as error:
        # A connection that saw the server go must not be used again.
        connections.close_all()
        raise OutboxAwayError(str(error).strip().split("\n")[0]) from error
