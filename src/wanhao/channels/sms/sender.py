"""Takes released messages from the outbox to the SMSC, and notes what became of each."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from wanhao.channels.sms.batches import Batches
from wanhao.channels.sms.claimed import Claimed
from wanhao.channels.sms.contracts import SmsConfig, Submit, SubmitOutcome, SubmitResult
from wanhao.channels.sms.encoding import Parts, split
from wanhao.channels.sms.fleet import LOOK_AGAIN, Fleet
from wanhao.channels.sms.link import NOT_SENT
from wanhao.channels.sms.pacing import Backoff
from wanhao.channels.sms.ports import Note, Outbox, OutboxAwayError
from wanhao.channels.sms.receiver import Clock
from wanhao.channels.sms.session import Session, wait_for
from wanhao.channels.sms.status import Counters
from wanhao.channels.sms.thread import BlockingThread
from wanhao.communications.contracts import OutgoingMessage
from wanhao.values.sms_text import EncodingError

logger = logging.getLogger(__name__)

AGAIN = (SubmitOutcome.THROTTLED, SubmitOutcome.NOT_SENT)
RETRY_FIRST, RETRY_LONGEST = 0.2, 5.0
LOOK_FOR_DEAD_EVERY = 10.0
CLAIM_EVERY = 0.025
"""A claim costs much the same for one message as for fifty, so that answers gather this long."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What a sender works with, beside its binds."""

    outbox: Outbox
    claims: BlockingThread
    notes: BlockingThread
    config: SmsConfig
    counters: Counters
    clock: Clock
    stop: asyncio.Event
    answers: asyncio.Event
    """Set when answers were planned, which are claimed at once."""


