"""A thread for what blocks: calls run one after another, in the order asked."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class BlockingThread:
    """Keeps the order of calls, so an acceptance is written before a receipt that follows it."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs it in the thread and gives its result or its error."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: function(*args, **kwargs))

    def finish(self, last: Callable[[], None]) -> None:
        """Runs a last call and ends the thread."""
        self._executor.submit(last)
        self._executor.shutdown(wait=True)
