"""What comes in: delivery receipts to communications, customers' own messages into the file."""

import logging
from collections.abc import Callable
from datetime import datetime

from wanhao.channels.sms.batches import Batches
from wanhao.channels.sms.contracts import Delivery, NotStoredError
from wanhao.channels.sms.encoding import InboundPart, inbound_part, join
from wanhao.channels.sms.ports import Outbox, OutboxAwayError, ReceivedMessages
from wanhao.channels.sms.receipts import is_receipt, mobile_number, read_receipt, spellings
from wanhao.channels.sms.status import Counters
from wanhao.channels.sms.thread import BlockingThread
from wanhao.communications.contracts import Receipt

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class Receiver:
    """Handles deliveries; returns only when they are stored, so they may be acknowledged."""

    def __init__(
        self,
        outbox: Outbox,
        received: ReceivedMessages | None,
        thread: BlockingThread,
        counters: Counters,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._received = received
        self._thread = thread
        self._counters = counters
        self._clock = clock
        self._receipts = Batches(self._record)

    async def handle(self, delivery: Delivery) -> None:
        """Stores one delivery; raises NotStoredError while it cannot."""
        try:
            if is_receipt(delivery):
                await self._receipt(delivery)
            else:
                await self._message(delivery)
        except (OutboxAwayError, OSError) as error:
            raise NotStoredError(str(error)) from error

    async def _receipt(self, delivery: Delivery) -> None:
        report = read_receipt(delivery)
        ids = spellings(report.message_id) if report.message_id else []
        receipt = Receipt(
            channel_message_id=report.message_id,
            number=mobile_number(delivery.source),
            state=report.state,
            error=report.error,
            received_at=self._clock(),
            reference=report.reference,
            spellings=tuple(ids[1:]),
        )
        placed = await self._receipts.do(receipt)
        if isinstance(placed, Exception):
            raise placed
        if placed:
            self._counters.receipts += 1
            return
        self._counters.unmatched += 1
        logger.warning("a receipt for %s fits no message", _masked(delivery.source))

    async def _record(self, receipts: list[Receipt]) -> list[bool | Exception]:
        """Together; if that fails for one of them, each by itself."""
        try:
            return [*await self._thread.call(self._outbox.record_receipts, receipts)]
        except OutboxAwayError:
            raise
        except Exception:
            if len(receipts) == 1:
                raise
            return [await self._alone(receipt) for receipt in receipts]

    async def _alone(self, receipt: Receipt) -> bool | Exception:
        try:
            (placed,) = await self._thread.call(self._outbox.record_receipts, [receipt])
        except Exception as error:
            return error
        return placed

    async def _message(self, delivery: Delivery) -> None:
        if self._received is None:
            raise NotStoredError("messages from customers are not kept here")
        part = inbound_part(delivery)
        if part.total == 1:
            await self._answer(part)
        await self._thread.call(self._received.store, part, self._clock())
        self._counters.received += 1
        logger.info(
            "received part %d of %d from %s", part.index, part.total, _masked(delivery.source)
        )

    async def _answer(self, part: InboundPart) -> None:
        """Does what a short message asks for, if it asks for something that is known."""
        number = mobile_number(part.source)
        if number:
            await self._thread.call(self._outbox.answer, number, join([part]), self._clock())


def _masked(address: str) -> str:
    return f"{address[:3]}****{address[-4:]}" if len(address) > 7 else "****"
