"""`make bench-release`: planned messages a second that are released, claimed and accepted.

Everybody's balance fell, a fifth of them fell below both thresholds, and a quarter used little this
month: what one person gets becomes one text. Some paid meanwhile, some switched the rule off. The
peer is what one writes first with Django: the same looks at each message, one message at a time.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

from django.core.management import call_command
from django.db import connection

from bench import release_peer
from bench.figures import SERVER, figure, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from wanhao.communications.actions import (
    claim_for_sending,
    decide_reminders,
    mark_accepted_many,
    release_due,
)
from wanhao.communications.contracts import Metric, Trigger
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.project.worker import MESSAGES_OF

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "40000"))
OLD = int(os.environ.get("BENCH_OLD", "500000"))
PEERS_SHARE = PEOPLE // 100
CLAIMED_AT_ONCE = 500
DECIDED_AT_ONCE = 4_096
EVENING = datetime(2026, 11, 20, 13, 58, tzinfo=UTC)
NIGHT = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
AFTER = MORNING + timedelta(seconds=1)
CYCLE = 202611
# What was sent in the last year, to numbers in no order.
HISTORY = """
INSERT INTO wanhao_communications_communicationmessage (
    decision_id, rule, line_id, number, language, delivery_class, urgent, figures, text, state,
    worker, unanswered, error, release_at, planned_at, released_at, claimed_at, accepted_at,
    delivered_at, changed_at
)
SELECT -n, 'balance-15', line.id, line.number, 'zh', 'comfort', false, '{}', 'x', 'delivered',
    '', 0, '', at, at, at, at, at, at, at
FROM generate_series(1, %(old)s) AS n
    JOIN wanhao_parties_line AS line ON line.id = 1 + n * 7919::bigint %% %(people)s
    CROSS JOIN LATERAL (
        SELECT %(now)s::timestamptz - (%(old)s - n) * interval '1 year' / %(old)s
    ) AS sent(at)
"""
# A tenth paid meanwhile, and a twentieth of them switched reminders of low use off.
PAID = """
INSERT INTO wanhao_billing_payment
    (account_id, amount_fen, reference, channel, kind, received_at, transaction_id)
SELECT n, 5000, 'bench-' || n, 'cash', 'general', %(now)s, n
FROM generate_series(1, %(people)s, 10) AS n
"""
SWITCHED_OFF = """
INSERT INTO wanhao_communications_optout (line_id, rule, since)
SELECT n, 'low-use', %(now)s FROM generate_series(4, %(people)s, 20) AS n
"""


def main() -> None:
    """At night everything is looked at and most of it waits; in the morning it goes out."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        call_command("migrate", verbosity=0)
        timed(f"{PEOPLE:,} people, {OLD:,} old messages", set_up)
        show("release", measure())


def measure() -> list[dict[str, object]]:
    """The peer takes some of each, ours all that is left."""
    figures = [
        *compare("quiet_hours", NIGHT, release_peer.release, release_ours),
        *compare("released", MORNING, release_peer.release, release_ours),
        *compare("accepted", AFTER, release_peer.claim_and_accept, claim_and_accept),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, error, count(*) FROM wanhao_communications_communicationmessage"
            " WHERE planned_at >= %s GROUP BY state, error ORDER BY 3 DESC",
            [EVENING],
        )
        for state, error, count in cursor.fetchall():
            say(f"  {state} {error}: {count:,}")
    return figures


def compare(
    name: str,
    now: datetime,
    peer: Callable[[datetime, int], int],
    ours: Callable[[datetime], int],
) -> list[dict[str, object]]:
    """Messages a second, ours and the peer's; and what one core of a quiet machine would do."""
    peers, ours_took = Took(lambda: peer(now, PEERS_SHARE)), Took(lambda: ours(now))
    say(f"  {name}: {ours_took}; the peer {peers}")
    return [
        figure(f"release.{name}", ours_took.a_second, "messages/s", peers.a_second),
        figure(f"release.{name}.a_core", ours_took.by_core, "messages/s", peers.by_core),
    ]


class Took:
    """What some work took, by the clock and by the processors: ours and the database's."""

    def __init__(self, work: Callable[[], int]) -> None:
        connection.ensure_connection()
        begun, processors = perf_counter(), processor_seconds()
        self.done = work()
        self.seconds, self.processors = perf_counter() - begun, processor_seconds() - processors

    def __str__(self) -> str:
        return f"{self.done:,} in {self.seconds:.1f} s, of processors {self.processors:.1f} s"

    @property
    def a_second(self) -> float:
        """By the clock."""
        return self.done / self.seconds

    @property
    def by_core(self) -> float:
        """By the time of one processor."""
        return self.done / self.processors


def processor_seconds() -> float:
    """What this process and the server's process of its connection have used so far."""
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    ticks = [int(field) for field in stat.rpartition(")")[2].split()[11:13]]
    return process_time() + sum(ticks) / os.sysconf("SC_CLK_TCK")


def release_ours(now: datetime) -> int:
    """As a worker does it."""
    total = 0
    while moved := release_due(now, limit=MESSAGES_OF):
        total += moved
    return total


def claim_and_accept(now: datetime) -> int:
    """As a sender does it, with an SMSC that takes everything at once."""
    total = 0
    while claimed := claim_for_sending("bench", CLAIMED_AT_ONCE, now):
        total += mark_accepted_many({one.message_id: [f"{one.message_id}"] for one in claimed}, now)
    return total


def set_up() -> None:
    """Everybody's year, then the evening; what lies around the messages has no rows of its own."""
    write_parties(PEOPLE)
    write(HISTORY, old=OLD, people=PEOPLE, now=EVENING - timedelta(days=1))
    decide()
    write(PAID, people=PEOPLE, now=EVENING + timedelta(minutes=1))
    write(SWITCHED_OFF, people=PEOPLE, now=EVENING + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def write(statement: str, **values: int | datetime) -> None:
    """Rows whose foreign keys are not checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")


def decide() -> None:
    """As the meter would report it, part by part."""
    for first in range(1, PEOPLE + 1, DECIDED_AT_ONCE):
        accounts = range(first, min(first + DECIDED_AT_ONCE, PEOPLE + 1))
        triggers = [balance(account, 1500) for account in accounts]
        triggers += [balance(account, 500) for account in accounts if account % 5 == 0]
        triggers += [low_use(account) for account in accounts if account % 4 == 0]
        decide_reminders(triggers, batch=1, now=EVENING)


def balance(account: int, threshold: int) -> Trigger:
    """An account fell below so many fen."""
    return Trigger(
        metric=Metric.BALANCE,
        threshold=threshold,
        account_id=account,
        group_id=None,
        number=None,
        cycle=CYCLE,
        episode=0,
        left_fen=threshold - 1,
        occurred_at=int(EVENING.timestamp()),
    )


def low_use(account: int) -> Trigger:
    """A group used a tenth of its minutes by the 20th."""
    return Trigger(
        metric=Metric.LOW_USE,
        threshold=50,
        account_id=account,
        group_id=account,
        number=None,
        cycle=CYCLE,
        episode=0,
        occurred_at=int(EVENING.timestamp()),
        said={"voice_used": 10, "voice_allowed": 100, "variant": "no_suggestion"},
    )
