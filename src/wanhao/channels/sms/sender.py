"""Takes released messages from the outbox to the SMSC, and notes what became of each."""

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from wanhao.channels.sms.contracts import SmscConfig, Submit, SubmitOutcome, SubmitResult
from wanhao.channels.sms.encoding import Parts, split
from wanhao.channels.sms.outbox import DatabaseOutbox
from wanhao.channels.sms.pacing import Backoff
from wanhao.channels.sms.ports import Outbox, OutboxAwayError
from wanhao.channels.sms.received import ReceivedFile
from wanhao.channels.sms.receiver import Clock, Receiver
from wanhao.channels.sms.session import Session, wait_for
from wanhao.channels.sms.status import Counters, Report, final_line, report_status, say
from wanhao.channels.sms.thread import BlockingThread
from wanhao.communications.contracts import OutgoingMessage
from wanhao.values.sms_text import EncodingError

logger = logging.getLogger(__name__)

AGAIN = (SubmitOutcome.THROTTLED, SubmitOutcome.NOT_SENT)
STOP_LOOK_EVERY = 0.05
RETRY_FIRST, RETRY_LONGEST = 0.2, 5.0

T = TypeVar("T")


def run_sms(
    stop: threading.Event,
    config: SmscConfig,
    *,
    outbox: Outbox | None = None,
    clock: Clock = lambda: datetime.now(UTC),
    report: Report = say,
) -> None:
    """Sends what is released and stores what comes in, until `stop` is set.

    Survives the SMSC and the database going away; any other error ends it, and the messages then
    in hand are settled at the next start.
    """
    asyncio.run(_run(stop, config, outbox or DatabaseOutbox(config.sign_off), clock, report))


async def _run(
    stop: threading.Event, config: SmscConfig, outbox: Outbox, clock: Clock, report: Report
) -> None:
    thread, counters, ending = BlockingThread("outbox"), Counters(), asyncio.Event()
    received = ReceivedFile(config.received) if config.received else None
    receiver = Receiver(outbox, received, thread, counters, clock)
    session = Session(config, receiver.handle)
    sender = Sender(session, outbox, thread, config, counters, clock, ending)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_follow(stop, ending))
            tasks.create_task(session.run(ending))
            tasks.create_task(report_status(session, counters, config.window, report, ending))
            tasks.create_task(sender.run())
    finally:
        thread.finish(outbox.close)
        report(final_line(counters))


class Sender:
    """Keeps the window full while the SMSC takes messages; claims nothing while it does not."""

    def __init__(
        self,
        session: Session,
        outbox: Outbox,
        thread: BlockingThread,
        config: SmscConfig,
        counters: Counters,
        clock: Clock,
        stop: asyncio.Event,
    ) -> None:
        self._session = session
        self._outbox = outbox
        self._thread = thread
        self._config = config
        self._counters = counters
        self._clock = clock
        self._stop = stop
        self._may_have_claimed = False
        # Notes that may release a message exclude claims: one whose commit was in doubt is made
        # again, and must not take a message out of the hands of its next claim.
        self._releasing = asyncio.Lock()
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Settles what an earlier run left behind, then sends until `stop`."""
        await self._settle()
        async with asyncio.TaskGroup() as tasks:
            while await self._session.ready(self._stop):
                if not await self._send_some(tasks):
                    await wait_for(self._stop, self._config.idle_poll)

    async def _settle(self) -> None:
        settle, worker = self._outbox.settle_interrupted, self._config.worker
        settled = await self._insist(lambda: settle(worker, self._clock()))
        if settled:
            self._counters.unknown += settled
            logger.warning("%d messages were claimed and never answered for", settled)

    async def _send_some(self, tasks: asyncio.TaskGroup) -> bool:
        """Claims up to twice the window; False if there was less than that to do."""
        room = 2 * self._config.window - len(self._in_hand)
        if room <= self._config.window // 2:
            await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
            return True
        if self._may_have_claimed:
            await self._settle_doubt()
        claimed = await self._claim(room)
        for message in claimed:
            task = tasks.create_task(self._send(message))
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        return len(claimed) == room

    async def _claim(self, room: int) -> list[OutgoingMessage]:
        claim, worker = self._outbox.claim, self._config.worker
        async with self._releasing:
            try:
                claimed = await self._thread.call(claim, worker, room, self._clock())
            except OutboxAwayError as error:
                self._counters.trouble = f"database away: {error}"
                self._may_have_claimed = True
                return []
        self._counters.trouble = ""
        return claimed

    async def _settle_doubt(self) -> None:
        """A claim that failed may have been committed: nobody would ever send those messages."""
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        await self._settle()
        self._may_have_claimed = False

    async def _send(self, message: OutgoingMessage) -> None:
        try:
            parts = split(message.text, message.message_id)
        except EncodingError as error:
            await self._failed(message, str(error))
            return
        accepted: list[str] = []
        for payload in parts.payloads:
            result = await self._submit(message, parts, payload, bool(accepted))
            if result.outcome is not SubmitOutcome.ACCEPTED:
                await self._not_accepted(message, result, bool(accepted))
                return
            accepted.append(result.message_id)
        note = self._outbox.mark_accepted
        await self._insist(lambda: note(message.message_id, accepted, self._clock()))
        self._counters.sent += 1

    async def _submit(
        self,
        message: OutgoingMessage,
        parts: Parts,
        payload: bytes,
        has_begun: bool,
    ) -> SubmitResult:
        """Submits one part; the later parts of a message that has begun are tried again."""
        part = Submit(
            destination=str(message.number),
            payload=payload,
            data_coding=parts.data_coding,
            with_header=parts.with_header,
            reference=message.message_id,
        )
        result = await self._session.submit(part)
        while has_begun and result.outcome in AGAIN and await self._session.ready(self._stop):
            result = await self._session.submit(part)
        return result

    async def _not_accepted(
        self, message: OutgoingMessage, result: SubmitResult, has_begun: bool
    ) -> None:
        if result.outcome is SubmitOutcome.REJECTED:
            await self._failed(message, f"SMPP status 0x{result.status:02X}")
        elif result.outcome is SubmitOutcome.UNKNOWN or has_begun:
            note = self._outbox.mark_unknown
            async with self._releasing:
                await self._insist(lambda: note(message.message_id, self._clock()))
            self._counters.unknown += 1
            logger.warning("message %d: no answer, so unknown", message.message_id)
        else:
            note = self._outbox.put_back
            async with self._releasing:
                await self._insist(lambda: note(message.message_id, self._clock()))
            self._counters.put_back += 1

    async def _failed(self, message: OutgoingMessage, error: str) -> None:
        note = self._outbox.mark_failed
        await self._insist(lambda: note(message.message_id, error, self._clock()))
        self._counters.failed += 1
        logger.warning("message %d failed: %s", message.message_id, error)

    async def _insist(self, call: Callable[[], T]) -> T | None:
        """Calls until the database answers; once stopped, gives up and the next start settles."""
        delays = Backoff(RETRY_FIRST, RETRY_LONGEST, random.random)
        while True:
            try:
                result = await self._thread.call(call)
            except OutboxAwayError as error:
                self._counters.trouble = f"database away: {error}"
                if self._stop.is_set():
                    return None
                await wait_for(self._stop, delays.next())
            else:
                self._counters.trouble = ""
                return result


async def _follow(stop: threading.Event, ending: asyncio.Event) -> None:
    """Carries the wish to stop from the thread that has it into the loop."""
    while not stop.is_set():
        await asyncio.sleep(STOP_LOOK_EVERY)
    ending.set()