class Sender:
    """Keeps the windows full while SMSCs take messages; claims nothing while none does."""

    def __init__(self, fleet: Fleet, house: House) -> None:
        self._fleet = fleet
        self._outbox, self._config = house.outbox, house.config
        self._claims, self._written = house.claims, house.notes
        self._counters, self._clock, self._stop = house.counters, house.clock, house.stop
        self._answers = house.answers
        self._may_have_claimed = False
        # Notes that may release a message exclude claims: one whose commit was in doubt is made
        # again, and must not take a message out of the hands of its next claim.
        self._releasing = asyncio.Lock()
        self._notes = Batches(self._write)
        self._claimed = Claimed()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._may_claim, self._may_give = asyncio.Event(), asyncio.Event()
        self._looked_at = 0.0

    async def run(self) -> None:
        """Settles what an earlier run left behind, then sends until `stop`."""
        await self._settle(self._outbox.settle_interrupted)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._give_on(tasks))
            await self._claim_on()
        await self._put_back_waiting()

    async def _claim_on(self) -> None:
        """Keeps twice the window in hand while a bind is up; nothing waits while none is."""
        while await self._fleet.ready(self._stop):
            self._may_claim.clear()
            self._answers.clear()
            room = 2 * self._fleet.window - len(self._claimed) - len(self._in_hand)
            if room <= self._fleet.window // 2:
                await wait_for(self._may_claim, LOOK_AGAIN)
            elif await self._claim_some(room) < room:
                begun = _now()
                await wait_for(self._answers, self._config.idle_poll)
                await asyncio.sleep(begun + CLAIM_EVERY - _now())

    async def _claim_some(self, room: int) -> int:
        if self._may_have_claimed:
            await self._settle_doubt()
        elif _now() - self._looked_at > LOOK_FOR_DEAD_EVERY:
            await self._settle(self._outbox.settle_dead)
        claimed = await self._claim(room)
        self._claimed.add(claimed)
        self._may_give.set()
        return len(claimed)

    async def _claim(self, room: int) -> list[OutgoingMessage]:
        claim = self._outbox.claim
        async with self._releasing:
            try:
                claimed = await self._claims.call(claim, room, self._clock())
            except OutboxAwayError as error:
                self._may_have_claimed = True
                self._counters.trouble = f"database away: {error}"
                return []
        self._counters.trouble = ""
        return claimed

    async def _settle(self, settle: Callable[[datetime], int]) -> None:
        self._looked_at = _now()
        settled = await self._insist(self._claims, lambda: settle(self._clock()))
        if settled:
            self._counters.unknown += settled
            logger.warning("%d messages were claimed and never answered for", settled)

    async def _settle_doubt(self) -> None:
        """A claim that failed may have been made all the same; nobody ever would send those."""
        await self._put_back_waiting()
        if self._in_hand:
            await asyncio.wait(self._in_hand)
        await self._settle(self._outbox.settle_interrupted)
        self._may_have_claimed = False

    async def _give_on(self, tasks: asyncio.TaskGroup) -> None:
        """Gives each message to the bind with the most room, in the moment it can leave."""
        while not self._stop.is_set():
            self._may_give.clear()
            if self._claimed and not self._fleet.is_bound:
                await self._put_back_waiting()
            session = self._fleet.choose() if self._claimed else None
            if session is None:
                pause = self._fleet.due_in() if self._claimed else LOOK_AGAIN
                await wait_for(self._may_give, pause)
                continue
            await session.enter()
            if not self._claimed:
                session.leave()
                continue
            task = tasks.create_task(self._send(session, self._claimed.take()))
            self._in_hand.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._may_claim.set()

    async def _send(self, session: Session, message: OutgoingMessage) -> None:
        """Submits all parts on one bind; its place is free before the outcome is written."""
        try:
            note = await self._submit_all(session, message)
        finally:
            session.leave()
            self._may_give.set()
        await self._notes.do(note)
        self._count(note)

    async def _submit_all(self, session: Session, message: OutgoingMessage) -> Note:
        try:
            parts = split(message.text, message.message_id)
        except EncodingError as error:
            return self._note(message, SubmitOutcome.REJECTED, error=str(error))
        accepted: list[str] = []
        for payload in parts.payloads:
            part = _part(message, parts, payload)
            result = await self._submit(session, message, part, bool(accepted))
            if result.outcome is not SubmitOutcome.ACCEPTED:
                return self._not_accepted(message, result, bool(accepted))
            accepted.append(result.message_id)
        return self._note(message, SubmitOutcome.ACCEPTED, ids=tuple(accepted))

    async def _submit(
        self, session: Session, message: OutgoingMessage, part: Submit, has_begun: bool
    ) -> SubmitResult:
        """Submits one part; the later parts of a message that has begun are tried again."""
        if not has_begun:
            expires = message.expires_at
            return NOT_SENT if expires and expires <= self._clock() else await session.send(part)
        await session.turn()
        result = await session.send(part)
        while result.outcome in AGAIN and await session.ready(self._stop):
            await session.turn()
            result = await session.send(part)
        return result

    def _not_accepted(
        self, message: OutgoingMessage, result: SubmitResult, has_begun: bool
    ) -> Note:
        if result.outcome is SubmitOutcome.REJECTED:
            error = f"SMPP status 0x{result.status:02X}"
            return self._note(message, SubmitOutcome.REJECTED, error=error)
        is_unknown = result.outcome is SubmitOutcome.UNKNOWN or has_begun
        return self._note(message, SubmitOutcome.UNKNOWN if is_unknown else SubmitOutcome.NOT_SENT)

    def _note(
        self,
        message: OutgoingMessage,
        outcome: SubmitOutcome,
        *,
        ids: tuple[str, ...] = (),
        error: str = "",
    ) -> Note:
        return Note(
            message_id=message.message_id,
            outcome=outcome,
            at=self._clock(),
            channel_message_ids=ids,
            error=error,
        )

    async def _put_back_waiting(self) -> None:
        """What waits for a bind may be sent by others, or later."""
        waiting = self._claimed.take_all()
        notes = [self._note(message, SubmitOutcome.NOT_SENT) for message in waiting]
        await asyncio.gather(*(self._notes.do(note) for note in notes))
        self._counters.put_back += len(notes)

    async def _write(self, notes: list[Note]) -> list[None]:
        ends = (SubmitOutcome.ACCEPTED, SubmitOutcome.REJECTED)
        if all(note.outcome in ends for note in notes):
            await self._insist(self._written, lambda: self._outbox.note(notes))
        else:
            async with self._releasing:
                await self._insist(self._written, lambda: self._outbox.note(notes))
        return [None] * len(notes)

    def _count(self, note: Note) -> None:
        if note.outcome is SubmitOutcome.ACCEPTED:
            self._counters.sent += 1
        elif note.outcome is SubmitOutcome.REJECTED:
            self._counters.failed += 1
            logger.warning("message %d failed: %s", note.message_id, note.error)
        elif note.outcome is SubmitOutcome.UNKNOWN:
            self._counters.unknown += 1
            logger.warning("message %d: no answer, so unknown", note.message_id)
        else:
            self._counters.put_back += 1

    async def _insist(self, thread: BlockingThread, call: Callable[[], T]) -> T | None:
        """Calls until the database answers; once stopped, gives up and the next start settles."""
        delays = Backoff(RETRY_FIRST, RETRY_LONGEST, random.random)
        while True:
            try:
                result = await thread.call(call)
            except OutboxAwayError as error:
                self._counters.trouble = f"database away: {error}"
                if self._stop.is_set():
                    return None
                await wait_for(self._stop, delays.next())
            else:
                self._counters.trouble = ""
                return result


def _part(message: OutgoingMessage, parts: Parts, payload: bytes) -> Submit:
    return Submit(
        destination=str(message.number),
        payload=payload,
        data_coding=parts.data_coding,
        with_header=parts.with_header,
        reference=message.message_id,
        expires_at=message.expires_at,
        urgent=message.urgent,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
