"""Records that come after the close of their month: counted once, charged as adjustments."""

from datetime import timedelta

import pytest
from django.db import transaction

from tests.metering.pages import rows_of
from tests.usage.months import CLOSING, MIDNIGHT, NOVEMBER
from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    START,
    ZHAO,
    KeepingSink,
    drop,
    figures,
    group,
    meter,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage import queries
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.contracts import Service
from wanhao.usage.models import LateUsage, QuarantinedRecord

pytestmark = pytest.mark.django_db(transaction=True)
LATER = CLOSING + timedelta(hours=1)
FRESH = int(MIDNIGHT.timestamp()) - 86_400


@pytest.fixture
def closed(tmp_path):
    """A meter that closed November, in which each of the two made 95 minutes of calls."""
    two_customers()
    clock = [NOW]
    made = meter(tmp_path, KeepingSink(), clock=lambda: clock[0])
    drop(tmp_path, "november.csv", [row(1, quantity=95 * 60), row(2, QIAN, quantity=95 * 60)])
    settle(made)
    clock[0] = LATER
    settle(made)
    return made


def late(made, *rows, name="late.csv"):
    """Deliver records of November after its close."""
    drop(made.folders.root, name, [{"start": FRESH, **each} for each in rows])
    settle(made)


def call(identity, minutes, number=ZHAO, **other):
    """A call on the 30th of November."""
    return row(identity, number, quantity=minutes * 60, **{"start": FRESH, **other})


def fen():
    """What the late records cost that were not settled yet."""
    return [charge.fen for charge in settle_late_usage(LATER)]


def counted():
    """in, metered, duplicate, quarantined."""
    status = queries.meter_status(LATER)
    return status.records_in, status.metered, status.duplicate, status.quarantined


def test_the_page_of_the_rule_holds(closed):
    """95 minutes of 100 were used when the month closed; each row of the table follows the last."""
    for identity, (minutes, sign, cost) in enumerate(rows_of("late-records.md", "minutes"), 100):
        late(closed, call(identity, int(minutes), sign=int(sign)), name=f"{identity}.csv")
        assert fen() == [int(cost)]


def test_a_late_record_is_metered_and_changes_no_total(closed):
    before = figures(closed)
    late(closed, call(10, 8))
    assert counted() == (3, 3, 0, 0)
    assert figures(closed) == before
    assert queries.late_waiting() == 1
    (charge,) = settle_late_usage(LATER)
    assert (charge.account_id, charge.group_id, charge.cycle) == (1, 1, NOVEMBER)
    assert (charge.service, charge.zone, charge.units) == (Service.VOICE, "domestic", 8)
    assert charge.fen == 45


def test_each_is_settled_once(closed):
    late(closed, call(10, 8), call(11, 2))
    assert sorted(fen()) == [30, 45]
    assert fen() == []
    assert queries.late_waiting() == 0


def test_a_settlement_that_was_undone_is_made_again(closed):
    late(closed, call(10, 8))
    with transaction.atomic():
        assert fen() == [45]
        transaction.set_rollback(True)
    assert fen() == [45]


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_together_they_cost_what_they_would_have_cost_in_time(closed, limit):
    late(closed, *(call(10 + n, n % 4 + 1, number=(ZHAO, QIAN)[n % 2]) for n in range(12)))
    charges = []
    while found := settle_late_usage(LATER, limit):
        charges += found
    by_account = {1: 0, 2: 0}
    for charge in charges:
        by_account[charge.account_id] += charge.fen
    minutes = {
        1: sum(n % 4 + 1 for n in range(0, 12, 2)),
        2: sum(n % 4 + 1 for n in range(1, 12, 2)),
    }
    assert by_account == {n: (95 + minutes[n] - 100) * 15 for n in (1, 2)}


def test_a_duplicate_is_known_before_and_after_the_close(closed):
    late(closed, row(1, quantity=95 * 60, start=START), call(10, 8))
    late(closed, call(10, 8), name="again.csv")
    late(closed, call(10, 9), name="conflict.csv")
    assert counted() == (6, 3, 2, 1)
    assert QuarantinedRecord.objects.get().reason == "conflict"
    assert fen() == [45]


def test_a_record_taken_back_late_gives_money_back(closed):
    late(closed, call(10, 20))
    late(closed, call(11, 20, sign=-1), name="back.csv")
    assert fen() == [15 * 15, -15 * 15]


def test_data_is_rounded_once_over_the_month_and_not_per_record(closed):
    pieces = [row(20 + n, service="data", quantity=1, start=FRESH) for n in range(3)]
    late(closed, row(19, service="data", quantity=500 * MB, start=FRESH), *pieces)
    assert fen() == [0, 1, 0, 0]


def test_abroad_and_free_and_priced_ones_have_their_own_price(closed):
    late(
        closed,
        call(10, 1, zone="roaming"),
        call(11, 1, zone="free"),
        row(12, QIAN, "message", 1, start=FRESH, charge_fen=8),
        row(13, QIAN, "message", 1, start=FRESH, charge_fen=8, sign=-1),
    )
    assert fen() == [299, 0, 8, -8]
    assert sorted(LateUsage.objects.values_list("units", flat=True)) == [-1, 1, 1, 1]


def test_the_terms_of_the_month_hold_and_not_those_of_today(closed):
    tell(group(1, cycle=202612, voice_allowance=1000))
    settle(closed)
    late(closed, call(10, 8))
    assert fen() == [45]


def test_what_is_older_than_the_known_identities_goes_to_quarantine(closed):
    closed.clock = lambda: LATER + timedelta(days=20)
    late(closed, row(10, start=START), call(11, 1), call(12, 1, number=ZHAO + 77))
    held = dict(QuarantinedRecord.objects.values_list("row", "reason"))
    assert held == {1: "cycle-closed", 3: "unknown-number"}


def test_a_month_before_the_first_closed_one_goes_to_quarantine(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, start=START - 20 * 86_400)])
    settle(made)
    assert QuarantinedRecord.objects.get().reason == "cycle-closed"
    assert not LateUsage.objects.exists()


def test_late_records_are_replayed_from_the_archive_without_being_counted(closed):
    late(closed, call(10, 8), row(11, start=int(LATER.timestamp()) - 60))
    again = meter(closed.folders.root, clock=lambda: LATER)
    assert figures(again) == figures(closed)
    late(again, call(10, 8), name="again.csv")
    assert counted()[2] == 1
