"""Records that come again, as the meter sees them: across batches, restarts, lost files, months."""

from datetime import timedelta

import pytest

from tests.usage.months import CLOSING, MIDNIGHT
from tests.usage.operators import (
    NOW,
    START,
    KeepingSink,
    drop,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage import queries
from wanhao.usage.duplicates import Remembering
from wanhao.usage.models import QuarantinedRecord
from wanhao.usage.snapshots import by_age

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = [row(n, start=START + n) for n in range(30)]
MESSAGES = [row(f"m-{n}", service="message", quantity=1, start=START + n) for n in range(10)]


def counted(now=NOW):
    """metered, duplicate, quarantined."""
    status = queries.meter_status(now)
    return status.metered, status.duplicate, status.quarantined


@pytest.fixture
def seen(tmp_path):
    """The folder of a meter that counted forty records and was stopped."""
    two_customers()
    made = meter(tmp_path, batch_rows=10, remembering=Remembering(memory=1024))
    drop(tmp_path, "calls.csv", CALLS)
    drop(tmp_path, "messages.csv", MESSAGES)
    settle(made)
    made.stop()
    return tmp_path


def test_files_of_other_names_that_repeat_records_change_nothing(seen):
    again = meter(seen, batch_rows=7)
    drop(seen, "twice.csv", [*reversed(CALLS), row(99)])
    drop(seen, "partly.parquet", [*MESSAGES[5:], row("m-99", service="message", quantity=1)])
    drop(seen, "other.csv", [{**CALLS[3], "quantity": 61}])
    settle(again)
    assert counted() == (42, 35, 1)
    assert QuarantinedRecord.objects.get().reason == "conflict"


@pytest.mark.parametrize("damage", ["lost", "cut short"])
def test_what_was_lost_of_the_identities_is_read_again_from_the_archive(seen, caplog, damage):
    for path in (seen / "duplicates").iterdir():
        path.unlink()
        if damage == "cut short":
            path.write_bytes(b"cut")
    again = meter(seen)
    assert "read again from the archive" in caplog.text
    drop(seen, "twice.csv", [*CALLS, *MESSAGES, row(99)])
    settle(again)
    assert counted() == (41, 40, 0)
    again.stop()
    third = meter(seen)
    assert third.index.shelf.counts.total() == 41


def test_a_restart_from_the_older_snapshot_finds_its_files(seen):
    again = meter(seen)
    drop(seen, "more.csv", [row(n) for n in range(100, 110)])
    settle(again)
    again.stop()
    newest = by_age(seen / "snapshots")[0]
    newest.write_bytes(newest.read_bytes()[:-500])
    third = meter(seen)
    drop(seen, "twice.csv", [*CALLS, *(row(n) for n in range(100, 110)), row(99)])
    settle(third)
    assert counted() == (51, 40, 0)


def test_a_roaming_partner_may_deliver_two_months_later(tmp_path):
    """Both deliver a call of the 30th of November at the end of January; only the partner's time is
    not over. When it comes again it is a duplicate, after another restart as well."""
    two_customers()
    clock = [NOW]
    options = {"clock": lambda: clock[0], "remembering": Remembering(days_of={"roam-*": 90})}
    made = meter(tmp_path, KeepingSink(), **options)
    drop(tmp_path, "november.csv", [row(1)])
    settle(made)
    for day in range(0, 57, 4):
        clock[0] = CLOSING + timedelta(days=day)
        settle(made)
    call = {"start": int(MIDNIGHT.timestamp()) - 3600, "zone": "roaming"}
    home, away = row(2, source="msc-1", **call), row(2, source="roam-hk", **call)
    drop(tmp_path, "late.csv", [home, away])
    settle(made)
    assert counted(clock[0]) == (2, 0, 1)
    assert QuarantinedRecord.objects.get().reason == "cycle-closed"
    made.stop()
    again = meter(tmp_path, KeepingSink(), **options)
    drop(tmp_path, "later.csv", [away, row(3, source="roam-hk", **call)])
    settle(again)
    assert counted(clock[0]) == (3, 1, 1)
