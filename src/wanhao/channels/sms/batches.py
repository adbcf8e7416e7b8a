"""What comes while the database is busy goes to it together."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

MOST_AT_ONCE = 500


class Batches(Generic[T, R]):
    """Collects items while a call is under way; the next call takes all of them, in order.

    `work` gives one result for each item; what it raises goes to everyone of the batch.
    """

    def __init__(
        self, work: Callable[[list[T]], Awaitable[list[R]]], most: int = MOST_AT_ONCE
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._batch: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    async def do(self, item: T) -> R:
        """The result for one item, as soon as its batch is done."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    def settle(self, place: int, result: R) -> None:
        """Give an item of the batch under way its result before the others have theirs."""
        _, future = self._batch[place]
        if not future.done():
            future.set_result(result)

    async def _run(self) -> None:
        try:
            while self._waiting:
                self._batch = self._waiting[: self._most]
                self._waiting = self._waiting[self._most :]
                await self._do(self._batch)
        finally:
            self._running = None

    async def _do(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
