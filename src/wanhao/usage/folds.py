"""Batches that are folded one after another in a thread of their own, and wait for their commit."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from wanhao.usage.archive import AHEAD
from wanhao.usage.batches import Folded


def thread(name: str) -> ThreadPoolExecutor:
    """One thread that does what it is given in order."""
    return ThreadPoolExecutor(1, thread_name_prefix=name)


@dataclass(slots=True)
class Folds:
    """Those that are not committed, the first of them first; for one thread to call. A failure of
    a fold comes up when it is waited for."""

    _thread: ThreadPoolExecutor = field(default_factory=lambda: thread("folding"))
    _begun: deque[Future[Folded]] = field(default_factory=deque)

    def __len__(self) -> int:
        return len(self._begun)

    @property
    def has_room(self) -> bool:
        """Whether one more may be begun."""
        return len(self._begun) < AHEAD

    def begin(self, fold: Callable[[], Folded]) -> None:
        """Fold one more batch behind those that were begun."""
        self._begun.append(self._thread.submit(fold))

    def first(self) -> Folded:
        """The one that commits next; it stays the first until it is `settled`."""
        return self._begun[0].result()

    def settled(self) -> None:
        """Let go of the first."""
        self._begun.popleft()

    def rest(self) -> None:
        """Wait until nothing is being folded, so that another thread may change the state."""
        for folding in self._begun:
            folding.result()

    def stop(self) -> None:
        """Wait for the one that is being folded; begin nothing more."""
        self._thread.shutdown(cancel_futures=True)
