"""What may be written in the usage room from outside: facts."""

from collections.abc import Sequence

from django.db import connection

from wanhao.usage.contracts import Fact
from wanhao.usage.facts_check import refuse_impossible
from wanhao.usage.facts_log import CYCLE, encode
from wanhao.usage.models import Fact as FactRow
from wanhao.usage.tariffs_told import without_known_tariffs
from wanhao.values.errors import WanhaoError

FACTS_LOCK = 7_110_000_001


def record_facts(facts: Sequence[Fact]) -> int:
    """Append facts to the log within the caller's transaction; returns the last fact number.

    Numbers follow the order of commit: whoever writes facts holds an advisory lock until its
    transaction ends, so a reader that has seen number n has seen every number below it.
    A tariff told before is not told again. Facts of one kind are best ordered by their cycle.
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
