"""One LISTEN connection per web process, fanned out to everybody who watches a page."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg

CHANNEL = "wanhao_live"
TOPICS = frozenset({"batch", "message", "reminder", "quarantine", "queue"})
HELLO = "hello"
LOST = "lost"
FIRST_RETRY_SECONDS = 0.25
LAST_RETRY_SECONDS = 5.0

logger = logging.getLogger(__name__)
Connect = Callable[[], Awaitable[psycopg.AsyncConnection[tuple[object, ...]]]]


@dataclass(slots=True, eq=False)
class Watcher:
    """One open page: the topics it has not been told of yet, each with its newest number."""

    pending: dict[str, int] = field(default_factory=dict)
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, topic: str, number: int) -> None:
        """Note a topic; only the newest number of each is kept, so a slow page cannot pile up."""
        self.pending.pop(topic, None)
        self.pending[topic] = number
        self.awake.set()

    async def news(self, timeout_seconds: float) -> dict[str, int]:
        """What happened since the last call, at the latest after `timeout_seconds`."""
        try:
            await asyncio.wait_for(self.awake.wait(), timeout_seconds)
        except TimeoutError:
            return {}
        self.awake.clear()
        told, self.pending = self.pending, {}
        return told


class LiveHub:
    """Keeps LISTEN open while anybody watches, and opens it again whenever it breaks.

    Every (re)opening is announced as `hello`: a page then fetches everything once more, since
    what was announced in between is gone. A break is announced as `lost`.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self._listening = False

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Watcher]:
        """Be told of every announcement until the block ends."""
        watcher = Watcher()
        self._watchers.add(watcher)
        if self._listening:
            watcher.tell(HELLO, 0)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen_for_ever())
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self._stop()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task, self._listening = None, False

    async def _listen_for_ever(self) -> None:
        delay = FIRST_RETRY_SECONDS
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                logger.warning("live updates lost the database: %s", error)
            if self._listening:
                self._listening, delay = False, FIRST_RETRY_SECONDS
                self._tell_all(LOST, 0)
            await asyncio.sleep(delay)
            delay = min(delay * 2, LAST_RETRY_SECONDS)

    async def _listen(self) -> None:
        async with await self._connect() as connection:
            await connection.execute("LISTEN " + CHANNEL)
            self._listening = True
            self._tell_all(HELLO, 0)
            async for notice in connection.notifies():
                self._pass_on(notice.payload)

    def _pass_on(self, payload: str) -> None:
        try:
            said = json.loads(payload)
            topic, number = said["topic"], int(said["number"])
        except (ValueError, KeyError, TypeError):
            logger.warning("live updates: not understood: %.80s", payload)
            return
        if topic in TOPICS:
            self._tell_all(topic, number)

    def _tell_all(self, topic: str, number: int) -> None:
        for watcher in self._watchers:
            watcher.tell(topic, number)
