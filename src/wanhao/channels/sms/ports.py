"""What the SMS channel asks of the rest of the house."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wanhao.channels.sms.encoding import InboundPart
from wanhao.communications.contracts import OutgoingMessage, Receipt


class OutboxAwayError(Exception):
    """The outbox cannot be reached now, as when the database restarts; try again later."""


class Outbox(Protocol):
    """The messages to send and what became of them; may block, raises OutboxAwayError."""

    def settle_interrupted(self, worker: str, now: datetime) -> int:
        """Ends what this worker had in hand when it died; gives how many."""

    def claim(self, worker: str, limit: int, now: datetime) -> list[OutgoingMessage]:
        """Takes released messages in hand, committed before it returns."""

    def mark_accepted(
        self, message_id: int, channel_message_ids: Sequence[str], now: datetime
    ) -> None:
        """The SMSC took every part under these ids."""

    def mark_failed(self, message_id: int, error: str, now: datetime) -> None:
        """The SMSC refused it for good."""

    def put_back(self, message_id: int, now: datetime) -> None:
        """Nothing of it was taken; it may be sent again."""

    def mark_unknown(self, message_id: int, now: datetime) -> None:
        """It may have been taken; nobody answered."""

    def record_receipt(self, receipt: Receipt) -> bool:
        """Keeps a delivery receipt; False if no message fits it.

        A receipt may overtake the answer to its submit; it is held until the answer was noted.
        """

    def close(self) -> None:
        """Gives back what the calling thread holds."""


class ReceivedMessages(Protocol):
    """Keeps what customers write; has it safely stored when `store` returns."""

    def store(self, part: InboundPart, now: datetime) -> None:
        """Keeps one part; raises OSError if it cannot."""
