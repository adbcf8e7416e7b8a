"""`make bench-month`: a month of a hundred thousand lines, its processes killed on the way.

It ends when every reminder that must have come was decided once, none else was, and each message
lies on its handset once; then it prints how it went.
"""

import os
import time
from datetime import datetime

from django.core.management import call_command

from bench.figures import say
from bench.scratch import SCRATCH
from tests.stories.killed_processes import NAMES
from tests.stories.simulated_month import ENDS, SimulatedMonth, differences
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install
from wanhao.project.postgres import EmbeddedPostgres

LINES = int(os.environ.get("BENCH_LINES", "100000"))
SEED, HOURS, PATIENCE = 20261122, 12, 1200.0
SAY_EVERY = 10


def main() -> None:
    """Live through the month and compare; an AssertionError names what is missing or too much."""
    server = EmbeddedPostgres(SCRATCH)
    server.start(say)
    try:
        call_command("migrate", verbosity=0)
        settings = PeerSettings(
            port=0, http_port=0, modules=install(), journal=SCRATCH / "handsets.jsonl"
        )
        with SmscPeer(settings) as smsc:
            _live(smsc)
    finally:
        server.stop()


def _live(smsc: SmscPeer) -> None:
    began = time.monotonic()
    month = SimulatedMonth(SCRATCH, smsc, LINES, seed=SEED, hours=HOURS, patience=PATIENCE)
    lived = month.live(_progress)
    wanted = month.expected()
    assert lived.decisions == wanted, differences(lived, wanted, month.world)
    assert set(lived.states) <= ENDS, lived.states
    rows = [
        ("lines", f"{LINES:,}"),
        ("records", f"{sum(len(one.records) for one in month.world):,}"),
        ("decisions, each expected and each once", f"{sum(wanted.values()):,}"),
        *((f"messages {state}", f"{count:,}") for state, count in sorted(lived.states.items())),
        ("short messages on handsets", f"{lived.handsets:,}"),
        ("of them unanswered, or required and sent again", f"{lived.unconfirmed:,}"),
        *((f"{name} killed", f"{lived.killed[name]} times") for name in NAMES),
        ("minutes it took", f"{(time.monotonic() - began) / 60:.1f}"),
    ]
    for name, value in rows:
        say(f"{name:48} {value}")


def _progress(done: int, steps: int, moment: datetime) -> None:
    if done % SAY_EVERY == 0 or done == steps:
        say(f"step {done} of {steps}: {moment:%Y-%m-%d %H:%M} UTC")
