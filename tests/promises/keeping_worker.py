"""A worker in a process of its own; it writes each promise it keeps into the table `kept`.

Usage: keeping_worker HOW-MANY-IT-MAY-KEEP PLACE. Then it kills itself: before or after it wrote, or
after it said so, always before the commit. With -1 it lives until nothing is open.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import django

django.setup()

from django.db import connection  # noqa: E402 - Django first

from wanhao.promises import keeping  # noqa: E402
from wanhao.promises.actions import keep_due  # noqa: E402
from wanhao.promises.contracts import DuePromise  # noqa: E402
from wanhao.promises.queries import next_due  # noqa: E402

KIND = "supper"


class Diner:
    """Keeps promises a few at a time, until its life is over."""

    def __init__(self, lives: int, place: str) -> None:
        self.lives, self.place, self.kept = lives, place, 0

    def keep(self, due: Sequence[DuePromise], now: datetime) -> None:
        self.kept += len(due)
        self.die_at("before")
        with connection.cursor() as cursor:
            for promise in due:
                cursor.execute("INSERT INTO kept VALUES (%s, %s)", [promise.key, now])
        self.die_at("after")

    def die_at(self, place: str) -> None:
        if self.place == place and 0 <= self.lives < self.kept:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Keep what is due, and wait for what others have in hand, until nothing is open."""
    diner = Diner(int(sys.argv[1]), sys.argv[2])
    claimed_kind = keeping._keep

    def kept_and_dead(*arguments):
        error = claimed_kind(*arguments)
        diner.die_at("marked")
        return error

    keeping._keep = kept_and_dead
    while next_due([KIND]) is not None:
        if not keep_due({KIND: diner.keep}, datetime.now(UTC), limit=7):
            time.sleep(0.01)  # others have the rest in hand


if __name__ == "__main__":
    main()
