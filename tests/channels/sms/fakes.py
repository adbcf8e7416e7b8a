"""An outbox in memory, with the promises of the real one, and helpers to wait and to run."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wanhao.channels.sms.contracts import (
    Delivery,
    SmscConfig,
    SmsConfig,
    Step,
    Submit,
    SubmitOutcome,
)
from wanhao.channels.sms.encoding import InboundPart, join
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.ports import Note, Outbox, OutboxAwayError
from wanhao.channels.sms.process import run_sms
from wanhao.channels.sms.session import Session
from wanhao.communications.contracts import DeliveryClass, OutgoingMessage, Receipt

FIRST_NUMBER = 16_907_910_001
PATIENCE = 30.0
STATES = {
    SubmitOutcome.ACCEPTED: "accepted",
    SubmitOutcome.REJECTED: "failed",
    SubmitOutcome.UNKNOWN: "unknown",
    SubmitOutcome.NOT_SENT: "released",
}


class MemoryOutbox:
    """Messages by state; counts every claim. `away` makes it raise, as a restarting database."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.state: dict[int, str] = {}
        self.messages: dict[int, OutgoingMessage] = {}
        self.channel_ids: dict[int, list[str]] = {}
        self.errors: dict[int, str] = {}
        self.receipts: list[Receipt] = []
        self.held: list[Receipt] = []
        self.settled = 0
        self.asked: list[InboundPart] = []
        self.claims = 0
        self.away = False
        self.release(texts)

    def release(self, texts: Sequence[str], **more: Any) -> None:
        for text in texts:
            number = len(self.messages) + 1
            message = OutgoingMessage(
                message_id=number,
                number=FIRST_NUMBER + number,
                text=text,
                delivery_class=DeliveryClass.COMFORT,
            )
            self.messages[number] = replace(message, **more)
            self.state[number] = "released"

    def count(self, state: str) -> int:
        return list(self.state.values()).count(state)

    def settle_interrupted(self, now: datetime) -> int:
        self._reach()
        self.settled += 1
        stuck = [number for number, state in self.state.items() if state == "submitting"]
        self.state |= dict.fromkeys(stuck, "unknown")
        return len(stuck)

    def settle_dead(self, now: datetime) -> int:
        self._reach()
        return 0

    def claim(self, limit: int, now: datetime) -> list[OutgoingMessage]:
        self._reach()
        self.claims += 1
        taken = [number for number, state in self.state.items() if state == "released"][:limit]
        self.state |= dict.fromkeys(taken, "submitting")
        return [self.messages[number] for number in taken]

    def note(self, notes: Sequence[Note]) -> None:
        self._reach()
        for note in notes:
            assert self.state[note.message_id] == "submitting"
            self.state[note.message_id] = STATES[note.outcome]
            if note.outcome is SubmitOutcome.ACCEPTED:
                self.channel_ids[note.message_id] = list(note.channel_message_ids)
            elif note.outcome is SubmitOutcome.REJECTED:
                self.errors[note.message_id] = note.error
        held, self.held = self.held, []
        self.record_receipts(held)

    def record_receipts(self, receipts: Sequence[Receipt]) -> list[bool]:
        self._reach()
        return [self._record(receipt) for receipt in receipts]

    def answer(self, parts: Sequence[InboundPart], now: datetime) -> Iterator[Step]:
        self._reach()
        self.asked += parts
        yield Step(places=tuple(range(len(parts))), answers=0)

    def asked_texts(self) -> list[str]:
        """The texts of whole messages, in the order their last part came."""
        waiting: dict[tuple[str, int, int], dict[int, InboundPart]] = {}
        texts = []
        for part in self.asked:
            have = waiting.setdefault((part.source, part.reference, part.total), {})
            have[part.index] = part
            if len(have) == part.total:
                texts.append(join(have.values()))
                del waiting[part.source, part.reference, part.total]
        return texts

    def close(self) -> None:
        return

    def _record(self, receipt: Receipt) -> bool:
        known = {channel_id for ids in self.channel_ids.values() for channel_id in ids}
        if known & set(receipt.ids):
            self.receipts.append(receipt)
        elif self._is_in_hand(receipt.number):
            self.held.append(receipt)
        else:
            return False
        return True

    def _is_in_hand(self, number: int) -> bool:
        return any(
            self.state[key] == "submitting" and message.number == number
            for key, message in self.messages.items()
        )

    def _reach(self) -> None:
        if self.away:
            raise OutboxAwayError("the server closed the connection")


def sms_config(binds: SmscConfig | Sequence[SmscConfig], **more: Any) -> SmsConfig:
    """A process with these binds that looks for messages often."""
    several = (binds,) if isinstance(binds, SmscConfig) else tuple(binds)
    return SmsConfig(binds=several, idle_poll=0.05, **more)


class Sms:
    """The SMS process in a thread, as `wanhao sms` runs it, with one bind or several."""

    def __init__(self, binds: SmscConfig | Sequence[SmscConfig], outbox: Outbox) -> None:
        config = sms_config(binds)
        self.lines: list[str] = []
        self.now = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(config, outbox))

    def __enter__(self) -> "Sms":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert self.error is None

    @property
    def line(self) -> str:
        return self.lines[-1] if self.lines else ""

    def _run(self, config: SmsConfig, outbox: Outbox) -> None:
        try:
            run_sms(
                self._stop,
                config,
                outbox=outbox,
                clock=lambda: self.now,
                report=self.lines.append,
            )
        except BaseException as error:
            self.error = error
            raise


def until(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Waits for it to become true."""
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


async def soon(what: Callable[[], object], patience: float = PATIENCE) -> None:
    """Waits for it to become true while the loop runs; `what` may block for a moment."""
    async with asyncio.timeout(patience):
        while not await asyncio.to_thread(what):
            await asyncio.sleep(0.02)


async def accept(_: Delivery) -> None:
    """Takes every delivery."""


@asynccontextmanager
async def running(
    config: SmscConfig, handler: Callable[[Delivery], Awaitable[None]] = accept
) -> AsyncIterator[Session]:
    """A session that runs until the block ends, and then unbinds."""
    stop = asyncio.Event()
    session = Session(config, handler)
    task = asyncio.create_task(session.run(stop))
    try:
        yield session
    finally:
        stop.set()
        await task


def part(text: str, number: int = FIRST_NUMBER) -> Submit:
    return Submit(
        destination=str(number),
        payload=text.encode("utf-16-be"),
        data_coding=8,
        with_header=False,
        reference=7,
    )


def texts_at(peer: SmscPeer) -> list[str]:
    return [message["text"] for message in peer.messages()]


@contextmanager
def silent_smsc() -> Iterator[int]:
    """A listener that accepts connections and never says a word; gives its port."""
    ready = threading.Event()
    port: list[int] = []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()))
    thread.start()
    ready.wait(PATIENCE)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
