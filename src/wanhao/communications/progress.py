"""How far one message is."""

from dataclasses import dataclass

from wanhao.communications.contracts import MessageState, ReceiptState
from wanhao.communications.models import CommunicationMessage, MessagePart


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Its state, and of its parts how many arrived; `error` says why it failed."""

    state: MessageState
    parts: int
    arrived: int
    error: str

    @property
    def has_ended(self) -> bool:
        return self.state in (
            MessageState.DELIVERED,
            MessageState.FAILED,
            MessageState.UNKNOWN,
            MessageState.WITHDRAWN,
        )


def progress(message_id: int) -> Progress:
    """How far the message of this id is; there must be one."""
    row = CommunicationMessage.objects.get(id=message_id)
    parts = MessagePart.objects.filter(message_id=message_id)
    return Progress(
        state=MessageState(row.state),
        parts=row.sms_parts,
        arrived=parts.filter(state=ReceiptState.DELIVERED.value).count(),
        error=row.error,
    )
