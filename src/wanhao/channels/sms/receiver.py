"""What comes in: delivery receipts to communications, customers' own messages into the file."""

import logging
from collections.abc import Callable
from datetime import datetime

from wanhao.channels.sms.contracts import Delivery, NotStoredError
from wanhao.channels.sms.encoding import inbound_part
from wanhao.channels.sms.ports import Outbox, OutboxAwayError, ReceivedMessages
from wanhao.channels.sms.receipts import (
    ID_STYLES,
    DeliveryReport,
    is_receipt,
    mobile_number,
    read_receipt,
)
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
        self._style = ID_STYLES[0]

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
        if await self._record(report, mobile_number(delivery.source)):
            self._counters.receipts += 1
            return
        self._counters.unmatched += 1
        logger.warning("a receipt for %s fits no message", _masked(delivery.source))

    async def _record(self, report: DeliveryReport, number: int) -> bool:
        """Tries the id as SMSCs write it; the style that fitted last comes first."""
        tried: set[str | None] = set()
        for style in sorted(ID_STYLES, key=lambda style: style is not self._style):
            message_id = style(report.message_id) if report.message_id else None
            if message_id in tried or (report.message_id and message_id is None):
                continue
            tried.add(message_id)
            receipt = Receipt(
                channel_message_id=message_id,
                number=number,
                state=report.state,
                error=report.error,
                received_at=self._clock(),
                reference=report.reference,
            )
            if await self._thread.call(self._outbox.record_receipt, receipt):
                self._style = style
                return True
        return False

    async def _message(self, delivery: Delivery) -> None:
        if self._received is None:
            raise NotStoredError("messages from customers are not kept here")
        part = inbound_part(delivery)
        await self._thread.call(self._received.store, part, self._clock())
        self._counters.received += 1
        logger.info(
            "received part %d of %d from %s", part.index, part.total, _masked(delivery.source)
        )


def _masked(address: str) -> str:
    return f"{address[:3]}****{address[-4:]}" if len(address) > 7 else "****"
