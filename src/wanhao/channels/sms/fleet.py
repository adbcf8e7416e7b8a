"""The binds together: which of them carries the next message."""

import asyncio
from collections.abc import Sequence

from wanhao.channels.sms.session import Session

LOOK_AGAIN = 0.1


class Fleet:
    """Binds that send; of those up only the ones of the lowest priority number count."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.sessions = [session for session in sessions if session.config.kind.sends]

    @property
    def is_bound(self) -> bool:
        return any(session.is_bound for session in self.sessions)

    @property
    def window(self) -> int:
        """How many messages may be on their way at once now."""
        return sum(session.config.window for session in self._first())

    async def ready(self, stop: asyncio.Event) -> bool:
        """Waits until one of them can be expected to take a message; False when stopped first."""
        waits = [asyncio.create_task(session.ready(stop)) for session in self.sessions]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return not stop.is_set()

    def choose(self) -> Session | None:
        """The bind with the most free room of those whose turn it is."""
        able = [session for session in self._first() if session.free > 0 >= session.due_in()]
        return max(able, key=_room, default=None)

    def due_in(self) -> float:
        """Seconds until `choose` is worth another try, unless a place becomes free before."""
        waits = [session.due_in() for session in self._first() if session.free > 0]
        return min([LOOK_AGAIN, *waits])

    def _first(self) -> list[Session]:
        up = [session for session in self.sessions if session.is_bound]
        best = min((session.config.priority for session in up), default=0)
        return [session for session in up if session.config.priority == best]


def _room(session: Session) -> float:
    return session.free / session.config.window
