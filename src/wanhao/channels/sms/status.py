"""The state of the SMS link in one line, and the counters behind it."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wanhao.channels.sms.contracts import LinkState
from wanhao.channels.sms.session import Session, wait_for

Report = Callable[[str], None]
LOOK_EVERY = 0.2
SAY_AT_MOST_EVERY = 5.0


@dataclass(slots=True, kw_only=True)
class Counters:
    """What became of messages (not parts) and of what came in, since the start."""

    sent: int = 0
    unknown: int = 0
    failed: int = 0
    put_back: int = 0
    receipts: int = 0
    unmatched: int = 0
    received: int = 0
    trouble: str = ""

    def line(self) -> str:
        """The counters in words; those that are rarely anything but 0 only when they are."""
        rare = {
            "failed": self.failed,
            "put back": self.put_back,
            "receipts": self.receipts,
            "unmatched": self.unmatched,
            "received": self.received,
        }
        words = [f"sent {self.sent}", f"unknown {self.unknown}"]
        return " ".join(words + [f"{name} {count}" for name, count in rare.items() if count])


def say(line: str) -> None:
    """One line on standard output, where the supervisor reads it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def report_status(
    sessions: Sequence[Session], counters: Counters, report: Report, stop: asyncio.Event
) -> None:
    """Reports a new state at once, new numbers at most every five seconds, nothing twice."""
    loop = asyncio.get_running_loop()
    last, last_key, last_at = "", ("", ""), 0.0
    while not stop.is_set():
        line = _line(sessions, counters)
        key = (" ".join(session.state for session in sessions), counters.trouble)
        if line != last and (key != last_key or loop.time() - last_at >= SAY_AT_MOST_EVERY):
            report(line)
            last, last_key, last_at = line, key, loop.time()
        await wait_for(stop, LOOK_EVERY)


def final_line(counters: Counters) -> str:
    """What is said at the very end."""
    return f"stopped {counters.line()}"


def _line(sessions: Sequence[Session], counters: Counters) -> str:
    """Every bind by name with what it took itself, if there are several; then all together."""
    trouble = f" ({counters.trouble})" if counters.trouble else ""
    if len(sessions) == 1:
        return f"{_state(sessions[0])} {counters.line()}{trouble}"
    binds = [f"{one.config.name} {_state(one)} parts {one.sent}" for one in sessions]
    return f"{' | '.join(binds)} | {counters.line()}{trouble}"


def _state(session: Session) -> str:
    if session.state is LinkState.BOUND:
        return f"bound window {session.in_flight}/{session.config.window}"
    return f"{session.state}: {session.detail}," if session.detail else str(session.state)
