"""What the SMS channel asks of the rest of the house."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wanhao.channels.sms.contracts import Step, SubmitOutcome
from wanhao.channels.sms.encoding import InboundPart
from wanhao.communications.contracts import OutgoingMessage, Receipt


class OutboxAwayError(Exception):
    """The outbox cannot be reached now, as when the database restarts; try again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What became of a message: accepted under these ids, rejected for a reason, unknown.

    With `not_sent` nothing of it was taken and it may be sent again.
    """

    message_id: int
    outcome: SubmitOutcome
    at: datetime
    channel_message_ids: tuple[str, ...] = ()
    error: str = ""


class Outbox(Protocol):
    """The messages to send and what became of them; may block, raises OutboxAwayError."""

    def settle_interrupted(self, now: datetime) -> int:
        """Ends what this process had in hand, and what those had that died; gives how many."""

    def settle_dead(self, now: datetime) -> int:
        """Ends what processes that died had in hand; gives how many."""

    def claim(self, limit: int, now: datetime) -> list[OutgoingMessage]:
        """Takes released messages in hand, required ones first, committed before it returns."""

    def note(self, notes: Sequence[Note]) -> None:
        """Writes what became of messages; the same notes may come again."""

    def record_receipts(self, receipts: Sequence[Receipt]) -> list[bool]:
        """Keeps delivery receipts; False for each that fits no message.

        A receipt may overtake the answer to its submit; it is held until the answer was noted.
        """

    def answer(self, parts: Sequence[InboundPart], now: datetime) -> Iterator[Step]:
        """Does what customers wrote, each once, and plans the answers, in steps; what a step has is
        committed when it is given, the rest not yet. All are to be taken, in one thread."""

    def close(self) -> None:
        """Gives back what the calling thread holds."""
