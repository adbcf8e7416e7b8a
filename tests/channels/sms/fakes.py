"""An outbox in memory, with the promises of the real one, and helpers to wait and to run."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

from wanhao.channels.sms.contracts import Delivery, SmscConfig, Submit
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.ports import OutboxAwayError
from wanhao.channels.sms.sender import run_sms
from wanhao.channels.sms.session import Session
from wanhao.communications.contracts import DeliveryClass, OutgoingMessage, Receipt

FIRST_NUMBER = 16_907_910_001
PATIENCE = 30.0


class MemoryOutbox:
    """Messages by state; counts every claim. `away` makes it raise, as a restarting database."""

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.state: dict[int, str] = {}
        self.messages: dict[int, OutgoingMessage] = {}
        self.channel_ids: dict[int, list[str]] = {}
        self.errors: dict[int, str] = {}
        self.receipts: list[Receipt] = []
        self.held: list[Receipt] = []
        self.settled: list[str] = []
        self.claims = 0
        self.away = False
        self.release(texts)

    def release(self, texts: Sequence[str]) -> None:
        for text in texts:
            number = len(self.messages) + 1
            self.state[number] = "released"
            self.messages[number] = OutgoingMessage(
                message_id=number,
                number=FIRST_NUMBER + number,
                text=text,
                delivery_class=DeliveryClass.COMFORT,
            )

    def count(self, state: str) -> int:
        return list(self.state.values()).count(state)

    def settle_interrupted(self, worker: str, now: datetime) -> int:
        self._reach()
        self.settled.append(worker)
        stuck = [number for number, state in self.state.items() if state == "submitting"]
        self.state |= dict.fromkeys(stuck, "unknown")
        return len(stuck)

    def claim(self, worker: str, limit: int, now: datetime) -> list[OutgoingMessage]:
        self._reach()
        self.claims += 1
        taken = [number for number, state in self.state.items() if state == "released"][:limit]
        self.state |= dict.fromkeys(taken, "submitting")
        return [self.messages[number] for number in taken]

    def mark_accepted(
        self, message_id: int, channel_message_ids: Sequence[str], now: datetime
    ) -> None:
        self._end(message_id, "accepted")
        self.channel_ids[message_id] = list(channel_message_ids)
        held, self.held = self.held, []
        for receipt in held:
            self.record_receipt(receipt)

    def mark_failed(self, message_id: int, error: str, now: datetime) -> None:
        self._end(message_id, "failed")
        self.errors[message_id] = error

    def put_back(self, message_id: int, now: datetime) -> None:
        self._end(message_id, "released")

    def mark_unknown(self, message_id: int, now: datetime) -> None:
        self._end(message_id, "unknown")

    def record_receipt(self, receipt: Receipt) -> bool:
        self._reach()
        known = {channel_id for ids in self.channel_ids.values() for channel_id in ids}
        if receipt.channel_message_id in known:
            self.receipts.append(receipt)
        elif self._is_in_hand(receipt.number):
            self.held.append(receipt)
        else:
            return False
        return True

    def close(self) -> None:
        return

    def _is_in_hand(self, number: int) -> bool:
        return any(
            self.state[key] == "submitting" and message.number == number
            for key, message in self.messages.items()
        )

    def _end(self, message_id: int, state: str) -> None:
        self._reach()
        assert self.state[message_id] == "submitting"
        self.state[message_id] = state

    def _reach(self) -> None:
        if self.away:
            raise OutboxAwayError("the server closed the connection")


class Sms:
    """The SMS process in a thread, as `wanhao sms` runs it."""

    def __init__(self, config: SmscConfig, outbox: MemoryOutbox) -> None:
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

    def _run(self, config: SmscConfig, outbox: MemoryOutbox) -> None:
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
