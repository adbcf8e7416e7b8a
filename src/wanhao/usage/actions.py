"""What may be written in the usage room from outside: facts, and what late records cost."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction

from wanhao.usage.contracts import Fact, LateCharge, Service
from wanhao.usage.facts_check import refuse_impossible
from wanhao.usage.facts_log import CYCLE, encode
from wanhao.usage.late import charges_of
from wanhao.usage.models import Fact as FactRow
from wanhao.usage.models import LateUsage
from wanhao.usage.tariffs_told import without_known_tariffs
from wanhao.values.errors import WanhaoError

FACTS_LOCK = 7_110_000_001
LATE_LOCK = 7_110_000_003


def record_facts(facts: Sequence[Fact]) -> int:
    """Append facts to the log within the caller's transaction; returns the last fact number.

    Numbers follow the order of commit: whoever writes facts holds an advisory lock until its
    transaction ends, so a reader that has seen number n has seen every number below it.
    A tariff told before is not told again.
    WanhaoError for a fact that the meter could not count with; nothing is written then.
    """
    refuse_impossible(facts)
    if not connection.in_atomic_block:
        raise WanhaoError("Facts are written within a transaction.", "Open one around the change.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FACTS_LOCK])
        cursor.execute("SELECT coalesce(max(number), 0) FROM wanhao_usage_fact")
        last = int(cursor.fetchone()[0])
    new = without_known_tariffs(facts)
    rows = [
        FactRow(number=last + step, kind=kind, cycle=body.get(CYCLE), body=body)
        for step, (kind, body) in enumerate(encode(new), start=1)
    ]
    FactRow.objects.bulk_create(rows)
    return last + len(rows)


@transaction.atomic
def settle_late_usage(now: datetime, limit: int = 1_000) -> list[LateCharge]:
    """Say what the oldest unsettled late records cost, `limit` at most; each is said once.

    Whoever asks turns them into items of a bill in the same transaction. A lock keeps them in
    order: what one costs depends on those before it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LATE_LOCK])
    rows = list(LateUsage.objects.filter(settled_at__isnull=True).order_by("id")[:limit])
    for cycle, run in groupby(sorted(rows, key=_by_cycle), key=lambda row: row.cycle):
        late = list(run)
        units, fen = charges_of(cycle, late)
        for row, each, cost in zip(late, units.tolist(), fen.tolist(), strict=True):
            row.units, row.fen, row.settled_at = each, cost, now
    LateUsage.objects.bulk_update(rows, ["units", "fen", "settled_at"])
    return [_late_charge(row) for row in rows]


def _by_cycle(row: LateUsage) -> tuple[int, int]:
    return row.cycle, row.pk


def _late_charge(row: LateUsage) -> LateCharge:
    return LateCharge(
        late_id=row.pk,
        account_id=row.account_id,
        group_id=row.group_id,
        cycle=row.cycle,
        service=Service(row.service),
        zone=row.zone,
        units=row.units or 0,
        fen=row.fen or 0,
    )
