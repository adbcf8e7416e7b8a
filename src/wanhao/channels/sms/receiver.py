"""What comes in: delivery receipts to communications, customers' own messages into the file."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from wanhao.channels.sms.contracts import Delivery
from wanhao.channels.sms.encoding import inbound_part
from wanhao.channels.sms.ports import Outbox, ReceivedMessages
from wanhao.channels.sms.receipts import (
    DeliveryReport,
    id_variants,
    is_receipt,
    mobile_number,
    read_receipt,
)
from wanhao.channels.sms.status import Counters
from wanhao.channels.sms.thread import BlockingThread
from wanhao.communications.contracts import Receipt

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LOOK_AGAIN_AFTER = (0.1, 0.4, 1.5)
"""A receipt may overtake the answer to its submit, or the note that it was accepted."""


class NothingKeepsItError(Exception):
    """No place to keep what a customer wrote; the SMSC holds it until there is one."""


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
        self._first_variant = 0

    async def handle(self, delivery: Delivery) -> None:
        """Stores one delivery; raises if it could not."""
        if is_receipt(delivery):
            await self._receipt(delivery)
        else:
            await self._message(delivery)

    async def _receipt(self, delivery: Delivery) -> None:
        report = read_receipt(delivery)
        number = mobile_number(delivery.source)
        now = self._clock()
        for pause in (*LOOK_AGAIN_AFTER, None):
            if await self._record(report, number, now):
                self._counters.receipts += 1
                return
            if pause is not None:
                await asyncio.sleep(pause)
        self._counters.unmatched += 1
        logger.warning("a receipt for %s fits no message", _masked(delivery.source))

    async def _record(self, report: DeliveryReport, number: int, now: datetime) -> bool:
        """Tries the id as SMSCs write it; the way that fitted last time comes first."""
        ids: list[str | None] = [*id_variants(report.message_id)] if report.message_id else [None]
        order = sorted(range(len(ids)), key=lambda place: place != self._first_variant)
        for place in order:
            receipt = Receipt(
                channel_message_id=ids[place],
                number=number,
                state=report.state,
                error=report.error,
                received_at=now,
            )
            if await self._thread.call(self._outbox.record_receipt, receipt):
                self._first_variant = place
                return True
        return False

    async def _message(self, delivery: Delivery) -> None:
        if self._received is None:
            raise NothingKeepsItError("messages from customers are not kept here")
        part = inbound_part(delivery)
        await self._thread.call(self._received.store, part, self._clock())
        self._counters.received += 1
        logger.info(
            "received part %d of %d from %s", part.index, part.total, _masked(delivery.source)
        )


def _masked(address: str) -> str:
    return f"{address[:3]}****{address[-4:]}" if len(address) > 7 else "****"
