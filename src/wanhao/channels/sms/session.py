"""The lasting SMPP session: keeps a link up, paces, holds the window, backs off."""

import asyncio
import logging
import random

from wanhao.channels.sms import codec
from wanhao.channels.sms.contracts import (
    LinkState,
    SmscConfig,
    Submit,
    SubmitOutcome,
    SubmitResult,
)
from wanhao.channels.sms.link import (
    NOT_SENT,
    BindRefusedError,
    Handler,
    Link,
    LinkLostError,
    WrongCredentialsError,
    open_link,
)
from wanhao.channels.sms.pacing import Backoff, Chance, Pacer

logger = logging.getLogger(__name__)

TURNED_AWAY = (codec.THROTTLED, codec.QUEUE_FULL)
GRAIN = 0.001
"""A turn nearer than this is not waited for: SMSCs count by the second, a timer costs more."""


class Session:
    """Submits parts to one SMSC over as many connections as it takes, one at a time."""

    def __init__(
        self, config: SmscConfig, handler: Handler, *, chance: Chance = random.random
    ) -> None:
        self._config = config
        self._handler = handler
        self._link: Link | None = None
        self._bound = asyncio.Event()
        self._unbound = asyncio.Event()
        self._unbound.set()
        self._window = asyncio.Semaphore(config.window)
        self._pacer = Pacer(config.per_second)
        self._reconnect = Backoff(config.reconnect_first, config.reconnect_longest, chance)
        self._throttled = Backoff(config.throttled_first, config.throttled_longest, chance)
        self._resume_at = 0.0
        self._last_delay = 0.0
        self._taken = 0
        self.in_flight = 0
        self.sent = 0
        self.state = LinkState.CONNECTING
        self.detail = ""

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the session bound until `stop`; then unbinds."""
        while not stop.is_set():
            delay = await self._one_link(stop)
            if not stop.is_set():
                await wait_for(stop, delay)
        self._become(LinkState.STOPPED, "")

    async def ready(self, stop: asyncio.Event) -> bool:
        """Waits until the SMSC can be expected to take a message; False when stopped first."""
        while not stop.is_set():
            pause = self._resume_at - _now()
            if not self._bound.is_set():
                await _first_of(stop, self._bound)
            elif pause > 0:
                await wait_for(stop, pause)
            else:
                return True
        return False

    @property
    def config(self) -> SmscConfig:
        return self._config

    @property
    def is_bound(self) -> bool:
        return self._bound.is_set()

    @property
    def free(self) -> int:
        """How many more messages the window takes now."""
        return self._config.window - self._taken if self.is_bound else 0

    def due_in(self) -> float:
        """Seconds until the pace and the SMSC allow the next submit."""
        return max(self._resume_at, self._pacer.next_at - GRAIN) - _now()

    async def submit(self, part: Submit) -> SubmitResult:
        """Submits one part when the window and the pace allow it."""
        await self.enter()
        try:
            return await self.send(part)
        finally:
            self.leave()

    async def enter(self) -> None:
        """Waits for a place in the window and for its turn; `leave` gives the place back."""
        self._taken += 1
        await self._window.acquire()
        await self.turn()

    def leave(self) -> None:
        """The place in the window is free again."""
        self._taken -= 1
        self._window.release()

    async def send(self, part: Submit) -> SubmitResult:
        """Submits one part at once, for somebody who has entered and whose turn it is."""
        link = self._link
        if link is None or not link.is_open:
            return NOT_SENT
        self.in_flight += 1
        try:
            result = await link.submit(part)
        finally:
            self.in_flight -= 1
        self._learn(result)
        return result

    async def _one_link(self, stop: asyncio.Event) -> float:
        """One connection from bind to end; gives the delay before the next."""
        self._become(LinkState.CONNECTING, "")
        try:
            link = await open_link(self._config, self._handler)
        except WrongCredentialsError as error:
            self._become(LinkState.REFUSED, f"wrong system id or password (0x{error.status:02X})")
            return self._config.credentials_pause
        except (BindRefusedError, LinkLostError, OSError, TimeoutError) as error:
            return self._wait_after(str(error) or "no answer")
        began = _now()
        await self._serve(link, stop)
        if _now() - began > self._last_delay:
            self._reconnect.reset()
        return self._wait_after(link.lost_because)

    async def _serve(self, link: Link, stop: asyncio.Event) -> None:
        self._offer(link)
        self._become(LinkState.BOUND, "")
        running = asyncio.create_task(link.run(lambda: self._offer(None)))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                await self._leave(link)
            await running
        finally:
            self._offer(None)
            link.drop("ended")
            stopping.cancel()
            running.cancel()

    async def _leave(self, link: Link) -> None:
        """Lets the answers that are due come in and go out, then unbinds."""
        self._offer(None)
        deadline = _now() + self._config.stop_grace
        while (self.in_flight or link.is_storing) and link.is_open and _now() < deadline:
            await asyncio.sleep(0.02)
        if link.is_open:
            await link.unbind()

    def _offer(self, link: Link | None) -> None:
        """What submits may use from now on; without a link those that wait end as not sent."""
        self._link = link
        for event, is_set in ((self._bound, link is not None), (self._unbound, link is None)):
            if is_set:
                event.set()
            else:
                event.clear()

    async def turn(self) -> None:
        """Waits for the next slot of the pace and the end of a throttling pause, while bound."""
        while not self._unbound.is_set():
            pause = self._resume_at - _now()
            if pause > 0:
                await wait_for(self._unbound, pause)
                continue
            await wait_for(self._unbound, self._pacer.slot(_now()) - GRAIN - _now())
            if self._resume_at <= _now():
                return

    def _learn(self, result: SubmitResult) -> None:
        """Slows down once per pause, however many answers of one window say so."""
        if result.outcome is SubmitOutcome.ACCEPTED:
            self._throttled.reset()
            self.sent += 1
        elif result.status in TURNED_AWAY and self._resume_at <= _now():
            self._resume_at = _now() + self._throttled.next()

    def _wait_after(self, reason: str) -> float:
        delay = self._last_delay = self._reconnect.next()
        self._become(LinkState.WAITING, f"{reason}; next try in {delay:.1f} s")
        return delay

    def _become(self, state: LinkState, detail: str) -> None:
        if (state, detail) != (self.state, self.detail):
            logger.info("SMSC link %s: %s %s", self._config.name, state, detail)
        self.state, self.detail = state, detail


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Waits that long, or until the event."""
    if seconds <= 0:
        return
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


async def _first_of(*events: asyncio.Event) -> None:
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()
