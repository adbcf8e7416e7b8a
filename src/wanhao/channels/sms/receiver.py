"""What comes in: delivery receipts to communications, customers' own messages to the hall."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from wanhao.channels.sms.batches import Batches
from wanhao.channels.sms.contracts import Delivery, NotStoredError
from wanhao.channels.sms.encoding import InboundPart, inbound_part
from wanhao.channels.sms.ports import Outbox, OutboxAwayError
from wanhao.channels.sms.receipts import is_receipt, mobile_number, read_receipt, spellings
from wanhao.channels.sms.status import Counters
from wanhao.channels.sms.thread import BlockingThread
from wanhao.communications.contracts import Receipt

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
TEXTS_AT_ONCE = 200
"""Texts handled together at most; more would make the first of them wait."""
T = TypeVar("T")
R = TypeVar("R")


class Receiver:
    """Handles deliveries; returns only when they are stored, so they may be acknowledged.

    Receipts have a thread, texts several; those of one number always go the same way, so that
    their order is kept. `on_answers` is called when answers were planned.
    """

    def __init__(
        self,
        outbox: Outbox,
        noting: BlockingThread,
        answering: Sequence[BlockingThread],
        counters: Counters,
        clock: Clock,
        on_answers: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._noting = noting
        self._counters = counters
        self._clock = clock
        self._on_answers = on_answers
        self._receipts = Batches(self._record)
        self._answering = answering
        self._texts = [
            Batches(partial(self._answer, lane), TEXTS_AT_ONCE) for lane in range(len(answering))
        ]

    async def handle(self, delivery: Delivery) -> None:
        """Stores one delivery; raises NotStoredError while it cannot."""
        try:
            if is_receipt(delivery):
                await self._receipt(delivery)
            else:
                await self._message(delivery)
        except OutboxAwayError as error:
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
        return await _together(self._noting, self._outbox.record_receipts, receipts)

    async def _message(self, delivery: Delivery) -> None:
        part = inbound_part(delivery)
        lane = self._texts[mobile_number(part.source) % len(self._texts)]
        failure = await lane.do(part)
        if failure is not None:
            raise failure
        self._counters.received += 1
        logger.info(
            "received part %d of %d from %s", part.index, part.total, _masked(delivery.source)
        )

    async def _answer(self, lane: int, parts: list[InboundPart]) -> list[Exception | None]:
        """What is committed is acknowledged at once; what fails is tried again one by one, so that
        it does not hold up the others."""
        failures: list[Exception | None] = [None] * len(parts)
        left = dict(enumerate(parts))
        try:
            await self._handle(lane, left)
        except OutboxAwayError:
            raise
        except Exception as error:
            if len(parts) == 1:
                return [error]
            for place, part in list(left.items()):
                failures[place] = await self._handle_alone(lane, place, part)
        return failures

    async def _handle_alone(self, lane: int, place: int, part: InboundPart) -> Exception | None:
        try:
            await self._handle(lane, {place: part})
        except OutboxAwayError:
            raise
        except Exception as error:
            return error
        return None

    async def _handle(self, lane: int, left: dict[int, InboundPart]) -> None:
        """Handles texts step by step; those that are done are taken out."""
        thread, places = self._answering[lane], list(left)
        steps = self._outbox.answer(list(left.values()), self._clock())
        while step := await thread.call(next, steps, None):
            for place in step.places:
                del left[places[place]]
                self._texts[lane].settle(places[place], None)
            if step.answers:
                self._on_answers()


async def _together(
    thread: BlockingThread, work: Callable[[Sequence[T]], list[R]], items: Sequence[T]
) -> list[R | Exception]:
    """What came together is worked on together; if that fails for one, each by itself."""
    try:
        return [*await thread.call(work, items)]
    except OutboxAwayError:
        raise
    except Exception as error:
        if len(items) == 1:
            return [error]
        return [found for one in items for found in await _together(thread, work, [one])]


def _masked(address: str) -> str:
    return f"{address[:3]}****{address[-4:]}" if len(address) > 7 else "****"
