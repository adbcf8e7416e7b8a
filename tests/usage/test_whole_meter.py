"""Random months: however files are cut, batched and interrupted, a month comes to the same."""

import json
import random
from datetime import timedelta

import pytest
from django.db import connection

from tests.usage.months import CLOSING, MIDNIGHT, NOVEMBER
from tests.usage.operators import NOW, drop, figures, meter, settle
from tests.usage.random_operators import operator
from wanhao.usage import queries
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.cycles import Calendar
from wanhao.usage.models import LateUsage

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("fact", "toldtariff", "quarantinedrecord", "quarantinecount", "usagefile", "batch")
AFTER_CLOSE = CLOSING + timedelta(hours=1)


def emptied():
    """A database that knows of nothing."""
    with connection.cursor() as cursor:
        names = ", ".join(f"wanhao_usage_{name}" for name in TABLES)
        cursor.execute(f"TRUNCATE {names} CASCADE")
        cursor.execute("SELECT pg_advisory_unlock_all()")


def lived(folder, world, chance, *, late=()):
    """A meter that counts the world's records in pieces and closes the month; `late` come after."""
    world.tell()
    clock = [NOW]

    def up():
        return meter(
            folder,
            clock=lambda: clock[0],
            batch_rows=chance.choice((1, 5, 1000)),
            snapshot_every=chance.choice((1, 3, 50)),
            calendar=Calendar(rent_accounts=chance.choice((1, 100))),
        )

    made = up()
    stages = ((MIDNIGHT - timedelta(minutes=1), world.early(late)), (AFTER_CLOSE, list(late)))
    for moment, records in stages:
        clock[0] = moment
        for number, piece in enumerate(cut(records, chance)):
            ending = chance.choice((".csv", ".csv.gz", ".parquet"))
            drop(folder, f"{moment:%d}-{number}{ending}", piece)
            settle(made)
            if chance.random() < 0.3:
                made.stop()
                made = up()
    for second in range(8):
        clock[0] = AFTER_CLOSE + timedelta(seconds=second)
        settle(made)
    return made


def cut(records, chance):
    """The records in another order and in pieces of any size, some of them delivered twice."""
    rest = chance.sample(records, len(records))
    while rest:
        size = chance.randint(1, len(rest))
        piece, rest = rest[:size], rest[size:]
        yield piece + chance.sample(piece, len(piece) // 3)


def month():
    """What everybody used in November and was charged for it, late records included, in fen."""
    charged = {}
    for line in queries.closed_usage(NOVEMBER, 1, 1000):
        key = (line.group_id, line.zone, line.service.value)
        charged[key] = charged.get(key, 0) + line.charge_fen
    for row_ in LateUsage.objects.all():
        key = (row_.group_id, row_.zone, row_.service)
        charged[key] = charged.get(key, 0) + row_.fen - row_.sign * row_.priced
    return {key: fen for key, fen in charged.items() if fen}


def conserved():
    """Metered, and whether all records are accounted for."""
    status = queries.meter_status(AFTER_CLOSE)
    whole = status.metered + status.duplicate + status.quarantined
    return status.metered, whole == status.records_in


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_cut_comes_to_the_same(tmp_path, seed):
    chance = random.Random(seed)
    world = operator(chance)
    first = lived(tmp_path / "first", world, chance)
    expected = state_of(first), queries.closed_usage(NOVEMBER, 1, 1000), conserved()
    first.stop()
    emptied()
    second = lived(tmp_path / "second", world, chance)
    assert (state_of(second), queries.closed_usage(NOVEMBER, 1, 1000), conserved()) == expected
    assert expected[2] == (len(world.records), True)


@pytest.mark.parametrize("seed", range(4))
def test_late_records_cost_what_they_would_have_cost_in_time(tmp_path, seed):
    chance = random.Random(100 + seed)
    world = operator(chance)
    lived(tmp_path / "in-time", world, chance).stop()
    expected = month(), conserved()
    emptied()
    late = chance.sample(world.records, len(world.records) // 4)
    lived(tmp_path / "late", world, chance, late=late)
    while settle_late_usage(AFTER_CLOSE, chance.randint(1, 20)):
        pass
    assert (month(), conserved()) == expected
    assert LateUsage.objects.count() == len(late)


def state_of(made):
    """The figures, but for alarms and the numbers of facts: these depend on the order."""
    groups, accounts, _ = json.loads(figures(made))
    for _, months in groups:
        for one in months:
            one[3] = None
    return groups, [(account, [money[0], money[2:]]) for account, money in accounts]
